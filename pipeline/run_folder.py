"""A finished run, read back: its manifest and, a line at a time, its records."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeVar

import orjson

from pipeline.errors import RunError
from pipeline.schema import SCHEMA_VERSION

MANIFEST_NAME = "manifest.json"
TRIPLES_NAME = "triples.jsonl"
ARTICLES_NAME = "articles.jsonl"
REJECTS_NAME = "rejects.jsonl"
# Only while a run is unfinished.
PARTS_NAME = "parts"
PLAN_NAME = "plan.json"

Record = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RunFolder:
    """What `zongheng run` left in `path`; see docs/output-format.md. Make one with `open`.

    Reading raises RunError, with file and line, where a file is missing or damaged or was written
    by a version with other records.
    """

    path: Path
    manifest: Record

    @classmethod
    def open(cls, path: Path) -> RunFolder:
        """Raises RunError where `path` is no finished run."""
        try:
            manifest = orjson.loads((path / MANIFEST_NAME).read_bytes())
        except (FileNotFoundError, NotADirectoryError) as error:
            raise RunError(_unfinished(path)) from error
        except (OSError, orjson.JSONDecodeError) as error:
            raise RunError(
                f"{path / MANIFEST_NAME}: cannot be read: {error}; make the run anew"
            ) from error
        if not isinstance(manifest, dict):
            raise RunError(f"{path / MANIFEST_NAME} is no run's manifest; make the run anew")
        return cls(path, manifest)

    def triples(self) -> Iterator[Record]:
        """The records of triples.jsonl, see schema.TRIPLE_SCHEMA: those of an article stand
        together, and articles in the order of `articles`."""
        return self.read(TRIPLES_NAME, _as_it_is)

    def articles(self) -> Iterator[Record]:
        """The records of articles.jsonl, see schema.ARTICLE_SCHEMA."""
        return self.read(ARTICLES_NAME, _as_it_is)

    def articles_with_triples(self) -> Iterator[tuple[Record, list[Record]]]:
        """The records of `articles`, each with its own of `triples`."""
        groups = groupby(self.triples(), key=itemgetter("article_id"))
        waiting = next(groups, None)
        for article in self.articles():
            triples: list[Record] = []
            if waiting and waiting[0] == article["id"]:
                triples = list(waiting[1])
                waiting = next(groups, None)
            yield article, triples

    def rejects(self) -> Iterator[Record]:
        """The records of rejects.jsonl, see schema.REJECT_SCHEMA."""
        return self.read(REJECTS_NAME, _as_it_is)

    def read(self, name: str, make: Callable[[Record], T]) -> Iterator[T]:
        """What `make` makes of every record of the file `name`, lazily. A KeyError or TypeError of
        `make` counts as damage of the line."""
        path, number = self.path / name, 0
        try:
            with path.open("rb") as lines:
                for number, line in enumerate(lines, start=1):
                    record = orjson.loads(line)
                    if record["schema"] != SCHEMA_VERSION:
                        raise RunError(
                            f"{path}:{number}: schema {record['schema']!r}, this zongheng reads "
                            f"{SCHEMA_VERSION!r}; make the run anew"
                        )
                    made = make(record)
                    yield made
        except OSError as error:
            raise RunError(
                f"{path}: cannot be read: {error.strerror}; make the run anew"
            ) from error
        except orjson.JSONDecodeError as error:
            raise RunError(f"{path}:{number}: not JSON: {error}; make the run anew") from error
        except (KeyError, TypeError) as error:
            raise RunError(
                f"{path}:{number}: not a record of a run: {error!r}; make the run anew"
            ) from error


def _unfinished(path: Path) -> str:
    """What to tell of the folder `path`, which has no manifest."""
    quoted = shlex.quote(str(path))
    if (path / PARTS_NAME).is_dir():
        return (
            f"the run in {path} is not finished; the command that began it goes on with it, and "
            f"this tells how far it is: zongheng status {quoted}"
        )
    return (
        f"{path} is not a finished run (no {MANIFEST_NAME}); "
        f"make one with: zongheng run PATH --out {quoted}"
    )


def _as_it_is(record: Record) -> Record:
    return record
