"""jieba's dictionary: how often its corpus has a word, and which part of speech it is."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Numbers = np.ndarray[Any, np.dtype[np.integer[Any]]]

_BITS = 21


class Dictionary:
    """Words with count and tag, as a trie in flat arrays: 9 MB, where a dict of jieba's words and
    all their beginnings takes 70 and three times as long to make.

    Node 0 is the root; the others are numbered level by level, the children of each in a row:
    _keys has parent and code point of each node, ascending; the children of n are the nodes
    _first[n] to _first[n + 1], exclusive.
    """

    def __init__(
        self, keys: Numbers, counts: Numbers, tags: Numbers, names: tuple[str, ...], total: int
    ) -> None:
        """keys, counts, tags: int64 (nodes,); keys[0] is -1. tags: places in `names`. total: the
        sum of all counts."""
        import numpy as np

        size = len(keys)
        first = np.searchsorted(keys, np.arange(size + 1) << _BITS)
        # One more key than nodes: what a search behind the last one finds.
        self._keys = array("q", keys.tobytes())
        self._keys.append(-1)
        self._first = array("i", first.astype(np.int32).tobytes())
        self._counts = array("i", counts.astype(np.int32).tobytes())
        self._tags = tags.astype(np.uint8).tobytes()
        self._names = names
        self.total = total

    def get(self, word: str) -> int:
        """How often the corpus has `word`; 0 for a word that the dictionary does not have."""
        return self._counts[self._node(word)]

    def tag(self, word: str) -> str:
        """The part of speech of `word`, as jieba names it; "" for a word that the dictionary does
        not have."""
        return self._names[self._tags[self._node(word)]]

    def words_from(self, codes: list[int], start: int) -> list[tuple[int, int]]:
        """The words that begin at codes[start], shortest first: index of the last character, count.

        codes: code points of a text.
        """
        keys, first, counts = self._keys, self._first, self._counts
        found: list[tuple[int, int]] = []
        node = 0
        for at in range(start, len(codes)):
            key = node << _BITS | codes[at]
            node = bisect_left(keys, key, first[node], first[node + 1])
            if keys[node] != key:
                break
            if counts[node]:
                found.append((at, counts[node]))
        return found

    def _node(self, word: str) -> int:
        """The node of `word`; the root for what no word begins with."""
        keys, first = self._keys, self._first
        node = 0
        for character in word:
            key = node << _BITS | ord(character)
            node = bisect_left(keys, key, first[node], first[node + 1])
            if keys[node] != key:
                return 0
        return node


@lru_cache(maxsize=1)
def dictionary() -> Dictionary:
    """jieba's dictionary, read at first need."""
    return parse(files("jieba").joinpath("dict.txt").read_text("utf-8"))


def parse(text: str) -> Dictionary:
    """The dictionary of lines "word count tag", each with its line end; of two lines for one word
    the last counts.

    All characters must be of the basic plane, as jieba's are. Read as an array of code points:
    three strings for each of 349,046 lines would cost more than all the rest.
    """
    import numpy as np

    codes = np.frombuffer(text.encode("utf-16-le"), dtype=np.uint16)
    ends = (
        np.flatnonzero((codes == ord(" ")) | (codes == ord("\n"))).astype(np.int32).reshape(-1, 3)
    )
    starts = np.concatenate(([0], ends[:-1, 2] + 1))
    counts = _folded(codes, ends[:, 0] + 1, ends[:, 1], base=10, zero=ord("0"))
    kinds, tags = np.unique(
        _folded(codes, ends[:, 1] + 1, ends[:, 2], base=128, zero=0), return_inverse=True
    )
    names = ("", *map(_unfolded, kinds.tolist()))

    nodes = np.zeros(len(starts), dtype=np.int64)
    levels = [np.array([-1], dtype=np.int64)]
    size = 1
    lengths = ends[:, 0] - starts
    for depth in range(int(lengths.max())):
        longer = np.flatnonzero(lengths > depth)
        keys = nodes[longer] << _BITS | codes[starts[longer] + depth]
        level, places = np.unique(keys, return_inverse=True)
        nodes[longer] = places + size
        levels.append(level)
        size += len(level)
    counted, tagged = np.zeros((2, size), dtype=np.int64)
    counted[nodes] = counts
    tagged[nodes] = tags + 1
    return Dictionary(np.concatenate(levels), counted, tagged, names, int(counts.sum()))


def _folded(codes: Numbers, starts: Numbers, ends: Numbers, *, base: int, zero: int) -> Numbers:
    """codes[start:end] as a number in `base`, for each start and end; int64 (starts,)."""
    import numpy as np

    numbers = np.zeros(len(starts), dtype=np.int64)
    for place in range(int((ends - starts).max())):
        there = np.flatnonzero(starts + place < ends)
        numbers[there] = numbers[there] * base + codes[starts[there] + place] - zero
    return numbers


def _unfolded(number: int) -> str:
    """The letters that `number` was folded from, base 128."""
    letters = ""
    while number:
        number, code = divmod(number, 128)
        letters = chr(code) + letters
    return letters
