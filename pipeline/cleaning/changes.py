"""Edits that say which damage they undo, made and put on record in one go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pipeline.cleaning.edits import Edit, apply_edits
from pipeline.offsets import OffsetMap
from pipeline.types import CleanSpan, RawSpan, Repair


@dataclass(frozen=True, slots=True)
class Change(Edit):
    """An edit that undoes one piece of damage.

    kind, certain: as in Repair. A change whose `after` is what stands there already is only
    reported.
    """

    kind: str
    certain: bool = True


def make_changes(text: str, changes: Sequence[Change]) -> tuple[str, OffsetMap, tuple[Repair, ...]]:
    """`text` with `changes` (ascending, not overlapping) made, the map back to it, the repairs.

    Neighbours of one kind make one repair, and each still leads back to its own place. Without
    changes it is `text` itself and the identity.
    """
    edits = [change for change in changes if text[change.start : change.end] != change.after]
    made, offsets = apply_edits(text, edits)
    return made, offsets, _repairs(text, changes)


def settle(
    text: str, find: Callable[[str], list[Change]], *, max_rounds: int
) -> tuple[str, OffsetMap, tuple[Repair, ...]]:
    """`text` after all that `find` finds in it, and then in what became of it, until that is
    nothing; the map back, the repairs.

    find: ascending changes that do not overlap. A change upon a change is one repair of the last
    one's kind. A text that is not settled after `max_rounds` stays as it is, so that cleaning twice
    is cleaning once for any text.
    """
    changes: list[Change] = []
    for _ in range(max_rounds):
        inner, offsets = apply_edits(text, changes)
        found = find(inner)
        if not found:
            return make_changes(text, changes)
        changes = _stacked(changes, offsets, found) if changes else found
    return make_changes(text, ())


def _stacked(changes: list[Change], offsets: OffsetMap, found: list[Change]) -> list[Change]:
    """`changes` with `found` on top, which speak of the text that `changes` make."""
    stack: list[Change] = []
    below = iter(changes)
    lower = next(below, None)
    for change in found:
        span = offsets.to_raw(CleanSpan(change.start, change.end))
        while lower and lower.start < span.end:
            if lower.end <= span.start:
                stack.append(lower)
            lower = next(below, None)
        stack.append(replace(change, start=span.start, end=span.end))
    return [*stack, *([lower] if lower else []), *below]


def _repairs(text: str, changes: Sequence[Change]) -> tuple[Repair, ...]:
    repairs: list[Repair] = []
    first = 0
    for behind in range(1, len(changes) + 1):
        if behind < len(changes) and _continues(changes[behind - 1], changes[behind]):
            continue
        start, end = changes[first].start, changes[behind - 1].end
        repairs.append(
            Repair(
                kind=changes[first].kind,
                span=RawSpan(start, end),
                before=text[start:end],
                after="".join(change.after for change in changes[first:behind]),
                certain=changes[first].certain,
            )
        )
        first = behind
    return tuple(repairs)


def _continues(one: Change, other: Change) -> bool:
    return (one.end, one.kind, one.certain) == (other.start, other.kind, other.certain)
