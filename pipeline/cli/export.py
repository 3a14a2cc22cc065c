"""`zongheng export`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.app import app
from pipeline.cli.terminal import safe
from pipeline.errors import InputError
from pipeline.graph.formats import FORMATS, NQUADS, find_formats, make_folder, write
from pipeline.graph.model import ARTICLE, GRAPH, MAX_EVIDENCE, PER, Progress, Selection, Source
from pipeline.run_folder import RunFolder
from pipeline.schema import RELATIONS, STATUSES

_FORMATS_TOLD = "Formats:\n\n" + "\n".join(
    f"- `{name}`: {format_.what}" for name, format_ in FORMATS.items()
)


def _one_of(known: tuple[str, ...]) -> Callable[[list[str] | None], list[str]]:
    """A check that all values of an option are among `known`."""

    def check(given: list[str] | None) -> list[str]:
        for value in given or ():
            if value not in known:
                raise typer.BadParameter(f"one of {', '.join(known)}")
        return given or []

    return check


@app.command(epilog=_FORMATS_TOLD)
def export(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a finished run.")],
    formats: Annotated[
        list[str], typer.Option("--format", "-f", help="See below; may be repeated.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="Each format gets a folder of its name in it; RUN-export beside the run when not "
            "given.",
        ),
    ] = None,
    per: Annotated[
        str,
        typer.Option(
            help=f"{GRAPH}: one edge for all triples of a head, relation and tail; "
            f"{ARTICLE}: one for each triple of each article."
        ),
    ] = GRAPH,
    min_confidence: Annotated[
        float, typer.Option(min=0, max=1, help="Leave out triples below it.")
    ] = 0.0,
    status: Annotated[
        list[str] | None,
        typer.Option(
            callback=_one_of(STATUSES),
            help=f"Only triples of this status, {', '.join(STATUSES)}; may be repeated.",
        ),
    ] = None,
    relation: Annotated[
        list[str] | None,
        typer.Option(
            callback=_one_of(RELATIONS),
            help=f"Only triples of this relation, {', '.join(RELATIONS)}; may be repeated.",
        ),
    ] = None,
    max_evidence: Annotated[
        int, typer.Option(min=1, help="Sentences that an edge keeps at most.")
    ] = MAX_EVIDENCE,
    base: Annotated[
        str, typer.Option(help="Of nquads: what the IRIs of entities and statements start with.")
    ] = "",
    rdf12: Annotated[
        bool, typer.Option("--rdf12", help="Of nquads: triple terms of RDF 1.2 name the triples.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no summary.")] = False,
) -> None:
    """Write a run's triples as a graph, in the formats of other tools.

    Memory does not grow with the run, except where a format says so. Meanwhile a temporary database
    about twice as large as triples.jsonl stands on the disk of --out. Files of an earlier export
    are replaced. docs/graph.md describes every file and field.

    Examples:

        zongheng export outputs/news --format parquet

        zongheng export outputs/news -f neo4j -f graphml --out graphs --min-confidence 0.8

        zongheng export outputs/news -f csv --relation invest --status actual --per article

        zongheng export outputs/news -f nquads --base https://example.org/ --rdf12
    """
    from pipeline.graph.merging import gather

    if per not in PER:
        raise typer.BadParameter(f"--per is one of {', '.join(PER)}")
    writers = find_formats(formats)
    if base or rdf12:
        if NQUADS not in writers:
            raise typer.BadParameter(f"--base and --rdf12 go with --format {NQUADS}")
        from pipeline.graph.rdf import write_nquads
        from pipeline.graph.terms import BASE

        writers[NQUADS] = partial(write_nquads, base=base or BASE, rdf12=rdf12)
    run = RunFolder.open(folder)
    place = make_folder(_place(folder, out))
    selection = Selection(min_confidence, frozenset(status or ()), frozenset(relation or ()))
    triples = run.manifest.get("counts", {}).get("triples")
    with (
        _bars(quiet=quiet) as bar,
        gather(
            run, per=per, max_evidence=max_evidence, selection=selection, folder=place,
            progress=bar("triples", triples),
        ) as graph,
    ):  # fmt: skip
        written: dict[str, list[Path]] = {}
        for name, writer in writers.items():
            # Some formats go through nodes and edges more than once.
            progress = bar(name, None)
            written |= write({name: writer}, Source(run, graph, selection), place, progress)
        nodes, edges = graph.count_nodes(), graph.count_edges()
    if not quiet:
        print(f"{nodes:,} nodes, {edges:,} edges → {safe(str(place))}")
        for name, paths in written.items():
            print(f"{name}: {', '.join(safe(str(path.relative_to(place))) for path in paths)}")
            print(f"  {safe(FORMATS[name].reading.format(out=place / name))}")


def _place(folder: Path, out: Path | None) -> Path:
    """Raises InputError where --out is in the run's own folder, which then were no run's any
    more."""
    run = folder.resolve()
    if out is None:
        named = folder if folder.name not in ("", "..") else run
        return named.with_name(f"{named.name}-export")
    if out.resolve().is_relative_to(run):
        raise InputError(f"{out} is in the folder of the run; choose a folder outside as --out")
    return out


@contextmanager
def _bars(*, quiet: bool) -> Iterator[Callable[[str, int | None], Progress]]:
    """What starts a bar of some name and total and gives what moves it; off a terminal nothing is
    shown."""
    if quiet or not sys.stderr.isatty():
        yield lambda _name, _total: lambda _done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Bars(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as bars:

        def start(name: str, total: int | None) -> Progress:
            task = bars.add_task(name, total=total)
            return lambda done: bars.advance(task, done)

        yield start
