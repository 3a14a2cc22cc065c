"""`zongheng run`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline import resources
from pipeline.cli.app import app
from pipeline.cli.terminal import check_encoding, progress, safe
from pipeline.schema import REJECT_REASONS

if TYPE_CHECKING:
    from pipeline.batch import RunSummary


@app.command()
def run(
    paths: Annotated[
        list[str], typer.Argument(help="Article files (.txt, .md, .html), folders or globs.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of this run.")],
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Replace a finished run in --out.")
    ] = False,
    encoding: Annotated[
        str, typer.Option(help="Codec of the files; found by itself when not given.")
    ] = "",
    registry: Annotated[
        list[Path] | None,
        typer.Option(help="Your own registry: a *.jsonl or a folder of them; may be repeated."),
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option(help="Folder of a trained model; the shipped one when not given."),
    ] = None,
    max_chars: Annotated[
        int, typer.Option(min=1, help="Articles longer than this are rejected.")
    ] = 1_000_000,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no summary.")] = False,
) -> None:
    """Extract triples from articles.

    The id of an article is its file's name without the ending. The run folder gets `triples.jsonl`,
    `articles.jsonl`, `rejects.jsonl`, their JSON Schemas, and last of all `manifest.json`.

    Examples:

        zongheng run corpus/seeds --out outputs/seeds

        zongheng run 'news/**/*.txt' --out outputs/news --encoding gb18030

        zongheng run article.txt --registry my.jsonl --out outputs/one --fresh
    """
    from pipeline.batch import find_files, folder_digest, read_articles
    from pipeline.batch import run as run_batch
    from pipeline.extractor import SHIPPED_MODEL, Extractor

    check_encoding(encoding)
    files = find_files(paths)
    extractor = Extractor.load(model=model, registries=registry or (), max_characters=max_chars)
    articles = read_articles(files, encoding=encoding, max_characters=max_chars)
    settings = {
        "encoding": encoding,
        "max_chars": max_chars,
        "model": folder_digest(model or resources.find(SHIPPED_MODEL), "*"),
        "registries": [folder_digest(folder, "*.jsonl") for folder in registry or ()],
    }
    with progress(len(files), quiet=quiet) as advance:
        summary = run_batch(
            extractor, articles, out, settings=settings, fresh=fresh, progress=advance
        )
    if not quiet:
        _print_summary(summary, out)


def _print_summary(summary: RunSummary, out: Path) -> None:
    print(
        f"{summary.articles} articles ({summary.characters:,} characters): "
        f"{summary.mentions} mentions, {summary.triples} triples → {safe(str(out))}"
    )
    for reason, count in sorted(summary.rejects.items()):
        print(f"  rejected {count} × {reason}: {REJECT_REASONS[reason]}")
    if summary.rejects:
        print(f"  see {safe(str(out / 'rejects.jsonl'))}")
