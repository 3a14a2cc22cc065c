"""Sentence boundaries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

from pipeline.types import CleanSpan

# A sentence without an end mark for this long is a damaged page or a table; it is cut at the last
# comma before the limit so that what depends on its length stays bounded. The longest sentence of
# the public real passages has 227 characters.
MAX_SENTENCE_CHARS = 400

_SENTENCE = re.compile(r"[^。！？!?…\n]*(?:[。！？!?…]+[”’」』】）)\"]*|\n|$)")
_SOFT_BREAK = re.compile(r"[，,；;、：: ](?=[^，,；;、：: ]*$)")


def split_sentences(text: str) -> tuple[CleanSpan, ...]:
    """The sentences of `text`, without surrounding blanks, each at most MAX_SENTENCE_CHARS long.

    A sentence ends at 。！？…, their ASCII forms or a line end; closing quotes and brackets belong
    to it.
    """
    spans: list[CleanSpan] = []
    for match in _SENTENCE.finditer(text):
        rest = _without_blanks(text, *match.span())
        while rest.end - rest.start > MAX_SENTENCE_CHARS:
            window = text[rest.start : rest.start + MAX_SENTENCE_CHARS]
            comma = _SOFT_BREAK.search(window)
            cut = rest.start + (comma.end() if comma else MAX_SENTENCE_CHARS)
            spans.append(_without_blanks(text, rest.start, cut))
            rest = _without_blanks(text, cut, rest.end)
        if rest.start < rest.end:
            spans.append(rest)
    return tuple(spans)


def _without_blanks(text: str, start: int, end: int) -> CleanSpan:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return CleanSpan(start, end)


class Spanned(Protocol):
    """Anything that stands somewhere in the cleaned text."""

    @property
    def span(self) -> CleanSpan: ...


T = TypeVar("T", bound=Spanned)


def by_sentence(
    sentences: Iterable[CleanSpan], items: Sequence[T]
) -> Iterator[tuple[CleanSpan, list[T]]]:
    """Every one of the ascending `sentences` with the items, ascending too, that start in it."""
    at = 0
    for sentence in sentences:
        inside: list[T] = []
        while at < len(items) and items[at].span.start < sentence.end:
            if items[at].span.start >= sentence.start:
                inside.append(items[at])
            at += 1
        yield sentence, inside
