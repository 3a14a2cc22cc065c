"""The likeliest reading of a text that may hold bytes shown through a wrong code page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import inf
from operator import and_

from pipeline.cleaning.misreadings import (
    CODECS,
    Misreading,
    Shown,
    Step,
    steps_by_place,
    symbols_of,
)
from pipeline.cleaning.plausibility import common_characters, frequent_han, genuine, surprise

# Nats that a damaged stretch must be likelier by before it is taken for one. On 28,017 healthy news
# texts in both scripts, without the quick looks that come first, a margin of 6 changed five
# (樓12樓 → 国12国) and 8 none; 鍏у嵎 (內卷) saves 13.
MARGIN = 12.0

# Damage seldom begins or ends inside a word: nats that a seam between two letters costs.
_INSIDE_WORD = 2.0

# What a repaired stretch must look like besides: nats a character on average, and the share of its
# characters that came out whole.
MAX_SURPRISE = {"utf8": 9.8, "gbk": 8.6, "big5": 8.6}
MIN_WHOLE = 0.3


# Frequent (as UTF-8) or common (as others) characters that a damaged text must hold: so many, and
# one for every 20 characters beyond ASCII that are shown, because some come out of any bytes.
MIN_EXPECTED = 2

_RUN_START = re.compile(rb"(?<![\x80-\xff])[\x80-\xff]")


@dataclass(frozen=True, slots=True)
class Reading:
    """text[start:end] shows the bytes of `after`; neighbours may share a shown character.

    intact: False where bytes are missing and `after` is U+FFFD or guessed.
    """

    start: int
    end: int
    after: str
    intact: bool


@dataclass(frozen=True, slots=True)
class Path:
    """The likeliest reading of a text.

    stretches: damaged ones, in order, each a sequence of readings. saved: nats against taking all
    of the text as it stands. end: how far the readings go. inside: whether they end in damage.
    """

    stretches: tuple[tuple[Reading, ...], ...]
    saved: float
    end: int
    inside: bool


@dataclass(frozen=True, slots=True)
class _Item:
    """Symbols start..end of a path; step is None for a character that stands."""

    start: int
    end: int
    step: Step | None


def promise(text: str, misreading: Misreading) -> float:
    """The share of common characters in what comes out when the bytes of `text` are read as they
    stand; 0 where that is too little Chinese.

    A quick look that saves the search for most texts. What two-byte pages hold is looked at twice,
    each run of bytes from its first and from its second one: the first may be a quotation mark.
    """
    data = _bytes(text, misreading.shown)
    if misreading.written == "utf8":
        attempts = [data.decode("utf-8", "ignore")]
        if misreading.shown == "latin1":
            # What was damaged twice is read twice.
            attempts.append(_bytes(attempts[0], "latin1").decode("utf-8", "ignore"))
        expected = frequent_han()
    else:
        codec = CODECS[misreading.written][0]
        attempts = [each.decode(codec, "ignore") for each in (data, _RUN_START.sub(b"?", data))]
        expected = common_characters()
    least = max(MIN_EXPECTED, sum(map("\x7f".__lt__, text)) // 20)
    return max(
        _share(attempt, common_characters()) if _count(attempt, expected) >= least else 0.0
        for attempt in attempts
    )


def _bytes(text: str, page: str) -> bytes:
    """The bytes that `text` shows through `page`, "?" for what shows none."""
    return bytes(0x3F if symbol < 0 else symbol for symbol in symbols_of(text, page).symbols)


def _count(text: str, characters: frozenset[str]) -> int:
    return sum(map(characters.__contains__, text))


def _share(text: str, characters: frozenset[str]) -> float:
    """How many of the characters beyond ASCII are among `characters`; never 0."""
    beyond = sum(map("\x7f".__lt__, text))
    return (1 + _count(text, characters)) / (2 + beyond)


def likeliest(
    text: str, misreading: Misreading, *, margin: float, due: float, keep: int = 0
) -> Path:
    """The likeliest path through `text`, each character taken as it stands or its bytes read as
    `misreading.written`.

    margin: nats that damage must save to be taken for it; due: the same for damage that begins
    where `text` does, 0 where what comes before is damaged. keep: how many characters at the end
    to leave for the next call, at least, because what follows may change their reading.
    A Viterbi search over byte symbols, linear in their number.
    """
    shown = symbols_of(text, misreading.shown)
    items, saved = _search(shown, text, misreading, margin, due)
    if keep:
        items = _cut(items, shown, len(text) - keep)
    end = shown.owner[items[-1].end - 1] + 1 if items else 0
    return Path(
        stretches=tuple(_stretches(items, shown, misreading.written)),
        saved=saved,
        end=end,
        inside=bool(items) and items[-1].step is not None,
    )


def _cut(items: list[_Item], shown: Shown, limit: int) -> list[_Item]:
    """`items` up to the last that ends with a shown character before the one at `limit`; all of
    them where none does in the second half."""
    owner = [*shown.owner, limit + 1]
    for count in range(len(items), 0, -1):
        end = items[count - 1].end
        if owner[end] <= limit // 2:
            break
        if owner[end] <= limit and owner[end] != owner[end - 1]:
            return items[:count]
    return items


def _search(
    shown: Shown, text: str, misreading: Misreading, margin: float, due: float
) -> tuple[list[_Item], float]:
    """The cheapest items, and what they save."""
    costs, seams, ways = genuine(text), _seams(text), steps_by_place(shown.symbols, misreading)
    if (misreading.written, misreading.shown) == ("utf8", "latin1"):
        # The é of a foreign word is a stretch of its own.
        seams = [0.0] * len(text)
    symbols, owner = shown.symbols, shown.owner
    size = len(symbols)
    # Cheapest costs up to each symbol, with the text standing there or damaged there.
    stands, damaged = [inf] * (size + 1), [inf] * (size + 1)
    steps: list[Step | None] = [None] * (size + 1)
    entered, left = bytearray(size + 1), bytearray(size + 1)
    stands[0] = 0.0
    damaged[0] = due
    for at in range(size):
        if at == 0 or owner[at] != owner[at - 1]:
            fee = seams[owner[at]]
            if damaged[at] + fee < stands[at]:
                stands[at], left[at] = damaged[at] + fee, 1
            elif stands[at] + margin + fee < damaged[at]:
                damaged[at], entered[at] = stands[at] + margin + fee, 1
            width = 2 if at + 1 < size and owner[at + 1] == owner[at] else 1
            stands[at + width] = stands[at] + costs[owner[at]]
        here = damaged[at]
        if here == inf:
            continue
        for step in ways[at]:
            cost = here + step[2]
            end = at + step[0]
            if cost < damaged[end]:
                damaged[end], steps[end] = cost, step
    items: list[_Item] = []
    at, in_damage = size, damaged[size] < stands[size]
    while at:
        last = steps[at]
        if in_damage and not entered[at] and last is not None:
            items.append(_Item(at - last.size, at, last))
            at -= last.size
        elif not in_damage and not left[at]:
            width = 2 if at > 1 and owner[at - 2] == owner[at - 1] else 1
            items.append(_Item(at - width, at, None))
            at -= width
        else:
            in_damage = not in_damage
    items.reverse()
    return items, sum(costs) - min(damaged[size], stands[size])


def _seams(text: str) -> list[float]:
    """What beginning or ending damage before each character of `text` costs."""
    inner = [character.isalnum() for character in text]
    return [_INSIDE_WORD * both for both in [False, *map(and_, inner, inner[1:])]]


def _stretches(items: list[_Item], shown: Shown, written: str) -> list[tuple[Reading, ...]]:
    found: list[tuple[Reading, ...]] = []
    run: list[_Item] = []
    for item in [*items, None]:
        if item is not None and item.step is not None:
            run.append(item)
        elif run:
            if _plausible(run, written):
                found.append(_trimmed(run, shown))
            run = []
    return found


def _plausible(run: list[_Item], written: str) -> bool:
    """Whether the readings of `run` are Chinese text, as far as they came out whole."""
    read = [item.step for item in run if item.step is not None and item.step.after > "\x7f"]
    whole = [step for step in read if step.intact]
    if not whole or len(whole) < MIN_WHOLE * len(read):
        return False
    known = surprise()
    return sum(known[step.after] for step in whole) <= MAX_SURPRISE[written] * len(whole)


def _trimmed(run: list[_Item], shown: Shown) -> tuple[Reading, ...]:
    """The readings of `run` without the ASCII characters at its ends."""
    changed = [
        n for n, item in enumerate(run) if item.step is not None and item.step.after > "\x7f"
    ]
    return tuple(
        Reading(
            shown.owner[item.start],
            shown.owner[item.end - 1] + 1,
            item.step.after,
            item.step.intact,
        )
        for item in run[changed[0] : changed[-1] + 1]
        if item.step is not None
    )
