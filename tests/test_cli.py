from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from pipeline import __version__
from pipeline.schema import JSON_SCHEMAS, REJECT_REASONS, SCHEMA_VERSION
from tests.command import Command, Done

TEXT = "软银去年收购了Graphcore。\n"
TRADITIONAL = "軟銀去年收購了Graphcore。\n作者：林小舟\n"
PAGE = "工廠(chǎng)去年擴(kuò)建，產(chǎn)能翻(fān)倍。\n作者：林小舟\n"
COMMANDS = (
    "run", "status", "export", "report", "clean", "check", "schema",
    "gold verify", "gold agreement",
)  # fmt: skip


pytestmark = pytest.mark.usefixtures("folder")


def write(name: str, text: str = TEXT) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
    return path


def gold_record(name: str, text: str) -> dict[str, Any]:
    """The annotation of an article in which 软银 buys Graphcore."""

    def spanned(part: str) -> dict[str, Any]:
        start = text.index(part)
        return {"text": part, "start": start, "end": start + len(part)}

    ids = {"软银": "company:softbank", "Graphcore": "company:graphcore"}
    sentence = spanned(text.split("\n")[0])
    return {
        "schema": SCHEMA_VERSION,
        "id": name,
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "script": "Hans",
        "damaged": False,
        "entities": [{"id": ids[name], "type": "company", "name": name} for name in ids],
        "mentions": [{"entity": ids[n], "type": "company", **spanned(n)} for n in ids],
        "triples": [
            {
                "head": ids["软银"],
                "relation": "buy",
                "tail": ids["Graphcore"],
                "status": "actual",
                "evidence": [sentence],
                "qualifiers": {"date": "去年"},
            }
        ],
    }


