"""Annotated texts as benchmarks: articles to extract, and what should be found in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pipeline.corpus.passages import Passage
from pipeline.corpus.records import gold_record
from pipeline.errors import InputError
from pipeline.evaluation.gold import MarkedArticle, MarkedTriple, marked
from pipeline.types import Article, Extraction, RawSpan

Benchmark = Iterator[tuple[Article, MarkedArticle]]


def passages_benchmark(passages: Iterable[Passage], *, simplify: Callable[[str], str]) -> Benchmark:
    """Passages of a corpus, each an article of its own."""
    for passage in passages:
        yield Article(passage.id, passage.text), marked(gold_record(passage, simplify=simplify))


def records_benchmark(records: Iterable[dict[str, Any]]) -> Benchmark:
    """Records of the format id, text, mentions (start, end, type, entity) and triples (head,
    relation, tail, status). Raises InputError for one that lacks them."""
    for record in records:
        try:
            article = Article(record["id"], record["text"])
            yield (
                article,
                MarkedArticle(
                    id=article.id,
                    sha256=article.sha256,
                    script="",
                    damaged=False,
                    mentions={
                        RawSpan(m["start"], m["end"]): (m["type"], str(m["entity"]))
                        for m in record["mentions"]
                    },
                    triples=tuple(
                        MarkedTriple(str(t["head"]), t["relation"], str(t["tail"]), t["status"], ())
                        for t in record["triples"]
                    ),
                ),
            )
        except (KeyError, TypeError) as error:
            raise InputError(f"{str(record)[:80]}: not an annotated text: {error!r}") from error


def of_extraction(extraction: Extraction) -> MarkedArticle:
    """What was found, as scoring compares it."""
    return MarkedArticle(
        id=extraction.article.id,
        sha256=extraction.article.sha256,
        script=extraction.script,
        damaged=bool(extraction.repairs),
        mentions={
            mention.span: (entity.type, entity.id)
            for entity in extraction.entities
            for mention in entity.mentions
        },
        triples=tuple(
            MarkedTriple(
                triple.head,
                triple.relation,
                triple.tail,
                triple.status,
                tuple(e.sentence.of(extraction.article.text) for e in triple.evidence),
            )
            for triple in extraction.triples
        ),
        candidates=frozenset(frozenset(pair) for pair in extraction.candidates),
    )
