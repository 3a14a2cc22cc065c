"""Where a text shows bytes through a wrong code page: a fast look first, a search where it is worth
the time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from pipeline.cleaning.misreadings import HAN_MISREADINGS, LATIN_MISREADINGS, Misreading
from pipeline.cleaning.plausibility import rare_character
from pipeline.cleaning.readings import MARGIN, Path, Reading, likeliest, promise

# What bytes leave when nobody could read them: U+FFFD; the same stored as UTF-8 and read as GBK;
# memory that a debugger filled, read as GBK.
LOST_PLACE = re.compile("\ufffd+|(?:锟斤拷)+|烫{3,}|屯{3,}")

_LOST_SIGNS = ("\ufffd", "锟斤拷", "烫烫烫", "屯屯屯")

# Two neighbours of which the first is from Latin-1's upper half and the second from there or from
# cp1252: never in Chinese text, seldom in foreign names (a French é before », a Danish æø).
_LATIN_PAIR = re.compile(
    "[\x80-\xff][\x80-\xff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|[€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ][\xa1-\xff]"
)

# Suspicious places that make a window: ÖÐ¹ú has two, 鍏у嵎 three. A million characters of news have
# some 35 windows.
_LATIN_PLACES, _HAN_PLACES = 2, 3

# Characters between two suspicious ones of the same window, and looked at around them.
_GAP = 10
_AROUND = 12

# A window is searched in pieces of so many characters; the last _KEEP of a piece are left to the
# next, because what follows may change them.
_PIECE = 1_500
_KEEP = 40

# In nats: é shown as Ã© saves 5.
_KNOWN_MARGIN = 4.0

# From so many characters on, the share of common ones tells the page.
_LONG = 200

# A page that saves so many nats a character is the right one; the others are not tried.
_SURE = 1.0


@dataclass(frozen=True, slots=True)
class Stretch:
    """Readings of one damaged stretch, and what damaged it."""

    misreading: Misreading
    readings: tuple[Reading, ...]


def damaged_stretches(text: str, known: frozenset[Misreading] = frozenset()) -> list[Stretch]:
    """The damaged stretches of `text`, ascending, none overlapping another.

    known: what is known to have damaged other parts of it. Where that showed Latin-1, lone
    characters are looked at too, and a small margin will do.
    """
    if text.isascii():
        return []
    known = known.intersection(LATIN_MISREADINGS)
    windows = [
        (_windows(text, _LATIN_PAIR, 1 if known else _LATIN_PLACES), LATIN_MISREADINGS),
        (_windows(text, rare_character(), _HAN_PLACES), HAN_MISREADINGS),
    ]
    if not any(places for places, _ in windows):
        return []
    # What is lost is no evidence, and no bytes to read.
    masked = LOST_PLACE.sub(_mask, text) if has_lost(text) else text
    found = [
        stretch
        for places, misreadings in windows
        for stretch in _searched(masked, places, misreadings, known)
    ]
    found.sort(key=lambda stretch: stretch.readings[0].start)
    apart: list[Stretch] = []
    for stretch in found:
        if not apart or apart[-1].readings[-1].end <= stretch.readings[0].start:
            apart.append(stretch)
    return apart


def has_lost(text: str) -> bool:
    """Whether LOST_PLACE may match: four times as fast as searching for it."""
    return any(sign in text for sign in _LOST_SIGNS)


def _mask(lost: re.Match[str]) -> str:
    # U+FFFD shows that a byte was lost, which helps to read those around it.
    return lost[0] if lost[0][0] == "\ufffd" else "\0" * len(lost[0])


def _searched(
    text: str,
    windows: Iterable[tuple[int, int]],
    misreadings: tuple[Misreading, ...],
    known: frozenset[Misreading],
) -> Iterator[Stretch]:
    """The damaged stretches in `windows` of `text`."""
    for start, end in windows:
        inside = False
        while start < end:
            piece = text[start : min(end, start + _PIECE)]
            keep = _KEEP if start + _PIECE < end else 0
            candidates = _candidates(piece, misreadings, known)
            paths = _paths(piece, candidates, keep, inside=misreadings[0] if inside else None)
            if not paths:
                inside = False
                start += len(piece) - keep
                continue
            misreading, path = max(paths, key=lambda pair: pair[1].saved)
            for readings in path.stretches:
                yield Stretch(misreading, tuple(_moved(readings, start)))
            # The page that served is tried first on the next piece.
            misreadings = (misreading, *(other for other in misreadings if other != misreading))
            inside = path.inside
            start += path.end or len(piece)


def _windows(text: str, suspicious: re.Pattern[str], least: int) -> list[tuple[int, int]]:
    """Stretches of `text` around `least` or more suspicious places that stand close together; one
    right after another counts twice."""
    windows: list[tuple[int, int]] = []
    start, end, places = 0, -1, 0
    for match in chain(suspicious.finditer(text), (None,)):
        if match is not None and places and match.start() - end <= _GAP:
            places += 1 + (match.start() == end)
            end = match.end()
            continue
        if places >= least:
            start, end = _widened(text, max(start - _AROUND, 0), min(end + _AROUND, len(text)))
            if windows and start <= windows[-1][1]:
                start = windows.pop()[0]
            windows.append((start, end))
        if match is not None:
            (start, end), places = match.span(), 1
    return windows


def _widened(text: str, start: int, end: int) -> tuple[int, int]:
    """The window start..end, widened so that it cuts no run of characters that Latin-1 or cp1252
    shows."""
    while start and "\x7f" < text[start - 1] < "\u3000":
        start -= 1
    while end < len(text) and "\x7f" < text[end] < "\u3000":
        end += 1
    return start, end


def _candidates(
    piece: str, misreadings: tuple[Misreading, ...], known: frozenset[Misreading]
) -> dict[Misreading, float]:
    """The pages that promise something, each with the margin that it takes. Of a long piece, only
    the most promising one."""
    promises = {misreading: promise(piece, misreading) for misreading in misreadings}
    if len(piece) > _LONG:
        best = max(promises, key=lambda misreading: promises[misreading])
        promises = {best: promises[best]}
    return {
        misreading: _KNOWN_MARGIN if misreading in known else MARGIN
        for misreading, share in promises.items()
        if share or (misreading in known and len(piece) <= _LONG)
    }


def _paths(
    piece: str, candidates: dict[Misreading, float], keep: int, inside: Misreading | None
) -> list[tuple[Misreading, Path]]:
    """The likeliest path for each page, ending with one that is surely right.

    inside: what damaged the end of the piece before.
    """
    paths = []
    for misreading, margin in candidates.items():
        due = 0.0 if misreading == inside else margin
        path = likeliest(piece, misreading, margin=margin, due=due, keep=keep)
        paths.append((misreading, path))
        if path.saved > _SURE * len(piece):
            break
    return paths


def _moved(readings: Iterable[Reading], by: int) -> Iterator[Reading]:
    for reading in readings:
        yield Reading(reading.start + by, reading.end + by, reading.after, reading.intact)
