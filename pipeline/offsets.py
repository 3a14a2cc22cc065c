"""The bridge from cleaned text back to the raw article."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.types import CleanSpan, RawSpan


@dataclass(frozen=True, slots=True)
class OffsetMap:
    """Where each cleaned character came from.

    starts, ends: raw half-open span of cleaned character i, in code points; both ascend (not
        strictly) and are as long as the cleaned text. Characters made from one raw span (an entity
        such as "&amp;") share it; a character recovered from nothing has an empty one.
    """

    starts: Sequence[int]
    ends: Sequence[int]

    @classmethod
    def identity(cls, length: int) -> OffsetMap:
        """The map of a text that was not changed."""
        return cls(range(length), range(1, length + 1))

    def __len__(self) -> int:
        return len(self.starts)

    def to_raw(self, span: CleanSpan) -> RawSpan:
        """The smallest raw span that holds every character of `span`; an empty span gives an
        insertion point.

        Raises IndexError when `span` reaches beyond the cleaned text.
        """
        start, end = self._bounds(span.start, span.end)
        return RawSpan(start, end)

    def to_clean(self, span: RawSpan) -> CleanSpan:
        """The cleaned characters that come from `span`, be it in part; empty where it was
        deleted."""
        # A character recovered from nothing overlaps no span; it belongs to one that begins or ends
        # there.
        start = min(bisect_left(self.starts, span.start), bisect_right(self.ends, span.start))
        end = max(bisect_left(self.starts, span.end), bisect_right(self.ends, span.end))
        return CleanSpan(start, max(start, end))

    def then(self, later: OffsetMap) -> OffsetMap:
        """The map of two steps in a row: `self` leads to raw, `later` leads to the text `self`
        speaks of."""
        if later == OffsetMap.identity(len(self)):
            return self
        if self == OffsetMap.identity(len(self)):
            return later
        bounds = [
            self._bounds(start, end) for start, end in zip(later.starts, later.ends, strict=True)
        ]
        return OffsetMap([start for start, _ in bounds], [end for _, end in bounds])

    def _bounds(self, start: int, end: int) -> tuple[int, int]:
        size = len(self.starts)
        if not 0 <= start <= end <= size:
            raise IndexError(
                f"span {start}..{end} is outside the cleaned text of {size} characters"
            )
        if start < end:
            return self.starts[start], self.ends[end - 1]
        before = self.ends[start - 1] if start else 0
        if start == size:
            return before, before
        # Between two characters that share a raw span the insertion point is that whole span.
        return self.starts[start], max(self.starts[start], before)
