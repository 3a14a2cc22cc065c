"""Judgements on mentions → triples of entities: evidence gathered, statuses merged, qualifiers
attached."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from pipeline.relations.candidates import Candidate, Judgement, PairClassifier, propose
from pipeline.relations.qualifiers import qualifiers_of
from pipeline.schema import NEGATED, SYMMETRIC, strongest
from pipeline.types import (
    CleanSpan,
    CleanText,
    Entity,
    Evidence,
    Mention,
    Qualifiers,
    Triple,
)

if TYPE_CHECKING:
    from pipeline.model.session import Reading

# Each further sentence that states a triple removes this share of the remaining doubt.
AGREEMENT = 0.35


def relate(
    cleaned: CleanText,
    entities: tuple[Entity[CleanSpan], ...],
    classifier: PairClassifier,
    reading: Reading | None = None,
) -> tuple[tuple[Triple[CleanSpan], ...], tuple[Candidate, ...]]:
    """The article's triples, by first evidence, and the candidates that were judged (for the
    ceiling)."""
    candidates = propose(cleaned, entities)
    stated: dict[tuple[str, str, str], list[Judgement]] = {}
    for judgement in classifier(cleaned, candidates, reading):
        stated.setdefault(_key(judgement), []).append(judgement)
    named = sorted((m for entity in entities for m in entity.mentions), key=lambda m: m.span)
    triples = [_merge(cleaned, named, key, judgements) for key, judgements in stated.items()]
    return tuple(
        sorted(triples, key=lambda t: (t.evidence[0].sentence, t.head, t.relation, t.tail))
    ), candidates


def _key(judgement: Judgement) -> tuple[str, str, str]:
    head, tail = judgement.candidate.first.entity, judgement.candidate.second.entity
    # A symmetric triple is stored once: the smaller id is its head.
    if judgement.backward if judgement.relation not in SYMMETRIC else head > tail:
        head, tail = tail, head
    return head, judgement.relation, tail


def _merge(
    cleaned: CleanText,
    named: Sequence[Mention[CleanSpan]],
    key: tuple[str, str, str],
    judgements: list[Judgement],
) -> Triple[CleanSpan]:
    head, relation, tail = key
    # Of a headline and its lead, which both name the two, the pairs across them say nothing new.
    judgements = [j for j in judgements if _is_within(j.candidate)] or judgements
    status = strongest([judgement.status for judgement in judgements])
    best = max(judgement.score for judgement in judgements)
    sentences = {judgement.candidate.sentence for judgement in judgements}
    score = 1 - (1 - best) * (1 - AGREEMENT) ** (len(sentences) - 1)
    return Triple(
        head,
        relation,
        tail,
        status,
        round(score, 4),
        tuple(_evidence(head, judgements, named)),
        _qualifiers(cleaned, status, judgements, named),
    )


def _qualifiers(
    cleaned: CleanText,
    status: str,
    judgements: list[Judgement],
    named: Sequence[Mention[CleanSpan]],
) -> Qualifiers[CleanSpan]:
    """What the sentences say whose status holds; where that is nothing, what the others do: a
    headline calls a deal planned and the lead, with its price, rumored."""
    said = qualifiers_of(cleaned, [j for j in judgements if j.status == status], named)
    nothing: Qualifiers[CleanSpan] = Qualifiers()
    if said != nothing or status == NEGATED:
        return said
    return qualifiers_of(
        cleaned, [j for j in judgements if j.status not in (status, NEGATED)], named
    )


def _is_within(candidate: Candidate) -> bool:
    return candidate.sentence.holds(candidate.first.span)


def _evidence(
    head: str, judgements: list[Judgement], named: Sequence[Mention[CleanSpan]]
) -> Iterable[Evidence[CleanSpan]]:
    by_sentence = {
        judgement.candidate.sentence: judgement.candidate for judgement in reversed(judgements)
    }
    for sentence in sorted(by_sentence):
        first, second = by_sentence[sentence].first, by_sentence[sentence].second
        if not sentence.holds(first.span):
            own = (m for m in named if m.entity == first.entity and sentence.holds(m.span))
            first = next(own, first)
        forward = first.entity == head
        yield Evidence(
            sentence, (first if forward else second).span, (second if forward else first).span
        )
