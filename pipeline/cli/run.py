"""`zongheng run`."""

from __future__ import annotations

from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline import resources
from pipeline.cli.app import app
from pipeline.cli.progress import follow
from pipeline.cli.terminal import check_encoding, print_note, print_rejects, safe
from pipeline.schema import REJECT_REASONS

if TYPE_CHECKING:
    from pipeline.batch import Counts, FieldNames, Survey
    from pipeline.batch.readers import Input

TOO_MANY_REJECTS = 3
# No timer can be set to infinity.
MOST_SECONDS = 1_000_000


def _share(given: str) -> str:
    """Raises BadParameter unless `given` is a number of articles or a percentage."""
    number = given.removesuffix("%")
    try:
        sound = float(number) <= 100 if given.endswith("%") else number.isdecimal()
    except ValueError:
        sound = False
    if given and (not sound or number.startswith("-")):
        raise typer.BadParameter("a number (20) or a percentage (2.5%)")
    return given


@app.command()
def run(
    paths: Annotated[
        list[str],
        typer.Argument(
            help="Files, folders or globs: .txt .md .html, .jsonl .csv .tsv .parquet .warc .wet, "
            "all but .parquet also as .gz or .zst; - for standard input (JSONL or WARC)."
        ),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of this run.")],
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Replace the run in --out, finished or not.")
    ] = False,
    limit: Annotated[
        int, typer.Option(min=0, help="Read so many articles at most; 0 for all.")
    ] = 0,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be read and done; write nothing.")
    ] = False,
    engine: Annotated[
        str,
        typer.Option(
            help="serial (this process), processes (of this machine) or ray (a cluster); by "
            "default processes, or serial for a handful of articles."
        ),
    ] = "",
    workers: Annotated[
        int, typer.Option(min=0, help="Processes, or actors of Ray; 0 for one a CPU.")
    ] = 0,
    ray_address: Annotated[
        str, typer.Option(help="With --engine ray: a cluster; else one is started here.")
    ] = "",
    encoding: Annotated[
        str, typer.Option(help="Codec of the files; found by itself when not given.")
    ] = "",
    text_field: Annotated[str, typer.Option(help="Records: field of the text.")] = "",
    id_field: Annotated[str, typer.Option(help="Records: field of the id.")] = "",
    title_field: Annotated[str, typer.Option(help="Records: field of the title.")] = "",
    source_field: Annotated[str, typer.Option(help="Records: field of the source.")] = "",
    date_field: Annotated[str, typer.Option(help="Records: field of the date.")] = "",
    language: Annotated[
        list[str] | None,
        typer.Option(
            help="Web archives: pass over records that their crawler found in other languages, "
            "such as zho (ISO 639-3); may be repeated."
        ),
    ] = None,
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
    max_seconds: Annotated[
        float,
        typer.Option(
            min=0,
            max=MOST_SECONDS,
            help="Articles that take longer are rejected; 0 for no limit.",
        ),
    ] = 600,
    max_rejects: Annotated[
        str,
        typer.Option(
            callback=_share,
            help="Exit with 3 where more articles are rejected: a number, or a percentage (2%).",
        ),
    ] = "",
    log_json: Annotated[
        bool, typer.Option("--log-json", help="Progress as JSON Lines on standard error.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no summary.")] = False,
) -> None:
    """Extract triples from articles.

    The id of an article is its file's name without the ending (its path where files share that), or
    its record's id. The run folder gets `triples.jsonl`, `articles.jsonl`, `rejects.jsonl`, their
    JSON Schemas, and last of all `manifest.json`. What comes out does not depend on engine and
    workers.

    A run that was stopped, however, goes on with the same command; `zongheng status` tells where it
    stands. With another input or other settings it says so instead, and does nothing.

    Exit status: 0 done · 1 an error that you can mend · 2 wrong usage · 3 done, but more rejects
    than --max-rejects · 130 stopped by Ctrl-C.

    Examples:

        zongheng run corpus/seeds --out outputs/seeds

        zongheng run 'news/**/*.txt' --out outputs/news --encoding gb18030

        zongheng run article.txt --registry my.jsonl --out outputs/one --fresh

        zongheng run news.jsonl.zst --text-field body --out outputs/news --dry-run

        zongheng run crawl/*.wet.gz --language zho --out outputs/crawl --workers 8

        zcat news.jsonl.gz | zongheng run - --out outputs/news --limit 1000

        zongheng run /shared/news --out /shared/run --engine ray --ray-address auto --workers 64
    """
    from pipeline import batch
    from pipeline.extractor import SHIPPED_MODEL, Extractor, available_cpus

    check_encoding(encoding)
    if engine not in ("", *batch.ENGINES):
        raise typer.BadParameter(f"--engine is one of {', '.join(batch.ENGINES)}")
    if ray_address and engine != "ray":
        raise typer.BadParameter("--ray-address goes with --engine ray")
    inputs = batch.find_inputs(paths, out=out)
    fields = batch.FieldNames(text_field, id_field, title_field, source_field, date_field)
    workers = 1 if engine == "serial" else workers or available_cpus()
    shown = engine or "processes"
    bytes_total = sum(source.size for source in inputs)
    progress = batch.Progress(shown, workers, bytes_total, limit)
    taken: dict[str, FieldNames] = {}
    items = batch.read_items(
        inputs, fields, encoding=encoding, languages=frozenset(language or ()),
        advance=progress.advance, taken=taken.__setitem__,
    )  # fmt: skip
    limited = islice(items, limit or None)
    folders = list(registry or ())
    load = partial(Extractor.load, model=model, registries=folders, max_characters=max_chars)
    job = batch.Job(load, encoding, max_chars, max_seconds)
    settings: dict[str, Any] = {
        # It names the digests of all other files that are read.
        "model": batch.folder_digest(model or resources.find(SHIPPED_MODEL), "meta.json"),
        "registries": [batch.folder_digest(folder, "*.jsonl") for folder in folders],
        "limit": limit,
        "languages": sorted(set(language or ())),
        "text_field": text_field,
        "id_field": id_field,
        "title_field": title_field,
        "source_field": source_field,
        "date_field": date_field,
    }
    if dry_run:
        survey = batch.survey(limited, out, job, settings=settings, fresh=fresh)
        _print_survey(survey, inputs, taken)
        return
    made = batch.make_engine(engine, workers, ray_address=ray_address)
    with follow(progress, quiet=quiet, as_json=log_json) as watch:
        outcome = batch.run(
            limited, out, job, made, settings=settings, fresh=fresh, progress=progress, watch=watch
        )
    if not quiet:
        if outcome.was_finished:
            print_note(f"{out} already holds this run, finished; --fresh makes it again")
        _print_fields(taken)
        _print_summary(outcome.counts, out)
    if _too_many(outcome.counts, max_rejects):
        print_note(
            f"{outcome.counts.rejected} of {outcome.counts.items} articles were rejected, more "
            f"than --max-rejects {max_rejects}"
        )
        raise typer.Exit(TOO_MANY_REJECTS)


