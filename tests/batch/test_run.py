from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pipeline.batch import RunSummary, find_files, read_articles, run
from pipeline.batch.run import MANIFEST, OUTPUTS, SCHEMA_FOLDER
from pipeline.errors import RunError
from pipeline.extractor import MAX_CHARACTERS, Extractor
from pipeline.schema import JSON_SCHEMAS
from pipeline.types import Article, Reject

GOOD = "去年秋天，软银以10亿美元收购了Graphcore。\n三星与SK海力士在存储芯片上竞争。\n"
ARTICLES = (
    Article("一", GOOD),
    Reject("二", "article", "unreadable", "二.txt: 没有了"),
    Article("三", "小林在公园里散步。"),
)


class Runner:
    """Runs into one folder, with the shipped extractor."""

    def __init__(self, extractor: Extractor, out: Path) -> None:
        self.extractor = extractor
        self.out = out

    def __call__(
        self, articles: Iterable[Article | Reject] = ARTICLES, *, fresh: bool = False
    ) -> RunSummary:
        return run(self.extractor, articles, self.out, settings={"encoding": ""}, fresh=fresh)

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


def stopped_after(articles: Iterable[Article | Reject]) -> Iterator[Article | Reject]:
    yield from articles
    raise KeyboardInterrupt


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
        summary = runner()
        assert summary.rejects == {"unreadable": 1}
        assert [record["detail"] for record in runner.records("rejects")] == ["二.txt: 没有了"]

    def test_the_summary_counts_what_was_written(self, runner: Runner) -> None:
        summary = runner()
        assert summary.articles == len(runner.records("articles")) == 2
        assert summary.triples == len(runner.records("triples")) == 2
        assert summary.mentions == sum(len(a["mentions"]) for a in runner.records("articles"))
        assert summary.characters == len(GOOD) + len("小林在公园里散步。")

    def test_the_manifest_tells_counts_settings_and_digests(self, runner: Runner) -> None:
        summary = runner()
        manifest = json.loads((runner.out / MANIFEST).read_bytes())
        assert manifest["settings"] == {"encoding": ""}
        assert manifest["counts"]["triples"] == summary.triples
        assert manifest["counts"]["rejects"] == {"unreadable": 1}
        assert set(manifest["outputs"]) == set(OUTPUTS)

    def test_a_run_without_articles_is_a_run(self, runner: Runner) -> None:
        assert runner([]).articles == 0
        assert runner.records("triples") == []
        assert MANIFEST in runner.names()

    def test_progress_hears_of_every_article_and_reject(self, runner: Runner) -> None:
        heard: list[Article | Reject] = []
        run(runner.extractor, ARTICLES, runner.out, settings={}, progress=heard.append)
        assert heard == list(ARTICLES)

    def test_the_same_input_gives_the_same_bytes(self, runner: Runner) -> None:
        runner()
        first = runner.content()
        runner(fresh=True)
        assert runner.content() == first


