"""`zongheng report`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.app import app
from pipeline.cli.check import GOLD_NAME
from pipeline.cli.terminal import safe

LANGUAGES = ("zh", "en")


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a finished run.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="The HTML file; RUN/report.html when not given."),
    ] = None,
    gold: Annotated[
        Path | None,
        typer.Option(
            help="Gold file to score the run against; the five seeds' when not given and the run "
            "is one of them."
        ),
    ] = None,
    limit: Annotated[
        int, typer.Option(min=0, help="Show so many articles, the first ones; all are counted.")
    ] = 1_000,
    entities: Annotated[
        int,
        typer.Option(min=1, max=499, help="Draw so many entities, those with the most triples."),
    ] = 300,
    language: Annotated[
        str, typer.Option(help="zh or en; the browser's when not given. A button switches.")
    ] = "",
    open_it: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no summary.")] = False,
) -> None:
    """Show a run as one HTML file that opens offline: overview, graph, articles.

    Needs the extra `report`: pip install 'zongheng[report]'.

    Examples:

        zongheng report outputs/seeds --open

        zongheng report outputs/news --out news.html --limit 200 --language zh

        zongheng report outputs/mine --gold my-gold.jsonl
    """
    from pipeline.report import REPORT_NAME, Options, check_packages, scores, write
    from pipeline.run_folder import RunFolder

    if language not in ("", *LANGUAGES):
        raise typer.BadParameter(f"--language is one of {', '.join(LANGUAGES)}")
    check_packages()
    run = RunFolder.open(folder)
    path = out or folder / REPORT_NAME
    given = gold or _seeds_gold()
    measured = scores(run, given, asked=gold is not None) if given else None
    options = Options(articles=limit, entities=entities, language=language)
    counts = run.manifest["counts"]
    with _bar(counts["triples"] + counts["articles"], quiet=quiet) as progress:
        outcome = write(run, path, options, scores=measured, progress=progress)
    if not quiet:
        shown = f"{outcome.shown} articles"
        if outcome.left_out:
            shown += f" ({outcome.left_out} left out; --limit)"
        print(f"{shown}, {outcome.size:,} bytes → {safe(str(path))}")
    if open_it:
        typer.launch(path.resolve().as_uri())


def _seeds_gold() -> Path | None:
    """The gold of the clone; None where the package was installed without one."""
    from pipeline import resources
    from pipeline.errors import ResourceError

    try:
        return resources.find("gold") / GOLD_NAME
    except ResourceError:
        return None


@contextmanager
def _bar(total: int, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """What is to be told how many more of `total` triples and articles were read; a bar on a
    terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("report", total=total)
        yield lambda count: bar.advance(task, count)
