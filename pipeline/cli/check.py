"""`zongheng check` and `zongheng gold`: a run, or an annotation, against a gold set."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.app import app, gold_app
from pipeline.cli.terminal import clone_folder, print_table, read_articles, safe
from pipeline.errors import GoldError, InputError

if TYPE_CHECKING:
    from pipeline.evaluation.report import Report

GOLD_NAME = "gold.jsonl"


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a finished run.")],
    gold: Annotated[
        Path | None, typer.Option(help="Gold file; the five seeds' when not given.")
    ] = None,
    texts: Annotated[
        Path | None,
        typer.Option(help="Folder with the gold's raw texts, for --errors; the seeds' by default."),
    ] = None,
    errors: Annotated[
        bool, typer.Option("--errors", help="Every miss and false alarm with its sentence.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Figures as JSON instead of tables.")
    ] = False,
    floors: Annotated[
        Path | None,
        typer.Option(help="JSON file of floors; fail below one, or when the gold has changed."),
    ] = None,
) -> None:
    """Compare a run with the gold set.

    Mentions count when raw span and type are exact; triples when both ends are the right entities,
    which are matched by the mentions they share, never by name. A triple whose pair was never
    judged is a miss.

    Examples:

        zongheng check outputs/seeds

        zongheng check outputs/seeds --errors

        zongheng check outputs/mine --gold my-gold.jsonl --texts my-articles --json
    """
    from pipeline.evaluation.gate import hold_floors
    from pipeline.evaluation.gold import digest, load_gold
    from pipeline.evaluation.report import Report
    from pipeline.evaluation.run_reader import load_run

    gold_path = gold or _shipped_gold()
    articles, found = load_gold(gold_path), load_run(folder)
    if not any(article.id in found for article in articles):
        raise InputError(
            f"none of the gold's {len(articles)} articles is in this run, by id; "
            "name the gold of its articles with --gold"
        )
    report = Report.of(articles, found, digest(gold_path))
    if as_json:
        print(json.dumps({"gold_sha256": report.gold_sha256, **report.figures()}, indent=1))
    else:
        print_report(report, gold_path.name)
    if errors:
        for article, kind, what, sentence in report.errors(_texts(texts or _seeds())):
            print("\t".join(map(safe, (article, kind, what, sentence))))
    if floors:
        print(f"{hold_floors(report, floors)} floors hold, gold unchanged")


def _shipped_gold() -> Path:
    return clone_folder("gold", "--gold") / GOLD_NAME


def _seeds() -> Path:
    return clone_folder("seeds", "--texts")


def _texts(folder: Path) -> dict[str, str]:
    from pipeline.extractor import MAX_CHARACTERS
    from pipeline.types import Article

    articles = read_articles([str(folder)], max_characters=MAX_CHARACTERS)
    return {article.id: article.text for article in articles if isinstance(article, Article)}


def print_report(report: Report, gold_name: str) -> None:
    """Tables of mentions and triples, status, ceiling, intervals, and the gold's digest."""
    figures = report.figures()
    print_table("Mentions (exact span and type)", report.mention_table())
    print_table("Triples (head, relation, tail)", report.triple_table())
    print(f"status accuracy of the right triples   {figures['status_accuracy']:.3f}")
    print(f"candidate ceiling (pairs judged)       {figures['candidate_ceiling']:.3f}")
    for name in ("mention", "triple"):
        low, high = figures[f"{name}_f1_low"], figures[f"{name}_f1_high"]
        print(
            f"{name} F1, 95 % bootstrap over {len(report.scores)} articles   {low:.3f} … {high:.3f}"
        )
    print(f"gold {safe(gold_name)} sha256 {report.gold_sha256}")


@gold_app.command("verify")
def gold_verify(
    gold: Annotated[
        Path | None, typer.Argument(help="Gold file; the five seeds' when not given.")
    ] = None,
    texts: Annotated[
        Path | None, typer.Option(help="Folder with the raw texts; the seeds' by default.")
    ] = None,
) -> None:
    """Check a gold file: format, offsets, entity ids, signatures, evidence, qualifiers.

    Examples:

        zongheng gold verify

        zongheng gold verify my-gold.jsonl --texts my-articles
    """
    from pipeline.evaluation.gold import digest, load_gold, verify

    path = gold or _shipped_gold()
    faults = list(verify(path, _texts(texts or _seeds()).__getitem__))
    if faults:
        raise GoldError("\n".join([*faults, f"{len(faults)} faults in {path}"]))
    articles = load_gold(path)
    mentions = sum(len(article.mentions) for article in articles)
    triples = sum(len(article.triples) for article in articles)
    counts = f"{len(articles)} articles, {mentions} mentions, {triples} triples"
    print(f"{safe(path.name)}: sound; {counts}")
    print(f"sha256 {digest(path)}")


@gold_app.command("agreement")
def gold_agreement(
    first: Annotated[
        Path, typer.Argument(help="Gold file of the first annotator, taken as the reference.")
    ],
    second: Annotated[Path, typer.Argument(help="Gold file of the second.")],
) -> None:
    """Measure two annotations of the same articles against each other.

    Example:

        zongheng gold agreement corpus/gold/passes/first.jsonl corpus/gold/passes/second.jsonl
    """
    from pipeline.evaluation.gold import digest, load_gold
    from pipeline.evaluation.report import Report

    report = Report.of(load_gold(first), {a.id: a for a in load_gold(second)}, digest(first))
    figures = report.figures()
    for name in ("mention_f1", "triple_f1", "status_accuracy"):
        print(f"{name:<16} {figures[name]:.4f}")
