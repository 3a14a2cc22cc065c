"""What cleaning did to an article: a record of each thing, and the passages raw and clean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from pipeline.types import CleanText, RawSpan

# How a stretch is shown; where two overlap, the later in this order wins.
PLAIN = ""
BOILERPLATE = "boilerplate"
REPAIRED = "repaired"
GUESSED = "guessed"
STYLES = (PLAIN, BOILERPLATE, REPAIRED, GUESSED)

_LINE_END = re.compile(r"\r\n?|\n")


@dataclass(frozen=True, slots=True)
class Explanation:
    """One thing that cleaning did: part "repair", or "boilerplate" for a stretch that was marked.

    span: in the raw text. before, after: what stood there and what stands there now. certain: False
        where `after` was chosen among several readings.
    """

    part: str
    kind: str
    span: RawSpan
    before: str
    after: str
    certain: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that is shown in one of STYLES."""

    text: str
    style: str


@dataclass(frozen=True, slots=True)
class Passage:
    """The same lines, raw and clean: one on either side, more where cleaning joined or split lines.

    line: number of the first raw line, from 1. style: the last of STYLES that a piece has.
    """

    line: int
    raw: tuple[Piece, ...]
    clean: tuple[Piece, ...]
    style: str


def explain(raw: str, cleaned: CleanText) -> tuple[Explanation, ...]:
    """Everything that cleaning did to `raw`, in text order."""
    repairs = [
        Explanation("repair", one.kind, one.span, one.before, one.after, one.certain)
        for one in cleaned.repairs
    ]
    marks = [
        Explanation(
            "boilerplate",
            mark.kind,
            span := cleaned.offsets.to_raw(mark.span),
            span.of(raw),
            mark.span.of(cleaned.text),
            True,
        )
        for mark in cleaned.boilerplate
    ]
    return tuple(sorted(repairs + marks, key=lambda one: one.span))


def compare(raw: str, cleaned: CleanText) -> Iterator[Passage]:
    """The passages of an article in order; together they hold all of both texts but line ends.

    What only changed its script (軟 → 软) is not marked: it is no repair.
    """
    raw_levels = _painted(len(raw), _raw_marks(cleaned))
    clean_levels = _painted(len(cleaned.text), _clean_marks(cleaned))
    line = 1
    raw_at = clean_at = 0
    for raw_end, clean_end in _common_line_ends(raw, cleaned):
        old = _pieces(raw, raw_at, raw_end, raw_levels)
        new = _pieces(cleaned.text, clean_at, clean_end, clean_levels)
        style = max((piece.style for piece in old + new), key=STYLES.index, default=PLAIN)
        yield Passage(line, old, new, style)
        line += len(_LINE_END.findall(raw, raw_at, raw_end))
        raw_at, clean_at = raw_end, clean_end


# Start, end, style.
_Mark = tuple[int, int, str]


def _raw_marks(cleaned: CleanText) -> Iterator[_Mark]:
    for repair in cleaned.repairs:
        yield repair.span.start, repair.span.end, REPAIRED if repair.certain else GUESSED
    for mark in cleaned.boilerplate:
        span = cleaned.offsets.to_raw(mark.span)
        yield span.start, span.end, BOILERPLATE


def _clean_marks(cleaned: CleanText) -> Iterator[_Mark]:
    for repair in cleaned.repairs:
        span = cleaned.offsets.to_clean(repair.span)
        yield span.start, span.end, REPAIRED if repair.certain else GUESSED
    for mark in cleaned.boilerplate:
        yield mark.span.start, mark.span.end, BOILERPLATE


def _common_line_ends(raw: str, cleaned: CleanText) -> Iterator[tuple[int, int]]:
    """The ends of the lines that both texts end at the same place, as offsets behind the line end;
    the last is the end of both."""
    raw_end = clean_end = 0
    for match in _LINE_END.finditer(cleaned.text):
        end = cleaned.offsets.ends[match.end() - 1]
        if end > raw_end and raw[end - 1] in "\r\n":
            raw_end, clean_end = end, match.end()
            yield raw_end, clean_end
    if raw_end < len(raw) or clean_end < len(cleaned.text):
        yield len(raw), len(cleaned.text)


def _painted(length: int, marks: Iterable[_Mark]) -> bytearray:
    """The place in STYLES of each of `length` characters."""
    levels = bytearray(length)
    for start, end, style in sorted(marks, key=lambda mark: STYLES.index(mark[2])):
        levels[start:end] = bytes([STYLES.index(style)]) * (end - start)
    return levels


def _pieces(text: str, start: int, end: int, levels: bytearray) -> tuple[Piece, ...]:
    """text[start:end] without its line end, cut where the style changes."""
    while end > start and text[end - 1] in "\r\n":
        end -= 1
    pieces: list[Piece] = []
    for level, run in groupby(levels[start:end]):
        stop = start + sum(1 for _ in run)
        pieces.append(Piece(text[start:stop], STYLES[level]))
        start = stop
    return tuple(pieces)
