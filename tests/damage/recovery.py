"""How much of a true text a repaired one has."""

from __future__ import annotations

from difflib import SequenceMatcher


def right_characters(true: str, repaired: str) -> frozenset[int]:
    """Indexes of `true`'s characters that `repaired` has in place, by longest matching blocks."""
    blocks = SequenceMatcher(None, true, repaired, autojunk=False).get_matching_blocks()
    return frozenset(at for block in blocks for at in range(block.a, block.a + block.size))


def recovery(true: str, repaired: str) -> float:
    """The share of them, 0..1."""
    return len(right_characters(true, repaired)) / max(1, len(true))
