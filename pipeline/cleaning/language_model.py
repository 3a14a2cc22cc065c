"""How likely a character is after the two before it: the judge of what damaged bytes leave open."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import accumulate
from pathlib import Path

from pipeline.errors import ResourceError

TABLES = "trigrams.npz"
# Weight of one dictionary count against one count in running text, and the smallest weight kept.
# Entropy of held-out text in nats: 4.147 without the dictionary, 4.099 at 0.002, 4.097 at 0.01,
# 4.154 at 0.03; 4.352 when trigrams seen once are left out.
WORD_WEIGHT = 0.01
MIN_WORD_WEIGHT = 0.02
# Characters that the model may meet at all, for the share of an unseen one.
VOCABULARY = 25_000
# Answers kept at once, so that a long run's memory stays flat; seed 004 asks for 119,000 different
# ones.
MAX_KNOWN = 1_000_000
# Counts are stored as whole numbers of this many parts.
_PARTS = 100
_BITS = 21


class _Table:
    """Counts of n-grams, keyed by their code points, _BITS each; sorted, so that a history is a
    range."""

    def __init__(self, keys: array[int], counts: Iterable[int]) -> None:
        self.keys = keys
        self._sums = array("q", accumulate(counts, initial=0))
        self._ranges: dict[int, tuple[int, int]] = {}

    def after(self, history: int, character: int) -> tuple[float, float, int]:
        """Count of `character` behind `history`, total count of that history, number of its
        successors."""
        bounds = self._ranges.get(history)
        if bounds is None:
            low = bisect_left(self.keys, history << _BITS)
            high = bisect_left(self.keys, (history + 1) << _BITS, low)
            bounds = self._ranges[history] = (low, high)
        low, high = bounds
        if low == high:
            return 0.0, 0.0, 0
        key = history << _BITS | character
        at = bisect_left(self.keys, key, low, high)
        sums = self._sums
        count = sums[at + 1] - sums[at] if at < high and self.keys[at] == key else 0
        return count / _PARTS, (sums[high] - sums[low]) / _PARTS, high - low

    def counts(self) -> list[int]:
        return [b - a for a, b in zip(self._sums, self._sums[1:], strict=False)]


class CharacterModel:
    """Character trigrams of Simplified text with Witten–Bell interpolation (Witten and Bell
    1991)."""

    def __init__(self, unigrams: _Table, bigrams: _Table, trigrams: _Table) -> None:
        self._tables = (unigrams, bigrams, trigrams)
        self._known: dict[tuple[str, str, str], float] = {}

    def count(self, character: str) -> float:
        """How often the training text has `character`."""
        return self._tables[0].after(0, ord(character))[0]

    def log_probability(self, before: str, previous: str, character: str) -> float:
        """Natural logarithm of P(character | before, previous); always finite."""
        key = (before, previous, character)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= MAX_KNOWN:
                self._known.clear()
            known = self._known[key] = math.log(self._probability(*map(ord, key)))
        return known

    def _probability(self, before: int, previous: int, character: int) -> float:
        unigrams, bigrams, trigrams = self._tables
        count, total, _ = unigrams.after(0, character)
        share = (count + 0.5) / (total + 0.5 * VOCABULARY)
        for table, history in ((bigrams, previous), (trigrams, before << _BITS | previous)):
            count, total, kinds = table.after(history, character)
            if kinds:
                share = (count + kinds * share) / (total + kinds)
        return share

    def entropy(self, text: str) -> float:
        """Mean -log P of `text`'s characters from the third on, in nats."""
        triples = list(zip(text, text[1:], text[2:], strict=False))
        return -sum(self.log_probability(*triple) for triple in triples) / max(1, len(triples))

    @classmethod
    def load(cls, folder: Path) -> CharacterModel:
        """The model saved in `folder`. Raises ResourceError where the file is missing or broken."""
        import numpy as np

        path = folder / TABLES
        try:
            with np.load(path, allow_pickle=False) as saved:
                tables = []
                for n in "123":
                    keys = array("q", np.cumsum(saved["steps" + n], dtype=np.int64).tobytes())
                    tables.append(_Table(keys, saved["counts" + n].tolist()))
        except (OSError, ValueError, KeyError) as error:
            raise ResourceError(
                f"{path}: not a character model ({error}); reinstall zongheng"
            ) from error
        return cls(*tables)

    def save(self, folder: Path) -> None:
        """Write the tables into `folder`; the same bytes for the same counts."""
        import numpy as np

        folder.mkdir(parents=True, exist_ok=True)
        arrays = {}
        for n, table in zip("123", self._tables, strict=True):
            keys = np.frombuffer(table.keys, dtype=np.int64)
            arrays["steps" + n] = np.diff(keys, prepend=0)
            arrays["counts" + n] = np.array(table.counts(), dtype=np.uint32)
        np.savez_compressed(folder / TABLES, allow_pickle=False, **arrays)


def train(texts: Iterable[str], words: Mapping[str, int]) -> CharacterModel:
    """A model of Simplified running `texts` and of a dictionary's `words` with their counts.

    Inside words every transition counts, between words only those of the texts.
    """
    weights: tuple[Counter[int], ...] = (Counter(), Counter(), Counter())
    for word, count in words.items():
        weight = round(count * WORD_WEIGHT * _PARTS)
        if weight >= MIN_WORD_WEIGHT * _PARTS:
            _add(weights, list(map(ord, word)), weight)
    for text in texts:
        _add(weights, [*map(ord, text), 10], _PARTS)
    tables = []
    for counts in weights:
        keys = sorted(counts)
        tables.append(_Table(array("q", keys), [counts[key] for key in keys]))
    return CharacterModel(*tables)


def _add(weights: tuple[Counter[int], ...], codes: list[int], weight: int) -> None:
    """Count the n-grams of `codes`, each `weight` times."""
    for at in range(len(codes)):
        key = 0
        for n, counts in enumerate(weights):
            if at + n == len(codes):
                break
            key = key << _BITS | codes[at + n]
            counts[key] += weight
