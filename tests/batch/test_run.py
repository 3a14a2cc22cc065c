from __future__ import annotations

import fcntl
import json
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pipeline.batch.engines import Engine
from pipeline.batch.engines.processes import Processes
from pipeline.batch.engines.serial import Serial
from pipeline.batch.items import FileItem, Item, TextItem
from pipeline.batch.manifest import LOCK, MANIFEST, OUTPUTS, PARTS, SCHEMA_FOLDER
from pipeline.batch.parts import Counts, Extract, Job
from pipeline.batch.progress import Progress
from pipeline.batch.readers import find_inputs, read_items
from pipeline.batch.run import run, survey
from pipeline.errors import RunError
from pipeline.extractor import Extractor
from pipeline.schema import JSON_SCHEMAS
from pipeline.types import Article, Extraction, Reject
from tests.batch.workers import deadly, extract, job, text_items

GOOD = "去年秋天，软银以10亿美元收购了Graphcore。\n三星与SK海力士在存储芯片上竞争。\n"
ITEMS = (
    TextItem("一", "x:1", GOOD),
    Reject("二", "article", "unreadable", "二.txt: 没有了"),
    TextItem("三", "x:3", "小林在公园里散步。"),
)


class Runner:
    """Runs into one folder, in this process."""

    def __init__(self, extract: Extract, out: Path) -> None:
        self.extract = extract
        self.out = out
        self.settings: dict[str, Any] = {"model": "", "limit": 0}
        self.engine: Engine = Serial()
        self.progress = Progress()
        self.was_finished = False

    def __call__(self, items: Iterable[Item] = ITEMS, *, fresh: bool = False) -> Counts:
        self.progress = Progress()
        outcome = run(
            items,
            self.out,
            self.job(),
            self.engine,
            settings=self.settings,
            fresh=fresh,
            progress=self.progress,
        )
        self.was_finished = outcome.was_finished
        return outcome.counts

    def job(self) -> Job:
        return Job(lambda: self.extract)

    def records(self, name: str) -> list[dict[str, Any]]:
        lines = (self.out / f"{name}.jsonl").read_text("utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def names(self) -> set[str]:
        return {path.name for path in self.out.iterdir()}

    def content(self) -> dict[str, bytes]:
        """Every file of the run folder, by its path there."""
        return {
            path.relative_to(self.out).as_posix(): path.read_bytes()
            for path in self.out.rglob("*")
            if path.is_file()
        }


@pytest.fixture
def runner(extractor: Extractor, tmp_path: Path) -> Runner:
    return Runner(extractor, tmp_path / "跑" / "一")


@pytest.fixture
def quick(tmp_path: Path, small_parts: None) -> Runner:  # noqa: ARG001
    """With an extractor that costs nothing, and small parts."""
    return Runner(extract, tmp_path / "跑")


FINISHED = {*OUTPUTS, SCHEMA_FOLDER, MANIFEST}


class TestOutput:
    def test_a_run_folder_holds_the_outputs_their_schemas_and_a_manifest(
        self, runner: Runner
    ) -> None:
        runner()
        assert runner.names() == {*OUTPUTS, SCHEMA_FOLDER, MANIFEST}

    @pytest.mark.parametrize("name", ["triples", "articles", "rejects"])
    def test_every_line_is_valid_against_the_schema_beside_it(
        self, runner: Runner, name: str
    ) -> None:
        runner()
        schema = json.loads((runner.out / SCHEMA_FOLDER / f"{name}.schema.json").read_bytes())
        assert schema == JSON_SCHEMAS[name]
        assert runner.records(name)
        for record in runner.records(name):
            Draft202012Validator(schema).validate(record)

    def test_articles_stand_in_input_order(self, runner: Runner) -> None:
        runner()
        assert [record["id"] for record in runner.records("articles")] == ["一", "三"]

    def test_what_the_reader_rejected_is_a_reject_of_the_run(self, runner: Runner) -> None:
        assert runner().rejects == {"unreadable": 1}
        assert [record["detail"] for record in runner.records("rejects")] == ["二.txt: 没有了"]

    def test_the_counts_are_those_of_what_was_written(self, runner: Runner) -> None:
        counts = runner()
        assert (counts.items, counts.rejected) == (3, 1)
        assert counts.articles == len(runner.records("articles")) == 2
        assert counts.triples == len(runner.records("triples")) == 2
        assert counts.mentions == sum(len(a["mentions"]) for a in runner.records("articles"))
        assert counts.characters == len(GOOD) + len("小林在公园里散步。")

    def test_the_manifest_tells_counts_settings_and_digests(self, runner: Runner) -> None:
        counts = runner()
        manifest = json.loads((runner.out / MANIFEST).read_bytes())
        assert manifest["settings"] == {
            "encoding": "",
            "max_chars": 1_000_000,
            "max_seconds": 0,
            "model": "",
            "limit": 0,
        }
        assert manifest["counts"]["triples"] == counts.triples
        assert manifest["counts"]["rejects"] == {"unreadable": 1}
        assert set(manifest["outputs"]) == set(OUTPUTS)

    def test_of_two_articles_with_one_text_the_second_is_a_reject(
        self, quick: Runner, tmp_path: Path
    ) -> None:
        # Two files that only decoding shows to be one.
        items: list[Item] = []
        for name, codec in (("甲", "utf-8"), ("乙", "gb18030")):
            path = tmp_path / f"{name}.txt"
            path.write_text(GOOD * 3, encoding=codec)
            items.append(FileItem(name, str(path), 1))
        counts = quick(items)
        assert (counts.articles, counts.rejects) == (1, {"duplicate_text": 1})
        assert [record["id"] for record in quick.records("articles")] == ["甲"]
        (reject,) = quick.records("rejects")
        assert (reject["article_id"], reject["reason"]) == ("乙", "duplicate_text")
        assert quick.records("articles")[0]["sha256"] in reject["detail"]

    def test_a_run_without_articles_is_a_run(self, runner: Runner) -> None:
        assert runner([]).articles == 0
        assert runner.records("triples") == []
        assert MANIFEST in runner.names()

    def test_progress_hears_of_every_item(self, quick: Runner) -> None:
        quick(text_items(7, a2="空"))
        record = quick.progress.record()
        assert (record["items_read"], record["items_done"], record["articles"]) == (7, 7, 6)
        assert (record["parts_read"], record["parts_done"], record["fraction"]) == (3, 3, 1)
        assert record["rejects"] == {"empty": 1}

    def test_the_same_input_gives_the_same_bytes(self, runner: Runner) -> None:
        runner()
        first = runner.content()
        runner(fresh=True)
        assert runner.content() == first


class TestRunFolder:
    def test_a_finished_run_is_left_as_it_is_by_the_same_call(self, quick: Runner) -> None:
        counts = quick()
        before = quick.content()
        assert not quick.was_finished
        assert quick() == counts
        assert quick.was_finished
        assert quick.content() == before

    def test_a_finished_run_of_another_input_is_refused(self, quick: Runner) -> None:
        quick()
        before = quick.content()
        with pytest.raises(RunError, match=r"the input has changed .*--fresh"):
            quick(ITEMS[:1])
        assert quick.content() == before

    def test_a_run_with_other_settings_is_refused_and_they_are_named(self, quick: Runner) -> None:
        quick()
        quick.settings = {"model": "f" * 64, "limit": 7}
        with pytest.raises(
            RunError, match=r"model \(was \"\", now f{12}\), limit \(was 0, now 7\); add --fresh"
        ):
            quick()

    def test_fresh_replaces_a_finished_run(self, runner: Runner) -> None:
        runner()
        runner(ITEMS[2:], fresh=True)
        assert [record["id"] for record in runner.records("articles")] == ["三"]
        assert runner.records("rejects") == []

    @pytest.mark.parametrize("fresh", [False, True])
    def test_a_folder_with_files_of_others_is_refused(self, runner: Runner, fresh: bool) -> None:
        runner.out.mkdir(parents=True)
        (runner.out / "论文.docx").write_bytes(b"")
        with pytest.raises(RunError, match=r"files that no run wrote \(论文\.docx\)"):
            runner(fresh=fresh)
        assert runner.names() == {"论文.docx"}

    def test_a_file_in_place_of_the_folder_is_refused(self, runner: Runner) -> None:
        runner.out.parent.mkdir()
        runner.out.write_text("笔记", encoding="utf-8")
        with pytest.raises(RunError, match="is a file"):
            runner()
        assert runner.out.read_text("utf-8") == "笔记"

    def test_an_empty_folder_is_accepted(self, runner: Runner) -> None:
        runner.out.mkdir(parents=True)
        assert runner().articles == 2

    def test_a_name_that_no_system_allows_is_a_run_error(self, quick: Runner) -> None:
        quick.out = quick.out.with_name("长" * 300)
        with pytest.raises(RunError, match=r"cannot write .*choose another --out"):
            quick()

    def test_a_folder_that_cannot_be_made_is_a_run_error_with_a_way_out(
        self, runner: Runner
    ) -> None:
        runner.out.parent.write_text("", encoding="utf-8")
        with pytest.raises(RunError, match=r"cannot write .*choose another --out"):
            runner()


class Full:
    """Lets no more than so many bytes be written into a file, as a full disk does."""

    @staticmethod
    def extract(article: Article) -> Extraction:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200, resource.RLIM_INFINITY))
        return extract(article)


