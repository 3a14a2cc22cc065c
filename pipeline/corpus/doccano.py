"""Passages as doccano's JSONL (sequence labelling with relations), and back.

Relations carry everything that is between spans: `buy planned` (with `s1,2` where needed) from a
mention of the head to one of the tail, `same` between the mentions of one entity, and `of 1,3` from
a qualifier to the head of the first triple it belongs to.
"""

from __future__ import annotations

from typing import Any

from pipeline.corpus.offsets import Claimed, code_point_spans
from pipeline.corpus.passages import (
    QUALIFIERS,
    NamedSpan,
    Passage,
    QualifierSpan,
    StatedTriple,
    described,
    from_description,
    numbered,
    places_of,
    sentences_told,
    told_sentences,
)
from pipeline.errors import CorpusError
from pipeline.schema import ENTITY_TYPES, RELATIONS, STATUSES

SAME = "same"
OF = "of"


def to_record(passage: Passage) -> dict[str, Any]:
    """One line of doccano's JSONL; offsets in code points. Entity numbers are kept under
    `numbers`, for doccano itself knows mentions only."""
    entities = [
        {"id": i, "label": m.type, "start_offset": m.span.start, "end_offset": m.span.end}
        for i, m in enumerate(passage.mentions)
    ]
    at = len(entities)
    entities += [
        {
            "id": at + i,
            "label": q.name,
            "start_offset": q.span.start,
            "end_offset": q.span.end,
        }
        for i, q in enumerate(passage.qualifiers)
    ]
    first: dict[int, int] = {}
    relations: list[tuple[int, int, str]] = []
    for i, mention in enumerate(passage.mentions):
        if mention.entity in first:
            relations.append((first[mention.entity], i, SAME))
        first.setdefault(mention.entity, i)
    for triple in passage.triples:
        words = (triple.relation, triple.status, told_sentences(passage, triple))
        relations.append((first[triple.head], first[triple.tail], " ".join(words).rstrip()))
    for i, qualifier in enumerate(passage.qualifiers):
        if qualifier.triples:
            numbers = numbered(qualifier.triples)
            head = passage.triples[qualifier.triples[0]].head
            relations.append((at + i, first[head], f"{OF} {numbers}"))
    return {
        **described(passage),
        "numbers": {str(i): m.entity for i, m in enumerate(passage.mentions)},
        "entities": entities,
        "relations": [
            {"id": i, "from_id": source, "to_id": target, "type": kind}
            for i, (source, target, kind) in enumerate(relations)
        ],
        "Comments": [],
    }


def from_record(record: dict[str, Any], *, where: str) -> Passage:
    """The passage of a line of doccano's export, as `to_record` writes it or a person changed it.

    Mentions joined by `same` are one entity, whatever number they had. Raises CorpusError (with
    `where`) for what is no such record.
    """
    try:
        return _read(record, where)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CorpusError(f"{where}: not a record of ours: {error!r}") from error


def _read(record: dict[str, Any], where: str) -> Passage:
    text: str = record["text"]
    entities = sorted(record["entities"], key=lambda entity: int(entity["start_offset"]))
    spans = code_point_spans(
        text,
        (Claimed(int(e["start_offset"]), int(e["end_offset"]), e.get("text")) for e in entities),
        where=where,
    )
    relations = sorted(record["relations"], key=lambda relation: int(relation["id"]))
    numbers = _entity_numbers(record, entities, relations)
    mentions: list[NamedSpan] = []
    qualifiers: list[QualifierSpan] = []
    owned = {
        relation["from_id"]: relation["type"].split(" ", 1)[1]
        for relation in relations
        if relation["type"].startswith(OF + " ")
    }
    for entity, span in zip(entities, spans, strict=True):
        label = entity["label"]
        if label in ENTITY_TYPES:
            mentions.append(NamedSpan(span, label, numbers[entity["id"]]))
        elif label in QUALIFIERS:
            places = owned.get(entity["id"], "")
            triples = places_of(places) if places else ()
            qualifiers.append(QualifierSpan(span, label, triples))
        else:
            raise CorpusError(f"{where}: unknown label {label!r}")
    bare = from_description(record, mentions, qualifiers, where=where)
    stated = [r for r in relations if r["type"] != SAME and not r["type"].startswith(OF + " ")]
    return bare.with_triples(tuple(_triple(r, numbers, bare, where) for r in stated))


def _entity_numbers(
    record: dict[str, Any], entities: list[dict[str, Any]], relations: list[dict[str, Any]]
) -> dict[int, int]:
    """The entity number of each mention's id: its own or, for a new one, an unused number; joined
    mentions share the first one's."""
    known = {int(key): int(number) for key, number in record.get("numbers", {}).items()}
    unused = max(known.values(), default=0) + 1
    numbers: dict[int, int] = {}
    for entity in entities:
        if entity["label"] in ENTITY_TYPES:
            number = known.get(entity["id"], unused)
            unused += number == unused
            numbers[entity["id"]] = number
    for relation in relations:
        if relation["type"] == SAME:
            numbers[relation["to_id"]] = numbers[relation["from_id"]]
    return numbers


def _triple(
    relation: dict[str, Any], numbers: dict[int, int], passage: Passage, where: str
) -> StatedTriple:
    words = str(relation["type"]).split()
    if len(words) not in (2, 3) or words[0] not in RELATIONS or words[1] not in STATUSES:
        raise CorpusError(
            f"{where}: relation type {relation['type']!r}: expected one such as 'buy planned'"
        )
    head, tail = numbers[relation["from_id"]], numbers[relation["to_id"]]
    sentences = sentences_told("".join(words[2:]), passage, head, tail)
    return StatedTriple(head, words[0], tail, words[1], sentences)
