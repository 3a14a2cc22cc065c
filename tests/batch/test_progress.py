from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.batch.manifest import MANIFEST
from pipeline.batch.parts import Counts, Part, Report
from pipeline.batch.progress import Progress, status_of
from pipeline.errors import RunError
from tests.batch.workers import text_items


class Clock:
    """Stands still unless it is told."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def progress(clock: Clock, **given: Any) -> Progress:
    return Progress("processes", 2, clock=clock, **given)


def part(number: int) -> Part:
    return Part(number, tuple(text_items(10)))


def test_a_part_counts_while_it_is_being_done_and_once(clock: Clock) -> None:
    one = progress(clock)
    one.read(part(0))
    for items, done in ((4, False), (10, False), (10, True)):
        one.report(Report(0, Counts(items=items, articles=items), done))
        assert one.record()["items_done"] == items
    assert (one.record()["parts_read"], one.record()["parts_done"]) == (1, 1)


def test_rates_are_of_this_driver_alone(clock: Clock) -> None:
    one = progress(clock)
    one.read(part(0))
    one.keep(Counts(items=10, articles=10, characters=1_000))
    one.read(part(1))
    clock.now += 5
    one.report(Report(1, Counts(items=10, articles=10, characters=500), done=True))
    record = one.record()
    assert (record["articles_per_second"], record["characters_per_second"]) == (2, 100)
    assert (record["items_kept"], record["articles"]) == (10, 20)


def test_the_unread_rest_is_taken_to_be_like_what_is_read(clock: Clock) -> None:
    one = progress(clock, bytes_total=1_000)
    one.read(part(0))
    one.advance(100)
    clock.now += 5
    one.report(Report(0, Counts(items=10), done=True))
    assert one.record()["fraction"] == pytest.approx(0.1)
    assert one.record()["seconds_left"] == pytest.approx(45)


def test_with_a_limit_the_end_is_known(clock: Clock) -> None:
    one = progress(clock, bytes_total=1_000_000, limit=40)
    one.read(part(0))
    clock.now += 5
    one.report(Report(0, Counts(items=10), done=True))
    assert one.record()["fraction"] == pytest.approx(0.25)
    assert one.record()["seconds_left"] == pytest.approx(15)


def test_before_anything_is_known_nothing_is_promised(clock: Clock) -> None:
    record = progress(clock).record()
    assert (record["fraction"], record["seconds_left"]) == (0, None)


def test_it_is_written_no_more_than_once_a_second(clock: Clock, tmp_path: Path) -> None:
    one = progress(clock)
    written = []
    for seconds in (0, 0.5, 0.6):
        clock.now += seconds
        one.report(Report(0, Counts(), done=False))
        one.write(tmp_path)
        written.append((tmp_path / "progress.json").read_bytes())
    assert written[0] == written[1] != written[2]


def test_a_name_that_no_system_allows_has_no_status(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="holds no run"):
        status_of(tmp_path / ("长" * 300))


def test_a_folder_that_is_no_run_has_no_status(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text('{"name": "a web app"}', encoding="utf-8")
    with pytest.raises(RunError, match=r"holds no run; make one with: zongheng run"):
        status_of(tmp_path)
