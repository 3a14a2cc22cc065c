"""Mentions as tags of tokens: begin, inside, end and single of each type, and outside (BIOES)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from pipeline.schema import ENTITY_TYPES

OUTSIDE: Final = 0
# The log-probability of what cannot be.
NEVER: Final = -1e4


def tag_names(types: Sequence[str] = ENTITY_TYPES) -> tuple[str, ...]:
    """O, then B, I, E and S of each type: the order of a model's outputs."""
    return ("O", *(f"{place}-{kind}" for kind in types for place in "BIES"))


def encode(spans: Sequence[tuple[int, int, int]], length: int) -> list[int]:
    """The tag of each of `length` tokens; spans: first, last (exclusive) and type number, no
    overlaps."""
    tags = [OUTSIDE] * length
    for first, last, kind in spans:
        base = 1 + 4 * kind
        if last - first == 1:
            tags[first] = base + 3
        else:
            tags[first:last] = [base, *[base + 1] * (last - first - 2), base + 2]
    return tags


def transitions(types: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    """0 where a tag may follow a tag, else NEVER; float32 (tags, tags), from row to column."""
    count = 1 + 4 * types
    allowed = np.full((count, count), NEVER, dtype=np.float32)
    begins = [
        OUTSIDE,
        *(1 + 4 * kind for kind in range(types)),
        *(4 + 4 * kind for kind in range(types)),
    ]
    for tag in range(count):
        place = (tag - 1) % 4 if tag else 2
        if place in (0, 1):  # after B and I comes I or E of the same type
            base = tag - place
            allowed[tag, [base + 1, base + 2]] = 0
        else:
            allowed[tag, begins] = 0
    return allowed


def decode(
    scores: np.ndarray[Any, np.dtype[np.float32]],
    allowed: np.ndarray[Any, np.dtype[np.float32]],
) -> list[tuple[int, int, int]]:
    """The spans (first, last exclusive, type number) of the best admissible tag sequence (Viterbi).

    scores: float32 (length, tags), log-probabilities. allowed: as `transitions` gives it.
    """
    # Before the first token and behind the last one stands O: a sequence may begin with what may
    # follow it, and end with what it may follow.
    scores = np.pad(scores, ((1, 1), (0, 0)), constant_values=NEVER)
    scores[[0, -1], OUTSIDE] = 0
    best = scores.argmax(axis=1)
    tags: list[int] = best.tolist()
    mended: list[tuple[int, int]] = []
    for at in np.flatnonzero(allowed[best[:-1], best[1:]]).tolist():
        if mended and at < mended[-1][1]:
            continue
        # Nothing is better than the best tags of all tokens, but where two of them do not fit: the
        # stretch around is searched, and made longer until its ends fit what stands beside it.
        first, last = at, at + 2
        while True:
            while mended and first < mended[-1][1]:
                first = min(first, mended.pop()[0])
            found = _viterbi(scores[first:last], allowed)
            # The tag before the first one is the last one, and the other way round: both are O.
            unfit = allowed[tags[first - 1], found[0]] + allowed[found[-1], tags[last % len(tags)]]
            if not unfit or last - first == len(tags):
                break
            reach = last - first
            first, last = max(first - reach, 0), min(last + reach, len(tags))
        tags[first:last] = found
        mended.append((first, last))
    return spans_of(tags[1:-1])


def _viterbi(
    scores: np.ndarray[Any, np.dtype[np.float32]],
    allowed: np.ndarray[Any, np.dtype[np.float32]],
) -> list[int]:
    """The best sequence in which each tag may follow the one before it."""
    columns = np.arange(scores.shape[1])
    best = scores[0]
    back: list[np.ndarray[Any, np.dtype[np.int64]]] = []
    for here in scores[1:]:
        through = best[:, None] + allowed
        back.append(through.argmax(axis=0))
        best = through[back[-1], columns] + here
    tags = [int(best.argmax())]
    for step in reversed(back):
        tags.append(int(step[tags[-1]]))
    return tags[::-1]


def spans_of(tags: Sequence[int]) -> list[tuple[int, int, int]]:
    """The spans of an admissible tag sequence."""
    spans: list[tuple[int, int, int]] = []
    start = 0
    for at, tag in enumerate(tags):
        if not tag:
            continue
        place = (tag - 1) % 4
        if place in (0, 3):
            start = at
        if place in (2, 3):
            spans.append((start, at + 1, (tag - 1) // 4))
    return spans
