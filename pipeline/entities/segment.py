"""Words of a Chinese text, by jieba, loaded at first need (its dictionary costs half a second)."""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Any

Word = tuple[int, int, str]


@lru_cache(maxsize=1)
def _tokenizer() -> Any:
    import jieba

    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    tokenizer.initialize()
    return tokenizer


@lru_cache(maxsize=4)  # several patterns ask for the same sentence in turn, and most need none
def segment(text: str) -> tuple[Word, ...]:
    """The words of `text` in order as (start, end, word), half-open; together they cover it."""
    words: list[Word] = []
    at = 0
    for word in _tokenizer().cut(text, HMM=True):
        words.append((at, at + len(word), word))
        at += len(word)
    return tuple(words)


def frequency(word: str) -> int:
    """How often jieba's dictionary counted `word`; 0 for a word it does not have."""
    return int(_tokenizer().FREQ.get(word) or 0)
