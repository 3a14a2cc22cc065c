from __future__ import annotations

import json
import os
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


@pytest.fixture
def finished(zongheng: Command, tmp_path: Path) -> Path:
    """A run on two articles of our own."""
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "a.txt").write_text("英伟达宣布以50亿美元入股英特尔。", encoding="utf-8")
    (articles / "b.txt").write_text("据传高通可能收购英特尔。\n\n无关。", encoding="utf-8")
    assert zongheng("run", str(articles), "--out", str(tmp_path / "run"), "-q").status == 0
    return tmp_path / "run"


def test_a_run_becomes_tasks_to_correct_and_an_interface(
    run: Run, finished: Path, tmp_path: Path
) -> None:
    tasks = tmp_path / "tasks.json"
    status, out, _ = run("convert", finished, "--to", "label-studio", "--out", tasks)
    assert status == 0
    assert "2 passages of 2 articles" in out
    assert "labelling interface" in out
    assert (tmp_path / "tasks.xml").is_file()
    assert all("predictions" in task for task in json.loads(tasks.read_text("utf-8")))


def test_uncertain_articles_come_first(run: Run, finished: Path, tmp_path: Path) -> None:
    tasks = tmp_path / "tasks.json"
    options = ("--to", "label-studio", "--sort", "uncertain", "--out", tasks)
    assert run("convert", finished, *options)[0] == 0
    scores = [task["predictions"][0]["score"] for task in json.loads(tasks.read_text("utf-8"))]
    assert scores == sorted(scores)


def test_a_long_article_is_cut(run: Run, finished: Path, tmp_path: Path) -> None:
    options = ("--to", "inline", "--max-chars", "13", "--out", tmp_path / "a.passages")
    status, out, _ = run("convert", finished, *options)
    assert status == 0
    assert "3 passages of 2 articles" in out
    assert "1 longer than --max-chars" in out


def test_tasks_that_nobody_annotated_are_counted_or_kept(
    run: Run, finished: Path, tmp_path: Path
) -> None:
    tasks, back = tmp_path / "tasks.json", tmp_path / "back.passages"
    run("convert", finished, "--to", "label-studio", "--out", tasks)
    options = (tasks, "--to", "inline", "--out", back)
    assert "2 left out that nobody has annotated" in run("convert", *options)[1]
    assert "2 passages" in run("convert", *options, "--keep-unannotated", "--force")[1]


@pytest.mark.parametrize(
    ("form", "out", "standing"),
    [
        ("inline", "a.passages", "a.passages"),
        ("label-studio", "a.json", "a.xml"),
        ("gold", "a", "a/gold.jsonl"),
    ],
)
def test_a_file_that_stands_there_is_replaced_only_by_force(
    form: str, out: str, standing: str, run: Run, passages: Path, tmp_path: Path
) -> None:
    file = tmp_path / standing
    file.parent.mkdir(exist_ok=True)
    file.write_text("corrected")
    options = (passages, "--to", form, "--out", tmp_path / out)
    status, _, errors = run("convert", *options)
    assert status == 1
    assert f"{standing} is there already; name another --out, or add --force" in errors
    assert file.read_text() == "corrected"
    assert run("convert", *options, "--force")[0] == 0
    assert file.read_text("utf-8") != "corrected"


def test_a_link_stays_and_what_it_points_to_is_written(
    run: Run, passages: Path, tmp_path: Path
) -> None:
    link, file = tmp_path / "link.passages", tmp_path / "real.passages"
    link.symlink_to(file)
    assert run("convert", passages, "--to", "inline", "--out", link)[0] == 0
    assert link.is_symlink()
    assert file.read_text("utf-8") == GOOD


def test_what_is_no_regular_file_is_not_written_to(
    run: Run, passages: Path, tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    status, _, errors = run("convert", passages, "--to", "inline", "--out", pipe, "--force")
    assert status == 1
    assert "pipe is no regular file; name another --out" in errors
    assert pipe.is_fifo()


def test_a_path_that_does_not_exist_is_told(run: Run) -> None:
    assert run("verify", "没有") == (1, "", "zongheng: no such file or folder: 没有\n")


def test_an_unfinished_run_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "plan.json").write_text('{"zongheng": "0"}')
    options = ("--to", "inline", "--out", tmp_path / "a.passages")
    status, _, errors = run("convert", tmp_path, *options)
    assert status == 1
    assert "is not finished; the command that began it goes on with it" in errors
    assert f"zongheng status {tmp_path}" in errors


def test_bad_tasks_stop_a_conversion_or_are_left_out_and_told(
    run: Run, passages: Path, tmp_path: Path
) -> None:
    tasks, back = tmp_path / "tasks.json", tmp_path / "back.passages"
    run("convert", passages, "--to", "label-studio", "--out", tasks)
    content = json.loads(tasks.read_text("utf-8"))
    content[0]["annotations"][0]["result"][-1]["labels"] = ["buy"]
    tasks.write_text(json.dumps(content), encoding="utf-8")
    options = (tasks, "--to", "inline", "--out", back)
    status, _, errors = run("convert", *options)
    assert status == 1
    assert "task 1: the relation from m0 to m1 needs a label" in errors
    assert "--skip-bad" in errors
    assert not back.exists()
    status, out, errors = run("convert", *options, "--skip-bad")
    assert status == 0
    assert "1 passages" in out
    assert "left out: " in errors


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--sort", "uncertain"), "--sort is for run folders"),
        (("--sort", "length"), "there is: uncertain"),
        (("--from", "brat"), "there are: run, inline"),
        (("--from", "run"), "not a finished run"),
    ],
)
def test_wrong_options_are_told(
    options: tuple[str, ...], told: str, run: Run, passages: Path, tmp_path: Path
) -> None:
    status, _, errors = run(
        "convert", passages, "--to", "inline", "--out", tmp_path / "x", *options
    )
    assert status == 1
    assert told in errors


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
