"""The vocabulary of the output: types, relations with their signatures, statuses, reject reasons,
JSON Schemas.

Candidates, validation, gold and scoring all read this one table.
"""

from __future__ import annotations

from typing import Any, Final

SCHEMA_VERSION: Final = "zongheng/1"

COMPANY: Final = "company"
PERSON: Final = "person"
CHIP: Final = "chip"
ENTITY_TYPES: Final = (COMPANY, PERSON, CHIP)

# What ids begin with of entities that the registry does not know: of one article, of a whole run.
LOCAL_ID: Final = "local:"
NAME_ID: Final = "name:"

INVEST: Final = "invest"
BUY: Final = "buy"
COMPETE: Final = "compete"

SIGNATURES: Final[dict[str, frozenset[tuple[str, str]]]] = {
    INVEST: frozenset({(COMPANY, COMPANY), (PERSON, COMPANY)}),
    BUY: frozenset({(COMPANY, COMPANY), (COMPANY, CHIP), (PERSON, COMPANY), (PERSON, CHIP)}),
    COMPETE: frozenset({(COMPANY, COMPANY), (CHIP, CHIP)}),
}
RELATIONS: Final = tuple(SIGNATURES)
SYMMETRIC: Final = frozenset({COMPETE})

ACTUAL: Final = "actual"
PLANNED: Final = "planned"
RUMORED: Final = "rumored"
NEGATED: Final = "negated"
STATUSES: Final = (ACTUAL, PLANNED, RUMORED, NEGATED)
# One triple, several statements: the strongest holds, in this order (annotation guidelines).
STATUS_STRENGTH: Final = (ACTUAL, NEGATED, PLANNED, RUMORED)

SCRIPTS: Final = ("Hans", "Hant", "mixed", "none")

# Why an article or a triple did not become output, with what the reader is told.
REJECT_REASONS: Final[dict[str, str]] = {
    "empty": "the article holds no visible character",
    "not_text": "the bytes are not text (binary data)",
    "unknown_encoding": "no encoding fits the bytes; name it with --encoding",
    "not_chinese": "the text, repaired, is hardly or not at all in Chinese",
    "nul_bytes": "the text holds NUL characters",
    "lone_surrogates": "the text holds lone surrogates, which no Unicode text may",
    "too_long": "the article is longer than --max-chars",
    "duplicate_id": "an earlier article of this run has the same id",
    "duplicate_text": "an earlier article of this run has the same text",
    "unreadable": "the file, or what is left of it, could not be read",
    "bad_record": "a record is broken, or lacks its text, or a field is not of its type",
    "no_main_text": "the page holds no article that could be told from its frame",
    "too_slow": "the article took longer than --max-seconds",
    "out_of_memory": "there was not enough memory for the article",
    "worker_crashed": "processes that read the article died, again and again",
    "failed": "an error of ours, with this article; please report it",
    "no_offsets": "a record's text is not the raw text at its offsets",
    "signature": "the relation does not admit these entity types",
    "self_relation": "head and tail are one entity",
    "no_evidence": "no sentence states the triple",
    "bad_value": "a field holds a value outside its range or vocabulary",
}


def admits(relation: str, head_type: str, tail_type: str) -> bool:
    """Whether `relation` may hold from an entity of `head_type` to one of `tail_type`."""
    return (head_type, tail_type) in SIGNATURES[relation]


def admissible(head_type: str, tail_type: str) -> tuple[str, ...]:
    """The relations that may hold from `head_type` to `tail_type`, in table order."""
    return tuple(name for name, pairs in SIGNATURES.items() if (head_type, tail_type) in pairs)


def strongest(statuses: list[str]) -> str:
    """The status that holds when an article states a triple several times."""
    return min(statuses, key=STATUS_STRENGTH.index)


# --- JSON Schemas
# ---------------------------------------------------------------------------------------------
# Every key stands in every record; strings are "" where absent and only floats may be null, because
# readers that sample (DuckDB, pyarrow) would otherwise lose or round late values.

_TEXT: Final[dict[str, Any]] = {"type": "string"}
_NAME: Final[dict[str, Any]] = {"type": "string", "minLength": 1}
_OFFSET: Final[dict[str, Any]] = {"type": "integer", "minimum": 0}
_SCORE: Final[dict[str, Any]] = {"type": "number", "minimum": 0, "maximum": 1}
_NUMBER: Final[dict[str, Any]] = {"type": ["number", "null"]}
# A day, month, quarter or year.
_DATE_ISO: Final = "^([0-9]{4}(-[0-9]{2}(-[0-9]{2})?|-Q[1-4])?)?$"
_SHA256: Final[dict[str, Any]] = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_TYPE: Final[dict[str, Any]] = {"enum": list(ENTITY_TYPES)}


def _record(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": fields,
        "required": list(fields),
        "additionalProperties": False,
    }


def _list(items: dict[str, Any], *, least: int = 0) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": least}


def _document(title: str, fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **_record({"schema": {"const": SCHEMA_VERSION}, **fields}),
    }


_SPAN: Final = {"text": _TEXT, "start": _OFFSET, "end": _OFFSET}
_NAMES: Final = _record({"zh-Hans": _TEXT, "zh-Hant": _TEXT, "en": _TEXT})
_MENTION: Final = {"entity": _NAME, "type": _TYPE, "text": _NAME, "start": _OFFSET, "end": _OFFSET}


