"""Extractions as the flat JSON records that readers load; every key in every record."""

from __future__ import annotations

import hashlib
from typing import Any

from pipeline import __version__
from pipeline.schema import SCHEMA_VERSION
from pipeline.types import Entity, Evidence, Extraction, Names, RawSpan, Reject, Triple

EXTRACTOR = f"zongheng {__version__}"


def triple_id(article_id: str, article_sha256: str, head: str, relation: str, tail: str) -> str:
    """32 hex digits that name what is stated and where: same article, same ends (ids of entities),
    same relation, same id.

    Run, time, status and score take no part, so a rerun gives the same id, and a better model too.
    """
    key = "\n".join((article_id, article_sha256, head, relation, tail))
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def triple_records(extraction: Extraction) -> list[dict[str, Any]]:
    """One record a triple, in the extraction's order; see schema.TRIPLE_SCHEMA."""
    entities = {entity.id: entity for entity in extraction.entities}
    return [_triple_record(extraction, entities, triple) for triple in extraction.triples]


def _triple_record(
    extraction: Extraction, entities: dict[str, Entity[RawSpan]], triple: Triple[RawSpan]
) -> dict[str, Any]:
    article = extraction.article
    qualifiers = triple.qualifiers
    return {
        "schema": SCHEMA_VERSION,
        "id": triple_id(article.id, article.sha256, triple.head, triple.relation, triple.tail),
        "article_id": article.id,
        "article_sha256": article.sha256,
        **_end("head", entities[triple.head]),
        "relation": triple.relation,
        **_end("tail", entities[triple.tail]),
        "status": triple.status,
        "confidence": float(triple.score),
        "amount": _written(article.text, qualifiers.amount),
        "amount_value": _number(qualifiers.amount_value),
        "amount_value_max": _number(qualifiers.amount_value_max),
        "amount_currency": qualifiers.amount_currency,
        "date": _written(article.text, qualifiers.date),
        "date_iso": qualifiers.date_iso,
        "stake": _written(article.text, qualifiers.stake),
        "stake_percent": _number(qualifiers.stake_percent),
        "object": _written(article.text, qualifiers.object),
        "evidence": [_evidence(article.text, evidence) for evidence in triple.evidence],
        "title": article.title,
        "source": article.source,
        "published": article.published,
        "extractor": EXTRACTOR,
    }


def _end(role: str, entity: Entity[RawSpan]) -> dict[str, str]:
    return {
        f"{role}_id": entity.id,
        role: entity.name,
        f"{role}_type": entity.type,
        f"{role}_zh_hans": entity.names.zh_hans,
        f"{role}_zh_hant": entity.names.zh_hant,
        f"{role}_en": entity.names.en,
    }


def _number(value: float | None) -> float | None:
    # A whole number that stays an int would make readers round the fractions after it.
    return None if value is None else float(value)


def _written(text: str, span: RawSpan | None) -> str:
    return span.of(text) if span else ""


def _spanned(text: str, span: RawSpan, prefix: str = "") -> dict[str, Any]:
    return {f"{prefix}text": span.of(text), f"{prefix}start": span.start, f"{prefix}end": span.end}


def _evidence(text: str, evidence: Evidence[RawSpan]) -> dict[str, Any]:
    return {
        **_spanned(text, evidence.sentence),
        **_spanned(text, evidence.head, "head_"),
        **_spanned(text, evidence.tail, "tail_"),
    }


def _names(names: Names) -> dict[str, str]:
    return {"zh-Hans": names.zh_hans, "zh-Hant": names.zh_hant, "en": names.en}


def article_record(extraction: Extraction) -> dict[str, Any]:
    """The article with everything found in it; see schema.ARTICLE_SCHEMA."""
    article = extraction.article
    mentions = sorted(
        (mention for entity in extraction.entities for mention in entity.mentions),
        key=lambda mention: mention.span,
    )
    return {
        "schema": SCHEMA_VERSION,
        "id": article.id,
        "sha256": article.sha256,
        "title": article.title,
        "source": article.source,
        "published": article.published,
        "encoding": article.encoding,
        "script": extraction.script,
        "characters": len(article.text),
        "text": article.text,
        "entities": [
            {
                "id": entity.id,
                "type": entity.type,
                "name": entity.name,
                "names": _names(entity.names),
            }
            for entity in extraction.entities
        ],
        "mentions": [
            {
                "entity": mention.entity,
                "type": mention.type,
                **_spanned(article.text, mention.span),
                "confidence": float(mention.score),
                "recogniser": mention.source,
            }
            for mention in mentions
        ],
        "candidates": [
            {"first": first, "second": second} for first, second in extraction.candidates
        ],
        "boilerplate": [
            {"kind": mark.kind, **_spanned(article.text, mark.span)}
            for mark in extraction.boilerplate
        ],
        "repairs": [
            {
                "kind": repair.kind,
                "start": repair.span.start,
                "end": repair.span.end,
                "before": repair.before,
                "after": repair.after,
                "certain": repair.certain,
                "gain": float(repair.gain),
            }
            for repair in extraction.repairs
        ],
        "extractor": EXTRACTOR,
    }


def reject_record(reject: Reject) -> dict[str, Any]:
    """See schema.REJECT_SCHEMA."""
    return {
        "schema": SCHEMA_VERSION,
        "article_id": reject.article_id,
        "part": reject.part,
        "reason": reject.reason,
        "detail": reject.detail,
    }
