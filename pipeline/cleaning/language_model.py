"""How likely a character is after the two before it: the judge of what damaged bytes leave open."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
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
# Histories whose answers are kept at once, so that a long run's memory stays flat; seed 004 asks
# for 3,337, with 115,150 answers.
MAX_HISTORIES = 10_000
# Counts are stored as whole numbers of this many parts.
_PARTS = 100
_BITS = 21


class _Table:
    """Counts of n-grams, keyed by their code points, _BITS each; sorted, so that a history is a
    range."""

    def __init__(self, keys: array[int], sums: array[int]) -> None:
        """sums: what the counts before each key come to, and behind the last one."""
        self.keys = keys
        self.sums = sums

    def behind(self, history: int) -> tuple[int, int, float]:
        """The range of the n-grams that `history` begins, and what their counts come to."""
        low = bisect_left(self.keys, history << _BITS)
        high = bisect_left(self.keys, (history + 1) << _BITS, low)
        return low, high, (self.sums[high] - self.sums[low]) / _PARTS

    def count(self, key: int, low: int, high: int) -> float:
        """Count of the n-gram `key`, which stands between `low` and `high` if anywhere."""
        at = bisect_left(self.keys, key, low, high)
        if at == high or self.keys[at] != key:
            return 0.0
        return (self.sums[at + 1] - self.sums[at]) / _PARTS

    def counts(self) -> list[int]:
        return [b - a for a, b in zip(self.sums, self.sums[1:], strict=False)]


class _Behind(dict[str, float]):
    """Log-probabilities of the characters behind two others, each worked out when first asked
    for."""

    __slots__ = ("_levels", "_share")

    def __init__(self, share: Callable[[str], float], levels: Iterable[tuple[_Table, int]]) -> None:
        """share: the probability of a character behind nothing. levels: tables and histories,
        shortest first."""
        super().__init__()
        self._share = share
        self._levels = [
            (table, history << _BITS, *bounds)
            for table, history in levels
            if (bounds := table.behind(history))[0] < bounds[1]
        ]

    def __missing__(self, character: str) -> float:
        share = self._share(character)
        code = ord(character)
        for table, history, low, high, total in self._levels:
            kinds = high - low
            share = (table.count(history | code, low, high) + kinds * share) / (total + kinds)
        self[character] = value = math.log(share)
        return value


class CharacterModel:
    """Character trigrams of Simplified text with Witten–Bell interpolation (Witten and Bell
    1991)."""

    def __init__(self, unigrams: _Table, bigrams: _Table, trigrams: _Table) -> None:
        self._tables = (unigrams, bigrams, trigrams)
        self._all = unigrams.behind(0)
        self._share = lru_cache(maxsize=32_768)(self._share_alone)
        self._known: dict[tuple[str, str], _Behind] = {}

    def count(self, character: str) -> float:
        """How often the training text has `character`."""
        low, high, _ = self._all
        return self._tables[0].count(ord(character), low, high)

    def behind(self, before: str, previous: str) -> Mapping[str, float]:
        """Natural logarithms of P(character | before, previous), always finite, by character.

        To be asked for with [], of any character; it tells neither its length nor its keys.
        """
        key = (before, previous)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= MAX_HISTORIES:
                self._known.clear()
            _, bigrams, trigrams = self._tables
            last = ord(previous)
            levels = ((bigrams, last), (trigrams, ord(before) << _BITS | last))
            known = self._known[key] = _Behind(self._share, levels)
        return known

    def log_probability(self, before: str, previous: str, character: str) -> float:
        """Natural logarithm of P(character | before, previous); always finite."""
        return self.behind(before, previous)[character]

    def _share_alone(self, character: str) -> float:
        return (self.count(character) + 0.5) / (self._all[2] + 0.5 * VOCABULARY)

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
                    sums = array("q", [0])
                    sums.frombytes(np.cumsum(saved["counts" + n], dtype=np.int64).tobytes())
                    tables.append(_Table(keys, sums))
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
        sums = array("q", accumulate((counts[key] for key in keys), initial=0))
        tables.append(_Table(array("q", keys), sums))
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
