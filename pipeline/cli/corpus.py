"""`zongheng corpus`: the training corpus verified, counted, converted, and read twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.app import corpus_app
from pipeline.cli.terminal import clone_folder, safe
from pipeline.errors import CorpusError, InputError

if TYPE_CHECKING:
    from pipeline.corpus.passages import Passage
    from pipeline.corpus.stats import CorpusStats

SETS = ("train", "dev")

Paths = Annotated[
    list[Path] | None,
    typer.Argument(help="Corpus files or folders; our own train and dev when not given."),
]


@corpus_app.command("verify")
def verify(
    paths: Paths = None,
    doubts: Annotated[
        bool, typer.Option("--doubts", help="Also list places worth a second look; no faults.")
    ] = False,
) -> None:
    """Check passages: format, spans, signatures, evidence, scripts, near-duplicates, seeds.

    Every fault is told as file:line. With our own corpus, also that dev shares no event and no rare
    name with train.

    Examples:

        zongheng corpus verify

        zongheng corpus verify mine.passages --doubts
    """
    from pipeline.corpus import verify as rules

    sets, found = _sound(_folders(paths))
    simplify, known = _witnesses()
    passages = [passage for group in sets.values() for passage in group]
    found += rules.faults(passages, simplify=simplify, seeds=_seed_texts())
    if set(sets) == set(SETS):
        found += rules.shared_names(sets["train"], sets["dev"], known=known)
    if doubts:
        for doubt in rules.doubts(passages):
            print(safe(doubt))
    if found:
        raise CorpusError("\n".join([*found, f"{len(found)} faults"]))
    triples = sum(len(passage.triples) for passage in passages)
    print(f"sound: {len(passages):,} passages, {triples:,} triples")


@corpus_app.command("stats")
def stats(
    paths: Paths = None,
    as_json: Annotated[bool, typer.Option("--json", help="Figures as JSON.")] = False,
) -> None:
    """Count what passages hold: scripts, triples, statuses, directions, hard negatives, names.

    Examples:

        zongheng corpus stats

        zongheng corpus stats mine.passages --json
    """
    from pipeline.corpus.stats import CorpusStats

    _, known = _witnesses()
    figures = {name: CorpusStats.of(group, known=known) for name, group in _sets(paths).items()}
    if as_json:
        print(json.dumps({name: asdict(one) for name, one in figures.items()}, indent=1))
    else:
        _print_stats(figures)


@corpus_app.command("convert")
def convert(
    paths: Annotated[
        list[Path], typer.Argument(help="Files or folders to convert; run folders too.")
    ],
    to: Annotated[str, typer.Option(help="inline, gold, bio, docbin, label-studio or doccano.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write; for gold a folder.")],
    form: Annotated[
        str,
        typer.Option(
            "--from",
            help="run, inline, label-studio or doccano; by folder and ending when not given.",
        ),
    ] = "",
    max_chars: Annotated[
        int,
        typer.Option(min=1, help="Run folders: longer articles are cut, between sentences."),
    ] = 600,
    sort: Annotated[
        str, typer.Option(help="Run folders: uncertain puts the least sure passages first.")
    ] = "",
    keep_unannotated: Annotated[
        bool,
        typer.Option(
            "--keep-unannotated",
            help="Label Studio: take the prediction of a task that nobody has annotated.",
        ),
    ] = False,
    skip_bad: Annotated[
        bool,
        typer.Option("--skip-bad", help="Tell of passages that break a rule, convert the others."),
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Write over what stands at --out.")
    ] = False,
) -> None:
    """Convert passages to other tools' formats and corrected ones back; a run's output too.

    From a run folder come passages to correct: every article cut into pieces, with the mentions and
    triples that were found. As Label Studio tasks they are predictions, and the labelling interface
    is written beside the tasks (.xml). docs/correction.md walks through it.

    Label Studio and doccano keep everything, so that converting there and back loses nothing. Of a
    Label Studio export the newest annotation counts; tasks that nobody has annotated are left out.
    Offsets that such a tool counted in UTF-16 units are found out and put right.

    Examples:

        zongheng corpus convert outputs/news --to label-studio --sort uncertain --out tasks.json

        zongheng corpus convert export.json --to inline --out corrected.passages

        zongheng corpus convert outputs/news --to inline --out to-correct.passages --max-chars 300

        zongheng corpus convert corpus/dev --to gold --out outputs/dev-gold

        zongheng corpus convert corpus/train --to docbin --out train.spacy
    """
    from pipeline.cli.conversion import convert_files, convert_runs
    from pipeline.corpus.convert import READABLE, RUN, WRITERS, form_of, outputs

    if to not in WRITERS:
        raise InputError(f"--to {to}: unknown; there are: {', '.join(WRITERS)}")
    if sort not in ("", "uncertain"):
        raise InputError(f"--sort {sort}: unknown; there is: uncertain")
    for path in () if force else outputs(to, out):
        if path.is_file():
            raise InputError(f"{path} is there already; name another --out, or add --force")
    source = form or form_of(paths[0])
    if source == RUN:
        convert_runs(paths, to, out, max_chars=max_chars, uncertain_first=bool(sort))
    elif source not in READABLE:
        raise InputError(f"--from {source}: unknown; there are: {', '.join((RUN, *READABLE))}")
    elif sort:
        raise InputError("--sort is for run folders; other passages have no confidence")
    else:
        convert_files(paths, source, to, out, keep_unannotated=keep_unannotated, skip_bad=skip_bad)


@corpus_app.command("agreement")
def agreement(
    first: Annotated[Path, typer.Argument(help="Passages of the first annotator, the reference.")],
    second: Annotated[Path, typer.Argument(help="The same texts by the second.")],
) -> None:
    """Measure two annotations of the same texts against each other.

    Texts that only one of the two holds are left out, and counted.

    Example:

        zongheng corpus agreement corpus/agreement/first.passages corpus/agreement/second.passages
    """
    from pipeline.corpus.inline import read_passages
    from pipeline.corpus.records import gold_record
    from pipeline.evaluation.gold import digest, marked
    from pipeline.evaluation.report import Report

    simplify, _ = _witnesses()
    ours, theirs = (
        {passage.id: passage for passage in read_passages([path])} for path in (first, second)
    )
    shared = sorted(set(ours) & set(theirs))
    if not shared:
        raise InputError(f"{first} and {second} have no text in common")
    one, other = (
        [marked(gold_record(group[name], simplify=simplify)) for name in shared]
        for group in (ours, theirs)
    )
    report = Report.of(one, {article.id: article for article in other}, digest(first))
    figures = report.figures()
    left_out = len(set(ours) ^ set(theirs))
    print(f"{len(shared)} texts annotated twice" + (f", {left_out} left out" if left_out else ""))
    for name in ("mention_f1", "triple_f1", "status_accuracy"):
        print(f"{name:<16} {figures[name]:.4f}")


def _folders(paths: list[Path] | None) -> dict[str, list[Path]]:
    if paths:
        return {"given": paths}
    return {name: [clone_folder(name, "PATHS")] for name in SETS}


def _sets(paths: list[Path] | None) -> dict[str, list[Passage]]:
    from pipeline.corpus.inline import read_passages

    return {name: list(read_passages(group)) for name, group in _folders(paths).items()}


def _sound(folders: dict[str, list[Path]]) -> tuple[dict[str, list[Passage]], list[str]]:
    """The passages that keep the format, and the errors of the others."""
    from pipeline.corpus.inline import try_passages

    sets: dict[str, list[Passage]] = {name: [] for name in folders}
    errors: list[str] = []
    for name, paths in folders.items():
        for passage in try_passages(paths):
            if isinstance(passage, CorpusError):
                errors.append(str(passage))
            else:
                sets[name].append(passage)
    return sets, errors


def _witnesses() -> tuple[Callable[[str], str], Callable[[str], bool]]:
    """Traditional → Simplified, and whether the shipped registry holds a name."""
    from pipeline import resources
    from pipeline.cleaning.script import converter
    from pipeline.entities import load_registry

    simplify = converter().simplify
    registry = load_registry([resources.find("registry")], simplify)
    return simplify, lambda name: registry.knows(simplify(name))


def _seed_texts() -> list[str]:
    from pipeline import resources
    from pipeline.errors import ResourceError

    try:
        folder = resources.find("seeds")
    except ResourceError:  # an installed wheel has none, and its user's corpus is not ours
        return []
    return [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.txt"))]


def _print_stats(figures: dict[str, CorpusStats]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("")
    for name in figures:
        table.add_column(name, justify="right")
    flat = [dict(_flat(asdict(one))) for one in figures.values()]
    labels = dict.fromkeys(label for column in flat for label in column)
    for label in labels:
        table.add_row(label, *(column.get(label, "–") for column in flat))
    Console(highlight=False, markup=False, emoji=False).print(table)


def _flat(figures: dict[str, object]) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for name, value in figures.items():
        label = name.replace("_", " ")
        if isinstance(value, dict):
            rows += [(f"{label}: {key}", _shown(item)) for key, item in value.items()]
        else:
            rows.append((label, _shown(value)))
    return rows


def _shown(value: object) -> str:
    return f"{value:.1%}" if isinstance(value, float) and value <= 1 else f"{value:,}"
