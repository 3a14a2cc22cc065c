from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.command import Command

GOOD = """@ wire hans
[远山|company:1]宣布收购[青穹|company:2]。
1 buy 2 actual

@ wire hans neg=cooperation
[远山|company:1]与[青穹|company:2]深化合作，双方将联合研发。
"""
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(zongheng: Command) -> Run:
    """Exit status, output and errors of `zongheng corpus …`."""

    def call(*arguments: str | Path) -> tuple[int, str, str]:
        done = zongheng("corpus", *map(str, arguments))
        return done.status, done.out, done.err

    return call


@pytest.fixture
def passages(tmp_path: Path) -> Path:
    path = tmp_path / "mine.passages"
    path.write_text(GOOD, encoding="utf-8")
    return path


def test_sound_passages_are_counted(run: Run, passages: Path) -> None:
    assert run("verify", passages)[:2] == (0, "sound: 2 passages, 1 triples\n")


def test_every_fault_is_told_with_file_and_line(run: Run, passages: Path) -> None:
    passages.write_text(GOOD + "\n@ wire\n一\n\n@ wire hans\n[远山|firm:1]\n", encoding="utf-8")
    status, _, errors = run("verify", passages)
    assert status == 1
    assert "mine.passages:8: expected a header" in errors
    assert "mine.passages:11: says" not in errors
    assert "2 faults" in errors


def test_doubts_are_shown_and_are_no_faults(run: Run, passages: Path) -> None:
    passages.write_text(
        "@ wire hans neg=plain\n[远山|company:1]很远，远山很高。\n", encoding="utf-8"
    )
    status, out, _ = run("verify", passages, "--doubts")
    assert status == 0
    assert "'远山' is not marked" in out


def test_stats_are_shown_as_a_table_and_as_json(run: Run, passages: Path) -> None:
    assert "triples: buy" in run("stats", passages)[1]
    figures = json.loads(run("stats", passages, "--json")[1])
    assert figures["given"]["triples"] == {"buy": 1}


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("inline", "a.passages"),
        ("label-studio", "a.json"),
        ("doccano", "a.jsonl"),
        ("bio", "a.txt"),
    ],
)
def test_passages_are_converted(
    form: str, name: str, run: Run, passages: Path, tmp_path: Path
) -> None:
    status, out, _ = run("convert", passages, "--to", form, "--out", tmp_path / name)
    assert status == 0
    assert "2 passages" in out
    assert (tmp_path / name).stat().st_size


def test_converting_there_and_back_gives_the_same_file(
    run: Run, passages: Path, tmp_path: Path
) -> None:
    tasks, back = tmp_path / "tasks.json", tmp_path / "back.passages"
    run("convert", passages, "--to", "label-studio", "--out", tasks)
    run("convert", tasks, "--to", "inline", "--out", back)
    assert back.read_text(encoding="utf-8") == GOOD


def test_an_unknown_form_is_an_error_that_lists_the_known(
    run: Run, passages: Path, tmp_path: Path
) -> None:
    status, _, errors = run("convert", passages, "--to", "brat", "--out", tmp_path / "x")
    assert status == 1
    assert "label-studio" in errors


def test_two_annotations_are_compared_where_they_share_texts(
    run: Run, passages: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.passages"
    other.write_text(GOOD.replace("buy 2 actual", "buy 2 planned"), encoding="utf-8")
    status, out, _ = run("agreement", passages, other)
    assert status == 0
    assert "2 texts annotated twice" in out
    assert "triple_f1        1.0000" in out
    assert "status_accuracy  0.0000" in out


def test_annotations_of_other_texts_cannot_be_compared(
    run: Run, passages: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.passages"
    other.write_text("@ wire hans neg=plain\n别的。\n", encoding="utf-8")
    assert "no text in common" in run("agreement", passages, other)[2]
