from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import GoldError, InputError
from pipeline.evaluation.gate import BelowFloor, hold_floors
from pipeline.evaluation.gold import MarkedArticle
from pipeline.evaluation.report import Report

DIGEST = "a" * 64
Floors = Callable[..., Path]


@pytest.fixture
def report(mark: Callable[..., MarkedArticle]) -> Report:
    """Every second mention right: mention_recall is 0.5, mention_precision 1."""
    gold = mark([(0, 2, "company", "a"), (4, 6, "company", "b")])
    return Report.of([gold], {"one": mark([(0, 2, "company", "x")])}, DIGEST)


@pytest.fixture
def floors(tmp_path: Path) -> Floors:
    def write(content: object) -> Path:
        path = tmp_path / "floors.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
        return path

    return write


def test_floors_that_hold_are_counted(report: Report, floors: Floors) -> None:
    pinned = {"mention_recall": 0.5, "mention_precision": 0.9}
    assert hold_floors(report, floors({"gold_sha256": DIGEST, "floors": pinned})) == 2


def test_a_score_below_its_floor_stops(report: Report, floors: Floors) -> None:
    path = floors({"gold_sha256": DIGEST, "floors": {"mention_recall": 0.6}})
    with pytest.raises(BelowFloor, match=r"mention_recall is 0\.5000, its floor is 0\.6000"):
        hold_floors(report, path)


def test_every_score_below_its_floor_is_named(report: Report, floors: Floors) -> None:
    pinned = {"mention_recall": 0.6, "triple_f1": 0.2, "mention_precision": 0.2}
    with pytest.raises(BelowFloor, match=r"mention_recall.*; triple_f1"):
        hold_floors(report, floors({"gold_sha256": DIGEST, "floors": pinned}))


def test_a_changed_gold_stops_even_where_floors_hold(report: Report, floors: Floors) -> None:
    path = floors({"gold_sha256": "b" * 64, "floors": {"mention_recall": 0.1}})
    with pytest.raises(GoldError, match="the gold has changed"):
        hold_floors(report, path)


def test_a_changed_gold_is_told_before_a_low_score(report: Report, floors: Floors) -> None:
    path = floors({"gold_sha256": "b" * 64, "floors": {"mention_recall": 0.9}})
    with pytest.raises(GoldError):
        hold_floors(report, path)


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        "null",
        {},
        {"gold_sha256": DIGEST},
        {"gold_sha256": DIGEST, "floors": [0.5]},
        {"gold_sha256": DIGEST, "floors": {"mention_recall": "high"}},
        {"gold_sha256": DIGEST, "floors": {"mention_recall": None}},
        {"gold_sha256": DIGEST, "floors": {"beauty": 0.5}},
    ],
)
def test_a_broken_floors_file_is_an_input_error(
    report: Report, floors: Floors, content: object
) -> None:
    with pytest.raises(InputError, match=r"floors\.json: not a file of floors"):
        hold_floors(report, floors(content))


def test_a_missing_floors_file_is_an_input_error(report: Report, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a file of floors"):
        hold_floors(report, tmp_path / "none.json")
