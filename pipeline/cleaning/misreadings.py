"""Bytes shown through the wrong code page, and the ways to read them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from pipeline.cleaning.plausibility import LOST, surprise

# A character of which bytes are missing: dearer than any whole one but the wildest, so that a
# stretch is never split where it can be read.
_LOST_COST = 13.0
# The same where a page drops or masks single bytes and what they were is chosen afterwards: two in
# a row (四十块 shown as å››åå—) are read too.
_DROPPED_COST = 11.0

# Symbols of a byte sequence that are no bytes.
_UNKNOWN, _BARRIER = -1, -2


class Misreading(NamedTuple):
    """Bytes of code page `written` shown through code page `shown`."""

    written: str
    shown: str

    @property
    def kind(self) -> str:
        return f"{self.written}_read_as_{self.shown}"


LATIN_MISREADINGS = tuple(Misreading(written, "latin1") for written in ("utf8", "gbk", "big5"))
HAN_MISREADINGS = (
    Misreading("utf8", "gbk"),
    Misreading("big5", "gbk"),
    Misreading("gbk", "big5"),
    Misreading("utf8", "big5"),
)


class Step(NamedTuple):
    """`size` byte symbols read as `after`, at `cost` nats.

    intact: False where bytes are missing and `after` is U+FFFD.
    """

    size: int
    after: str
    cost: float
    intact: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """Byte symbols of a text, as its code page shows them.

    symbols: bytes, or _UNKNOWN for one or two that U+FFFD stands for, or _BARRIER for a character
        that is not of the page. owner: index of the character that shows each symbol.
    """

    symbols: tuple[int, ...]
    owner: list[int]


# What shows a page. Big5 has three tables: browsers and Hong Kong, Windows, the bare standard.
CODECS = {"gbk": ("gb18030",), "big5": ("big5hkscs", "cp950", "big5")}


@cache
def _table(codec: str) -> dict[int, str]:
    """Characters by pair (lead * 256 + trail)."""
    pairs = [lead << 8 | trail for lead in range(0x81, 0xFF) for trail in range(0x40, 0xFF)]
    # All at once, a line each: no codec takes a line end for part of a pair.
    lines = b"\n".join(pair.to_bytes(2, "big") for pair in pairs).decode(codec, "replace")
    decoded = zip(pairs, lines.split("\n"), strict=True)
    return {pair: shown for pair, shown in decoded if len(shown) == 1 and shown != LOST}


@cache
def _pairs(page: str) -> dict[int, str]:
    """Characters by the pair that writes them in `page`; signs of Big5 as Windows writes them."""
    found: dict[int, str] = {}
    for codec in reversed(CODECS[page]):
        found |= _table(codec)
    signs = {pair: sign for pair, sign in _table("cp950").items() if pair < 0xA440}
    return found if page == "gbk" else found | signs


@cache
def _shown_as(page: str) -> dict[str, tuple[int, ...]]:
    """Byte symbols by the character that shows them in `page`; ASCII stands for itself."""
    shown: dict[str, tuple[int, ...]] = {chr(code): (code,) for code in range(0x80)}
    if page == "latin1":
        shown |= {chr(code): (code,) for code in range(0x80, 0x100)}
        for code in range(0x80, 0xA0):
            shown[bytes((code,)).decode("cp1252", "replace")] = (code,)
    else:
        for codec in CODECS[page]:
            for pair, character in _table(codec).items():
                shown.setdefault(character, (pair >> 8, pair & 0xFF))
    return shown | {LOST: (_UNKNOWN,)}


# Every page that may have been written is tried on the same few texts.
@lru_cache(maxsize=4)
def symbols_of(text: str, page: str) -> Shown:
    """The bytes that `text` shows, if it is shown through `page`."""
    shown = _shown_as(page)
    barrier = (_BARRIER,)
    symbols: list[int] = []
    owner: list[int] = []
    for index, character in enumerate(text):
        pair = shown.get(character, barrier)
        symbols += pair
        owner += (index,) * len(pair)
    return Shown(tuple(symbols), owner)


def _is_lost(symbol: int) -> bool:
    """Whether `symbol` may stand for bytes that the reader could not show."""
    return symbol in (_UNKNOWN, 0x3F)


def _utf8_steps(ahead: tuple[int, ...], *, single: bool) -> list[Step]:
    """The ways to read UTF-8 from the first symbol of `ahead` on; none at a barrier.

    single: whether the page shows every byte by itself, so that U+FFFD stands for one.
    """
    lead = ahead[0]
    if lead == _BARRIER:
        return []
    if 0 <= lead < 0x80 and not _is_lost(lead):
        return [_whole(1, chr(lead))]
    due = 0 if lead < 0xC2 else 1 if lead < 0xE0 else 2 if lead < 0xF0 else 3
    size = _followed(ahead, 1, 1 + (due or 2))
    if _is_lost(lead):
        # What follows an unknown is the rest of a character, if its first byte was eaten.
        alone = Step(1, LOST, surprise()[LOST], False) if lead < 0 else _whole(1, chr(lead))
        return [alone] if size == 1 else [alone, _lost(size)]
    if due and size == 1 + due:
        character = bytes(ahead[:size]).decode("utf-8", "replace")
        return [_whole(size, character) if len(character) == 1 else _lost(size)]
    if due and size < len(ahead) and _is_lost(ahead[size]):
        size = _followed(ahead, size + 1, 1 + due)
        while single and size < min(len(ahead), 1 + due) and ahead[size] == _UNKNOWN:
            size += 1
    return [_lost(size)._replace(cost=_DROPPED_COST) if single else _lost(size)]


def _followed(ahead: tuple[int, ...], size: int, limit: int) -> int:
    """`size`, grown by the continuation bytes that follow, up to `limit`."""
    while size < min(limit, len(ahead)) and 0x80 <= ahead[size] < 0xC0:
        size += 1
    return size


def _whole(size: int, character: str) -> Step:
    return Step(size, character, surprise()[character], True)


def _lost(size: int) -> Step:
    return Step(size, LOST, _LOST_COST, False)


def _pair_steps(ahead: tuple[int, ...], pairs: dict[int, str]) -> list[Step]:
    """The ways to read a two-byte page from the first symbol of `ahead` on; none at a barrier."""
    lead = ahead[0]
    trail = ahead[1] if len(ahead) > 1 else _BARRIER
    if lead == _BARRIER:
        return []
    if 0 <= lead < 0x80:
        steps = [_whole(1, chr(lead))]
    elif lead == _UNKNOWN:
        steps = [Step(1, LOST, surprise()[LOST], False)]
    else:
        steps = [_lost(1)]
        if trail >= 0x40 and (lead << 8 | trail) in pairs:
            steps.append(_whole(2, pairs[lead << 8 | trail]))
    if (lead >= 0x80 and _is_lost(trail)) or (_is_lost(lead) and trail >= 0x80):
        steps.append(_lost(2))
    return steps


# How many symbols decide a step: a lead byte of UTF-8 and its three others; a pair.
_AHEAD = {"utf8": 4, "gbk": 2, "big5": 2}


@lru_cache(maxsize=65_536)
def _steps(ahead: tuple[int, ...], misreading: Misreading) -> list[Step]:
    if misreading.written != "utf8":
        return _pair_steps(ahead, _pairs(misreading.written))
    return _utf8_steps(ahead, single=misreading.shown == "latin1")


def steps_by_place(symbols: tuple[int, ...], misreading: Misreading) -> list[list[Step]]:
    """The ways to read `symbols`, shown through `misreading`, from each place on."""
    ahead = _AHEAD[misreading.written]
    return [_steps(symbols[at : at + ahead], misreading) for at in range(len(symbols))]
