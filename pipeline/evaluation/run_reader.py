"""A run folder, read back for scoring."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline.evaluation.gold import MarkedArticle, MarkedTriple
from pipeline.run_folder import ARTICLES_NAME, TRIPLES_NAME, RunFolder
from pipeline.types import RawSpan


def load_run(folder: Path) -> dict[str, MarkedArticle]:
    """What the run in `folder` found, by article id. Raises RunError where it is no finished
    run."""
    run = RunFolder.open(folder)
    triples: dict[str, list[MarkedTriple]] = {}
    for article_id, triple in run.read(TRIPLES_NAME, _triple):
        triples.setdefault(article_id, []).append(triple)
    articles = run.read(ARTICLES_NAME, _article)
    return {a.id: replace(a, triples=tuple(triples.get(a.id, ()))) for a in articles}


def _triple(record: dict[str, Any]) -> tuple[str, MarkedTriple]:
    """A triple with the id of its article."""
    return record["article_id"], MarkedTriple(
        record["head_id"],
        record["relation"],
        record["tail_id"],
        record["status"],
        tuple(evidence["text"] for evidence in record["evidence"]),
    )


def _article(record: dict[str, Any]) -> MarkedArticle:
    """An article without its triples, which stand in a file of their own."""
    return MarkedArticle(
        id=record["id"],
        sha256=record["sha256"],
        script=record["script"],
        damaged=bool(record["repairs"]),
        mentions={
            RawSpan(m["start"], m["end"]): (m["type"], m["entity"]) for m in record["mentions"]
        },
        triples=(),
        candidates=frozenset(frozenset((c["first"], c["second"])) for c in record["candidates"]),
    )
