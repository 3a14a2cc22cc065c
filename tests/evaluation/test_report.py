from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.evaluation.gold import MarkedArticle
from pipeline.evaluation.report import Report

Mark = Callable[..., MarkedArticle]

TEXT = "微软投资英特尔。\n黄仁勋没有评论。"
GOLD = ((0, 2, "company", "g:ms"), (4, 7, "company", "g:intel"), (9, 12, "person", "g:jensen"))
FOUND = ((0, 2, "company", "f:ms"), (4, 7, "company", "f:intel"), (13, 15, "person", "f:no"))
INVEST = ("g:ms", "invest", "g:intel", "actual")


@pytest.fixture
def report(mark: Mark) -> Report:
    """One article half right and one missing."""
    gold = [
        mark(GOLD, [INVEST], name="one"),
        mark(GOLD, [INVEST], name="two", script="Hant", damaged=True),
    ]
    found = mark(
        FOUND,
        [("f:ms", "invest", "f:intel", "planned"), ("f:ms", "compete", "f:intel", "actual")],
        candidates=[("f:ms", "f:intel")],
        name="one",
    )
    return Report.of(gold, {"one": found}, "d" * 64)


def test_the_mention_table_has_a_row_a_type_and_one_for_all(report: Report) -> None:
    table = report.mention_table()
    assert list(table.index) == ["company", "person", "chip", "all"]
    assert list(table.columns) == ["precision", "recall", "F1", "gold", "found"]
    assert table.loc["company", ["precision", "recall", "gold", "found"]].tolist() == [1, 0.5, 4, 2]
    assert table.loc["all", ["gold", "found"]].tolist() == [6, 3]


def test_the_triple_table_has_rows_by_relation_script_and_damage(report: Report) -> None:
    table = report.triple_table()
    assert list(table.index) == [
        "invest",
        "buy",
        "compete",
        "script Hans",
        "script Hant",
        "damaged",
        "clean",
        "all",
    ]
    assert table["gold"].tolist() == [2, 0, 0, 1, 1, 1, 1, 2]
    assert table["found"].tolist() == [1, 0, 1, 2, 0, 0, 2, 2]


def test_counts_of_a_table_are_whole_numbers(report: Report) -> None:
    for table in (report.mention_table(), report.triple_table()):
        assert {str(table[name].dtype) for name in ("gold", "found")} <= {"int64", "int32"}


def test_the_figures_are_those_computed_by_hand(report: Report) -> None:
    figures = report.figures()
    assert figures["mention_precision"] == pytest.approx(2 / 3)
    assert figures["mention_recall"] == pytest.approx(2 / 6)
    assert figures["triple_precision"] == pytest.approx(1 / 2)
    assert figures["triple_recall"] == pytest.approx(1 / 2)
    assert figures["status_accuracy"] == 0
    assert figures["candidate_ceiling"] == pytest.approx(1 / 2)


def test_every_figure_lies_between_zero_and_one(report: Report) -> None:
    assert all(0 <= figure <= 1 for figure in report.figures().values())


def test_the_figures_of_a_run_without_triples_are_zero(mark: Mark) -> None:
    figures = Report.of([mark()], {}, "").figures()
    assert set(figures.values()) == {0.0}


def test_a_score_below_its_floor_is_told_with_both_numbers(report: Report) -> None:
    assert report.below({"triple_f1": 0.6, "mention_recall": 0.1}) == [
        "triple_f1 is 0.5000, its floor is 0.6000"
    ]


def test_a_score_at_its_floor_holds(report: Report) -> None:
    assert report.below({"triple_f1": 0.5}) == []


def test_a_floor_of_an_unknown_figure_is_an_error(report: Report) -> None:
    with pytest.raises(KeyError):
        report.below({"beauty": 0.5})


def test_every_miss_and_false_alarm_is_listed(report: Report) -> None:
    errors = list(report.errors({"one": TEXT, "two": TEXT}))
    assert [(article, kind, what) for article, kind, what, _ in errors] == [
        ("one", "missed mention", "黄仁勋 (person) 9..12"),
        ("one", "false mention", f"{TEXT[13:15]} (person) 13..15"),
        ("one", "false triple", "(微软, compete, 英特尔)"),
        ("two", "missed mention", "微软 (company) 0..2"),
        ("two", "missed mention", "英特尔 (company) 4..7"),
        ("two", "missed mention", "黄仁勋 (person) 9..12"),
        ("two", "missed triple", "(微软, invest, 英特尔)"),
    ]


def test_a_mention_error_shows_its_line(report: Report) -> None:
    first = next(report.errors({"one": TEXT}))
    assert first[3] == "黄仁勋没有评论。"


def test_a_triple_error_shows_its_evidence(report: Report) -> None:
    shown = {kind: sentence for _, kind, _, sentence in report.errors({"one": TEXT})}
    assert shown["false triple"] == "f:mscompetef:intel"


def test_errors_are_listed_without_the_texts_too(report: Report) -> None:
    errors = list(report.errors({}))
    assert len(errors) == 7
    assert ("two", "missed triple", "(g:ms, invest, g:intel)", "g:msinvestg:intel") in errors


def test_a_perfect_run_has_no_errors(mark: Mark) -> None:
    gold = mark(GOLD, [INVEST])
    assert list(Report.of([gold], {"one": gold}, "").errors({"one": TEXT})) == []
