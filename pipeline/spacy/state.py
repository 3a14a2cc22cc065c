"""What the component leaves in `Doc.user_data`, and how it becomes our types again.

spaCy packs `user_data` with msgpack when a document is saved or goes from one process to another,
and msgpack knows none of our types: so it holds bytes, strings and numbers alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import orjson

from pipeline.types import (
    Article,
    Boilerplate,
    Entity,
    Evidence,
    Extraction,
    Mention,
    Names,
    Qualifiers,
    RawSpan,
    Reject,
    Repair,
    Triple,
)

if TYPE_CHECKING:
    from spacy.tokens import Doc

# Keys of Doc.user_data: JSON, but for the last, lists of numbers.
EXTRACTION: Final = "zongheng"
REJECT: Final = "zongheng_reject"
UNALIGNED: Final = "zongheng_unaligned"
NARROWER: Final = "zongheng_narrower"

_Record = dict[str, Any]


def clear(doc: Doc) -> None:
    """Take away what an earlier reading of `doc` left."""
    for key in (EXTRACTION, REJECT, UNALIGNED, NARROWER):
        doc.user_data.pop(key, None)


def keep_extraction(doc: Doc, found: Extraction) -> None:
    """Leave `found` in `doc`, without the text, which is the document's."""
    fields = {name: getattr(found, name) for name in Extraction.__dataclass_fields__}
    article = found.article
    fields["article"] = [
        article.id,
        article.title,
        article.source,
        article.published,
        article.encoding,
    ]
    doc.user_data[EXTRACTION] = orjson.dumps(fields)


def extraction(doc: Doc) -> Extraction | None:
    """Everything found in `doc`; None where the component did not read it or refused it. Made anew
    at every call."""
    if EXTRACTION not in doc.user_data:
        return None
    record: _Record = orjson.loads(doc.user_data[EXTRACTION])
    article_id, *described = record["article"]
    return Extraction(
        article=Article(article_id, doc.text, *described),
        script=record["script"],
        entities=tuple(_entity(entity) for entity in record["entities"]),
        candidates=tuple((first, second) for first, second in record["candidates"]),
        triples=tuple(_triple(triple) for triple in record["triples"]),
        boilerplate=tuple(Boilerplate(m["kind"], _span(m["span"])) for m in record["boilerplate"]),
        repairs=tuple(Repair(**r | {"span": _span(r["span"])}) for r in record["repairs"]),
        rejects=tuple(Reject(**one) for one in record["rejects"]),
    )


def keep_reject(doc: Doc, found: Reject) -> None:
    """Leave in `doc` why nothing was extracted."""
    doc.user_data[REJECT] = orjson.dumps(found)


def reject(doc: Doc) -> Reject | None:
    """Why nothing was extracted from `doc`; None where something was, or the component did not read
    it."""
    return Reject(**orjson.loads(doc.user_data[REJECT])) if REJECT in doc.user_data else None


def keep_alignment(
    doc: Doc, unaligned: Sequence[Mention[RawSpan]], narrower: Sequence[Sequence[int]]
) -> None:
    """Leave the mentions that are no entity of `doc`; and, of entities wider than their mention,
    start and end, then start and end of the mention, in code points."""
    doc.user_data[UNALIGNED] = orjson.dumps(unaligned)
    doc.user_data[NARROWER] = narrower


def unaligned(doc: Doc) -> tuple[Mention[RawSpan], ...]:
    """The mentions that could not become an entity of `doc`, in text order: a token has one of
    their ends inside it, or an entity of another component has their place."""
    return tuple(_mention(record) for record in orjson.loads(doc.user_data.get(UNALIGNED, b"[]")))


def narrower(doc: Doc) -> Sequence[Sequence[int]]:
    """The places of `keep_alignment`, for entities that are wider than their mention."""
    places: Sequence[Sequence[int]] = doc.user_data.get(NARROWER, ())
    return places


def _span(record: _Record) -> RawSpan:
    return RawSpan(record["start"], record["end"])


def _maybe(record: _Record | None) -> RawSpan | None:
    return _span(record) if record else None


def _mention(record: _Record) -> Mention[RawSpan]:
    return Mention(**record | {"span": _span(record["span"])})


def _entity(record: _Record) -> Entity[RawSpan]:
    names = Names(**record["names"])
    mentions = tuple(_mention(mention) for mention in record["mentions"])
    return Entity(record["id"], record["type"], record["name"], names, mentions)


def _triple(record: _Record) -> Triple[RawSpan]:
    evidence = tuple(
        Evidence(_span(one["sentence"]), _span(one["head"]), _span(one["tail"]))
        for one in record["evidence"]
    )
    spans = ("amount", "date", "stake", "object")
    qualifiers = record["qualifiers"]
    return Triple(
        record["head"],
        record["relation"],
        record["tail"],
        record["status"],
        record["score"],
        evidence,
        Qualifiers(**qualifiers | {name: _maybe(qualifiers[name]) for name in spans}),
    )
