"""One HTML file out of a run: data as JSON, own style and code, BokehJS; nothing is loaded."""

from __future__ import annotations

import html
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from pipeline.errors import InputError
from pipeline.files import replacing
from pipeline.graph.merging import gather
from pipeline.graph.model import Progress
from pipeline.report.articles import ArticleBlocks, EntityTable
from pipeline.report.embedding import data_block, script_block, source_hash, static
from pipeline.report.graph import choose, graph_data
from pipeline.report.overview import Tally, rejects_by_reason
from pipeline.report.texts import TEXTS
from pipeline.run_folder import RunFolder
from pipeline.schema import ENTITY_TYPES, RELATIONS, STATUSES, SYMMETRIC

REPORT_NAME = "report.html"
DEFAULT_ARTICLES = 1_000
DEFAULT_ENTITIES = 300
# Sentences that an edge shows, however many articles state it.
MAX_EVIDENCE = 20

# One script in these pieces, in this order.
SCRIPTS = ("core.js", "overview.js", "drawing.js", "graph.js", "panel.js", "list.js", "article.js")
_END = "</body>\n</html>\n"


@dataclass(frozen=True, slots=True)
class Options:
    """articles: how many are shown, the first ones. entities: how many are drawn, those with the
    most triples. language: "zh", "en", or "" for the browser's."""

    articles: int = DEFAULT_ARTICLES
    entities: int = DEFAULT_ENTITIES
    language: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was written: articles shown and left out, bytes of the file."""

    shown: int
    left_out: int
    size: int


def check_packages() -> None:
    """Raises InputError where a package of the extra `report` is missing."""
    try:
        import bokeh  # noqa: F401
        import networkx  # noqa: F401
    except ImportError as error:
        raise InputError(
            f"a report needs {error.name}; install it with: pip install 'zongheng[report]'"
        ) from error


def write(
    run: RunFolder,
    out: Path,
    options: Options,
    *,
    scores: dict[str, Any] | None = None,
    progress: Progress = lambda _: None,
) -> Outcome:
    """Write the report of `run` to `out`, which has its name once it is whole.

    scores: as overview.scores gives them. progress: is told how many more triples or
    articles were read, the triples first.

    Raises RunError where the run is damaged, InputError where `out` cannot be written or Bokeh or
    networkx is missing.
    """
    check_packages()
    from pipeline.report.figure import bokeh_code, drawing

    name = run.path.resolve().name
    scripts = bokeh_code(), "\n".join(map(static, SCRIPTS))
    tally, entities = Tally(), EntityTable()
    with replacing(out) as partial, partial.open("wb") as file:
        with gather(run, max_evidence=MAX_EVIDENCE, folder=out.parent, progress=progress) as graph:
            chosen = choose(graph, options.entities)
        file.write(_head(name, options.language, scripts).encode())
        lines = _write_articles(file, run, tally, entities, options.articles, progress)
        blocks = {
            "settings": _settings(options),
            "texts": TEXTS,
            "overview": {
                **tally.record(),
                "run": name,
                "manifest": run.manifest,
                "rejects": rejects_by_reason(run),
                "scores": scores,
            },
            "graph": graph_data(chosen),
            "drawing": drawing(),
            "entities": entities.rows,
            "list": lines,
        }
        for key, value in blocks.items():
            file.write(data_block(f"data-{key}", value))
        for code in scripts:
            file.write(script_block(code).encode())
        file.write(_END.encode())
        size = file.tell()
    return Outcome(len(lines), tally.articles - len(lines), size)


def _head(name: str, language: str, scripts: tuple[str, ...]) -> str:
    """All that stands before the data."""
    allowed = " ".join(map(source_hash, scripts))
    policy = (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; "
        "img-src data: blob:; font-src data:; base-uri 'none'; form-action 'none'"
    )
    return (
        f'<!doctype html>\n<html lang="{html.escape(language) or "en"}">\n<head>\n'
        '<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{html.escape(policy)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{html.escape(name)} · zongheng</title>\n"
        f"<style>\n{static('report.css')}</style>\n</head>\n<body>\n{static('body.html')}"
    )


def _write_articles(
    file: BinaryIO,
    run: RunFolder,
    tally: Tally,
    entities: EntityTable,
    most: int,
    progress: Progress,
) -> list[dict[str, Any]]:
    """Write the blocks of the first `most` articles, and count all; the lines of the list."""
    make = ArticleBlocks(entities)
    lines: list[dict[str, Any]] = []
    for article, triples in run.articles_with_triples():
        tally.add_article(article)
        for triple in triples:
            tally.add_triple(triple)
        if len(lines) < most:
            line, block = make(article, triples)
            file.write(data_block(f"article-{len(lines)}", block))
            lines.append(line)
        progress(1)
    return lines


def _settings(options: Options) -> dict[str, Any]:
    return {
        "language": options.language,
        "types": ENTITY_TYPES,
        "relations": RELATIONS,
        "statuses": STATUSES,
        "symmetric": sorted(SYMMETRIC),
    }