class TestDisk:
    def test_a_full_disk_is_a_run_error_and_the_run_goes_on_later(self, quick: Runner) -> None:
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        quick.extract = Full.extract
        try:
            with pytest.raises(RunError, match=r"cannot write .*run the same command again"):
                quick(text_items(4))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
            signal.signal(signal.SIGXFSZ, ignored)
        quick.extract = extract
        assert quick(text_items(4)).articles == 4

    def test_a_merge_that_does_not_fit_loses_no_part(
        self, quick: Runner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr("pipeline.batch.merge.sync", full)
            with pytest.raises(RunError, match="No space left on device"):
                quick(text_items(4))
        assert MANIFEST not in quick.names()
        quick.extract = never
        assert quick(text_items(4)).articles == 4


def never(_: Article) -> Extraction:
    raise AssertionError("done again")


class Stop(BaseException):
    """What ends a driver in the middle."""


def stopping_at(name: str) -> Extract:
    def stop(article: Article) -> Extraction:
        if article.id == name:
            raise Stop
        return extract(article)

    return stop


class TestStops:
    def test_a_stop_leaves_nothing_that_looks_finished(self, quick: Runner) -> None:
        quick.extract = stopping_at("a5")
        with pytest.raises(Stop):
            quick(text_items(7))
        assert quick.names() == {PARTS}

    def test_the_same_call_goes_on_with_what_is_missing(self, quick: Runner) -> None:
        quick.extract = stopping_at("a5")
        with pytest.raises(Stop):
            quick(text_items(7))
        read: list[str] = []

        def noting(article: Article) -> Extraction:
            read.append(article.id)
            return extract(article)

        quick.extract = noting
        assert quick(text_items(7)).articles == 7
        # The part that was being written is made anew.
        assert read == ["a3", "a4", "a5", "a6"]
        assert quick.progress.kept.items == 3
        assert quick.names() == FINISHED

    def test_a_stopped_run_gives_the_bytes_of_one_that_was_not(
        self, quick: Runner, tmp_path: Path
    ) -> None:
        quick.extract = stopping_at("a5")
        with pytest.raises(Stop):
            quick(text_items(7))
        quick.extract = extract
        quick(text_items(7))
        other = Runner(extract, tmp_path / "另")
        other(text_items(7))
        assert quick.content() == other.content()

    @pytest.mark.parametrize(
        "items",
        [text_items(7, a1="改了"), text_items(2), [*text_items(2), *text_items(7)[3:]]],
        ids=["changed", "fewer", "one gone"],
    )
    def test_with_another_input_a_stopped_run_is_refused(
        self, quick: Runner, items: list[Item]
    ) -> None:
        quick.extract = stopping_at("a5")
        with pytest.raises(Stop):
            quick(text_items(7))
        before = set(quick.content())
        with pytest.raises(RunError, match="the input has changed"):
            quick(items)
        assert set(quick.content()) - {f"{PARTS}/progress.json"} <= before

    def test_parts_beyond_the_end_of_the_input_are_told(self, quick: Runner) -> None:
        quick.extract = stopping_at("a6")
        with pytest.raises(Stop):
            quick(text_items(7))
        with pytest.raises(RunError, match="the input has changed"):
            quick(text_items(3))

    def test_with_other_settings_a_stopped_run_is_refused(self, quick: Runner) -> None:
        quick.extract = stopping_at("a5")
        with pytest.raises(Stop):
            quick(text_items(7))
        quick.settings["limit"] = 5
        with pytest.raises(RunError, match=r"limit \(was 0, now 5\)"):
            quick(text_items(7))

    def test_a_run_without_a_whole_part_may_begin_with_other_settings(self, quick: Runner) -> None:
        quick.extract = stopping_at("a1")
        with pytest.raises(Stop):
            quick(text_items(7))
        quick.settings["limit"] = 5
        quick.extract = extract
        assert quick(text_items(7)).articles == 7

    def test_fresh_begins_a_stopped_run_anew(self, quick: Runner) -> None:
        quick.extract = stopping_at("a5")
        with pytest.raises(Stop):
            quick(text_items(7))
        quick.extract = extract
        quick.settings["limit"] = 5
        assert quick(text_items(2), fresh=True).articles == 2
        assert quick.names() == FINISHED

    def test_a_fresh_run_that_is_stopped_leaves_nothing_of_the_old_one(self, quick: Runner) -> None:
        quick()
        quick.extract = stopping_at("a0")
        with pytest.raises(Stop):
            quick(text_items(7), fresh=True)
        assert quick.names() == {PARTS}

    def test_clearing_an_old_run_takes_its_manifest_first(
        self, quick: Runner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        quick()
        cleared: list[str] = []

        def stop(path: Path, *, missing_ok: bool) -> None:  # noqa: ARG001
            cleared.append(path.name)
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(Path, "unlink", stop)
            with pytest.raises(KeyboardInterrupt):
                quick(fresh=True)
        assert cleared == [MANIFEST]

    @pytest.mark.parametrize("name", [*OUTPUTS, MANIFEST])
    def test_a_run_stopped_before_a_file_got_its_name_is_finished_by_the_same_call(
        self, quick: Runner, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        rename = Path.rename

        def stop(path: Path, target: Path) -> Path:
            if target.name == name:
                raise KeyboardInterrupt
            return rename(path, target)

        with monkeypatch.context() as patched:
            patched.setattr(Path, "rename", stop)
            with pytest.raises(KeyboardInterrupt):
                quick()
        assert MANIFEST not in quick.names()
        quick.extract = never
        assert quick().articles == 2
        assert quick.names() == FINISHED

    def test_parts_that_a_stop_left_beside_the_manifest_go_with_the_next_call(
        self, quick: Runner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def stop(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr("shutil.rmtree", stop)
            with pytest.raises(KeyboardInterrupt):
                quick()
        assert quick.names() == {*FINISHED, PARTS}
        quick()
        assert quick.was_finished
        assert quick.names() == FINISHED

    def test_parts_that_cannot_be_removed_yet_go_with_the_next_call(
        self, quick: Runner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def busy(*_: object, **__: object) -> None:
            raise OSError(39, "Directory not empty")

        with monkeypatch.context() as patched:
            patched.setattr("os.rmdir", busy)  # as a network folder does while the lock is open
            assert quick().articles == 2
        assert quick.names() == {*FINISHED, PARTS}
        quick()
        assert quick.names() == FINISHED

    @pytest.mark.parametrize("left", [0, 3], ids=["empty", "lines gone"])
    def test_a_part_that_lost_lines_is_told(self, quick: Runner, left: int) -> None:
        quick.extract = stopping_at("a5")
        with pytest.raises(Stop):
            quick(text_items(7))
        path = quick.out / PARTS / "00000.jsonl"
        path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:left]))
        with pytest.raises(RunError, match=r"00000\.jsonl cannot be read .*delete it"):
            quick(text_items(7))
        path.unlink()
        quick.extract = extract
        assert quick(text_items(7)).articles == 7

    def test_one_who_asks_how_it_stands_does_not_stop_it(self, quick: Runner) -> None:
        (quick.out / PARTS).mkdir(parents=True)
        with (quick.out / PARTS / LOCK).open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH)
            asked = threading.Timer(0.05, fcntl.flock, (lock, fcntl.LOCK_UN))
            asked.start()
            assert quick().articles == 2
            asked.join()

    def test_a_folder_that_another_process_writes_is_refused(self, quick: Runner) -> None:
        def items() -> Iterator[Item]:
            with pytest.raises(RunError, match="another process is writing"):
                Runner(extract, quick.out)()
            yield from text_items(2)

        assert quick(items()).articles == 2


DRIVER = """
import sys
from pathlib import Path
from pipeline.batch.engines.processes import Processes
from pipeline.batch.run import run
from tests.batch.workers import job, slow, text_items
import pipeline.batch.parts
pipeline.batch.parts.MAX_ITEMS = 3
if __name__ == "__main__":
    settings = {"model": "", "limit": 0}
    run(text_items(300), Path(sys.argv[1]), job(slow, 0.02), Processes(2), settings=settings)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_driver_that_is_killed_takes_its_workers_along_and_the_run_goes_on(
    quick: Runner, tmp_path: Path, root: Path, number: signal.Signals
) -> None:
    driver = subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(quick.out)], cwd=root, stderr=subprocess.PIPE
    )
    while not list((quick.out / PARTS).glob("0*.jsonl")):
        assert driver.poll() is None
        time.sleep(0.02)
    driver.send_signal(number)
    # Its error stream is closed once the last of its processes is gone.
    driver.communicate()
    assert driver.returncode in (-number, 1, 130)
    assert MANIFEST not in quick.names()
    assert quick(text_items(300)).articles == 300
    assert quick.progress.kept.items
    other = Runner(extract, tmp_path / "另")
    other(text_items(300))
    assert quick.content() == other.content()


def test_engines_and_deaths_of_workers_do_not_show_in_a_run(quick: Runner, tmp_path: Path) -> None:
    items = text_items(7, a2="空", a3="错")
    quick(items)
    other = tmp_path / "另"
    deaths = job(deadly, tmp_path / "killed", "a4")
    run(items, other, deaths, Processes(2), settings=quick.settings)
    assert Runner(extract, other).content() == quick.content()


class TestSurvey:
    def test_it_tells_what_a_run_would_do_and_writes_nothing(self, quick: Runner) -> None:
        items = [*text_items(7), ITEMS[1]]
        found = survey(items, quick.out, quick.job(), settings=quick.settings)
        assert (found.items, found.parts, found.parts_done) == (8, 3, 0)
        assert found.rejects == {"unreadable": 1}
        assert found.first == ("a0", "a1", "a2", "a3", "a4")
        assert not quick.out.exists()

    def test_it_knows_which_parts_are_done(self, quick: Runner) -> None:
        quick.extract = stopping_at("a5")
        with pytest.raises(Stop):
            quick(text_items(7))
        before = quick.content()
        found = survey(text_items(7), quick.out, quick.job(), settings=quick.settings)
        assert (found.parts, found.parts_done) == (3, 1)
        assert quick.content() == before

    def test_fresh_would_keep_none(self, quick: Runner) -> None:
        quick()
        found = survey(ITEMS, quick.out, quick.job(), settings=quick.settings, fresh=True)
        assert (found.parts, found.parts_done) == (1, 0)

    def test_of_a_finished_run_all_is_done(self, quick: Runner) -> None:
        quick()
        found = survey(ITEMS, quick.out, quick.job(), settings=quick.settings)
        assert (found.parts, found.parts_done) == (1, 1)

    def test_it_refuses_what_the_run_would_refuse(self, quick: Runner) -> None:
        quick()
        with pytest.raises(RunError, match="limit"):
            survey(ITEMS, quick.out, quick.job(), settings={"model": "", "limit": 1})
        with pytest.raises(RunError, match="the input has changed"):
            survey(ITEMS[:1], quick.out, quick.job(), settings=quick.settings)


def paragraph(text: str) -> bytes:
    """`text` amid enough prose that one odd character does not make it look like a binary."""
    return (GOOD + text + GOOD).encode("utf-8", "surrogatepass")


BAD_FILES: dict[str, tuple[bytes, str]] = {
    "空": (b"", "empty"),
    "空白": ("\ufeff \n　\n".encode(), "empty"),
    "图": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "not_text"),
    "编码": (b"\xff\xa0\xff" * 101, "unknown_encoding"),
    "一行": ("软银去年收购了一家公司，".encode() * 300_000, "too_long"),
    "代理": (paragraph("坏\ud800字。"), "lone_surrogates"),
    "零": (paragraph("坏\x00字。"), "nul_bytes"),
}


@pytest.fixture(scope="module")
def mixed_run(extractor: Extractor, tmp_path_factory: pytest.TempPathFactory) -> Runner:
    """A run over every kind of bad file, with a good one first, last and of one id with one."""
    folder = tmp_path_factory.mktemp("站")
    good = {"0-好": GOOD, "~-好": GOOD * 2}
    bad = {name: content for name, (content, _) in BAD_FILES.items()}
    contents = {name: text.encode() for name, text in good.items()}
    for name, content in {**contents, **bad}.items():
        (folder / f"{name}.txt").write_bytes(content)
    again = {"id": "0-好", "text": GOOD * 3}
    (folder / "一.jsonl").write_text(json.dumps(again), encoding="utf-8")
    runner = Runner(extractor, folder / "出")
    runner(read_items(find_inputs([str(folder)])))
    return runner


class TestBadInput:
    def test_the_long_line_has_more_than_ten_megabytes(self) -> None:
        assert len(BAD_FILES["一行"][0]) > 10_000_000

    @pytest.mark.parametrize("name", BAD_FILES)
    def test_a_bad_file_becomes_a_reject_with_its_reason(
        self, mixed_run: Runner, name: str
    ) -> None:
        reasons = [r["reason"] for r in mixed_run.records("rejects") if r["article_id"] == name]
        assert reasons == [BAD_FILES[name][1]]

    def test_the_second_article_of_one_id_becomes_a_reject(self, mixed_run: Runner) -> None:
        rejects = [r for r in mixed_run.records("rejects") if r["article_id"] == "0-好"]
        assert [reject["reason"] for reject in rejects] == ["duplicate_id"]

    def test_the_good_files_among_them_are_extracted(self, mixed_run: Runner) -> None:
        assert [record["id"] for record in mixed_run.records("articles")] == ["0-好", "~-好"]
        assert {record["article_id"] for record in mixed_run.records("triples")} == {
            "0-好",
            "~-好",
        }

    def test_every_reject_is_valid_against_its_schema(self, mixed_run: Runner) -> None:
        for record in mixed_run.records("rejects"):
            Draft202012Validator(JSON_SCHEMAS["rejects"]).validate(record)


def test_one_long_line_within_the_limit_is_extracted_whole(runner: Runner) -> None:
    line = "软银去年收购了Graphcore，" + "产线照常开工，" * 2_000 + "三星与SK海力士竞争。"
    runner([TextItem("长", "x:1", line)])
    (article,) = runner.records("articles")
    assert article["characters"] == len(line)
    assert article["mentions"][-1]["end"] == line.index("竞争")


def test_the_extractor_decides_what_is_unfit(runner: Runner) -> None:
    runner.extract = Extractor.load(max_characters=10)
    runner([TextItem("长", "x:1", GOOD), TextItem("短", "x:2", "软银来了。")])
    assert [record["reason"] for record in runner.records("rejects")] == ["too_long"]
    assert [record["id"] for record in runner.records("articles")] == ["短"]


def test_fresh_does_not_touch_a_folder_whose_manifest_is_another_tools(runner: Runner) -> None:
    runner.out.mkdir(parents=True, exist_ok=True)
    (runner.out / MANIFEST).write_text('{"name": "a web app"}', encoding="utf-8")
    with pytest.raises(RunError, match=MANIFEST):
        runner(fresh=True)
    assert runner.names() == {MANIFEST}
