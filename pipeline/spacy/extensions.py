"""What `doc._` and `span._` answer once the component is known to spaCy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from spacy.tokens import Doc, Span

from pipeline.errors import InputError
from pipeline.spacy import state
from pipeline.types import Qualifiers, RawSpan


@dataclass(frozen=True, slots=True)
class DocEvidence:
    """A sentence that states a triple, with the mentions of its head and tail, as spans of the
    document. Where a mention ends inside a token, the span has the whole token."""

    sentence: Span
    head: Span
    tail: Span


@dataclass(frozen=True, slots=True)
class DocTriple:
    """A triple of `doc._.triples`: `pipeline.Triple` with spans of the document as its evidence.

    head and tail are entity ids, as in `ent.kb_id_`; score is 0..1; evidence is in text order and
    never empty. qualifiers: amount, date, stake and object, in characters of `doc.text`.
    """

    head: str
    relation: str
    tail: str
    status: str
    score: float
    evidence: tuple[DocEvidence, ...]
    qualifiers: Qualifiers[RawSpan]

    @property
    def sentence(self) -> Span:
        """The first sentence that states the triple."""
        return self.evidence[0].sentence

    @property
    def head_span(self) -> Span:
        """The mention of the head that belongs to `sentence`."""
        return self.evidence[0].head

    @property
    def tail_span(self) -> Span:
        """The mention of the tail that belongs to `sentence`."""
        return self.evidence[0].tail


def triples_of(doc: Doc) -> tuple[DocTriple, ...]:
    """The triples of `doc`, with their evidence as spans. Made anew at every call."""
    extraction = state.extraction(doc)
    if extraction is None:
        return ()
    types = {entity.id: entity.type for entity in extraction.entities}

    def mention(span: RawSpan, entity: str) -> Span:
        return cover(doc, span, types[entity], entity)

    return tuple(
        DocTriple(
            triple.head,
            triple.relation,
            triple.tail,
            triple.status,
            triple.score,
            tuple(
                DocEvidence(
                    cover(doc, one.sentence),
                    mention(one.head, triple.head),
                    mention(one.tail, triple.tail),
                )
                for one in triple.evidence
            ),
            triple.qualifiers,
        )
        for triple in extraction.triples
    )


def cover(doc: Doc, span: RawSpan, label: str = "", kb_id: str = "") -> Span:
    """The tokens of `doc` that hold the characters of `span`."""
    found = doc.char_span(span.start, span.end, label, kb_id, alignment_mode="expand")
    if found is None:  # spaCy's answer to places outside the text, which ours never are
        raise IndexError(f"{span} is outside a document of {len(doc.text)} characters")
    return found


def raw_span_of(span: Span) -> RawSpan:
    """Where `span` lies in the text given to spaCy, in code points. Of an entity that was widened
    to whole tokens it is the place of the mention itself."""
    for start, end, first, last in state.narrower(span.doc):
        if (start, end) == (span.start_char, span.end_char):
            return RawSpan(first, last)
    return RawSpan(span.start_char, span.end_char)


def _raw_span_of_tokens(doc: Doc, start: int, end: int) -> RawSpan:
    return raw_span_of(doc[start:end])


def register() -> None:
    """Make the extensions known to spaCy, once; the component and `run_docs` do. Documents that
    come out of a file in a process without either need it before `doc._` is asked.

    Raises InputError where one of the names is somebody else's.
    """
    ours: tuple[tuple[type[Doc] | type[Span], str, dict[str, Any]], ...] = (
        (Doc, "article_id", {"default": ""}),
        (Doc, "published", {"default": ""}),
        (Doc, "extraction", {"getter": state.extraction}),
        (Doc, "triples", {"getter": triples_of}),
        (Doc, "reject", {"getter": state.reject}),
        (Doc, "unaligned", {"getter": state.unaligned}),
        (Doc, "raw_span", {"method": _raw_span_of_tokens}),
        (Span, "raw_span", {"getter": raw_span_of}),
    )
    for owner, name, options in ours:
        if not owner.has_extension(name):
            owner.set_extension(name, **options)
        elif not set(options.values()) <= set(owner.get_extension(name)):
            kind = owner.__name__
            raise InputError(
                f"{kind.lower()}._.{name} is already in use; zongheng needs the name: call "
                f"{kind}.remove_extension({name!r}) first"
            )
