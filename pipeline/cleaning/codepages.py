"""Text whose bytes were shown through a wrong code page (mojibake), whole or in parts.

Damage is told from writing by likelihood alone: a stretch is repaired when the text that its bytes
hold is Chinese by a clear margin and what is shown is not. Nothing is invented: where bytes are
lost, U+FFFD stands or the one character of the few left open that its neighbours decide for, and
the repair says so.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from pipeline.cleaning.misreadings import Misreading
from pipeline.cleaning.missing_bytes import MissingBytes, find_holes
from pipeline.cleaning.mojibake import LOST_PLACE, Stretch, damaged_stretches, has_lost
from pipeline.cleaning.plausibility import genuine, surprise
from pipeline.cleaning.readings import Reading
from pipeline.offsets import OffsetMap
from pipeline.types import CleanSpan, RawSpan, Repair

# Text that was damaged twice needs two rounds, and one more shows that nothing is left; each
# round makes the text likelier.
_MAX_ROUNDS = 6

# Characters read anew that make a kind of damage known.
_MANY = 8


@dataclass(frozen=True, slots=True)
class _Place:
    """A half-open stretch of the step's input that was repaired."""

    start: int
    end: int
    kind: str
    certain: bool


def repair_codepages(
    text: str, missing: Callable[[], MissingBytes] | None = None
) -> tuple[str, OffsetMap, tuple[Repair, ...]]:
    """`text` with what a wrong code page damaged read anew, the map back to it, and the repairs.

    missing: gives, where it is needed, what chooses the characters of which cp1252 dropped bytes;
    without it they are all U+FFFD.
    Kinds are "<written>_read_as_<shown>" (code pages utf8, gbk, big5, latin1, the last with
    cp1252's signs), certain unless the place holds U+FFFD or was chosen so; and "lost_characters"
    for places that nobody can repair, which stay as they are.
    """
    repaired = text
    offsets = OffsetMap.identity(len(text))
    places: list[_Place] = []
    known: frozenset[Misreading] = frozenset()
    for _ in range(_MAX_ROUNDS):
        # The last look is as strict as the first, so that a second repair finds nothing more.
        stretches = damaged_stretches(repaired, known)
        if known and not stretches:
            stretches = damaged_stretches(repaired)
        if not stretches:
            break
        places += _places(stretches, offsets)
        known |= _well_known(stretches)
        shown = repaired
        repaired, back = _reread(shown, stretches)
        holes = find_holes(shown, stretches) if missing else {}
        if missing and holes:
            repaired = missing().fill(repaired, holes)
        offsets = offsets.then(back)
    merged = _merged(places)
    repairs = [*_repairs(text, repaired, offsets, merged), *_lost(repaired, offsets, merged)]
    return repaired, offsets, tuple(sorted(repairs, key=lambda repair: repair.span))


def _well_known(stretches: Iterable[Stretch]) -> frozenset[Misreading]:
    """What damaged so much of a text that more of the same is to be expected."""
    counts: Counter[Misreading] = Counter()
    for stretch in stretches:
        counts[stretch.misreading] += len(stretch.readings)
    return frozenset(misreading for misreading, count in counts.items() if count >= _MANY)


def _reread(text: str, stretches: Iterable[Stretch]) -> tuple[str, OffsetMap]:
    """`text` with `stretches` read anew, and the map back to it."""
    pieces: list[str] = []
    starts, ends = array("q"), array("q")
    done = 0
    for stretch in stretches:
        first = stretch.readings[0].start
        pieces.append(text[done:first])
        starts.extend(range(done, first))
        ends.extend(range(done + 1, first + 1))
        for reading in stretch.readings:
            pieces.append(reading.after)
            starts.append(reading.start)
            ends.append(reading.end)
        done = stretch.readings[-1].end
    pieces.append(text[done:])
    starts.extend(range(done, len(text)))
    ends.extend(range(done + 1, len(text) + 1))
    return "".join(pieces), OffsetMap(starts, ends)


def _places(stretches: Iterable[Stretch], offsets: OffsetMap) -> Iterator[_Place]:
    """The raw places of `stretches`: neighbouring readings that are equally certain are one, and
    those that share a shown character are equally certain."""
    for stretch in stretches:
        for certain, start, end in _evenly_certain(stretch.readings):
            raw = offsets.to_raw(CleanSpan(start, end))
            yield _Place(raw.start, raw.end, stretch.misreading.kind, certain)


def _evenly_certain(readings: Iterable[Reading]) -> Iterator[tuple[bool, int, int]]:
    sharing: list[tuple[bool, int, int]] = []
    for reading in readings:
        if sharing and reading.start < sharing[-1][2]:
            certain, start, end = sharing[-1]
            sharing[-1] = certain and reading.intact, start, max(end, reading.end)
        else:
            sharing.append((reading.intact, reading.start, reading.end))
    for certain, group in groupby(sharing, key=lambda place: place[0]):
        places = list(group)
        yield certain, places[0][1], places[-1][2]


def _merged(places: list[_Place]) -> list[_Place]:
    """`places` in text order; overlapping ones, from several rounds, as one of the first kind."""
    merged: list[_Place] = []
    for place in sorted(places, key=lambda place: (place.start, -place.end)):
        last = merged[-1] if merged else None
        if last and (place.start < last.end or _continues(place, last)):
            merged[-1] = replace(
                last, end=max(last.end, place.end), certain=last.certain and place.certain
            )
        else:
            merged.append(place)
    return merged


def _continues(place: _Place, last: _Place) -> bool:
    """Whether `place` is the next piece of the damage that `last` began."""
    return (place.start, place.kind, place.certain) == (last.end, last.kind, last.certain)


def _repairs(
    text: str, repaired: str, offsets: OffsetMap, places: Iterable[_Place]
) -> Iterator[Repair]:
    for place in places:
        first = bisect_left(offsets.starts, place.start)
        last = bisect_right(offsets.ends, place.end)
        span = RawSpan(place.start, place.end)
        before, after = span.of(text), repaired[first:last]
        yield Repair(place.kind, span, before, after, place.certain, _gain(before, after))


def _gain(before: str, after: str) -> float:
    """Nats per character that `after` is likelier by than `before`."""
    known = surprise()
    saved = sum(genuine(before)) - sum(known[character] for character in after)
    return round(saved / max(1, len(after)), 2)


def _lost(repaired: str, offsets: OffsetMap, places: list[_Place]) -> Iterator[Repair]:
    """What is lost outside `places`, each as a repair that changes nothing."""
    if not has_lost(repaired):
        return
    starts = [place.start for place in places]
    for match in LOST_PLACE.finditer(repaired):
        span = offsets.to_raw(CleanSpan(*match.span()))
        before = bisect_left(starts, span.end) - 1
        if before < 0 or places[before].end <= span.start:
            yield Repair("lost_characters", span, match[0], match[0], False)
