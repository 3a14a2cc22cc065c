from __future__ import annotations

import os
from pathlib import Path

import pytest

import pipeline.cli.report  # noqa: F401
from pipeline.report import REPORT_NAME
from pipeline.run_folder import RunFolder
from tests.command import Command

pytestmark = pytest.mark.usefixtures("folder")


@pytest.fixture
def finished(zongheng: Command) -> Path:
    """A run made by the command itself."""
    Path("甲.txt").write_text("软银去年收购了Graphcore。\n", encoding="utf-8")
    assert zongheng("run", "甲.txt", "--out", "出", "--quiet").status == 0
    return Path("出")


def test_the_report_stands_in_the_run_folder_and_its_size_is_told(
    finished: Path, zongheng: Command
) -> None:
    done = zongheng("report", "出")
    size = (finished / REPORT_NAME).stat().st_size
    assert (done.status, done.err) == (0, "")
    assert done.out == f"1 articles, {size:,} bytes → 出{os.sep}report.html\n"


def test_a_run_with_a_report_can_be_made_anew(finished: Path, zongheng: Command) -> None:
    zongheng("report", "出")
    again = zongheng("run", "甲.txt", "--out", "出")
    assert (again.status, "finished" in again.err) == (0, True)
    assert zongheng("run", "甲.txt", "--out", "出", "--fresh", "--quiet").status == 0
    assert not (finished / REPORT_NAME).exists()


def test_what_is_left_out_is_told(finished: Path, zongheng: Command) -> None:
    done = zongheng("report", str(finished), "--out", "r.html", "--limit", "0")
    assert "0 articles (1 left out; --limit)" in done.out
    assert Path("r.html").exists()


def test_quiet_says_nothing(run: RunFolder, zongheng: Command) -> None:
    done = zongheng("report", str(run.path), "--out", "r.html", "--quiet")
    assert (done.status, done.out, done.err) == (0, "", "")


def test_the_language_is_one_of_two(run: RunFolder, zongheng: Command) -> None:
    done = zongheng("report", str(run.path), "--language", "fr")
    assert done.status == 2
    assert "zh, en" in done.err


def test_what_is_no_run_is_told(zongheng: Command) -> None:
    done = zongheng("report", "nirgends")
    assert done.status == 1
    assert "is not a finished run" in done.err


def test_gold_of_other_articles_is_told(run: RunFolder, root: Path, zongheng: Command) -> None:
    gold = root / "corpus" / "gold" / "gold.jsonl"
    done = zongheng("report", str(run.path), "--out", "r.html", "--gold", str(gold))
    assert done.status == 1
    assert "no article in common" in done.err
    assert not Path("r.html").exists()
