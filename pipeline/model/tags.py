"""Mentions as tags of tokens: begin, inside, end and single of each type, and outside (BIOES)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from pipeline.schema import ENTITY_TYPES

OUTSIDE: Final = 0


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
    """0 where a tag may follow a tag, else -1e4; float32 (tags, tags), from row to column."""
    count = 1 + 4 * types
    allowed = np.full((count, count), -1e4, dtype=np.float32)
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
    length, count = scores.shape
    if not length:
        return []
    greedy = scores.argmax(axis=1)
    if (
        not allowed[OUTSIDE, greedy[0]]
        and not allowed[greedy[:-1], greedy[1:]].any()
        and (not greedy[-1] or (greedy[-1] - 1) % 4 > 1)
    ):
        return spans_of(greedy.tolist())  # no sequence is better than the best of every token
    best = scores[0] + np.where(allowed[OUTSIDE] == 0, 0, -1e4)
    back = np.zeros((length, count), dtype=np.int32)
    for at in range(1, length):
        through = best[:, None] + allowed
        back[at] = through.argmax(axis=0)
        best = through[back[at], np.arange(count)] + scores[at]
    # A sequence may end after O, E and S only.
    best = best + np.array([0 if not tag or (tag - 1) % 4 > 1 else -1e4 for tag in range(count)])
    tags = [int(best.argmax())]
    for at in range(length - 1, 0, -1):
        tags.append(int(back[at][tags[-1]]))
    return spans_of(tags[::-1])


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
