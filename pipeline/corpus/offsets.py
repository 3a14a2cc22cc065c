"""Offsets that come from other tools: in code points, or in UTF-16 units as JavaScript counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.errors import CorpusError
from pipeline.types import RawSpan


@dataclass(frozen=True, slots=True)
class Claimed:
    """A span as a tool gives it, with the words that the tool says stand there; None where it does
    not say."""

    start: int
    end: int
    words: str | None


def code_point_spans(text: str, claims: Iterable[Claimed], *, where: str) -> tuple[RawSpan, ...]:
    """The claimed spans in code points, in the given order.

    Code points are tried first, then UTF-16 units (the two differ only behind 𠮷, 🚀 and the like);
    one counting must fit every claim. Raises CorpusError that says which words stand elsewhere.
    """
    claimed = list(claims)
    plain = [RawSpan(claim.start, claim.end) for claim in claimed]
    if all(_fits(text, span, claim) for span, claim in zip(plain, claimed, strict=True)):
        return tuple(plain)
    at: dict[int, int] = {}
    units = 0
    for offset, character in enumerate(text):
        at[units] = offset
        units += 2 if ord(character) > 0xFFFF else 1
    at[units] = len(text)
    counted = [RawSpan(at.get(c.start, -1), at.get(c.end, -1)) for c in claimed]
    if all(_fits(text, span, claim) for span, claim in zip(counted, claimed, strict=True)):
        return tuple(counted)
    for span, claim in zip(plain, claimed, strict=True):
        if not _fits(text, span, claim):
            raise CorpusError(
                f"{where}: {claim.start}–{claim.end} should be {claim.words!r}, the text there is "
                f"{span.of(text)!r}; was the text changed after it was annotated?"
            )
    raise AssertionError("one of the plain spans does not fit")


def _fits(text: str, span: RawSpan, claim: Claimed) -> bool:
    if not 0 <= span.start < span.end <= len(text):
        return False
    words = span.of(text)
    # Label Studio writes a line break inside a region as a backslash and an n.
    return claim.words is None or claim.words in (words, words.replace("\n", "\\n"))
