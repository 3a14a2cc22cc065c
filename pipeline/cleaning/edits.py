"""Replacing stretches of a text while keeping the way back."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.offsets import OffsetMap


@dataclass(frozen=True, slots=True)
class Edit:
    """text[start:end] becomes `after`; start == end inserts, after == "" deletes."""

    start: int
    end: int
    after: str


def apply_edits(text: str, edits: Iterable[Edit]) -> tuple[str, OffsetMap]:
    """`text` with `edits` (ascending, not overlapping) made, and the map back to it.

    Where a stretch keeps its length, each of its characters leads back to its own place; else all
    characters that replace it share its span. Raises ValueError for edits out of order.
    """
    pieces: list[str] = []
    starts = array("q")
    ends = array("q")
    done = 0
    for edit in edits:
        if not done <= edit.start <= edit.end <= len(text):
            raise ValueError(f"edit {edit.start}..{edit.end} is out of order or outside the text")
        pieces += (text[done : edit.start], edit.after)
        starts.extend(range(done, edit.start))
        ends.extend(range(done + 1, edit.start + 1))
        if len(edit.after) == edit.end - edit.start:
            starts.extend(range(edit.start, edit.end))
            ends.extend(range(edit.start + 1, edit.end + 1))
        else:
            starts.extend([edit.start] * len(edit.after))
            ends.extend([edit.end] * len(edit.after))
        done = edit.end
    if not pieces:
        return text, OffsetMap.identity(len(text))
    pieces.append(text[done:])
    starts.extend(range(done, len(text)))
    ends.extend(range(done + 1, len(text) + 1))
    return "".join(pieces), OffsetMap(starts, ends)
