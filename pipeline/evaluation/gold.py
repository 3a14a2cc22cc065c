"""The gold set: reading it, and verifying that it keeps its own rules."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson

from pipeline.errors import GoldError
from pipeline.schema import GOLD_SCHEMA, SYMMETRIC, admits
from pipeline.types import RawSpan

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class MarkedTriple:
    """A triple as annotated or extracted; head and tail are entity ids of its article."""

    head: str
    relation: str
    tail: str
    status: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MarkedArticle:
    """One article's annotation, whether a person's (gold) or a run's: what scoring compares.

    script: "" where it is not told. mentions: raw span → (type, entity id). candidates: pairs of
        entity ids that a run judged; empty for gold.
    """

    id: str
    sha256: str
    script: str
    damaged: bool
    mentions: dict[RawSpan, tuple[str, str]]
    triples: tuple[MarkedTriple, ...]
    candidates: frozenset[frozenset[str]] = frozenset()


def digest(path: Path) -> str:
    """sha256 of the file, which names the gold that a score was measured on."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def load_gold(path: Path) -> tuple[MarkedArticle, ...]:
    """The annotated articles of `path`, in file order. Raises GoldError (file:line) where a record
    is broken."""
    return tuple(marked(record) for _, record in _records(path))


def marked(record: dict[str, Any]) -> MarkedArticle:
    """A record of the gold's format as what scoring compares."""
    return MarkedArticle(
        id=record["id"],
        sha256=record["sha256"],
        script=record["script"],
        damaged=record["damaged"],
        mentions={
            RawSpan(m["start"], m["end"]): (m["type"], m["entity"]) for m in record["mentions"]
        },
        triples=tuple(
            MarkedTriple(
                t["head"],
                t["relation"],
                t["tail"],
                t["status"],
                tuple(e["text"] for e in t["evidence"]),
            )
            for t in record["triples"]
        ),
    )


def _records(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(GOLD_SCHEMA)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise GoldError(f"{path}: cannot be read: {error.strerror}") from error
    for number, line in enumerate(content.splitlines(), start=1):
        try:
            record = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise GoldError(f"{path}:{number}: not JSON: {error}") from error
        fault = next(validator.iter_errors(record), None)
        if fault:
            where = "/".join(str(step) for step in fault.absolute_path) or "record"
            raise GoldError(f"{path}:{number}: {where}: {fault.message}")
        yield number, record


def verify(path: Path, text_of: Callable[[str], str]) -> Iterator[str]:
    """Every fault of the gold file, as file:line messages; nothing when it is sound.

    text_of: the raw text of an article id; raises KeyError for an unknown one.
    Raises GoldError where a line does not even have the format.
    """
    seen: set[str] = set()
    for number, record in _records(path):
        at = f"{path}:{number}: {record['id']}: "
        if record["id"] in seen:
            yield at + "a second record of this article"
        seen.add(record["id"])
        try:
            text = text_of(record["id"])
        except KeyError:
            yield at + "no such article"
            continue
        found = hashlib.sha256(text.encode()).hexdigest()
        if found != record["sha256"]:
            yield at + f"sha256 is {record['sha256'][:12]}…, the article's is {found[:12]}…"
        for fault in (*_mention_faults(record, text), *_triple_faults(record, text)):
            yield at + fault


def _mention_faults(record: dict[str, Any], text: str) -> Iterator[str]:
    types = {entity["id"]: entity["type"] for entity in record["entities"]}
    if len(types) != len(record["entities"]):
        yield "an entity id stands twice"
    for mention in record["mentions"]:
        label = f"mention {mention['text']!r} at {mention['start']}"
        if text[mention["start"] : mention["end"]] != mention["text"]:
            yield f"{label}: the raw text there is {text[mention['start'] : mention['end']]!r}"
        if types.get(mention["entity"]) != mention["type"]:
            yield f"{label}: type {mention['type']} is not that of entity {mention['entity']}"
    for one, other in pairwise(record["mentions"]):
        if other["start"] < one["end"]:
            label = f"mention {other['text']!r} at {other['start']}"
            yield f"{label} overlaps or precedes the one before it"
    for unnamed in sorted(set(types) - {mention["entity"] for mention in record["mentions"]}):
        yield f"entity {unnamed} has no mention"


def _triple_faults(record: dict[str, Any], text: str) -> Iterator[str]:
    types = {entity["id"]: entity["type"] for entity in record["entities"]}
    seen: set[Key] = set()
    for triple in record["triples"]:
        head, relation, tail = triple["head"], triple["relation"], triple["tail"]
        label = f"triple ({head}, {relation}, {tail})"
        if head not in types or tail not in types:
            yield f"{label}: names an entity that the record lacks"
            continue
        if head == tail or not admits(relation, types[head], types[tail]):
            yield f"{label}: {relation} does not hold from {types[head]} to {types[tail]}"
        key = triple_key(head, relation, tail)
        if key in seen:
            yield f"{label}: annotated twice"
        seen.add(key)
        for evidence in triple["evidence"]:
            if text[evidence["start"] : evidence["end"]] != evidence["text"]:
                yield f"{label}: evidence at {evidence['start']} is not the raw text there"
        for name in ("amount", "date", "stake", "object"):
            value = triple["qualifiers"].get(name, "")
            if value and value not in text:
                yield f"{label}: {name} {value!r} is not written in the article"


def triple_key(head: str, relation: str, tail: str) -> Key:
    """What makes two triples the same: direction counts except in a symmetric relation."""
    if relation in SYMMETRIC and tail < head:
        head, tail = tail, head
    return head, relation, tail
