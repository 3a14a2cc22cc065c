"""One run: articles extracted and written, so that only a finished run looks finished."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from pipeline import __version__, resources
from pipeline.errors import RunError
from pipeline.extractor import Extractor, UnfitArticle
from pipeline.schema import JSON_SCHEMAS, SCHEMA_VERSION
from pipeline.triples import article_record, reject_record, triple_records
from pipeline.types import Article, Reject

OUTPUTS = ("triples.jsonl", "articles.jsonl", "rejects.jsonl")
MANIFEST = "manifest.json"
SCHEMA_FOLDER = "schemas"
_PARTIAL = ".partial"

Progress = Callable[[Article | Reject], None]


@dataclass(slots=True)
class RunSummary:
    """What a run did. characters: of the articles that were extracted."""

    articles: int = 0
    characters: int = 0
    mentions: int = 0
    triples: int = 0
    rejects: Counter[str] = field(default_factory=Counter)


def run(
    extractor: Extractor,
    articles: Iterable[Article | Reject],
    out: Path,
    *,
    settings: dict[str, Any],
    fresh: bool = False,
    progress: Progress = lambda _: None,
) -> RunSummary:
    """Extract `articles` into the folder `out` and say what came of it.

    The three JSONL files are written under a `.partial` name, synced and renamed, the manifest
    last: a folder
    with a manifest is a whole run. settings: what else decides the output, kept in the manifest.
    Raises RunError when `out` holds something else, or a finished run and not `fresh`, or cannot be
    written.
    """
    try:
        _prepare(out, fresh=fresh)
        summary = _write(extractor, articles, out, progress)
        _finish(out, summary, settings)
    except OSError as error:
        where = error.filename or out
        raise RunError(
            f"cannot write {where}: {error.strerror}; "
            "choose another --out or make room, then run again"
        ) from error
    return summary


def _prepare(out: Path, *, fresh: bool) -> None:
    if out.exists() and not out.is_dir():
        raise RunError(f"{out} is a file; --out names a folder")
    if (out / MANIFEST).exists() and not fresh:
        raise RunError(
            f"{out} already holds a finished run; add --fresh to replace it, "
            "or choose another --out"
        )
    # The manifest goes first: what a stop in between leaves must not look like a finished run.
    files = (MANIFEST, *OUTPUTS)
    ours = (*files, *(name + _PARTIAL for name in files), SCHEMA_FOLDER)
    if out.is_dir() and not _is_our_manifest(out / MANIFEST):
        strange = sorted(path.name for path in out.iterdir() if path.name not in ours[1:])
        if strange:
            raise RunError(
                f"{out} holds files that no run wrote ({', '.join(strange[:3])}); "
                "choose an empty folder as --out"
            )
    out.mkdir(parents=True, exist_ok=True)
    for name in ours:
        path = out / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _is_our_manifest(path: Path) -> bool:
    try:
        manifest = orjson.loads(path.read_bytes())
    except (FileNotFoundError, orjson.JSONDecodeError):
        return False
    return isinstance(manifest, dict) and "zongheng" in manifest


def _write(
    extractor: Extractor, articles: Iterable[Article | Reject], out: Path, progress: Progress
) -> RunSummary:
    summary = RunSummary()
    with ExitStack() as stack:
        triples, found, rejects = (
            stack.enter_context((out / (name + _PARTIAL)).open("wb")) for name in OUTPUTS
        )
        for article in articles:
            if isinstance(article, Article):
                _extract(extractor, article, triples, found, rejects, summary)
            else:
                _reject(article, rejects, summary)
            progress(article)
        for file in (triples, found, rejects):
            file.flush()
            os.fsync(file.fileno())
    for name in OUTPUTS:
        (out / (name + _PARTIAL)).rename(out / name)
    return summary


def _extract(
    extractor: Extractor,
    article: Article,
    triples: BinaryIO,
    found: BinaryIO,
    rejects: BinaryIO,
    summary: RunSummary,
) -> None:
    try:
        extraction = extractor(article)
    except UnfitArticle as error:
        _reject(Reject(article.id, "article", error.reason, error.detail), rejects, summary)
        return
    for record in triple_records(extraction):
        triples.write(_line(record))
    found.write(_line(article_record(extraction)))
    for reject in extraction.rejects:
        _reject(reject, rejects, summary)
    summary.articles += 1
    summary.characters += len(article.text)
    summary.mentions += sum(len(entity.mentions) for entity in extraction.entities)
    summary.triples += len(extraction.triples)


def _reject(reject: Reject, rejects: BinaryIO, summary: RunSummary) -> None:
    rejects.write(_line(reject_record(reject)))
    summary.rejects[reject.reason] += 1


def _line(record: dict[str, Any]) -> bytes:
    return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)


def _finish(out: Path, summary: RunSummary, settings: dict[str, Any]) -> None:
    (out / SCHEMA_FOLDER).mkdir()
    for name in ("triples", "articles", "rejects"):
        path = out / SCHEMA_FOLDER / f"{name}.schema.json"
        path.write_bytes(orjson.dumps(JSON_SCHEMAS[name], option=orjson.OPT_INDENT_2))
    manifest = {
        "schema": SCHEMA_VERSION,
        "zongheng": __version__,
        "settings": settings,
        "registry_sha256": folder_digest(resources.find("registry"), "*.jsonl"),
        "counts": {
            "articles": summary.articles,
            "characters": summary.characters,
            "mentions": summary.mentions,
            "triples": summary.triples,
            "rejects": dict(sorted(summary.rejects.items())),
        },
        "outputs": {name: _digest(out / name) for name in OUTPUTS},
    }
    partial = out / (MANIFEST + _PARTIAL)
    partial.write_bytes(
        orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    )
    partial.rename(out / MANIFEST)


def _digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def folder_digest(folder: Path, pattern: str) -> str:
    """sha256 over the names and contents of the files in `folder` that match; `folder` may be one
    file."""
    total = hashlib.sha256()
    for path in [folder] if folder.is_file() else sorted(folder.glob(pattern)):
        total.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
