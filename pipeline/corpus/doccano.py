"""Passages as doccano's JSONL (sequence labelling with relations), and back.

Relations carry everything that is between spans: `buy planned` from a mention of the head to one of
the tail, `same` between the mentions of one entity, and `of 1,3` from a qualifier to the head of
the first triple it belongs to. What doccano has no place for travels in fields beside.
"""

from __future__ import annotations

from typing import Any

from pipeline.corpus.exchange import Drawn, Marked, Noted, described, ends_of, put_together
from pipeline.corpus.offsets import Claimed, code_point_spans
from pipeline.corpus.passages import QUALIFIERS, Passage, numbered, places_of
from pipeline.errors import CorpusError
from pipeline.schema import ENTITY_TYPES, RELATIONS, STATUSES

SAME = "same"
OF = "of"
NONE = "-"


def to_record(passage: Passage) -> dict[str, Any]:
    """One line of doccano's JSONL; offsets in code points. `numbers` keeps, by the offset of its
    start, a mention's entity number, and `-` for a qualifier of no triple: doccano gives spans ids
    of its own."""
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
        relations.append((*ends_of(passage, triple), f"{triple.relation} {triple.status}"))
    for i, qualifier in enumerate(passage.qualifiers):
        if qualifier.triples:
            head = passage.triples[qualifier.triples[0]].head
            relations.append((at + i, first[head], f"{OF} {numbered(qualifier.triples)}"))
    numbers = {str(mention.span.start): str(mention.entity) for mention in passage.mentions}
    numbers |= {str(q.span.start): NONE for q in passage.qualifiers if not q.triples}
    return {
        **described(passage),
        "numbers": numbers,
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
    `where`) for what is no such record and for what breaks the inline format's rules.
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
    owned = {
        relation["from_id"]: places_of(str(relation["type"]).split(" ", 1)[1])
        for relation in relations
        if str(relation["type"]).startswith(OF + " ")
    }
    numbers: dict[str, str] = record.get("numbers") or {}
    mentions: list[Marked] = []
    qualifiers: list[Noted] = []
    place_of: dict[int, int] = {}
    for entity, span in zip(entities, spans, strict=True):
        label, number = entity["label"], str(numbers.get(str(span.start), ""))
        if label in ENTITY_TYPES:
            place_of[entity["id"]] = len(mentions)
            mentions.append(Marked(span, label, int(number) if number.isdecimal() else None))
        elif label in QUALIFIERS:
            places = owned.get(entity["id"], () if number == NONE else None)
            qualifiers.append(Noted(span, label, places))
        else:
            raise CorpusError(f"{where}: unknown label {label!r}")
    same: list[tuple[int, int]] = []
    drawn: list[Drawn] = []
    for relation in relations:
        kind = str(relation["type"])
        if kind == SAME:
            same.append((place_of[relation["from_id"]], place_of[relation["to_id"]]))
        elif not kind.startswith(OF + " "):
            drawn.append(_drawn(relation, place_of, where))
    return put_together(record, mentions, qualifiers, drawn, same=same, where=where)


def _drawn(relation: dict[str, Any], place_of: dict[int, int], where: str) -> Drawn:
    kind, words = str(relation["type"]), str(relation["type"]).split()
    if len(words) != 2 or words[0] not in RELATIONS or words[1] not in STATUSES:
        raise CorpusError(f"{where}: relation type {kind!r}: expected one such as 'buy planned'")
    if relation["from_id"] not in place_of or relation["to_id"] not in place_of:
        raise CorpusError(f"{where}: {kind} joins a span that is no company, person or chip")
    head, tail = place_of[relation["from_id"]], place_of[relation["to_id"]]
    return Drawn(head, words[0], tail, words[1])
