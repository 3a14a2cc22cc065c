from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.command import Command, Done

TEXT = "软银去年收购了Graphcore。\n"
# Blank lines that fill a part, so that each article is one.
PADDING = "\n" * 22_000

pytestmark = pytest.mark.usefixtures("folder")


def write(name: str, text: str = TEXT) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
    return path


def outputs(folder: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path(folder).glob("*.json*")}


class TestRun:
    def test_triples_come_out(self, zongheng: Command) -> None:
        write("文/甲.txt")
        done = zongheng("run", "文", "--out", "出")
        assert (done.status, done.err) == (0, "")
        assert "1 articles" in done.out
        assert "1 triples → 出" in done.out
        (line,) = Path("出/triples.jsonl").read_text("utf-8").splitlines()
        assert json.loads(line)["head"] == "软银"

    def test_quiet_says_nothing(self, zongheng: Command) -> None:
        write("甲.txt")
        assert zongheng("run", "甲.txt", "-o", "出", "--quiet") == Done(0, "", "")

    def test_a_rejected_article_is_told_and_does_not_fail_the_run(self, zongheng: Command) -> None:
        write("文/甲.txt")
        write("文/空.txt", "")
        done = zongheng("run", "文", "-o", "出")
        assert done.status == 0
        assert "rejected 1 × empty: the article holds no visible character" in done.out
        assert "rejects.jsonl" in done.out

    def test_the_same_run_again_does_nothing_and_says_so(self, zongheng: Command) -> None:
        write("甲.txt")
        first = zongheng("run", "甲.txt", "-o", "出")
        before = outputs("出")
        again = zongheng("run", "甲.txt", "-o", "出")
        assert (again.status, again.out) == (0, first.out)
        assert "already holds this run, finished; --fresh makes it again" in again.err
        assert outputs("出") == before

    def test_a_finished_run_is_replaced_with_fresh_alone(self, zongheng: Command) -> None:
        write("甲.txt")
        zongheng("run", "甲.txt", "-o", "出")
        write("甲.txt", "小林在公园里散步。\n")
        done = zongheng("run", "甲.txt", "-o", "出")
        assert done.status == 1
        assert "the input has changed since the run in 出 was begun; add --fresh" in done.err
        assert zongheng("run", "甲.txt", "-o", "出", "--fresh").status == 0

    def test_other_settings_are_named(self, zongheng: Command) -> None:
        write("甲.txt")
        zongheng("run", "甲.txt", "-o", "出")
        for option, told in {
            ("--max-chars", "99"): "max_chars (was 1000000, now 99)",
            ("--encoding", "utf-8"): 'encoding (was "", now utf-8)',
            ("--limit", "3"): "limit (was 0, now 3)",
            ("--text-field", "body"): 'text_field (was "", now body)',
        }.items():
            done = zongheng("run", "甲.txt", "-o", "出", *option)
            assert done.status == 1
            assert told in done.err

    def test_the_encoding_can_be_named(self, zongheng: Command) -> None:
        Path("甲.txt").write_bytes("軟銀去年收購了Graphcore。".encode("big5"))
        zongheng("run", "甲.txt", "-o", "出", "--encoding", "big5", "-q")
        (line,) = Path("出/articles.jsonl").read_text("utf-8").splitlines()
        assert json.loads(line)["encoding"] == "big5"

    def test_articles_above_max_chars_are_rejected(self, zongheng: Command) -> None:
        write("甲.txt")
        out = zongheng("run", "甲.txt", "-o", "出", "--max-chars", "5").out
        assert "rejected 1 × too_long" in out

    def test_articles_beyond_max_seconds_are_rejected(self, zongheng: Command) -> None:
        write("甲.txt", TEXT * 5_000)
        out = zongheng("run", "甲.txt", "-o", "出", "--max-seconds", "0.01").out
        assert "rejected 1 × too_slow" in out

    @pytest.mark.parametrize("seconds", ["inf", "1e300"])
    def test_a_time_that_no_timer_can_be_set_to_is_wrong_usage(
        self, zongheng: Command, seconds: str
    ) -> None:
        write("甲.txt")
        assert zongheng("run", "甲.txt", "-o", "出", "--max-seconds", seconds).status == 2

    def test_the_run_folder_may_lie_in_the_folder_that_is_read(self, zongheng: Command) -> None:
        write("文/甲.txt")
        first = zongheng("run", "文", "-o", "文/出")
        again = zongheng("run", "文", "-o", "文/出")
        assert (again.status, again.out) == (0, first.out)
        assert zongheng("run", "文", "-o", "文/出", "--fresh").out == first.out

    def test_this_process_alone_is_one_worker(self, zongheng: Command) -> None:
        write("甲.txt")
        options = ("--engine", "serial", "--workers", "7", "--log-json")
        done = zongheng("run", "甲.txt", "-o", "出", *options)
        assert json.loads(done.err.splitlines()[-1])["workers"] == 1

    def test_a_file_whose_name_is_no_unicode_is_run(self, zongheng: Command) -> None:
        write(os.fsdecode(b"\xb2\xe2.txt"))
        write(os.fsdecode(b"\xb2\xe3.txt"), "")
        done = zongheng("run", ".", "-o", "出")
        assert done.status == 0
        assert "rejected 1 × duplicate_id" in done.out


