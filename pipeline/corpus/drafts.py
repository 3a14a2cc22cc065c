"""Passages that a run proposes, for a person to correct."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import TypeVar

from pipeline.corpus.cutting import cut
from pipeline.corpus.findings import Found, Named, Statement, findings, overlap
from pipeline.corpus.passages import NamedSpan, Passage, QualifierSpan, StatedTriple
from pipeline.corpus.verify import most_traditional, traditional_characters
from pipeline.errors import RunError
from pipeline.run_folder import Record, RunFolder
from pipeline.types import RawSpan

Simplify = Callable[[str], str]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Draft:
    """A piece of an article as a passage, with what the run found in it.

    article: its id. start: where in the article the passage begins, in code points of the raw text.
    score: 0..1, confidence of the least sure triple, or of the least sure mention where there is no
        triple; 1.0 where there is neither. extractor: name and version.
    lost: kinds of what the run found here and the passage cannot hold: a qualifier's name, or
        "triple".
    """

    passage: Passage
    article: str
    start: int
    score: float
    extractor: str
    lost: tuple[str, ...]


def drafts(run: RunFolder, *, simplify: Simplify, max_characters: int) -> Iterator[Draft]:
    """The articles of a run cut into passages of at most `max_characters` where nothing is lost by
    that, in the order of the run.

    A triple stands in every passage that holds a sentence that states it and a mention of each end;
    none is cut apart, so that a passage can be longer. Line breaks become `\\n`. simplify:
    Traditional → Simplified of the same length. Raises RunError for a damaged run.
    """
    for article, triples in run.articles_with_triples():
        try:
            made = list(_of_article(article, triples, simplify, max_characters))
        except (KeyError, TypeError, ValueError) as error:
            raise RunError(
                f"{run.path}: article {article.get('id')!r} is damaged: {error!r}; "
                "make the run anew"
            ) from error
        yield from made


def distinct(found: Iterable[Draft]) -> list[Draft]:
    """Without those whose text an earlier one has."""
    first: dict[str, Draft] = {}
    for draft in found:
        first.setdefault(draft.passage.id, draft)
    return list(first.values())


def by_uncertainty(found: Iterable[Draft]) -> list[Draft]:
    """The least sure first; those without triples last."""
    return sorted(found, key=lambda draft: (not draft.passage.triples, draft.score))


def _of_article(
    article: Record, triples: Sequence[Record], simplify: Simplify, max_characters: int
) -> Iterator[Draft]:
    found = findings(article, triples)
    whole = [mention.span for mention in found.mentions]
    whole += [statement.extent for statement in found.statements]
    stated = {statement.triple for statement in found.statements}
    untold = [i for i in range(len(triples)) if i not in stated]
    told: set[int] = set()
    for piece in cut(found.text, max_characters, whole):
        passage, places = _passage(found, piece, article["script"], simplify)
        now = [i for i in (*untold, *places) if i not in told]
        told.update(now)
        sure = [found.triples[i]["confidence"] for i in places] or [
            mention.confidence for mention in _inside(piece, found.mentions, _span)
        ]
        yield Draft(
            passage=passage,
            article=article["id"],
            start=_raw_offset(article["text"], piece.start),
            score=float(min(sure, default=1.0)),
            extractor=article["extractor"],
            lost=tuple(words for i in now for words in found.lost.get(i, ())),
        )


def _raw_offset(text: str, offset: int) -> int:
    """Where in the raw `text` the character at `offset` of the one with plain breaks stands."""
    for match in re.finditer("\r\n", text):
        if match.start() >= offset:
            break
        offset += 1
    return offset


def _inside(piece: RawSpan, items: Sequence[T], span_of: Callable[[T], RawSpan]) -> list[T]:
    """The items, sorted by where they start, that lie within the piece."""
    first = bisect_left(items, piece.start, key=lambda item: span_of(item).start)
    found = takewhile(lambda item: span_of(item).start < piece.end, items[first:])
    return [item for item in found if span_of(item).end <= piece.end]


def _span(item: Named | QualifierSpan) -> RawSpan:
    return item.span


def _extent(statement: Statement) -> RawSpan:
    return statement.extent


def _passage(
    found: Found, piece: RawSpan, script: str, simplify: Simplify
) -> tuple[Passage, list[int]]:
    """The piece as a passage, and the places of its triples among the article's."""

    def here(span: RawSpan) -> RawSpan:
        return RawSpan(span.start - piece.start, span.end - piece.start)

    text = piece.of(found.text)
    mentions = _inside(piece, found.mentions, _span)
    numbers: dict[str, int] = {}
    for mention in mentions:
        numbers.setdefault(mention.entity, len(numbers) + 1)
    stated = _inside(piece, found.statements, _extent)
    places = sorted({statement.triple for statement in stated})
    bare = Passage(
        text=text,
        style="wire",
        script=_script(text, script, simplify),
        converted=False,
        negative="" if places else "other" if len(numbers) > 1 else "plain",
        mentions=tuple(NamedSpan(here(m.span), m.type, numbers[m.entity]) for m in mentions),
        qualifiers=tuple(
            QualifierSpan(here(q.span), q.name, tuple(map(places.index, q.triples)))
            for q in _inside(piece, found.qualifiers, _span)
        ),
        triples=(),
    )
    triples = []
    for place in places:
        record = found.triples[place]
        spans = [here(one.sentence) for one in stated if one.triple == place]
        head, tail = numbers[record["head_id"]], numbers[record["tail_id"]]
        sentences = _stating(bare, spans)
        triples.append(StatedTriple(head, record["relation"], tail, record["status"], sentences))
    return bare.with_triples(tuple(triples)), places


def _stating(passage: Passage, spans: Iterable[RawSpan]) -> tuple[int, ...]:
    """The places of the passage's sentences that `spans`, sentences of the cleaned text, are."""
    found: set[int] = set()
    for span in spans:
        found.update(i for i, sentence in enumerate(passage.sentences) if overlap(sentence, span))
        found.add(passage.sentence_at(span.start))
    return tuple(sorted(found))


def _script(text: str, script: str, simplify: Simplify) -> str:
    """Hans or Hant: that of the article, unless the piece shows the other."""
    traditional = traditional_characters(text, simplify)
    if traditional > most_traditional(text):
        return "Hant"
    return "Hant" if traditional and script == "Hant" else "Hans"
