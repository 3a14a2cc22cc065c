"""Words of a Chinese text, by jieba, loaded at first need."""

from __future__ import annotations

from functools import lru_cache
from math import log
from typing import Any

from pipeline.dictionary import dictionary

Word = tuple[int, int, str]


@lru_cache(maxsize=1)
def _tokenizer() -> Any:
    import jieba

    class Tokenizer(jieba.Tokenizer):  # type: ignore[misc]  # jieba has no types
        """jieba's, on our form of its dictionary, and without its cache in the folder of temporary
        files, which any user of the machine can write to."""

        def __init__(self) -> None:
            super().__init__()
            self.FREQ = dictionary()
            self.initialized = True

        def get_DAG(self, sentence: str) -> list[list[tuple[int, int]]]:
            """The words that begin at each character: index of the last character, count."""
            codes = [*map(ord, sentence)]
            words_from = self.FREQ.words_from
            return [words_from(codes, at) or [(at, 1)] for at in range(len(codes))]

        def calc(
            self,
            sentence: str,
            DAG: list[list[tuple[int, int]]],
            route: dict[int, tuple[float, int]],
        ) -> None:
            """Fill `route`: by character, the best log-probability from it on and the end of its
            word."""
            total = log(self.FREQ.total)
            route[len(sentence)] = (0.0, 0)
            for at in range(len(sentence) - 1, -1, -1):
                route[at] = max(
                    (log(count) - total + route[last + 1][0], last) for last, count in DAG[at]
                )

    return Tokenizer()


@lru_cache(maxsize=4)  # several patterns ask for the same sentence in turn, and most need none
def segment(text: str) -> tuple[Word, ...]:
    """The words of `text` in order as (start, end, word), half-open; together they cover it."""
    words: list[Word] = []
    at = 0
    for word in _tokenizer().cut(text, HMM=True):
        words.append((at, at + len(word), word))
        at += len(word)
    return tuple(words)
