"""Long texts cut into passages that a person can read at a glance."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator

from pipeline.cleaning.sentences import split_sentences
from pipeline.types import RawSpan


def cut(text: str, max_characters: int, whole: Iterable[RawSpan]) -> Iterator[RawSpan]:
    """The pieces of `text`, ascending, without the blanks around them; they hold all that is no
    blank.

    A piece begins with a sentence, if possible with a line, and is as long as `max_characters`
    allow. None of `whole` is cut: a piece is longer where that, or one sentence, asks for it.
    """
    bounds = [*_bounds(text, whole), len(text)]
    lines = {bound for bound in bounds if "\n" in _blanks_before(text, bound)}
    start, at = 0, 0
    while at < len(bounds):
        last = max(at, bisect_right(bounds, start + max_characters) - 1)
        if bounds[last] < len(text):
            # A line's end is worth a piece of half the length.
            ends = (i for i in range(last, at - 1, -1) if bounds[i] in lines)
            line = next(ends, last)
            last = line if bounds[line] - start >= max_characters / 2 else last
        yield _trimmed(text, start, bounds[last])
        start, at = bounds[last], last + 1


def _bounds(text: str, whole: Iterable[RawSpan]) -> list[int]:
    """Where sentences begin, but the first one and those inside a span that stays whole."""
    kept = sorted(whole)
    found: list[int] = []
    at, end = 0, 0
    for sentence in split_sentences(text)[1:]:
        while at < len(kept) and kept[at].start < sentence.start:
            end = max(end, kept[at].end)
            at += 1
        if end <= sentence.start:
            found.append(sentence.start)
    return found


def _blanks_before(text: str, bound: int) -> str:
    start = bound
    while start and text[start - 1].isspace():
        start -= 1
    return text[start:bound]


def _trimmed(text: str, start: int, end: int) -> RawSpan:
    inside = text[start:end]
    return RawSpan(
        start + len(inside) - len(inside.lstrip()), end - len(inside) + len(inside.rstrip())
    )
