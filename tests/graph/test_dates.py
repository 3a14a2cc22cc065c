from __future__ import annotations

import pytest

from pipeline.graph.dates import first_and_last, normal, span


@pytest.mark.parametrize(
    ("date", "days"),
    [
        ("2026", ((2026, 1, 1), (2026, 12, 31))),
        ("2026-Q3", ((2026, 7, 1), (2026, 9, 31))),
        ("2026-11", ((2026, 11, 1), (2026, 11, 31))),
        ("2026-11-20", ((2026, 11, 20), (2026, 11, 20))),
        ("2026-11-20T08:30:00+08:00", ((2026, 11, 20), (2026, 11, 20))),
    ],
)
def test_a_date_spans_the_days_that_it_may_mean(
    date: str, days: tuple[tuple[int, ...], tuple[int, ...]]
) -> None:
    assert span(date) == days


@pytest.mark.parametrize("text", ["", "昨日", "2026-13", "2026-00", "2026-11-32", "2026-Q5", "26"])
def test_what_is_no_date_spans_nothing(text: str) -> None:
    assert span(text) is None
    assert normal(text) == ""


def test_the_time_of_day_is_left_out() -> None:
    assert normal("2026-11-20 08:30") == "2026-11-20"


@pytest.mark.parametrize(
    ("dates", "ends"),
    [
        ([], ("", "")),
        (["昨日", ""], ("", "")),
        (["2026"], ("2026", "2026")),
        (["2026", "2026-11-20"], ("2026-11-20", "2026-11-20")),
        (["2025", "2026-11-20"], ("2025", "2026-11-20")),
        (["2026-Q3", "2026-11", "2026-09-30"], ("2026-09-30", "2026-11")),
        (["2026-Q4", "2026-10", "2026"], ("2026-10", "2026-10")),
        (["2026-12-31", "2026"], ("2026-12-31", "2026-12-31")),
    ],
)
def test_a_vague_date_says_nothing_against_a_sharper_one_inside_it(
    dates: list[str], ends: tuple[str, str]
) -> None:
    assert first_and_last(dates) == ends
    assert first_and_last(reversed(dates)) == ends
