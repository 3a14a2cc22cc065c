"""A sentence as one triple's names divide it: clauses, and what stands around a span."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.schema import CHIP
from pipeline.types import CleanSpan, Mention

# How far from its names a triple's qualifiers are looked for: bounds the work for a sentence
# without an end.
REACH = 160
# How much of a clause is read on either side of a sum or a share.
NEAR = 60

_BREAK = re.compile(r"[，；;。！？!?：\n]|,(?!\d{3}(?!\d))|(?<=[元亿万%％成币镑朗股权份])、")


@dataclass(frozen=True, slots=True)
class Statement:
    """What one sentence says of a triple: its text around the names, cut into clauses.

    within: where to look. cuts: where clauses start, and the end. heads, tails: where the sentence
    names them, in order; one of the two may be empty. others: the names of further companies and
    people there; names: all names there, the triple's own too. head_clauses, tail_clauses: the
    numbers of the clauses that name head and tail. side: whether the head is 前者 or 后者.
    """

    text: str
    within: CleanSpan
    cuts: tuple[int, ...]
    heads: tuple[CleanSpan, ...]
    tails: tuple[CleanSpan, ...]
    others: tuple[CleanSpan, ...]
    names: tuple[CleanSpan, ...]
    head_clauses: tuple[int, ...]
    tail_clauses: tuple[int, ...]
    side: str

    def clause(self, position: int) -> int:
        """The number of the clause that holds the position."""
        return bisect_right(self.cuts, position) - 1

    def clause_span(self, number: int) -> CleanSpan:
        """Where the clause of that number stands, its closing mark included."""
        return CleanSpan(self.cuts[number], self.cuts[number + 1])

    def before(self, span: CleanSpan) -> str:
        """What stands before it in its clause, as far as NEAR."""
        start = self.cuts[self.clause(span.start)]
        return self.text[max(start, span.start - NEAR) : span.start]

    def after(self, span: CleanSpan) -> str:
        """What stands behind it in its clause, as far as NEAR."""
        end = self.cuts[self.clause(span.start) + 1]
        return self.text[span.end : min(end, span.end + NEAR)]

    def opening(self, span: CleanSpan) -> str:
        """How its clause begins, up to the span or NEAR."""
        start = self.cuts[self.clause(span.start)]
        return self.text[start : min(span.start, start + NEAR)]


def within(names: tuple[CleanSpan, ...], start: int, end: int) -> tuple[CleanSpan, ...]:
    """Those of the ordered names that begin in start … end (exclusive)."""
    return names[bisect_left(names, CleanSpan(start, 0)) : bisect_left(names, CleanSpan(end, 0))]


def divide(
    text: str,
    sentence: CleanSpan,
    heads: tuple[CleanSpan, ...] = (),
    tails: tuple[CleanSpan, ...] = (),
    mentions: Sequence[Mention[CleanSpan]] = (),
    parties: frozenset[str] = frozenset(),
) -> Statement:
    """The sentence, no further than REACH from heads and tails, cut into clauses.

    mentions: the article's, in order. parties: the entities of head and tail.
    """
    named = heads + tails
    start = max(sentence.start, min((s.start for s in named), default=sentence.start) - REACH)
    end = min(sentence.end, max((s.end for s in named), default=sentence.start) + REACH)
    cuts = [start, *(match.end() for match in _BREAK.finditer(text, start, end))]
    if cuts[-1] != end:
        cuts.append(end)
    first = bisect_left(mentions, start, key=lambda m: m.span.start)
    last = bisect_left(mentions, end, key=lambda m: m.span.start)
    inside = mentions[first:last]
    return Statement(
        text,
        CleanSpan(start, end),
        tuple(cuts),
        heads,
        tails,
        tuple(m.span for m in inside if m.entity not in parties and m.type != CHIP),
        tuple(m.span for m in inside),
        tuple(sorted({bisect_right(cuts, head.start) - 1 for head in heads})),
        tuple(sorted({bisect_right(cuts, tail.start) - 1 for tail in tails})),
        _side(text, heads, tails),
    )


def _side(text: str, heads: tuple[CleanSpan, ...], tails: tuple[CleanSpan, ...]) -> str:
    """Whether the head is the former or the latter of two names; "" where it is not named."""
    for head in heads:
        if re.match(r"\s?[、和与及跟]", text[head.end : head.end + 2]):
            return "前者"
        if re.search(r"[、和与及跟]\s?$", text[max(0, head.start - 2) : head.start]):
            return "后者"
    if not heads:
        return ""
    # Of head and tail alone, the one that is named first is the former.
    return "前者" if tails and heads[0] < tails[0] else "后者"
