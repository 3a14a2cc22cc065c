"""What a run found in one article, with the spans that a passage needs."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.corpus.passages import QUALIFIERS, QualifierSpan
from pipeline.run_folder import Record
from pipeline.types import RawSpan


@dataclass(frozen=True, slots=True)
class Named:
    span: RawSpan
    type: str
    entity: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence that states the triple at place `triple` of the article's. extent: the sentence
    and the nearest mention of each end."""

    triple: int
    sentence: RawSpan
    extent: RawSpan


@dataclass(frozen=True, slots=True)
class Found:
    """What a run found in an article: triples as their records, spans in `text`; all but the
    triples are sorted by where they start.

    qualifiers: with the places of the triples they belong to. lost: by place of the triple.
    """

    text: str
    mentions: tuple[Named, ...]
    triples: tuple[Record, ...]
    statements: tuple[Statement, ...]
    qualifiers: tuple[QualifierSpan, ...]
    lost: dict[int, tuple[str, ...]]


def findings(article: Record, triples: Sequence[Record]) -> Found:
    """The records of an article with spans that count every line break as one character."""
    text = _plain_breaks(article["text"])
    breaks = [match.start() for match in re.finditer("\r\n", article["text"])]

    def plain(record: Record) -> RawSpan:
        start, end = record["start"], record["end"]
        return RawSpan(start - bisect_left(breaks, start), end - bisect_left(breaks, end))

    mentions: list[Named] = []
    for record in sorted(article["mentions"], key=lambda record: (record["start"], record["end"])):
        span = plain(record)
        if span.start < span.end and (not mentions or mentions[-1].span.end <= span.start):
            named = Named(span, record["type"], record["entity"], record["confidence"])
            mentions.append(named)
    by_entity: dict[str, list[RawSpan]] = {}
    for mention in mentions:
        by_entity.setdefault(mention.entity, []).append(mention.span)
    statements: list[Statement] = []
    lost: dict[int, list[str]] = {}
    for place, triple in enumerate(triples):
        ends = [by_entity.get(triple[f"{role}_id"], []) for role in ("head", "tail")]
        if not all(ends):
            lost[place] = ["triple"]
            continue
        statements += [_statement(place, plain(evidence), ends) for evidence in triple["evidence"]]
    statements.sort(key=lambda statement: statement.extent)
    taken = [mention.span for mention in mentions]
    qualifiers = _qualifiers(text, triples, statements, taken, lost)
    return Found(
        text,
        tuple(mentions),
        tuple(triples),
        tuple(statements),
        qualifiers,
        {place: tuple(kinds) for place, kinds in lost.items()},
    )


def _statement(place: int, sentence: RawSpan, ends: Iterable[Sequence[RawSpan]]) -> Statement:
    """ends: the mentions of head and of tail."""
    nearest = [min(spans, key=lambda span: _gap(span, sentence)) for spans in ends]
    spans = [sentence, *nearest]
    extent = RawSpan(min(span.start for span in spans), max(span.end for span in spans))
    return Statement(place, sentence, extent)


def _plain_breaks(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _gap(span: RawSpan, sentence: RawSpan) -> int:
    return max(sentence.start - span.end, span.start - sentence.end, 0)


def _qualifiers(
    text: str,
    triples: Sequence[Record],
    statements: Iterable[Statement],
    taken: Iterable[RawSpan],
    lost: dict[int, list[str]],
) -> tuple[QualifierSpan, ...]:
    """The qualifiers where a statement of their triple writes them: a record tells words, not
    offsets. Those that would stand on another span have no room in a passage and go to `lost`."""
    spans: dict[RawSpan, tuple[str, list[int]]] = {span: ("", []) for span in taken}
    sentences: dict[int, list[RawSpan]] = {}
    for statement in statements:
        sentences.setdefault(statement.triple, []).append(statement.sentence)
    for place, inside in sentences.items():
        for name in QUALIFIERS:
            words = _plain_breaks(triples[place][name])
            if not words:
                continue
            for span in _occurrences(text, words, inside):
                if span not in spans and not any(overlap(span, other) for other in spans):
                    spans[span] = (name, [])
                if span in spans and spans[span][0] == name:
                    spans[span][1].append(place)
                    break
            else:
                lost.setdefault(place, []).append(name)
    return tuple(
        QualifierSpan(span, name, tuple(places))
        for span, (name, places) in sorted(spans.items())
        if name
    )


def _occurrences(text: str, words: str, inside: Iterable[RawSpan]) -> Iterator[RawSpan]:
    for span in inside:
        start = text.find(words, span.start, span.end)
        while start >= 0:
            yield RawSpan(start, start + len(words))
            start = text.find(words, start + 1, span.end)


def overlap(one: RawSpan, other: RawSpan) -> bool:
    return one.start < other.end and other.start < one.end