class TestRunFolder:
    def test_a_finished_run_is_refused_and_left_as_it_is(self, runner: Runner) -> None:
        runner()
        before = runner.content()
        with pytest.raises(RunError, match="already holds a finished run; add --fresh"):
            runner(ARTICLES[:1])
        assert runner.content() == before

    def test_fresh_replaces_a_finished_run(self, runner: Runner) -> None:
        runner()
        runner(ARTICLES[2:], fresh=True)
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

    def test_a_folder_that_cannot_be_made_is_a_run_error_with_a_way_out(
        self, runner: Runner
    ) -> None:
        runner.out.parent.write_text("", encoding="utf-8")
        with pytest.raises(RunError, match=r"cannot write .*choose another --out"):
            runner()

    def test_a_file_that_cannot_be_opened_is_a_run_error_that_names_it(
        self, runner: Runner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(path: Path, *_: object) -> None:
            raise PermissionError(13, "Permission denied", str(path))

        monkeypatch.setattr(Path, "open", refuse)
        with pytest.raises(RunError, match=r"triples\.jsonl.*Permission denied"):
            runner()


class TestStops:
    def test_a_run_stopped_in_the_middle_leaves_nothing_that_looks_finished(
        self, runner: Runner
    ) -> None:
        with pytest.raises(KeyboardInterrupt):
            runner(stopped_after(ARTICLES[:1]))
        assert runner.names() == {f"{name}.partial" for name in OUTPUTS}

    def test_after_a_stop_the_same_call_gives_a_whole_run(self, runner: Runner) -> None:
        with pytest.raises(KeyboardInterrupt):
            runner(stopped_after(ARTICLES[:1]))
        assert runner().articles == 2
        assert runner.names() == {*OUTPUTS, SCHEMA_FOLDER, MANIFEST}

    def test_a_fresh_run_that_is_stopped_leaves_no_manifest_of_the_old_one(
        self, runner: Runner
    ) -> None:
        runner()
        with pytest.raises(KeyboardInterrupt):
            runner(stopped_after(ARTICLES[:1]), fresh=True)
        assert runner.names() == {f"{name}.partial" for name in OUTPUTS}

    def test_clearing_an_old_run_takes_its_manifest_first(
        self, runner: Runner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        runner()
        cleared: list[str] = []

        def stop(path: Path, *, missing_ok: bool) -> None:  # noqa: ARG001
            cleared.append(path.name)
            raise KeyboardInterrupt

        monkeypatch.setattr(Path, "unlink", stop)
        with pytest.raises(KeyboardInterrupt):
            runner(fresh=True)
        assert cleared == [MANIFEST]

    def test_a_run_stopped_before_its_manifest_got_its_name_can_be_run_again(
        self, runner: Runner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rename = Path.rename

        def stop_at_the_manifest(path: Path, target: Path) -> Path:
            if target.name == MANIFEST:
                raise KeyboardInterrupt
            return rename(path, target)

        with monkeypatch.context() as patched:
            patched.setattr(Path, "rename", stop_at_the_manifest)
            with pytest.raises(KeyboardInterrupt):
                runner()
        assert MANIFEST not in runner.names()
        assert runner().articles == 2
        assert runner.names() == {*OUTPUTS, SCHEMA_FOLDER, MANIFEST}


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
    """A run over every kind of bad file, with a good one first, last and of one name with one."""
    folder = tmp_path_factory.mktemp("站")
    good = {"0-好": GOOD.encode(), "~-好": GOOD.encode(), "内/0-好": GOOD.encode()}
    bad = {name: content for name, (content, _) in BAD_FILES.items()}
    for name, content in {**good, **bad}.items():
        (folder / f"{name}.txt").parent.mkdir(exist_ok=True)
        (folder / f"{name}.txt").write_bytes(content)
    runner = Runner(extractor, folder / "出")
    runner(read_articles(find_files([str(folder)]), max_characters=MAX_CHARACTERS))
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
    runner([Article("长", line)])
    (article,) = runner.records("articles")
    assert article["characters"] == len(line)
    assert article["mentions"][-1]["end"] == line.index("竞争")


def test_the_extractor_decides_what_is_unfit(runner: Runner) -> None:
    short = Extractor.load(max_characters=10)
    runner.extractor = short
    runner([replace(ARTICLES[0], id="长"), Article("短", "软银来了。")])
    assert [record["reason"] for record in runner.records("rejects")] == ["too_long"]
    assert [record["id"] for record in runner.records("articles")] == ["短"]


def test_fresh_does_not_touch_a_folder_whose_manifest_is_another_tools(runner: Runner) -> None:
    runner.out.mkdir(parents=True, exist_ok=True)
    (runner.out / MANIFEST).write_text('{"name": "a web app"}', encoding="utf-8")
    with pytest.raises(RunError, match=MANIFEST):
        runner(fresh=True)
    assert runner.names() == {MANIFEST}
