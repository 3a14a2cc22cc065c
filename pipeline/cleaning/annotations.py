"""Pages whose sentences carry pinyin annotations: 英偉達(dá). The brackets go, and what they have
shifted is set right."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import groupby
from sys import intern
from typing import overload

from pipeline.cleaning.pinyin import READING, has_tone, reads
from pipeline.cleaning.realignment import Page, Realigner, Recovered, Unit
from pipeline.offsets import OffsetMap
from pipeline.types import RawSpan, Repair

# A page that was annotated by machine has dozens; a real gloss such as 垚(yáo) stands alone.
MIN_ANNOTATIONS = 4
# A page of 3,000 characters has some ten shifted runs. What has this many is no article, and each
# costs 10 ms: the rest is reported and left.
MAX_RUNS = 1_000

_MARK = re.compile(rf"(?P<opening>[(（?]){READING}[)）]")


class PinyinPages:
    """Repairs annotated pages; loads its language model at the first page that needs it."""

    def __init__(self, realigner: Callable[[], Realigner]) -> None:
        self._make = realigner
        self._made: Realigner | None = None

    def __call__(self, text: str) -> tuple[str, OffsetMap, tuple[Repair, ...]]:
        """`text` without annotations and with its shifted runs realigned, the map back, the
        repairs.

        A text with fewer than MIN_ANNOTATIONS is given back as it is.
        """
        units = _split(text)
        if not units:
            return text, OffsetMap.identity(len(text)), ()
        pieces = _Pieces(text)
        page: Page | None = None
        index = runs = 0
        while index < len(units):
            plain = units.characters_from(index)
            if plain.start < plain.end:
                pieces.keep(plain)
                index += plain.end - plain.start
                continue
            unit = units[index]
            if unit.kind == "annotation":
                pieces.strip(unit)
            else:
                runs += 1
                found = None
                if runs <= MAX_RUNS:
                    page = page or self._realigner().page(units)
                    found = self._realigner().realign(units, index, pieces.characters, page)
                if found:
                    recovered, behind = found
                    shown = text[unit.start : units[behind - 1].end]
                    gain = self._realigner().gain(
                        shown, "".join(one.character for one in recovered)
                    )
                    pieces.replace(units, index, behind, recovered, round(gain, 2))
                    index = behind
                    continue
                pieces.leave(unit)
            index += 1
        return pieces.result()

    def _realigner(self) -> Realigner:
        if self._made is None:
            self._made = self._make()
        return self._made


class _Units(Sequence[Unit]):
    """The units of a text, made when they are asked for: a page of ten million characters has as
    many.

    Every character that belongs to no mark is a unit.
    """

    def __init__(self, text: str, marks: Sequence[RawSpan] = ()) -> None:
        """marks: the spans of annotations and swallows, ascending."""
        self._text = text
        # Of each mark its place among the units, its start and its end; in front, nothing.
        self._indexes, self._starts = array("q", [-1]), array("q", [0])
        self._ends = array("q", [0])
        for mark in marks:
            self._indexes.append(self._indexes[-1] + 1 + mark.start - self._ends[-1])
            self._starts.append(mark.start)
            self._ends.append(mark.end)
        self._length = self._indexes[-1] + 1 + len(text) - self._ends[-1] if marks else 0

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> Unit: ...

    @overload
    def __getitem__(self, index: slice) -> list[Unit]: ...

    def __getitem__(self, index: int | slice) -> Unit | list[Unit]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(self._length))]
        if not 0 <= index < self._length:
            raise IndexError(index)
        mark = bisect_right(self._indexes, index) - 1
        if self._indexes[mark] < index or not mark:
            at = self._ends[mark] + index - self._indexes[mark] - 1
            return Unit("character", self._text[at], at, at + 1)
        start, end = self._starts[mark], self._ends[mark]
        shown = self._text[start:end]
        kind = "swallow" if shown[0] == "?" else "annotation"
        return Unit(kind, shown, start, end, shown[1:-1].strip())

    def characters_from(self, index: int) -> RawSpan:
        """The place of the characters from the unit at `index` on up to the next mark; an empty one
        at a mark."""
        mark = bisect_right(self._indexes, index) - 1
        behind = self._ends[mark]
        end = self._starts[mark + 1] if mark + 1 < len(self._starts) else len(self._text)
        if mark and self._indexes[mark] == index:
            return RawSpan(behind, behind)
        return RawSpan(behind + index - self._indexes[mark] - 1, end)


def _split(text: str) -> _Units:
    """The units of an annotated page; empty for any other text."""
    if not _genuine(text):
        return _Units(text)
    marks: list[RawSpan] = []
    annotated = 0
    annotates = False
    for match in _MARK.finditer(text, 1):
        swallow = match["opening"] == "?"
        # A page that was annotated twice has 達(dá)(dá).
        if not (annotates and match.start() == marks[-1].end):
            annotated = match.start() - 1
        if swallow or _annotates(text, match, annotated, loosely=True):
            marks.append(RawSpan(*match.span()))
            annotates = not swallow
    return _Units(text, marks)


def _genuine(text: str) -> bool:
    """Whether `text` has MIN_ANNOTATIONS that are surely ones."""
    genuine = 0
    for match in _MARK.finditer(text, 1):
        if match["opening"] == "?":
            genuine += has_tone(match["reading"])
        else:
            genuine += _annotates(text, match, match.start() - 1)
        if genuine == MIN_ANNOTATIONS:
            return True
    return False


def _annotates(text: str, mark: re.Match[str], at: int, *, loosely: bool = False) -> bool:
    """Whether the bracket holds a reading of the character at `at`, which it stands behind.

    loosely: in a page known to be annotated, tone-marked pinyin behind an ASCII sign counts too: it
        is the end of a shifted run whose last byte is shown as that sign (額 ends in "~").
    """
    before = text[at]
    if reads(before, mark["reading"]):
        return True
    return loosely and (before.isascii() or before == "€") and has_tone(mark["reading"])


class _Pieces:
    """The repaired text as it grows, with its way back."""

    def __init__(self, text: str) -> None:
        """text: the damaged one."""
        self.characters: list[str] = []
        self._text = text
        self._starts, self._ends = array("q"), array("q")
        self._repairs: list[Repair] = []
        # Runs that stand one right after another are left as one.
        self._left = RawSpan(0, 0)

    def keep(self, place: RawSpan) -> None:
        """The characters at `place` are what they are."""
        self.characters.extend(map(intern, place.of(self._text)))
        self._starts.extend(range(place.start, place.end))
        self._ends.extend(range(place.start + 1, place.end + 1))

    def leave(self, unit: Unit) -> None:
        """A run that could not be realigned stays as it is, and is reported."""
        span = RawSpan(unit.start, unit.end)
        self.keep(span)
        if self._left.end == unit.start:
            span = RawSpan(self._left.start, unit.end)
        else:
            self._report_left()
        self._left = span

    def _report_left(self) -> None:
        if self._left.start < self._left.end:
            before = self._left.of(self._text)
            self._repairs.append(Repair("shifted_run", self._left, before, before, False))
        self._left = RawSpan(0, 0)

    def strip(self, unit: Unit) -> None:
        """The annotated character now comes from itself and its annotation."""
        self._report_left()
        before = self.characters[-1]
        start = self._starts[-1]
        self._ends[-1] = unit.end
        if self._text[start : unit.start] != before:  # itself recovered, and recorded
            start, before = unit.start, ""
        span = RawSpan(start, unit.end)
        self._repairs.append(Repair("pinyin_annotation", span, span.of(self._text), before, True))

    def replace(
        self,
        units: Sequence[Unit],
        first: int,
        behind: int,
        recovered: Sequence[Recovered],
        gain: float,
    ) -> None:
        """Units `first` .. `behind` (excluded) become `recovered`; a repair for each certain and
        each guessed part."""
        self._report_left()
        at = units[first].start
        places: list[tuple[Recovered, RawSpan]] = []
        for number, one in enumerate(recovered):
            end = units[one.unit].end if one.unit >= 0 else at
            if number + 1 == len(recovered):
                end = units[behind - 1].end
            self._add(one.character, at, end)
            places.append((one, RawSpan(at, end)))
            at = end
        for certain, group in groupby(places, key=lambda place: place[0].certain):
            same = list(group)
            span = RawSpan(same[0][1].start, same[-1][1].end)
            after = "".join(one.character for one, _ in same)
            before = span.of(self._text)
            self._repairs.append(Repair("shifted_run", span, before, after, certain, gain))

    def result(self) -> tuple[str, OffsetMap, tuple[Repair, ...]]:
        self._report_left()
        text = "".join(self.characters)
        return text, OffsetMap(self._starts, self._ends), tuple(self._repairs)

    def _add(self, character: str, start: int, end: int) -> None:
        self.characters.append(character)
        self._starts.append(start)
        self._ends.append(end)
