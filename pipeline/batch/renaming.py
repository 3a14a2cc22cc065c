"""Records of an article with other ids for its entities."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.batch.identity import is_local
from pipeline.batch.parts import Record
from pipeline.schema import LOCAL_ID, SYMMETRIC
from pipeline.triples import triple_id

_LOCAL_ID = re.compile(LOCAL_ID + "[a-z]+:[0-9a-f]{16}")


def with_new_ids(record: Record, new: Iterator[str]) -> Record:
    """The line of a part `record` with an id of the run for the entities that have one.

    new: for each unknown entity of the article, in order, its id in the run, or "".
    """
    article = record["article"]
    if not article:
        return record
    ids = _chosen([(one, next(new)) for one in article["entities"] if is_local(one["id"])])
    if not ids:
        return record
    triples = [_triple(triple, ids) for triple in record["triples"]]
    return {
        "article": _article(article, ids),
        "triples": sorted(triples, key=_place),
        "rejects": [
            {**reject, "detail": _LOCAL_ID.sub(lambda old: _of(ids, old[0]), reject["detail"])}
            for reject in record["rejects"]
        ],
    }


def _chosen(found: list[tuple[Record, str]]) -> dict[str, str]:
    """Old id → new one. Of entities that linking kept apart one at most gets an id, that of the
    longest name."""
    best: dict[str, Record] = {}
    for entity, new in found:
        if new and (new not in best or len(entity["name"]) > len(best[new]["name"])):
            best[new] = entity
    return {entity["id"]: new for new, entity in best.items()}


def _of(ids: Mapping[str, str], entity_id: str) -> str:
    return ids.get(entity_id, entity_id)


def _article(article: Record, ids: Mapping[str, str]) -> Record:
    pairs = sorted(
        sorted((_of(ids, pair["first"]), _of(ids, pair["second"])))
        for pair in article["candidates"]
    )
    return {
        **article,
        "entities": [{**one, "id": _of(ids, one["id"])} for one in article["entities"]],
        "mentions": [{**one, "entity": _of(ids, one["entity"])} for one in article["mentions"]],
        "candidates": [{"first": first, "second": second} for first, second in pairs],
    }


def _triple(triple: Record, ids: Mapping[str, str]) -> Record:
    renamed = {**triple, "head_id": _of(ids, triple["head_id"])}
    renamed["tail_id"] = _of(ids, triple["tail_id"])
    if triple["relation"] in SYMMETRIC and renamed["head_id"] > renamed["tail_id"]:
        renamed = _turned(renamed)
        renamed["evidence"] = [_turned(one) for one in renamed["evidence"]]
    renamed["id"] = triple_id(
        renamed["article_id"],
        renamed["article_sha256"],
        *(renamed[key] for key in ("head_id", "relation", "tail_id")),
    )
    return renamed


def _turned(record: Record) -> Record:
    """`record` with what it says of its head said of its tail, and the other way round; the keys
    keep their order."""

    def other(key: str) -> str:
        end, blank, rest = key.partition("_")
        return {"head": "tail", "tail": "head"}.get(end, end) + blank + rest

    return {key: record[other(key)] for key in record}


def _place(triple: Record) -> tuple[Any, ...]:
    """As the extractor orders triples: by first evidence, then by their ends."""
    first = triple["evidence"][0]
    ends = (triple["head_id"], triple["relation"], triple["tail_id"])
    return (first["start"], first["end"], *ends)
