"""A run folder, read back for scoring."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from pipeline.errors import RunError
from pipeline.evaluation.gold import MarkedArticle, MarkedTriple
from pipeline.schema import SCHEMA_VERSION
from pipeline.types import RawSpan


def load_run(folder: Path) -> dict[str, MarkedArticle]:
    """What the run in `folder` found, by article id. Raises RunError where it is no finished
    run."""
    if not (folder / "manifest.json").is_file():
        raise RunError(
            f"{folder} is not a finished run (no manifest.json); "
            f"make one with: zongheng run PATH --out {folder}"
        )
    triples: dict[str, list[MarkedTriple]] = {}
    for record in _read(folder / "triples.jsonl"):
        triples.setdefault(record["article_id"], []).append(
            MarkedTriple(
                record["head_id"],
                record["relation"],
                record["tail_id"],
                record["status"],
                tuple(evidence["text"] for evidence in record["evidence"]),
            )
        )
    return {
        record["id"]: MarkedArticle(
            id=record["id"],
            sha256=record["sha256"],
            script=record["script"],
            damaged=bool(record["repairs"]),
            mentions={
                RawSpan(m["start"], m["end"]): (m["type"], m["entity"]) for m in record["mentions"]
            },
            triples=tuple(triples.get(record["id"], ())),
            candidates=frozenset(
                frozenset((c["first"], c["second"])) for c in record["candidates"]
            ),
        )
        for record in _read(folder / "articles.jsonl")
    }


def _read(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                record = orjson.loads(line)
                if record.get("schema") != SCHEMA_VERSION:
                    raise RunError(
                        f"{path}:{number}: schema {record.get('schema')!r}, this zongheng reads "
                        f"{SCHEMA_VERSION!r}; make the run anew"
                    )
                yield record
    except OSError as error:
        raise RunError(f"{path}: cannot be read: {error.strerror}; make the run anew") from error
    except orjson.JSONDecodeError as error:
        raise RunError(f"{path}: not JSON Lines: {error}; make the run anew") from error
