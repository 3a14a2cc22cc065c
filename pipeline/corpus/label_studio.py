"""Passages as Label Studio tasks, and back.

A mention is a region with its type as label and its entity's number as the region's text (`meta`);
a qualifier is a region whose text lists the triples it belongs to. A triple is a relation between a
mention of its head and one of its tail, with one label such as `buy planned`: Label Studio keeps
only labels that its labelling interface has, so that everything else travels in the task's `data`.
"""

from __future__ import annotations

from typing import Any

from pipeline.corpus.drafts import Draft
from pipeline.corpus.exchange import Drawn, Marked, Noted, described, ends_of, put_together
from pipeline.corpus.offsets import Claimed, code_point_spans
from pipeline.corpus.passages import QUALIFIERS, Passage, numbered, places_of
from pipeline.errors import CorpusError
from pipeline.schema import ENTITY_TYPES, RELATIONS, STATUSES, SYMMETRIC

# Backgrounds of labels and relations in Label Studio.
_COLOURS = {
    "company": "#1f77b4", "person": "#d62728", "chip": "#2ca02c",
    "amount": "#9467bd", "stake": "#8c564b", "date": "#7f7f7f", "object": "#bcbd22",
    "invest": "#17becf", "buy": "#ff7f0e", "compete": "#e377c2",
}  # fmt: skip

# The labelling interface of a project for our tasks.
INTERFACE = "\n".join(
    (
        "<View>",
        "  <Relations>",
        *(
            f'    <Relation value="{relation} {status}" background="{_COLOURS[relation]}"/>'
            for relation in RELATIONS
            for status in STATUSES
        ),
        "  </Relations>",
        '  <Labels name="label" toName="text" showInline="true">',
        *(
            f'    <Label value="{value}" background="{_COLOURS[value]}"/>'
            for value in (*ENTITY_TYPES, *QUALIFIERS)
        ),
        "  </Labels>",
        '  <Text name="text" value="$text" granularity="symbol"/>',
        "</View>",
        "",
    )
)


def to_task(passage: Passage) -> dict[str, Any]:
    """One task with one annotation; offsets in code points."""
    return {"data": described(passage), "annotations": [{"result": _result(passage)}]}


def draft_task(draft: Draft) -> dict[str, Any]:
    """One task with one prediction, which Label Studio shows and lets the annotator correct. Its
    score is the confidence of the least sure triple, by which tasks can be sorted there."""
    return {
        "data": {**described(draft.passage), "article": draft.article, "start": draft.start},
        "predictions": [
            {
                "model_version": draft.extractor,
                "score": draft.score,
                "result": _result(draft.passage),
            }
        ],
    }


def _result(passage: Passage) -> list[dict[str, Any]]:
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
    relations = []
    for triple in passage.triples:
        head, tail = ends_of(passage, triple)
        relations.append(
            {
                "type": "relation",
                "from_id": f"m{head}",
                "to_id": f"m{tail}",
                "direction": "right",
                "labels": [f"{triple.relation} {triple.status}"],
            }
        )
    return [*regions, *relations]


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


def from_task(
    task: dict[str, Any], *, where: str, keep_unannotated: bool = False
) -> Passage | None:
    """The passage of a task's newest annotation, as `to_task` writes it or a person changed it.

    None for a task that nobody has annotated, or that its annotator skipped; keep_unannotated: the
    first takes its prediction as it stands. Raises CorpusError (with `where`) for what is no such
    task, for words that do not stand at their offsets, and for what breaks the inline format's
    rules.
    """
    try:
        result = _chosen(task, where, keep_unannotated=keep_unannotated)
        return None if result is None else _read(task["data"], result, where)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise CorpusError(f"{where}: not a task of ours: {error!r}") from error


def _chosen(
    task: dict[str, Any], where: str, *, keep_unannotated: bool
) -> list[dict[str, Any]] | None:
    if "data" not in task:
        raise CorpusError(f"{where}: no `data`; export as JSON, not as JSON-MIN")
    given: list[dict[str, Any]] = task.get("annotations") or []
    done = [one for one in given if not one.get("was_cancelled")]
    if done:
        newest: list[dict[str, Any]] = max(done, key=lambda one: str(one.get("updated_at", "")))[
            "result"
        ]
        return newest
    if given or not keep_unannotated:
        return None
    proposed = [one for one in task.get("predictions") or [] if isinstance(one, dict)]
    if not proposed:
        raise CorpusError(
            f"{where}: neither an annotation nor a prediction; take the tasks that were imported"
        )
    result: list[dict[str, Any]] = proposed[0]["result"]
    return result


def _read(data: dict[str, Any], result: list[dict[str, Any]], where: str) -> Passage:
    regions = [item for item in result if item["type"] == "labels"]
    regions.sort(key=lambda region: int(region["value"]["start"]))
    spans = code_point_spans(
        data["text"],
        (
            Claimed(int(v["start"]), int(v["end"]), v.get("text"))
            for v in (region["value"] for region in regions)
        ),
        where=where,
    )
    mentions: list[Marked] = []
    qualifiers: list[Noted] = []
    place_of: dict[str, int] = {}
    for region, span in zip(regions, spans, strict=True):
        label, note = region["value"]["labels"][0], _note(region)
        if label in ENTITY_TYPES:
            if note and not note.isdecimal():
                raise CorpusError(
                    f"{where}: {label} {span.of(data['text'])!r}: its note is {note!r}, expected "
                    "the number of its entity or nothing"
                )
            place_of[region["id"]] = len(mentions)
            mentions.append(Marked(span, label, int(note) if note else None))
        elif label in QUALIFIERS:
            qualifiers.append(Noted(span, label, _triples(note)))
        else:
            raise CorpusError(f"{where}: unknown label {label!r}")
    drawn = [_drawn(item, place_of, where) for item in result if item["type"] == "relation"]
    return put_together(data, mentions, qualifiers, drawn, where=where)


def _note(region: dict[str, Any]) -> str:
    texts = region.get("meta", {}).get("text", [])
    return str(texts[0]).strip() if texts else ""


def _triples(note: str) -> tuple[int, ...] | None:
    if note == "-":
        return ()
    return places_of(note) if note else None


def _drawn(item: dict[str, Any], place_of: dict[str, int], where: str) -> Drawn:
    words = " ".join(item.get("labels") or []).split()
    if len(words) != 2 or words[0] not in RELATIONS or words[1] not in STATUSES:
        raise CorpusError(
            f"{where}: the relation from {item['from_id']} to {item['to_id']} needs a label such "
            "as 'buy planned'"
        )
    head, tail = item["from_id"], item["to_id"]
    if head not in place_of or tail not in place_of:
        raise CorpusError(
            f"{where}: {' '.join(words)} joins a region that is no company, person or chip"
        )
    if item.get("direction", "right") == "left":
        head, tail = tail, head
    elif item.get("direction") == "bi" and words[0] not in SYMMETRIC:
        raise CorpusError(f"{where}: {' '.join(words)} points both ways; give it one direction")
    return Drawn(place_of[head], words[0], place_of[tail], words[1])
