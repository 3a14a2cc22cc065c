"""Long texts as windows of whole sentences that overlap."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from pipeline.model.tokens import Tokens

# Tokens of a window, start and end marks not counted: room for a short paragraph, where attention
# is a quarter of the encoder's cost. Longer windows find no more facts, shorter ones fewer.
MAX_WINDOW_TOKENS = 192
# A window begins at most this many tokens, in whole sentences, before the end of the last one, so
# that 后者 and dropped subjects stay with the names they mean.
OVERLAP_TOKENS = 60


class Spanned(Protocol):
    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Window:
    """Tokens first … last (exclusive) of a text.

    own: the tokens, first … last (exclusive), that no other window answers for: together the
        windows' own tokens are all tokens, each once.
    """

    first: int
    last: int
    own_first: int
    own_last: int


def windows(tokens: Tokens, sentences: Sequence[Spanned]) -> tuple[Window, ...]:
    """Windows of at most MAX_WINDOW_TOKENS over all of `tokens`, in order.

    A sentence longer than a window is cut into windows that overlap. Tokens between sentences go
    with the sentence before them.
    """
    bounds = [bisect_left(tokens.starts, sentence.start) for sentence in sentences[1:]]
    cuts = sorted({0, *bounds, len(tokens.ids)})
    pieces: list[tuple[int, int]] = []
    for start, end in pairwise(cuts):
        while end - start > MAX_WINDOW_TOKENS:
            pieces.append((start, start + MAX_WINDOW_TOKENS - OVERLAP_TOKENS))
            start += MAX_WINDOW_TOKENS - OVERLAP_TOKENS
        pieces.append((start, end))
    spans: list[tuple[int, int]] = []
    at = 0
    while at < len(pieces):
        stop = at
        while stop < len(pieces) and pieces[stop][1] - pieces[at][0] <= MAX_WINDOW_TOKENS:
            stop += 1
        spans.append((pieces[at][0], pieces[stop - 1][1]))
        if stop == len(pieces):
            break
        back = stop
        while back - 1 > at and pieces[stop - 1][1] - pieces[back - 1][0] <= OVERLAP_TOKENS:
            back -= 1
        # What comes next must fit, or there would be no getting on.
        while pieces[stop][1] - pieces[back][0] > MAX_WINDOW_TOKENS:
            back += 1
        at = back
    return tuple(_with_own(spans))


def _with_own(spans: list[tuple[int, int]]) -> list[Window]:
    """Each token of an overlap belongs to the window in which it has more context on its poorer
    side: the overlap is halved."""
    windows: list[Window] = []
    own_first = spans[0][0] if spans else 0
    for number, (first, last) in enumerate(spans):
        following = spans[number + 1] if number + 1 < len(spans) else None
        own_last = (following[0] + last + 1) // 2 if following else last
        windows.append(Window(first, last, own_first, own_last))
        own_first = own_last
    return windows
