"""Passages as Label Studio tasks, and back.

A mention is a region with its type as label and its entity number as the region's text (`meta`); a
qualifier is a region whose text lists the triples it belongs to. A triple is a relation between a
mention of its head and one of its tail, labelled with relation and status, and `s1,2` where the
sentences that state it are not the first that names both.
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

# What `zongheng corpus convert --to label-studio` prints for a new project's labelling interface.
INTERFACE = "\n".join(
    (
        "<View>",
        "  <Relations>",
        *(f'    <Relation value="{value}"/>' for value in (*RELATIONS, *STATUSES)),
        "  </Relations>",
        '  <Labels name="label" toName="text">',
        *(f'    <Label value="{value}"/>' for value in (*ENTITY_TYPES, *QUALIFIERS)),
        "  </Labels>",
        '  <Text name="text" value="$text" granularity="symbol"/>',
        "</View>",
    )
)


def to_task(passage: Passage) -> dict[str, Any]:
    """One task with one annotation; offsets in code points."""
    regions = [
        _region(f"m{i}", m.span.start, m.span.end, m.type, str(m.entity), passage.text)
        for i, m in enumerate(passage.mentions)
    ]
    for i, qualifier in enumerate(passage.qualifiers):
        numbers = numbered(qualifier.triples) or "-"
        span = qualifier.span
        regions.append(
            _region(f"q{i}", span.start, span.end, qualifier.name, numbers, passage.text)
        )
    first = {m.entity: f"m{i}" for i, m in reversed(list(enumerate(passage.mentions)))}
    relations = [
        {
            "type": "relation",
            "from_id": first[triple.head],
            "to_id": first[triple.tail],
            "direction": "right",
            "labels": [
                label
                for label in (triple.relation, triple.status, told_sentences(passage, triple))
                if label
            ],
        }
        for triple in passage.triples
    ]
    return {
        "data": described(passage),
        "annotations": [{"result": [*regions, *relations]}],
    }


def _region(
    region_id: str, start: int, end: int, label: str, note: str, text: str
) -> dict[str, Any]:
    return {
        "id": region_id,
        "type": "labels",
        "from_name": "label",
        "to_name": "text",
        "value": {"start": start, "end": end, "text": text[start:end], "labels": [label]},
        "meta": {"text": [note]},
    }


def from_task(task: dict[str, Any], *, where: str) -> Passage:
    """The passage of a task's first annotation, as `to_task` writes it or a person changed it.

    A mention without a number becomes an entity of its own. Raises CorpusError (with `where`) for
    what is no such task, and for words that do not stand at their offsets.
    """
    try:
        return _read(task, where)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise CorpusError(f"{where}: not a task of ours: {error!r}") from error


def _read(task: dict[str, Any], where: str) -> Passage:
    data = task["data"]
    text: str = data["text"]
    result = task["annotations"][0]["result"]
    regions = [item for item in result if item["type"] == "labels"]
    regions.sort(key=lambda region: int(region["value"]["start"]))
    spans = code_point_spans(
        text,
        (
            Claimed(int(v["start"]), int(v["end"]), v.get("text"))
            for v in (region["value"] for region in regions)
        ),
        where=where,
    )
    mentions: list[NamedSpan] = []
    qualifiers: list[QualifierSpan] = []
    entity_of: dict[str, int] = {}
    notes = {region["id"]: _note(region) for region in regions}
    unused = max((int(n) for n in notes.values() if n.isdigit()), default=0) + 1
    for region, span in zip(regions, spans, strict=True):
        label, note = region["value"]["labels"][0], notes[region["id"]]
        if label in ENTITY_TYPES:
            if not note:
                note, unused = str(unused), unused + 1
            entity_of[region["id"]] = int(note)
            mentions.append(NamedSpan(span, label, int(note)))
        elif label in QUALIFIERS:
            places = () if note in ("", "-") else places_of(note)
            qualifiers.append(QualifierSpan(span, label, places))
        else:
            raise CorpusError(f"{where}: unknown label {label!r}")
    bare = from_description(data, mentions, qualifiers, where=where)
    triples = tuple(
        _triple(item, entity_of, bare, where) for item in result if item["type"] == "relation"
    )
    return bare.with_triples(triples)


def _note(region: dict[str, Any]) -> str:
    texts = region.get("meta", {}).get("text", [])
    return str(texts[0]).strip() if texts else ""


def _triple(
    item: dict[str, Any], entity_of: dict[str, int], passage: Passage, where: str
) -> StatedTriple:
    head, tail = entity_of[item["from_id"]], entity_of[item["to_id"]]
    labels = item.get("labels", [])
    relation = next((label for label in labels if label in RELATIONS), "")
    status = next((label for label in labels if label in STATUSES), "")
    if not relation or not status:
        raise CorpusError(
            f"{where}: the relation from {item['from_id']} to {item['to_id']} needs a label of "
            f"{RELATIONS} and one of {STATUSES}"
        )
    told = next((label for label in labels if label[:1] == "s" and label[1:2].isdigit()), "")
    sentences = sentences_told(told, passage, head, tail)
    return StatedTriple(head, relation, tail, status, sentences)
