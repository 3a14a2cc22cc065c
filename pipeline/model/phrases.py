"""The status that the words around two names tell: a linear model over hashed character n-grams.

Whether a deal is done, meant, heard of or denied hangs on hundreds of wordings (拟, 尚未, 告吹);
counting them takes fewer examples than the encoder needs. It is asked only of what the judge of
pairs has found.
"""

from __future__ import annotations

import zipfile
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import numpy as np

from pipeline.errors import ResourceError
from pipeline.model.windows import Spanned
from pipeline.schema import CHIP, COMPANY, PERSON, STATUSES

PHRASES_NAME = "phrases.npz"
BUCKETS = 1 << 20
# How far before the first and behind the second name of a pair words are looked at, in characters.
REACH = 60
LONGEST = 4
# Keeps the sums of hundreds of n-grams in the range where learning is quick.
SCALE = 3.0

# What stands in place of a name: of the pair's head, of its tail, of any other by its type.
_HEAD, _TAIL = "H", "T"
_OTHERS: Final = {COMPANY: "C", PERSON: "P", CHIP: "K"}
_GONE = "\x00"

Buckets = np.ndarray[Any, np.dtype[np.int64]]
Floats = np.ndarray[Any, np.dtype[np.float32]]


@dataclass(frozen=True, slots=True)
class Name:
    """text[start:end] is a name of `type`."""

    start: int
    end: int
    type: str


class Surroundings:
    """A text with its names blanked, which tells the words around any two of them."""

    def __init__(self, text: str, sentences: Sequence[Spanned], names: Iterable[Name]) -> None:
        characters = list(text)
        for name in names:
            characters[name.start : name.end] = _GONE * (name.end - name.start)
            characters[name.start] = _OTHERS[name.type]
        self._text = "".join(characters)
        self._starts = [sentence.start for sentence in sentences]
        self._ends = [sentence.end for sentence in sentences]

    def of(self, head: Name, tail: Name, relation: str) -> Buckets:
        """The buckets, int64 (n,), ascending, of the n-grams around a relation that holds."""
        first, last = (head, tail) if head.start < tail.start else (tail, head)
        found = {relation}
        for place, words in self._parts(first, last, head is first):
            for gram in _grams(words):
                found.add(gram)
                if len(gram) < LONGEST:
                    found.add(place + gram)
                if len(gram) == 2:
                    found.add(relation + gram)
        following = self._sentence(last) + 1
        if following < len(self._starts):
            found.update("next" + gram for gram in _grams(self._next(following)))
        return _buckets(found)

    def _parts(self, first: Name, last: Name, forward: bool) -> Iterator[tuple[str, str]]:
        """What stands before, between and behind the two names, each with the names' marks."""
        one, other = (_HEAD, _TAIL) if forward else (_TAIL, _HEAD)
        start = max(self._starts[self._sentence(first)], first.start - REACH)
        end = min(self._ends[self._sentence(last)], last.end + REACH)
        between = self._text[min(first.end, last.start) : last.start]
        yield "B", _kept(self._text[start : first.start]) + one
        yield "M", one + _kept(between) + other
        yield "A", other + _kept(self._text[last.end : end])

    def _next(self, sentence: int) -> str:
        start = self._starts[sentence]
        return _kept(self._text[start : min(self._ends[sentence], start + 2 * REACH)])

    def _sentence(self, name: Name) -> int:
        return max(bisect_right(self._starts, name.start) - 1, 0)


def _kept(text: str) -> str:
    return text.replace(_GONE, "")


def _grams(text: str) -> Iterator[str]:
    for size in range(1, LONGEST + 1):
        for at in range(len(text) - size + 1):
            yield text[at : at + size]


def _buckets(grams: Iterable[str]) -> Buckets:
    return np.unique(
        np.fromiter((crc32(gram.encode()) % BUCKETS for gram in grams), dtype=np.int64)
    )


@dataclass(frozen=True, slots=True)
class PhraseModel:
    """weights: float16 (BUCKETS, statuses); bias: float32 (statuses,)."""

    weights: np.ndarray[Any, np.dtype[np.float16]]
    bias: Floats

    def __call__(self, buckets: Buckets) -> Floats:
        """Log-probabilities of the statuses, float32 (statuses,)."""
        weights = self.weights[buckets].astype(np.float32)
        known = int(weights.any(axis=1).sum())
        logits: Floats = self.bias + weights.sum(axis=0) * np.float32(SCALE / max(known, 1) ** 0.5)
        shifted = logits - logits.max()
        result: Floats = shifted - np.log(np.exp(shifted).sum())
        return result

    def save(self, path: Path) -> None:
        """One file of arrays, compressed."""
        with path.open("wb") as file:
            np.savez_compressed(file, weights=self.weights, bias=self.bias)

    @classmethod
    def load(cls, path: Path) -> PhraseModel:
        """Raises ResourceError where the file is missing or holds no such model."""
        try:
            with np.load(path, allow_pickle=False) as arrays:
                model = cls(arrays["weights"], arrays["bias"])
        except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile) as error:
            raise ResourceError(f"{path}: not a phrase model: {error}") from error
        if model.weights.shape != (BUCKETS, len(STATUSES)):
            raise ResourceError(f"{path}: made for other labels: {model.weights.shape}")
        return model