def _end(role: str) -> dict[str, Any]:
    return {
        f"{role}_id": _NAME,
        role: _NAME,
        f"{role}_type": _TYPE,
        f"{role}_zh_hans": _TEXT,
        f"{role}_zh_hant": _TEXT,
        f"{role}_en": _TEXT,
    }


TRIPLE_SCHEMA: Final = _document(
    "triples.jsonl: one triple a line",
    {
        "id": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
        "article_id": _NAME,
        "article_sha256": _SHA256,
        **_end("head"),
        "relation": {"enum": list(RELATIONS)},
        **_end("tail"),
        "status": {"enum": list(STATUSES)},
        "confidence": _SCORE,
        "amount": _TEXT,
        "amount_value": _NUMBER,
        "amount_value_max": _NUMBER,
        "amount_currency": {"type": "string", "pattern": "^([A-Z]{3})?$"},
        "date": _TEXT,
        "date_iso": {"type": "string", "pattern": _DATE_ISO},
        "stake": _TEXT,
        "stake_percent": _NUMBER,
        "object": _TEXT,
        "evidence": _list(
            _record(
                {
                    **_SPAN,
                    **{
                        f"{role}_{key}": value
                        for role in ("head", "tail")
                        for key, value in _SPAN.items()
                    },
                }
            ),
            least=1,
        ),
        "title": _TEXT,
        "source": _TEXT,
        "published": _TEXT,
        "extractor": _NAME,
    },
)

ARTICLE_SCHEMA: Final = _document(
    "articles.jsonl: one article a line, with everything found in it",
    {
        "id": _NAME,
        "sha256": _SHA256,
        "title": _TEXT,
        "source": _TEXT,
        "published": _TEXT,
        "encoding": _TEXT,
        "script": {"enum": list(SCRIPTS)},
        "characters": _OFFSET,
        "text": _TEXT,
        "entities": _list(_record({"id": _NAME, "type": _TYPE, "name": _NAME, "names": _NAMES})),
        "mentions": _list(_record({**_MENTION, "confidence": _SCORE, "recogniser": _NAME})),
        "candidates": _list(_record({"first": _NAME, "second": _NAME})),
        "boilerplate": _list(_record({"kind": _NAME, **_SPAN})),
        "repairs": _list(
            _record(
                {
                    "kind": _NAME,
                    "start": _OFFSET,
                    "end": _OFFSET,
                    "before": _TEXT,
                    "after": _TEXT,
                    "certain": {"type": "boolean"},
                    "gain": {"type": "number"},
                }
            )
        ),
        "extractor": _NAME,
    },
)

REJECT_SCHEMA: Final = _document(
    "rejects.jsonl: what did not become output, and why",
    {
        "article_id": _TEXT,
        "part": {"enum": ["article", "triple"]},
        "reason": {"enum": list(REJECT_REASONS)},
        "detail": _TEXT,
    },
)

# Gold qualifiers are left out where the article gives none, so none of them is required.
_GOLD_QUALIFIERS: Final = {
    **_record(
        {
            "amount": _NAME,
            "amount_value": {"type": "number"},
            "amount_value_max": {"type": "number"},
            "amount_currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
            "date": _NAME,
            "stake": _NAME,
            "object": _NAME,
        }
    ),
    "required": [],
}

GOLD_SCHEMA: Final = _document(
    "gold.jsonl: one annotated article a line",
    {
        "id": _NAME,
        "sha256": _SHA256,
        "script": {"enum": list(SCRIPTS)},
        "damaged": {"type": "boolean"},
        "entities": _list(_record({"id": _NAME, "type": _TYPE, "name": _NAME})),
        "mentions": _list(_record(_MENTION)),
        "triples": _list(
            _record(
                {
                    "head": _NAME,
                    "relation": {"enum": list(RELATIONS)},
                    "tail": _NAME,
                    "status": {"enum": list(STATUSES)},
                    "evidence": _list(_record(_SPAN), least=1),
                    "qualifiers": _GOLD_QUALIFIERS,
                }
            )
        ),
    },
)


def _reference(kind: str) -> dict[str, Any]:
    """The id of a registry record of type `kind`, or "" where none is known."""
    return {"type": "string", "pattern": f"^({kind}:[a-z0-9]+(-[a-z0-9]+)*)?$"}


REGISTRY_SCHEMA: Final[dict[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "registry: one company, person or chip a line",
    **_record(
        {
            "id": {"type": "string", "pattern": "^(company|person|chip):[a-z0-9]+(-[a-z0-9]+)*$"},
            "type": _TYPE,
            "zh_hans": _TEXT,
            "zh_hant": _TEXT,
            "zh_hk": _TEXT,
            "en": _TEXT,
            "aliases": _list(_NAME),
            "nicknames": _list(_NAME),
            "tickers": _list({"type": "string", "pattern": "^[A-Z]{1,6}$"}),
            # Name → what else it means, in a few English words.
            "ambiguous": {**_record({}), "patternProperties": {"^.": _NAME}},
            "services": _list(_NAME),
            "maker": _reference(COMPANY),
            "company": _reference(COMPANY),
        }
    ),
}

JSON_SCHEMAS: Final[dict[str, dict[str, Any]]] = {
    "triples": TRIPLE_SCHEMA,
    "articles": ARTICLE_SCHEMA,
    "rejects": REJECT_SCHEMA,
    "gold": GOLD_SCHEMA,
    "registry": REGISTRY_SCHEMA,
}