class TestRecords:
    def test_the_fields_that_were_taken_are_told(self, zongheng: Command) -> None:
        write("文.jsonl", json.dumps({"url": "https://a/1", "content": TEXT}) + "\n")
        done = zongheng("run", "文.jsonl", "-o", "出")
        assert "fields of 文.jsonl: text from 'content', id from 'url'" in done.out
        (line,) = Path("出/articles.jsonl").read_text("utf-8").splitlines()
        assert json.loads(line)["id"] == "https://a/1"

    def test_fields_can_be_named(self, zongheng: Command) -> None:
        write("文.jsonl", json.dumps({"t": TEXT, "n": "甲", "text": "另"}) + "\n")
        zongheng("run", "文.jsonl", "-o", "出", "--text-field", "t", "--id-field", "n")
        (line,) = Path("出/articles.jsonl").read_text("utf-8").splitlines()
        assert json.loads(line)["id"] == "甲"
        assert json.loads(line)["characters"] == len(TEXT)

    def test_standard_input_is_read(
        self, zongheng: Command, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        content = json.dumps({"text": TEXT}).encode()
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
        done = zongheng("run", "-", "-o", "出")
        assert done.status == 0
        assert "1 articles" in done.out

    def test_limit_reads_the_first_articles_alone(self, zongheng: Command) -> None:
        lines = [json.dumps({"text": f"第{number}篇。"}) for number in range(5)]
        write("文.jsonl", "\n".join([*lines, "坏"]))
        done = zongheng("run", "文.jsonl", "-o", "出", "--limit", "2")
        assert "2 articles" in done.out
        assert "rejected" not in done.out


class TestMaxRejects:
    def test_more_rejects_than_allowed_are_exit_status_3(self, zongheng: Command) -> None:
        write("文.jsonl", json.dumps({"text": TEXT}) + "\n坏\n")
        first = zongheng("run", "文.jsonl", "-o", "出", "--max-rejects", "0")
        assert first.status == 3
        assert "1 of 2 articles were rejected, more than --max-rejects 0" in first.err
        # The run is whole all the same, and how many were allowed is no setting of it.
        allowed = {"0": 3, "1": 0, "49%": 3, "49.9%": 3, "50%": 0, "": 0}
        for most, status in allowed.items():
            done = zongheng("run", "文.jsonl", "-o", "出", "--max-rejects", most)
            assert done.status == status


class TestDryRun:
    def test_it_tells_what_would_be_read_and_writes_nothing(self, zongheng: Command) -> None:
        write("文/甲.txt")
        write("文/乙.jsonl", json.dumps({"text": "第二篇。"}) + "\n坏\n")
        done = zongheng("run", "文", "-o", "出", "--dry-run")
        assert (done.status, done.err) == (0, "")
        assert "2 inputs" in done.out
        assert "3 articles" in done.out
        assert "would be rejected 1 × bad_record" in done.out
        assert "first ids: 乙.jsonl:1, 甲" in done.out
        assert "fields of 文/乙.jsonl: text from 'text'" in done.out
        assert "1 parts, 0 done, 1 to do; nothing was written" in done.out
        assert not Path("出").exists()


class TestStatus:
    def test_a_finished_run(self, zongheng: Command) -> None:
        write("文/甲.txt")
        write("文/空.txt", "")
        zongheng("run", "文", "-o", "出", "-q")
        done = zongheng("status", "出")
        assert (done.status, done.err) == (0, "")
        assert done.out.splitlines()[:2] == ["出: finished", "1 articles, 1 triples"]
        assert "rejected 1 × empty" in done.out

    def test_json_holds_it_all(self, zongheng: Command) -> None:
        write("甲.txt")
        zongheng("run", "甲.txt", "-o", "出", "-q")
        found = json.loads(zongheng("status", "出", "--json").out)
        assert (found["state"], found["articles"]) == ("finished", 1)


def test_progress_as_json_lines(zongheng: Command) -> None:
    write("文/甲.txt")
    write("文/空.txt", "")
    done = zongheng("run", "文", "-o", "出", "--log-json", "--engine", "serial")
    last = json.loads(done.err.splitlines()[-1])
    assert (last["items_done"], last["articles"], last["rejects"]) == (2, 1, {"empty": 1})
    assert (last["fraction"], last["complete"]) == (1, True)


def test_ctrl_c_ends_all_processes_without_noise_and_the_same_command_goes_on(
    zongheng: Command,
) -> None:
    # Each article is a part; the driver waits for more, so that it cannot be done too early.
    texts = [f"第{number}篇：{TEXT}{PADDING}" for number in range(5)]
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts).encode()
    command = [str(Path(sys.executable).with_name("zongheng")), "run", "-", "-o"]
    # A session of its own, as that of a terminal, whose processes all get the signal.
    driver = subprocess.Popen(
        [*command, "出", "--workers", "2", "--quiet"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert driver.stdin
    driver.stdin.write(lines)
    driver.stdin.flush()
    while not list(Path("出").glob("parts/0*.jsonl")):
        assert driver.poll() is None
        time.sleep(0.02)
    assert zongheng("status", "出").out.startswith("出: running\n")
    os.killpg(driver.pid, signal.SIGINT)
    out, err = driver.communicate()
    assert driver.returncode == 130
    assert (out, err.decode()) == (b"", "zongheng: stopped; run the same command again to go on\n")

    stopped = zongheng("status", "出").out
    assert stopped.startswith("出: stopped\n")
    assert "to go on, run the same command again" in stopped
    for folder in ("出", "另"):
        subprocess.run([*command, folder, "-q"], input=lines, check=True)
    assert outputs("出") == outputs("另")
