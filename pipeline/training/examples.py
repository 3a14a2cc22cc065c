"""What the network is trained on: texts with marks, of which some are only partly annotated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

# What a set's mentions are: ours, CLUENER's ten types, or not annotated.
OURS: Final = "ours"
CLUENER: Final = "cluener"
CLUENER_TYPES: Final = (
    "address", "book", "company", "game", "government", "movie", "name", "organization",
    "position", "scene",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Marked:
    """A mention: text[start:end] names entity number `entity` of `type`."""

    start: int
    end: int
    type: str
    entity: int


@dataclass(frozen=True, slots=True)
class Example:
    """A Simplified text and what is known of it.

    tagged: OURS, CLUENER or "" where a set does not annotate all mentions.
    triples: (head entity, relation, tail entity) → status, "" where the set does not say.
    judged: the ordered entity pairs, each with the relations, of which the set says whether they
        hold; None where it says so of all.
    labels: labels of another scheme for ordered entity pairs (FinRE's 44), for an auxiliary head.
    """

    text: str
    mentions: tuple[Marked, ...]
    triples: dict[tuple[int, str, int], str]
    tagged: str
    judged: frozenset[tuple[int, str, int]] | None
    labels: dict[tuple[int, int], tuple[str, ...]]
    source: str
