"""The laws of the bridge back to raw."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.offsets import OffsetMap
from pipeline.types import CleanSpan, RawSpan

MAX_RAW = 12


@st.composite
def steps(draw: st.DrawFn, size: int) -> OffsetMap:
    """The map of one cleaning step over a text of `size` characters."""
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    while at < size or draw(st.booleans()):
        change = draw(st.sampled_from(("keep", "delete", "merge", "share", "insert")))
        taken = 0 if change == "insert" else 1 + (change == "merge")
        taken = min(taken, size - at)
        made = {"delete": 0, "share": 2}.get(change, 1)
        starts += [at] * made
        ends += [at + taken] * made
        at += taken
    return OffsetMap(starts, ends)


@st.composite
def maps(draw: st.DrawFn) -> OffsetMap:
    """A map composed of up to three steps."""
    composed = draw(steps(draw(st.integers(0, MAX_RAW))))
    for _ in range(draw(st.integers(0, 2))):
        composed = composed.then(draw(steps(len(composed))))
    return composed


@st.composite
def two_steps(draw: st.DrawFn) -> tuple[OffsetMap, OffsetMap]:
    first = draw(maps())
    return first, draw(steps(len(first)))


def spans(size: int) -> list[CleanSpan]:
    """Every span over `size` characters that is not empty."""
    return [CleanSpan(a, b) for a in range(size) for b in range(a + 1, size + 1)]


def holds(outer: RawSpan, inner: RawSpan) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


@given(maps())
def test_starts_and_ends_ascend_and_are_as_long_as_the_text(offsets: OffsetMap) -> None:
    assert len(offsets.starts) == len(offsets.ends) == len(offsets)
    assert all(a <= b for a, b in pairwise(offsets.starts))
    assert all(a <= b for a, b in pairwise(offsets.ends))
    assert all(a <= b for a, b in zip(offsets.starts, offsets.ends, strict=True))


@given(maps())
def test_a_raw_span_holds_that_of_each_of_its_characters(offsets: OffsetMap) -> None:
    for span in spans(len(offsets)):
        raw = offsets.to_raw(span)
        for i in range(span.start, span.end):
            assert holds(raw, offsets.to_raw(CleanSpan(i, i + 1)))


@given(two_steps())
def test_a_composed_map_is_two_steps_for_a_span_whose_ends_come_from_something(
    both: tuple[OffsetMap, OffsetMap],
) -> None:
    first, later = both
    composed = first.then(later)
    for span in spans(len(later)):
        middle = later.to_raw(span)
        ends = (span.start, span.end - 1)
        if all(later.starts[i] < later.ends[i] for i in ends):
            expected = first.to_raw(CleanSpan(middle.start, middle.end))
            assert composed.to_raw(span) == expected


@given(two_steps())
def test_a_composed_map_never_loses_what_two_steps_hold(
    both: tuple[OffsetMap, OffsetMap],
) -> None:
    first, later = both
    composed = first.then(later)
    for span in spans(len(later)):
        middle = later.to_raw(span)
        assert holds(composed.to_raw(span), first.to_raw(CleanSpan(middle.start, middle.end)))


@given(maps())
def test_composing_with_the_identity_changes_nothing(offsets: OffsetMap) -> None:
    size = len(offsets)
    after = offsets.then(OffsetMap.identity(size))
    assert list(after.starts) == list(offsets.starts)
    assert list(after.ends) == list(offsets.ends)


@given(steps(MAX_RAW))
def test_the_identity_before_a_step_keeps_every_character_that_comes_from_something(
    step: OffsetMap,
) -> None:
    composed = OffsetMap.identity(MAX_RAW).then(step)
    for i, (start, end) in enumerate(zip(step.starts, step.ends, strict=True)):
        assert composed.to_raw(CleanSpan(i, i + 1)) == RawSpan(start, end)


def test_a_step_with_identical_starts_but_other_ends_is_not_taken_for_the_identity() -> None:
    merged = OffsetMap(range(3), [2, 3, 3])
    assert OffsetMap.identity(3).then(merged).to_raw(CleanSpan(0, 1)) == RawSpan(0, 2)


@given(st.integers(0, 40), st.data())
def test_the_identity_leaves_every_span_where_it_is(size: int, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, size))
    end = data.draw(st.integers(start, size))
    assert OffsetMap.identity(size).to_raw(CleanSpan(start, end)) == RawSpan(start, end)


@pytest.mark.parametrize(("start", "end"), [(0, 4), (4, 4), (-1, 2), (2, 1)])
def test_a_span_outside_the_cleaned_text_is_an_index_error(start: int, end: int) -> None:
    with pytest.raises(IndexError, match=rf"span {start}\.\.{end} is outside"):
        OffsetMap.identity(3).to_raw(CleanSpan(start, end))


@given(maps())
def test_an_empty_span_lies_between_its_neighbours(offsets: OffsetMap) -> None:
    for i in range(len(offsets) + 1):
        raw = offsets.to_raw(CleanSpan(i, i))
        assert raw.start <= raw.end
        if i:
            assert offsets.starts[i - 1] <= raw.start
            assert offsets.ends[i - 1] <= raw.end
        if i < len(offsets):
            assert raw.start <= offsets.starts[i]
            assert raw.end <= offsets.ends[i] or raw.end == offsets.ends[i - 1]


def test_an_empty_span_after_deleted_text_stands_behind_it() -> None:
    without_the_third = OffsetMap([0, 1, 3], [1, 2, 4])
    assert without_the_third.to_raw(CleanSpan(2, 2)) == RawSpan(3, 3)


def test_an_empty_span_inside_a_shared_raw_span_is_that_whole_span() -> None:
    shared = OffsetMap([0, 0, 5], [5, 5, 6])
    assert shared.to_raw(CleanSpan(1, 1)) == RawSpan(0, 5)


def test_an_empty_span_at_the_end_stands_behind_the_last_character() -> None:
    assert OffsetMap([0, 2], [1, 4]).to_raw(CleanSpan(2, 2)) == RawSpan(4, 4)


def test_the_map_of_an_emptied_text_has_one_place_left() -> None:
    assert OffsetMap([], []).to_raw(CleanSpan(0, 0)) == RawSpan(0, 0)


def test_a_deleted_stretch_has_an_empty_place_in_the_clean_text() -> None:
    without_the_second = OffsetMap([0, 2], [1, 3])
    assert without_the_second.to_clean(RawSpan(1, 2)) == CleanSpan(1, 1)


def test_a_character_that_comes_of_more_than_the_stretch_counts() -> None:
    assert OffsetMap([0, 1, 4], [1, 4, 5]).to_clean(RawSpan(2, 4)) == CleanSpan(1, 2)


@given(maps())
def test_what_a_clean_span_came_from_leads_back_to_all_of_it(offsets: OffsetMap) -> None:
    for i in range(len(offsets)):
        found = offsets.to_clean(offsets.to_raw(CleanSpan(i, i + 1)))
        assert found.start <= i < found.end
