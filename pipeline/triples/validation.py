"""What may become output: every triple is checked against the schema's table and the raw text, or
rejected."""

from __future__ import annotations

from dataclasses import replace

from pipeline.schema import RELATIONS, STATUSES, admits
from pipeline.types import Entity, Extraction, RawSpan, Reject, Triple


def validate(extraction: Extraction) -> Extraction:
    """`extraction` with only its valid triples; the others become rejects with their reason."""
    entities = {entity.id: entity for entity in extraction.entities}
    spans = {
        entity.id: frozenset(mention.span for mention in entity.mentions)
        for entity in extraction.entities
    }
    kept: list[Triple[RawSpan]] = []
    rejects = list(extraction.rejects)
    for triple in extraction.triples:
        fault = _fault(triple, entities, spans, len(extraction.article.text))
        if fault is None:
            kept.append(triple)
        else:
            detail = f"({triple.head}, {triple.relation}, {triple.tail}): {fault[1]}"
            rejects.append(Reject(extraction.article.id, "triple", fault[0], detail))
    return replace(extraction, triples=tuple(kept), rejects=tuple(rejects))


def _fault(
    triple: Triple[RawSpan],
    entities: dict[str, Entity[RawSpan]],
    spans: dict[str, frozenset[RawSpan]],
    characters: int,
) -> tuple[str, str] | None:
    """Reason and detail of the first thing wrong with `triple`; None when it may be written."""
    if triple.relation not in RELATIONS or triple.status not in STATUSES:
        return "bad_value", f"relation {triple.relation!r}, status {triple.status!r}"
    if not 0 <= triple.score <= 1:
        return "bad_value", f"score {triple.score} is not within 0..1"
    missing = [end for end in (triple.head, triple.tail) if end not in entities]
    if missing:
        return "bad_value", f"no such entity in this article: {missing[0]}"
    if triple.head == triple.tail:
        return "self_relation", "head and tail are the same entity"
    head, tail = entities[triple.head], entities[triple.tail]
    if not admits(triple.relation, head.type, tail.type):
        return "signature", f"{head.type} → {tail.type}"
    if not triple.evidence:
        return "no_evidence", "the evidence list is empty"
    for evidence in triple.evidence:
        for role, span in (
            ("sentence", evidence.sentence),
            ("head", evidence.head),
            ("tail", evidence.tail),
        ):
            if not 0 <= span.start < span.end <= characters:
                return "no_offsets", f"{role} {span.start}..{span.end} of {characters} characters"
        if evidence.head not in spans[triple.head]:
            return (
                "no_offsets",
                f"evidence points to {evidence.head}, which is no mention of the head",
            )
        if evidence.tail not in spans[triple.tail]:
            return (
                "no_offsets",
                f"evidence points to {evidence.tail}, which is no mention of the tail",
            )
    return None
