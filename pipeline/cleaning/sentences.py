"""Sentence boundaries."""

from __future__ import annotations

import re

from pipeline.types import CleanSpan

# A sentence without an end mark for this long is a damaged page or a table; it is cut at the last
# comma before the limit so that what depends on its length stays bounded. The longest sentence of
# the public real passages has 227 characters.
MAX_SENTENCE_CHARS = 600

_SENTENCE = re.compile(r"[^。！？!?…\n]*(?:[。！？!?…]+[”’」』】）)\"]*|\n|$)")
_SOFT_BREAK = re.compile(r"[，,；;、：: ](?=[^，,；;、：: ]*$)")


def split_sentences(text: str) -> tuple[CleanSpan, ...]:
    """The sentences of `text`, without surrounding blanks, each at most MAX_SENTENCE_CHARS long.

    A sentence ends at 。！？…, their ASCII forms or a line end; closing quotes and brackets belong
    to it.
    """
    spans: list[CleanSpan] = []
    for match in _SENTENCE.finditer(text):
        start, end = match.span()
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        while end - start > MAX_SENTENCE_CHARS:
            window = text[start : start + MAX_SENTENCE_CHARS]
            comma = _SOFT_BREAK.search(window)
            cut = start + (comma.end() if comma else MAX_SENTENCE_CHARS)
            spans.append(CleanSpan(start, cut))
            start = cut
        if start < end:
            spans.append(CleanSpan(start, end))
    return tuple(spans)
