"""A run folder, read back for scoring."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import orjson

from pipeline.errors import RunError
from pipeline.evaluation.gold import MarkedArticle, MarkedTriple
from pipeline.schema import SCHEMA_VERSION
from pipeline.types import RawSpan

T = TypeVar("T")


def load_run(folder: Path) -> dict[str, MarkedArticle]:
    """What the run in `folder` found, by article id. Raises RunError where it is no finished
    run."""
    if not (folder / "manifest.json").is_file():
        raise RunError(
            f"{folder} is not a finished run (no manifest.json); "
            f"make one with: zongheng run PATH --out {folder}"
        )
    triples: dict[str, list[MarkedTriple]] = {}
    for article_id, triple in _read(folder / "triples.jsonl", _triple):
        triples.setdefault(article_id, []).append(triple)
    articles = _read(folder / "articles.jsonl", _article)
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


def _read(path: Path, read: Callable[[dict[str, Any]], T]) -> Iterator[T]:
    """What `read` makes of every line of `path`."""
    number = 0
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                record = orjson.loads(line)
                if record["schema"] != SCHEMA_VERSION:
                    raise RunError(
                        f"{path}:{number}: schema {record['schema']!r}, this zongheng reads "
                        f"{SCHEMA_VERSION!r}; make the run anew"
                    )
                yield read(record)
    except OSError as error:
        raise RunError(f"{path}: cannot be read: {error.strerror}; make the run anew") from error
    except orjson.JSONDecodeError as error:
        raise RunError(f"{path}:{number}: not JSON: {error}; make the run anew") from error
    except (KeyError, TypeError) as error:
        raise RunError(
            f"{path}:{number}: not a record of a run: {error!r}; make the run anew"
        ) from error
