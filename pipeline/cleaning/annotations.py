"""Pages whose sentences carry pinyin annotations: 英偉達(dá). The brackets go, and what they have
shifted is set right."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import groupby

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
        pieces = _Pieces()
        page: Page | None = None
        index = runs = 0
        while index < len(units):
            unit = units[index]
            if unit.kind == "character":
                pieces.keep(unit)
            elif unit.kind == "annotation":
                pieces.strip(text, unit)
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
                    pieces.replace(text, units, index, behind, recovered, round(gain, 2))
                    index = behind
                    continue
                pieces.leave(unit)
            index += 1
        return pieces.result()

    def _realigner(self) -> Realigner:
        if self._made is None:
            self._made = self._make()
        return self._made


def _split(text: str) -> list[Unit]:
    """The units of an annotated page; empty for any other text."""
    marks = [match for match in _MARK.finditer(text) if match.start()]
    genuine = sum(
        has_tone(match["reading"]) if match["opening"] == "?" else _annotates(text, match)
        for match in marks
    )
    if genuine < MIN_ANNOTATIONS:
        return []
    units: list[Unit] = []
    done = 0
    for match in marks:
        if match["opening"] != "?" and not _annotates(text, match, loosely=True):
            continue
        units += (Unit("character", text[at], at, at + 1) for at in range(done, match.start()))
        kind = "swallow" if match["opening"] == "?" else "annotation"
        units.append(Unit(kind, match.group(), match.start(), match.end(), match["reading"]))
        done = match.end()
    units += (Unit("character", text[at], at, at + 1) for at in range(done, len(text)))
    return units


def _annotates(text: str, mark: re.Match[str], *, loosely: bool = False) -> bool:
    """Whether the bracket holds a reading of the character before it.

    loosely: in a page known to be annotated, tone-marked pinyin behind an ASCII sign counts too: it
        is the end of a shifted run whose last byte is shown as that sign (額 ends in "~").
    """
    before = text[mark.start() - 1]
    if reads(before, mark["reading"]):
        return True
    return loosely and (before.isascii() or before == "€") and has_tone(mark["reading"])


class _Pieces:
    """The repaired text as it grows, with its way back."""

    def __init__(self) -> None:
        self.characters: list[str] = []
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._repairs: list[Repair] = []

    def keep(self, unit: Unit) -> None:
        self._add(unit.text, unit.start, unit.end)

    def leave(self, unit: Unit) -> None:
        """A run that could not be realigned stays as it is, and is reported."""
        span = RawSpan(unit.start, unit.end)
        self._repairs.append(Repair("shifted_run", span, unit.text, unit.text, False))
        for offset, character in enumerate(unit.text):
            self._add(character, unit.start + offset, unit.start + offset + 1)

    def strip(self, text: str, unit: Unit) -> None:
        """The annotated character now comes from itself and its annotation."""
        before = self.characters[-1]
        start = self._starts[-1]
        self._ends[-1] = unit.end
        if text[start : unit.start] != before:  # itself recovered, and recorded
            start, before = unit.start, ""
        span = RawSpan(start, unit.end)
        self._repairs.append(Repair("pinyin_annotation", span, span.of(text), before, True))

    def replace(
        self,
        text: str,
        units: Sequence[Unit],
        first: int,
        behind: int,
        recovered: Sequence[Recovered],
        gain: float,
    ) -> None:
        """Units `first` .. `behind` (excluded) become `recovered`; a repair for each certain and
        each guessed part."""
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
            self._repairs.append(Repair("shifted_run", span, span.of(text), after, certain, gain))

    def result(self) -> tuple[str, OffsetMap, tuple[Repair, ...]]:
        text = "".join(self.characters)
        return text, OffsetMap(self._starts, self._ends), tuple(self._repairs)

    def _add(self, character: str, start: int, end: int) -> None:
        self.characters.append(character)
        self._starts.append(start)
        self._ends.append(end)
