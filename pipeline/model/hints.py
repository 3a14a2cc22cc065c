"""What the registry says of each token: a hint to the encoder, not a decision."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from typing import TYPE_CHECKING

from pipeline.entities.registry import Match
from pipeline.schema import ENTITY_TYPES

if TYPE_CHECKING:
    from pipeline.model.tokens import Tokens

AMBIGUOUS = len(ENTITY_TYPES)
NO_ENTITY = AMBIGUOUS + 1


def hints_of(tokens: Tokens, matches: Iterable[Match]) -> list[int]:
    """A number for each token: 0 outside names, 1 + 2k where a name of kind k begins, 2 + 2k in it.

    k counts the entity types, then names with several senses, then names known to be no entity.
    """
    hints = [0] * len(tokens.ids)
    for match in matches:
        kind = kind_of(match)
        at = bisect_left(tokens.starts, match.span.start)
        begins = True
        while at < len(hints) and tokens.starts[at] < match.span.end:
            hints[at] = 1 + 2 * kind if begins else 2 + 2 * kind
            begins = False
            at += 1
    return hints


def kind_of(match: Match) -> int:
    """The kind of name that `match` is, as `hints_of` counts them."""
    if not match.ids:
        return NO_ENTITY
    if match.ambiguous:
        return AMBIGUOUS
    return ENTITY_TYPES.index(match.ids[0].partition(":")[0])
