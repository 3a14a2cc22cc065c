"""Mentions: what the model reads, with the identities that the registry knows."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipeline.entities.registry import Match, Registry
from pipeline.model.hints import hints_of
from pipeline.schema import ENTITY_TYPES
from pipeline.types import CleanSpan, CleanText, Mention

if TYPE_CHECKING:
    from pipeline.model.session import Model, Reading

# How likely the model must find a name of one sense, that its best reading leaves out, for it to
# become a mention all the same.
REGISTRY_MIN_SCORE = 0.5


class ModelRecogniser:
    """CleanText → mentions; knows no relation."""

    def __init__(self, registry: Registry, model: Model) -> None:
        self._registry = registry
        self._model = model

    def __call__(self, cleaned: CleanText) -> tuple[tuple[Mention[CleanSpan], ...], Reading]:
        """The mentions of `cleaned`, ascending, not overlapping, and the reading they come from.

        `entity` is set where the registry knows the name.
        """
        matches = self._registry.find(cleaned.text)
        tokens = self._model.tokenize(cleaned.text)
        reading = self._model.read(tokens, cleaned.sentences, hints_of(tokens, matches))
        found = list(self._read(cleaned.text, reading))
        found += self._certain(cleaned.text, reading, matches, [m.span for m in found])
        return tuple(sorted(found, key=lambda mention: mention.span)), reading

    def _read(self, text: str, reading: Reading) -> Iterator[Mention[CleanSpan]]:
        for first, last, kind, score in reading.spans:
            span = CleanSpan(reading.tokens.starts[first], reading.tokens.ends[last - 1])
            name, entity_type = span.of(text), ENTITY_TYPES[kind]
            entity = self._entity_of(name, entity_type)
            yield Mention(span, name, entity_type, round(score, 4), "model", entity)

    def _certain(
        self, text: str, reading: Reading, matches: tuple[Match, ...], taken: list[CleanSpan]
    ) -> Iterator[Mention[CleanSpan]]:
        """Names of one sense that the best reading leaves out although they are likely."""
        starts = reading.tokens.starts
        at = 0
        for match in matches:
            while at < len(taken) and taken[at].end <= match.span.start:
                at += 1
            if not match.ids or match.ambiguous:
                continue
            if at < len(taken) and taken[at].overlaps(match.span):
                continue
            first = bisect_left(starts, match.span.start)
            last = bisect_left(starts, match.span.end)
            score = 1 - float(reading.outside[first:last].mean()) if last > first else 0.0
            if score >= REGISTRY_MIN_SCORE:
                entity = match.ids[0]
                yield Mention(
                    match.span,
                    match.span.of(text),
                    entity.partition(":")[0],
                    round(score, 4),
                    "registry",
                    entity,
                )

    def _entity_of(self, name: str, entity_type: str) -> str:
        """The entity of `entity_type` that the registry knows by `name`; "" where it knows none."""
        ids = self._registry.ids_of(name)
        return next((i for i in ids if i.startswith(entity_type + ":")), "")