def write_gold(name: str, *records: dict[str, Any]) -> Path:
    return write(name, "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records))


class TestHelp:
    @pytest.mark.parametrize("command", COMMANDS)
    def test_the_help_of_a_command_shows_examples(self, zongheng: Command, command: str) -> None:
        done = zongheng(*command.split(), "--help")
        assert done.status == 0
        _, _, examples = done.out.partition("Example")
        assert f"zongheng {command} " in examples

    def test_the_help_lists_every_command(self, zongheng: Command) -> None:
        out = zongheng("--help").out + zongheng("gold", "--help").out
        assert all(f" {command.split()[-1]} " in out for command in COMMANDS)

    def test_the_version_is_that_of_the_package(self, zongheng: Command) -> None:
        assert zongheng("--version") == Done(0, f"zongheng {__version__}\n", "")


class TestClean:
    def test_the_cleaned_text_is_printed(self, zongheng: Command) -> None:
        write("甲.txt", PAGE)
        done = zongheng("clean", "甲.txt")
        assert done == Done(0, "工厂去年扩建，产能翻倍。\n作者：林小舟\n", "")

    def test_what_is_longer_than_the_limit_is_refused(self, zongheng: Command) -> None:
        write("甲.txt", PAGE)
        done = zongheng("clean", "甲.txt", "--max-chars", "5")
        assert done.status == 1
        assert REJECT_REASONS["too_long"] in done.err

    def test_with_out_each_article_becomes_a_file(self, zongheng: Command) -> None:
        write("文/甲.txt", PAGE)
        write("文/乙.md", TRADITIONAL)
        assert zongheng("clean", "文", "--out", "净") == Done(0, "", "")
        assert {path.name for path in Path("净").iterdir()} == {"甲.txt", "乙.txt"}
        assert Path("净/乙.txt").read_text("utf-8").startswith("软银去年收购了Graphcore。\n")

    def test_explain_prints_repairs_and_boilerplate(self, zongheng: Command) -> None:
        write("甲.txt", PAGE)
        lines = [json.loads(x) for x in zongheng("clean", "甲.txt", "--explain").out.splitlines()]
        assert [line["before"] for line in lines[:-1]] == [
            "廠(chǎng)",
            "擴(kuò)",
            "產(chǎn)",
            "翻(fān)",
        ]
        assert lines[0] == {
            "article": "甲",
            "part": "repair",
            "kind": "pinyin_annotation",
            "start": 1,
            "end": 9,
            "before": "廠(chǎng)",
            "after": "廠",
            "certain": True,
        }
        assert (lines[-1]["part"], lines[-1]["kind"]) == ("boilerplate", "byline")
        assert PAGE[lines[-1]["start"] : lines[-1]["end"]] == "作者：林小舟" == lines[-1]["after"]

    def test_a_page_is_cleaned_like_a_text(self, zongheng: Command) -> None:
        write("页.html", "<html><body><p>工廠去年擴建。</p><script>腳本</script></body></html>")
        assert zongheng("clean", "页.html") == Done(0, "工厂去年扩建。\n", "")

    def test_diff_shows_the_lines_with_repairs_side_by_side(self, zongheng: Command) -> None:
        write("甲.txt", f"平常的一行。\n{PAGE}")
        done = zongheng("clean", "甲.txt", "--diff")
        title, line = done.out.splitlines()
        assert title == "甲: repairs 4 (guessed 0), boilerplate 1"
        raw, clean = line.split(" | ")
        assert raw.rstrip() == "2 * 工廠(chǎng)去年擴(kuò)建，產(chǎn)能翻(fān)倍。"
        assert clean == "工厂去年扩建，产能翻倍。"

    def test_diff_all_shows_every_line(self, zongheng: Command) -> None:
        write("甲.txt", f"平常的一行。\n{PAGE}")
        rows = zongheng("clean", "甲.txt", "--diff", "--all").out.splitlines()[1:]
        assert [row[:3] for row in rows] == ["1  ", "2 *", "3 -"]

    def test_diff_wraps_to_the_width_of_the_terminal(
        self, zongheng: Command, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("COLUMNS", "60")
        write("甲.txt", PAGE)
        rows = zongheng("clean", "甲.txt", "--diff").out.splitlines()[1:]
        assert len(rows) > 1
        assert all(cell_len(row) <= 60 for row in rows)

    def test_diff_escapes_what_a_terminal_would_obey(self, zongheng: Command) -> None:
        write("甲.txt", PAGE.replace("。", "。\x1b[2J\u202e"))
        out = zongheng("clean", "甲.txt", "--diff").out
        assert "\x1b" not in out
        assert r"\x1b[2J\u202e" in out

    def test_records_escape_it_too_and_stay_json(self, zongheng: Command) -> None:
        write("甲.txt", "作者：林\x9b小\u202e舟\n")
        out = zongheng("clean", "甲.txt", "--explain").out
        assert all(line.isprintable() for line in out.splitlines())
        records = [json.loads(line) for line in out.splitlines()]
        assert "作者：林\x9b小\u202e舟" in {record["before"] for record in records}

    def test_a_file_name_that_a_terminal_would_obey_is_escaped(self, zongheng: Command) -> None:
        assert r"没有\x1b.txt" in zongheng("clean", "没有\x1b.txt").err
        Path("乙\x1b[2J.txt").write_bytes(bytes(range(256)) * 8)
        done = zongheng("clean", "乙\x1b[2J.txt")
        assert r"乙\x1b[2J: the bytes are not text" in done.err

    def test_an_id_that_leads_out_of_the_folder_is_but_a_name(self, zongheng: Command) -> None:
        write("文.jsonl", json.dumps({"id": "../../甲", "text": TEXT}))
        assert zongheng("clean", "文.jsonl", "--out", "净").status == 0
        assert [path.name for path in Path("净").iterdir()] == ["..%2F..%2F甲.txt"]

    def test_an_unreadable_article_is_told_and_the_others_are_cleaned(
        self, zongheng: Command
    ) -> None:
        Path("文").mkdir()
        Path("文/图.txt").write_bytes(bytes(range(256)) * 8)
        write("文/甲.txt", TRADITIONAL)
        done = zongheng("clean", "文")
        assert done.status == 1
        assert done.err.startswith("zongheng: 图: the bytes are not text")
        assert "软银去年收购了" in done.out


@pytest.fixture
def checked(zongheng: Command) -> Path:
    """A gold file whose article has been run into the folder 出."""
    write("文/甲.txt")
    zongheng("run", "文", "-o", "出", "-q")
    return write_gold("gold.jsonl", gold_record("甲", TEXT))


class TestCheck:
    def test_a_run_that_finds_all_of_the_gold_scores_one(
        self, zongheng: Command, checked: Path
    ) -> None:
        done = zongheng("check", "出", "--gold", str(checked), "--json")
        assert done.status == 0
        figures = json.loads(done.out)
        assert figures["gold_sha256"] == hashlib.sha256(checked.read_bytes()).hexdigest()
        assert figures["mention_f1"] == figures["triple_f1"] == 1

    def test_the_tables_name_the_gold_and_its_digest(
        self, zongheng: Command, checked: Path
    ) -> None:
        out = zongheng("check", "出", "--gold", str(checked)).out
        assert "Mentions" in out
        assert "Triples" in out
        assert f"gold.jsonl sha256 {hashlib.sha256(checked.read_bytes()).hexdigest()}" in out

    def test_errors_lists_a_miss_with_its_article(self, zongheng: Command, checked: Path) -> None:
        record = gold_record("甲", TEXT)
        record["triples"][0]["relation"] = "invest"
        write_gold("other.jsonl", record)
        done = zongheng("check", "出", "--gold", "other.jsonl", "--texts", "文", "--errors")
        lines = [line for line in done.out.splitlines() if line.startswith("甲\t")]
        assert len(lines) == 2
        assert all(TEXT.strip() in line for line in lines)
        assert checked.exists()

    def test_a_folder_that_is_no_run_is_an_error(self, zongheng: Command, checked: Path) -> None:
        done = zongheng("check", "文", "--gold", str(checked))
        assert done.status == 1
        assert "文 is not a finished run" in done.err

    def test_a_gold_of_other_articles_is_an_error(self, zongheng: Command, checked: Path) -> None:
        write_gold("other.jsonl", gold_record("乙", TEXT))
        done = zongheng("check", "出", "--gold", "other.jsonl")
        assert (done.status, done.out) == (1, "")
        assert "none of the gold's 1 articles is in this run" in done.err
        assert checked.exists()

    def test_the_seeds_gold_is_checked_by_default(self, zongheng: Command, root: Path) -> None:
        gold = root / "corpus" / "gold" / "gold.jsonl"
        seed = f"{json.loads(gold.read_text('utf-8').splitlines()[0])['id']}.txt"
        write(seed)
        zongheng("run", seed, "-o", "出", "-q")
        out = zongheng("check", "出", "--json").out
        assert json.loads(out)["gold_sha256"] == hashlib.sha256(gold.read_bytes()).hexdigest()


class TestGold:
    def test_a_sound_gold_is_counted(self, zongheng: Command, checked: Path) -> None:
        done = zongheng("gold", "verify", str(checked), "--texts", "文")
        assert done.status == 0
        assert "gold.jsonl: sound; 1 articles, 2 mentions, 1 triples" in done.out

    def test_a_false_offset_is_told_with_file_and_line(
        self, zongheng: Command, checked: Path
    ) -> None:
        record = gold_record("甲", TEXT)
        record["mentions"][0]["start"] += 1
        write_gold(str(checked), record)
        done = zongheng("gold", "verify", str(checked), "--texts", "文")
        assert done.status == 1
        assert done.err.startswith("zongheng: gold.jsonl:1: 甲: mention '软银' at 1")
        assert done.err.endswith("1 faults in gold.jsonl\n")

    def test_two_equal_annotations_agree(self, zongheng: Command, checked: Path) -> None:
        done = zongheng("gold", "agreement", str(checked), str(checked))
        assert done.status == 0
        assert [line.split() for line in done.out.splitlines()] == [
            ["mention_f1", "1.0000"],
            ["triple_f1", "1.0000"],
            ["status_accuracy", "1.0000"],
        ]


@pytest.mark.parametrize("name", JSON_SCHEMAS)
def test_schema_prints_the_schema_of_that_name(zongheng: Command, name: str) -> None:
    assert json.loads(zongheng("schema", name).out) == JSON_SCHEMAS[name]


MENDABLE = {
    "a file that is not there": ("run", "没有.txt", "-o", "出"),
    "a folder without articles": ("run", "空", "-o", "出"),
    "a glob without a match": ("clean", "没有/*.txt"),
    "a name that is too long": ("run", "长" * 300, "-o", "出"),
    "an unknown codec": ("run", "甲.txt", "-o", "出", "--encoding", "utf-99"),
    "a codec that is none of text": ("clean", "甲.txt", "--encoding", "rot13"),
    "a codec that cannot decode": ("clean", "甲.txt", "--encoding", "undefined"),
    "a run folder that is a file": ("run", "甲.txt", "-o", "甲.txt"),
    "a run folder below a file": ("run", "甲.txt", "-o", "甲.txt/出"),
    "an out folder below a file": ("clean", "甲.txt", "-o", "甲.txt/出"),
    "a run folder with other files": ("run", "甲.txt", "-o", "."),
    "a registry that is not there": ("run", "甲.txt", "-o", "出", "--registry", "没有"),
    "a model that is not there": ("run", "甲.txt", "-o", "出", "--model", "没有"),
    "a status of nothing": ("status", "没有"),
    "a status of another folder": ("status", "空"),
    "a run that is not there": ("check", "没有", "--gold", "甲.txt"),
    "a gold that is not there": ("check", "空", "--gold", "没有.jsonl"),
    "a gold that is no gold": ("gold", "verify", "甲.txt", "--texts", "."),
    "two golds that are none": ("gold", "agreement", "甲.txt", "甲.txt"),
    "a schema that is none": ("schema", "entities"),
}


@pytest.mark.parametrize("arguments", MENDABLE.values(), ids=MENDABLE)
def test_an_error_is_one_line_and_exit_status_1(
    zongheng: Command, arguments: tuple[str, ...]
) -> None:
    write("甲.txt")
    Path("空").mkdir()
    done = zongheng(*arguments)
    assert done.status == 1
    assert done.out == ""
    assert done.err.startswith("zongheng: ")
    assert done.err.count("\n") == 1
    assert "Traceback" not in done.err


USAGE = {
    "an unknown command": ("fly",),
    "an unknown option": ("run", "甲.txt", "-o", "出", "--no-such-option"),
    "no path": ("run", "-o", "出"),
    "no folder for the run": ("run", "甲.txt"),
    "a limit that is no number": ("run", "甲.txt", "-o", "出", "--max-chars", "viel"),
    "a limit below one": ("run", "甲.txt", "-o", "出", "--max-chars", "0"),
    "an engine that is none": ("run", "甲.txt", "-o", "出", "--engine", "steam"),
    "a cluster without Ray": ("run", "甲.txt", "-o", "出", "--ray-address", "auto"),
    "rejects that are no number": ("run", "甲.txt", "-o", "出", "--max-rejects", "viele"),
    "rejects beyond all": ("run", "甲.txt", "-o", "出", "--max-rejects", "101%"),
    "fewer rejects than none": ("run", "甲.txt", "-o", "出", "--max-rejects", "-1"),
    "workers below none": ("run", "甲.txt", "-o", "出", "--workers", "-1"),
    "no command": (),
    "no command of gold": ("gold",),
    "two views at once": ("clean", "甲.txt", "--diff", "--explain"),
    "a view into a folder": ("clean", "甲.txt", "--diff", "--out", "净"),
    "--all without --diff": ("clean", "甲.txt", "--all"),
    "--json without --explain": ("clean", "甲.txt", "--json"),
}


@pytest.mark.parametrize("arguments", USAGE.values(), ids=USAGE)
def test_wrong_usage_is_exit_status_2(zongheng: Command, arguments: tuple[str, ...]) -> None:
    done = zongheng(*arguments)
    assert done.status == 2
    assert "zongheng" in done.out + done.err


def installed(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """The command as it is installed beside this interpreter."""
    command = [str(Path(sys.executable).with_name("zongheng")), *arguments]
    return subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, check=False
    )


def on_a_terminal(*arguments: str) -> str:
    """What the installed command writes to a real terminal of 100 columns, in colours."""
    ours, theirs = pty.openpty()
    environment = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS")}
    environment |= {"TERM": "xterm-256color", "COLUMNS": "100", "LANG": "C.UTF-8"}
    command = [str(Path(sys.executable).with_name("zongheng")), *arguments]
    process = subprocess.Popen(command, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    written = b""
    with contextlib.suppress(OSError):  # how Linux tells that the last writer has gone
        while chunk := os.read(ours, 65_536):
            written += chunk
    os.close(ours)
    assert process.wait() == 0, written
    return written.decode()


class TestTerminal:
    RED, GREEN, DIM = "\x1b[31m", "\x1b[32m", "\x1b[2m"

    def test_explain_is_a_table_in_colours(self) -> None:
        write("甲.txt", PAGE)
        out = on_a_terminal("clean", "甲.txt", "--explain")
        assert "certain" in out
        assert f"{self.RED}廠(chǎng)" in out
        assert f"{self.GREEN}廠" in out
        assert f"{self.DIM}作者：林小舟" in out
        assert "{" not in out

    def test_json_is_json_there_too(self) -> None:
        write("甲.txt", PAGE)
        lines = on_a_terminal("clean", "甲.txt", "--explain", "--json").splitlines()
        assert [json.loads(line)["part"] for line in lines] == ["repair"] * 4 + ["boilerplate"]

    def test_diff_colours_what_changed_and_dims_boilerplate(self) -> None:
        write("甲.txt", PAGE)
        out = on_a_terminal("clean", "甲.txt", "--diff", "--all")
        assert f"工{self.RED}廠(chǎng)\x1b[0m去年" in out
        assert f"工{self.GREEN}厂\x1b[0m去年" in out
        assert f"{self.DIM}作者：林小舟" in out

    def test_a_cleaned_text_cannot_steer_the_terminal(self) -> None:
        write("甲.txt", "一行。\x1b[2J\n\t二行。\n")
        assert on_a_terminal("clean", "甲.txt") == "一行。[2J\r\n\t二行。\r\n"

    def test_a_name_like_markup_is_only_a_name(self) -> None:
        write("[red]甲[/].txt")
        assert "1 articles" in on_a_terminal("run", "[red]甲[/].txt", "-o", "出")


class TestInstalledCommand:
    def test_an_error_reaches_the_shell(self) -> None:
        done = installed("run", "gone.txt", "-o", "out")
        assert done.returncode == 1
        assert done.stdout == b""
        assert done.stderr.decode().splitlines() == [
            "zongheng: no such file or folder: gone.txt",
        ]

    def test_a_terminal_without_chinese_gets_escapes(self) -> None:
        write("a.txt", "产线。\n")
        done = installed("clean", "a.txt", PYTHONIOENCODING="ascii")
        assert (done.returncode, done.stderr) == (0, b"")
        assert done.stdout == rb"\u4ea7\u7ebf\u3002" + b"\n"

    def test_a_reader_that_goes_away_causes_no_traceback(self) -> None:
        reading, writing = os.pipe()
        os.close(reading)
        command = [str(Path(sys.executable).with_name("zongheng")), "schema", "triples"]
        done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, check=False)
        os.close(writing)
        assert done.stderr == b""
        assert done.returncode == 1

    def test_output_without_room_is_told_in_one_line(self) -> None:
        # No byte fits into a file here, as none fits onto a full disk.
        limited = ["sh", "-c", 'ulimit -f 0; exec "$@" > full', "sh"]
        program = str(Path(sys.executable).with_name("zongheng"))
        for words in (["--version"], ["schema", "triples"]):
            command = [*limited, program, *words]
            done = subprocess.run(command, capture_output=True, check=False, encoding="utf-8")
            assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
            assert done.stderr.startswith("zongheng: cannot write: ")
            assert not Path("full").stat().st_size


def test_ctrl_c_is_told_in_one_line(zongheng: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("pipeline.batch.find_inputs", stop)
    told = "zongheng: stopped; run the same command again to "
    assert zongheng("run", "甲.txt", "-o", "出") == Done(130, "", f"{told}go on\n")
    assert zongheng("clean", "甲.txt") == Done(130, "", f"{told}begin anew\n")


def test_ctrl_c_before_a_command_begins_is_told_in_one_line(
    zongheng: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pipeline.cli._call", stop)
    done = zongheng("run", "甲.txt", "-o", "出")
    assert (done.status, done.err.count("\n")) == (130, 1)
    assert "stopped" in done.err


def test_a_full_disk_is_told_in_one_line(
    zongheng: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    write("甲.txt")
    monkeypatch.setattr(os, "fsync", full)
    done = zongheng("run", "甲.txt", "-o", "出")
    assert done.status == 1
    assert done.err.startswith("zongheng: cannot write 出: No space left on device")
    assert not Path("出/manifest.json").exists()
