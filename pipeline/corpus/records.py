"""Passages as records of the gold's format (`zongheng schema gold`)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from pipeline.corpus.passages import Passage
from pipeline.relations.amounts import find_amounts
from pipeline.schema import SCHEMA_VERSION
from pipeline.types import CleanSpan


def gold_record(passage: Passage, *, simplify: Callable[[str], str]) -> dict[str, Any]:
    """The passage as one article of a gold file; entity 1, a company, becomes `company:1`.

    Style and negative kind are left out, for the format has no room for them. An amount's value and
    currency are read from its words. simplify: Traditional → Simplified of the same length.
    """
    names: dict[int, str] = {}
    for mention in passage.mentions:
        names.setdefault(mention.entity, mention.span.of(passage.text))
    ids = {number: f"{kind}:{number}" for number, kind in passage.types.items()}
    return {
        "schema": SCHEMA_VERSION,
        "id": passage.id,
        "sha256": hashlib.sha256(passage.text.encode()).hexdigest(),
        "script": passage.script,
        "damaged": False,
        "entities": [
            {"id": ids[number], "type": passage.types[number], "name": name}
            for number, name in names.items()
        ],
        "mentions": [
            {
                "entity": ids[mention.entity],
                "type": mention.type,
                "text": mention.span.of(passage.text),
                "start": mention.span.start,
                "end": mention.span.end,
            }
            for mention in passage.mentions
        ],
        "triples": [
            {
                "head": ids[triple.head],
                "relation": triple.relation,
                "tail": ids[triple.tail],
                "status": triple.status,
                "evidence": [
                    {"text": span.of(passage.text), "start": span.start, "end": span.end}
                    for span in (passage.sentences[number] for number in triple.sentences)
                ],
                "qualifiers": _qualifiers(passage, place, simplify),
            }
            for place, triple in enumerate(passage.triples)
        ],
    }


def _qualifiers(passage: Passage, place: int, simplify: Callable[[str], str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for qualifier in passage.qualifiers:
        if place not in qualifier.triples or qualifier.name in found:
            continue
        span = qualifier.span
        found[qualifier.name] = span.of(passage.text)
        if qualifier.name != "amount":
            continue
        plain_yuan = "CNY" if passage.script == "Hans" else ""
        within = CleanSpan(span.start, span.end)
        for amount in find_amounts(simplify(passage.text), within, plain_yuan=plain_yuan)[:1]:
            if amount.value is not None:
                found["amount_value"] = amount.value
            if amount.value_max is not None:
                found["amount_value_max"] = amount.value_max
            if amount.currency:
                found["amount_currency"] = amount.currency
    return found