def _too_many(counts: Counts, most: str) -> bool:
    if not most:
        return False
    if most.endswith("%"):
        return counts.rejected * 100 > float(most[:-1]) * counts.items
    return counts.rejected > int(most)


def _print_summary(counts: Counts, out: Path) -> None:
    print(
        f"{counts.articles} articles ({counts.characters:,} characters): "
        f"{counts.mentions} mentions, {counts.triples} triples → {safe(str(out))}"
    )
    print_rejects(counts.rejects)
    if counts.rejects:
        print(f"  see {safe(str(out / 'rejects.jsonl'))}")


def _print_survey(survey: Survey, inputs: tuple[Input, ...], taken: dict[str, FieldNames]) -> None:
    size = sum(source.size for source in inputs)
    print(f"{len(inputs)} inputs ({size:,} bytes), {survey.items} articles")
    for reason, count in sorted(survey.rejects.items()):
        print(f"  would be rejected {count} × {reason}: {REJECT_REASONS[reason]}")
    if survey.first:
        print(f"first ids: {', '.join(map(safe, survey.first))}")
    _print_fields(taken)
    print(
        f"{survey.parts} parts, {survey.parts_done} done, "
        f"{survey.parts - survey.parts_done} to do; nothing was written"
    )


def _print_fields(taken: dict[str, FieldNames]) -> None:
    """Which fields of records were taken, once for all files that agree."""
    files: dict[FieldNames, list[str]] = {}
    for place, names in taken.items():
        files.setdefault(names, []).append(place)
    for names, places in files.items():
        roles = {
            "text": names.text,
            "id": names.id,
            "title": names.title,
            "source": names.source,
            "date": names.date,
        }
        told = ", ".join(f"{role} from {safe(name)!r}" for role, name in roles.items() if name)
        more = f" and {len(places) - 1} more" if len(places) > 1 else ""
        print(f"fields of {safe(places[0])}{more}: {told or 'none'}")
