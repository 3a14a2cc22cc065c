"""The command `zongheng`: it parses, calls, prints and exits; nothing else in the package does."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline import __version__
from pipeline.errors import GoldError, InputError, PipelineError
from pipeline.schema import REJECT_REASONS

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.batch import RunSummary
    from pipeline.evaluation.report import Report
    from pipeline.types import Article, CleanText, Reject

app = typer.Typer(
    name="zongheng",
    help="Chinese tech articles in, checked triples of companies, people and chips out.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
gold_app = typer.Typer(
    help="The gold set: verify it, measure annotators against each other.", no_args_is_help=True
)
app.add_typer(gold_app, name="gold")

GOLD_NAME = "gold.jsonl"
STOPPED = 130

# How `clean` colours what was there and what is there now, by pipeline.cleaning.explanation.STYLES.
BEFORE_STYLES = {"": "", "boilerplate": "dim", "repaired": "red", "guessed": "bold yellow"}
AFTER_STYLES = {"": "", "boilerplate": "dim", "repaired": "green", "guessed": "bold yellow"}
# A table of repairs is an overview; `--json` gives the whole of a long stretch.
MAX_CELL_CHARS = 160


def main() -> None:
    """Entry point. Exit status: 0 done, 1 an error that the user can mend (or the reader of our
    output is gone), 2 wrong usage, 130 stopped by Ctrl-C."""
    if isinstance(sys.stdout, TextIOWrapper):
        # A terminal that cannot show Chinese gets \u escapes instead of a traceback.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        app()
    except PipelineError as error:
        print("zongheng:", _safe(str(error), keep="\n"), file=sys.stderr)
        sys.exit(1)
    except SystemExit as done:
        if done.code == STOPPED:  # what typer makes of KeyboardInterrupt
            print("zongheng: stopped; run the same command again to start over", file=sys.stderr)
        raise


def _safe(text: str, *, keep: str = "") -> str:
    """`text` without what a terminal would obey: names and articles come from anywhere."""
    from pipeline.cleaning.display import visible

    return visible(text, keep=keep)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"zongheng {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    pass


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
        typer.Option(help="Folder with your own registry *.jsonl; may be repeated."),
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

        zongheng run article.txt --registry my-names --out outputs/one --fresh
    """
    from pipeline.batch import find_files, folder_digest, read_articles
    from pipeline.batch import run as run_batch
    from pipeline.extractor import Extractor

    _check_encoding(encoding)
    files = find_files(paths)
    extractor = Extractor.load(registries=registry or (), max_characters=max_chars)
    articles = read_articles(files, encoding=encoding, max_characters=max_chars)
    settings = {
        "encoding": encoding,
        "max_chars": max_chars,
        "registries": [folder_digest(folder, "*.jsonl") for folder in registry or ()],
    }
    with _progress(len(files), quiet=quiet) as advance:
        summary = run_batch(
            extractor, articles, out, settings=settings, fresh=fresh, progress=advance
        )
    if not quiet:
        _print_summary(summary, out)


def _check_encoding(encoding: str) -> None:
    try:
        "a".encode(encoding or "utf-8")  # codecs.lookup also knows rot13, zip and the like
    except (LookupError, UnicodeError):
        raise InputError(
            f"unknown encoding {encoding!r}; examples: utf-8, gb18030, big5, big5hkscs"
        ) from None


@contextmanager
def _progress(total: int, *, quiet: bool) -> Iterator[Callable[[Article | Reject], None]]:
    """A bar on the terminal's error stream; nothing where there is no terminal or none is
    wanted."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("articles"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    name = TextColumn("{task.fields[last]}", markup=False)
    with Progress(*columns, name, console=Console(stderr=True)) as bar:
        task = bar.add_task("articles", total=total, last="")

        def advance(article: Article | Reject) -> None:
            bar.update(task, advance=1, last=_safe(getattr(article, "id", "")))

        yield advance


def _print_summary(summary: RunSummary, out: Path) -> None:
    print(
        f"{summary.articles} articles ({summary.characters:,} characters): "
        f"{summary.mentions} mentions, {summary.triples} triples → {_safe(str(out))}"
    )
    for reason, count in sorted(summary.rejects.items()):
        print(f"  rejected {count} × {reason}: {REJECT_REASONS[reason]}")
    if summary.rejects:
        print(f"  see {_safe(str(out / 'rejects.jsonl'))}")


@app.command()
def clean(
    paths: Annotated[list[str], typer.Argument(help="Article files, folders or globs.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder for one cleaned file each; else printed."),
    ] = None,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain",
            help="Repairs and boilerplate instead: a table, or JSON Lines where piped.",
        ),
    ] = False,
    diff: Annotated[
        bool,
        typer.Option("--diff", help="Raw and clean side by side instead, where repaired."),
    ] = False,
    every_line: Annotated[
        bool, typer.Option("--all", help="With --diff: every line, also those without repairs.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="With --explain: JSON Lines on a terminal too.")
    ] = False,
    encoding: Annotated[
        str, typer.Option(help="Codec of the files; found by itself when not given.")
    ] = "",
) -> None:
    """Repair articles and turn them to Simplified characters, without extracting anything.

    A record of --explain has the keys article, part (repair or boilerplate), kind, start, end
    (in the raw text), before, after and certain (false where several readings were possible).

    In --diff, `*` marks a line with repairs, `?` one with a guess and `-` boilerplate.

    Examples:

        zongheng clean article.txt

        zongheng clean scraped/ --out cleaned/

        zongheng clean page.html --diff

        zongheng clean article.txt --diff --all | less

        zongheng clean article.txt --explain

        zongheng clean scraped/ --explain | jq 'select(.certain | not)'
    """
    from pipeline.batch import find_files, read_articles
    from pipeline.cleaning import Cleaner
    from pipeline.extractor import MAX_CHARACTERS
    from pipeline.types import Article

    _check_encoding(encoding)
    _check_views(out, explain=explain, diff=diff, every_line=every_line, as_json=as_json)
    cleaner = Cleaner()
    failed = False
    for article in read_articles(
        find_files(paths), encoding=encoding, max_characters=MAX_CHARACTERS
    ):
        if not isinstance(article, Article):
            failed = True
            reason = REJECT_REASONS[article.reason]
            told = _safe(f"{article.article_id}: {reason}: {article.detail}")
            print(f"zongheng: {told}", file=sys.stderr)
            continue
        cleaned = cleaner(article)
        if diff:
            _print_comparison(article, cleaned, every_line=every_line)
        elif explain and (as_json or not sys.stdout.isatty()):
            _print_records(article, cleaned)
        elif explain:
            _print_explanations(article, cleaned)
        elif out is None:
            text = _safe(cleaned.text, keep="\n\t") if sys.stdout.isatty() else cleaned.text
            sys.stdout.write(text if text.endswith("\n") else text + "\n")
        else:
            _write_text(out, article.id, cleaned.text)
    if failed:
        raise typer.Exit(1)


def _check_views(
    out: Path | None, *, explain: bool, diff: bool, every_line: bool, as_json: bool
) -> None:
    """Exit status 2 for options that would have to be ignored."""
    if sum((explain, diff, out is not None)) > 1:
        raise typer.BadParameter("choose one of --out, --explain and --diff")
    if every_line and not diff:
        raise typer.BadParameter("--all goes with --diff")
    if as_json and not explain:
        raise typer.BadParameter("--json goes with --explain")


def _print_records(article: Article, cleaned: CleanText) -> None:
    from pipeline.cleaning.explanation import explain

    for one in explain(article.text, cleaned):
        record = {
            "article": article.id,
            "part": one.part,
            "kind": one.kind,
            "start": one.span.start,
            "end": one.span.end,
            "before": one.before,
            "after": one.after,
            "certain": one.certain,
        }
        print(_safe_json(json.dumps(record, ensure_ascii=False)))


def _safe_json(line: str) -> str:
    """The same JSON, with what it leaves unescaped and a terminal would obey as escapes."""
    if line.isprintable():
        return line
    return "".join(c if _safe(c) == c else json.dumps(c)[1:-1] for c in line)


def _print_explanations(article: Article, cleaned: CleanText) -> None:
    """A table of what cleaning did, for a terminal."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from pipeline.cleaning.explanation import BOILERPLATE, GUESSED, REPAIRED, explain

    def cell(text: str, style: str = "") -> Text:
        shown = text if len(text) <= MAX_CELL_CHARS else text[:MAX_CELL_CHARS] + "..."
        return Text(_safe(shown), style=style, overflow="fold")

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in ("kind", "start", "end", "before", "after", "certain"):
        table.add_column(name, justify="right" if name in ("start", "end") else "left")
    for one in explain(article.text, cleaned):
        kept = one.part == "boilerplate"
        style = BOILERPLATE if kept else REPAIRED if one.certain else GUESSED
        table.add_row(
            cell(one.kind),
            str(one.span.start),
            str(one.span.end),
            cell(one.before, BEFORE_STYLES[style]),
            cell("(boilerplate)" if kept else one.after, AFTER_STYLES[style]),
            "yes" if one.certain else "no",
        )
    console = Console(file=sys.stdout, highlight=False, markup=False, emoji=False)
    console.print(Text(_summary(article, cleaned), style="bold"))
    if table.row_count:
        console.print(table)


def _print_comparison(article: Article, cleaned: CleanText, *, every_line: bool) -> None:
    """Raw and clean in two columns; colours on a terminal only."""
    from rich.cells import cell_len
    from rich.console import Console
    from rich.text import Text

    from pipeline.cleaning.display import side_by_side
    from pipeline.cleaning.explanation import GUESSED, REPAIRED, compare

    console = Console(file=sys.stdout, highlight=False, markup=False, emoji=False)
    console.print(Text(_summary(article, cleaned), style="bold"), soft_wrap=True)
    passages = (
        passage
        for passage in compare(article.text, cleaned)
        if every_line or passage.style in (REPAIRED, GUESSED)
    )
    lines = article.text.count("\n") + 1
    for row in side_by_side(passages, width=console.width, lines=lines, measure=cell_len):
        shown = Text.assemble(
            (row.head, "dim"),
            *((piece.text, BEFORE_STYLES[piece.style]) for piece in row.raw),
            (row.gap, "dim"),
            *((piece.text, AFTER_STYLES[piece.style]) for piece in row.clean),
        )
        console.print(shown, soft_wrap=True)


def _summary(article: Article, cleaned: CleanText) -> str:
    """The line above what is shown of an article."""
    guessed = sum(not repair.certain for repair in cleaned.repairs)
    return (
        f"{_safe(article.id)}: repairs {len(cleaned.repairs)} (guessed {guessed}), "
        f"boilerplate {len(cleaned.boilerplate)}"
    )


def _write_text(out: Path, article_id: str, text: str) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / f"{article_id}.txt").write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise InputError(
            f"cannot write into {out}: {error.strerror}; choose another --out"
        ) from error


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
    report = Report.of(load_gold(gold_path), load_run(folder), digest(gold_path))
    if as_json:
        print(json.dumps({"gold_sha256": report.gold_sha256, **report.figures()}, indent=1))
    else:
        _print_report(report, gold_path)
    if errors:
        for article, kind, what, sentence in report.errors(_texts(texts or _seeds())):
            print("\t".join(map(_safe, (article, kind, what, sentence))))
    if floors:
        print(f"{hold_floors(report, floors)} floors hold, gold unchanged")


def _shipped_gold() -> Path:
    return _clone_path("gold", "--gold") / GOLD_NAME


def _seeds() -> Path:
    return _clone_path("seeds", "--texts")


def _clone_path(name: str, option: str) -> Path:
    from pipeline import resources
    from pipeline.errors import ResourceError

    try:
        return resources.find(name)
    except ResourceError as error:
        raise InputError(
            f"corpus/{name} is in the source repository only; name yours with {option}"
        ) from error


def _texts(folder: Path) -> dict[str, str]:
    from pipeline.batch import find_files, read_articles
    from pipeline.extractor import MAX_CHARACTERS
    from pipeline.types import Article

    articles = read_articles(find_files([str(folder)]), max_characters=MAX_CHARACTERS)
    return {article.id: article.text for article in articles if isinstance(article, Article)}


def _print_report(report: Report, gold_path: Path) -> None:
    figures = report.figures()
    _print_table("Mentions (exact span and type)", report.mention_table())
    _print_table("Triples (head, relation, tail)", report.triple_table())
    print(f"status accuracy of the right triples   {figures['status_accuracy']:.3f}")
    print(f"candidate ceiling (pairs judged)       {figures['candidate_ceiling']:.3f}")
    for name in ("mention", "triple"):
        low, high = figures[f"{name}_f1_low"], figures[f"{name}_f1_high"]
        print(
            f"{name} F1, 95 % bootstrap over {len(report.scores)} articles   {low:.3f} … {high:.3f}"
        )
    print(f"gold {_safe(gold_path.name)} sha256 {report.gold_sha256}")


def _print_table(title: str, table: pd.DataFrame) -> None:
    print(title)
    print(table.to_string(float_format=lambda value: f"{value:.3f}"))
    print()


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
    print(f"{_safe(path.name)}: sound; {counts}")
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


@app.command()
def schema(
    name: Annotated[str, typer.Argument(help="triples, articles, rejects, gold or registry.")],
) -> None:
    """Print the JSON Schema of a file that zongheng writes or reads.

    Example:

        zongheng schema triples > triples.schema.json
    """
    from pipeline.schema import JSON_SCHEMAS

    if name not in JSON_SCHEMAS:
        raise InputError(f"no schema {name!r}; there are: {', '.join(JSON_SCHEMAS)}")
    print(json.dumps(JSON_SCHEMAS[name], indent=1, ensure_ascii=False))


@app.command("train-characters")
def train_characters(
    paths: Annotated[
        list[Path], typer.Argument(help="Texts: lines of .txt, last column of .tsv, .jsonl.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the model.")],
) -> None:
    """Train the character model that repairs damaged pages.

    Example:

        zongheng train-characters news.txt articles.jsonl --out my-resources/char-trigram

    Set ZONGHENG_RESOURCES=my-resources to use it.
    """
    from pipeline.training.characters import train_character_model

    trained = train_character_model(paths)
    try:
        trained.model.save(out)
    except OSError as error:
        raise InputError(
            f"cannot write into {out}: {error.strerror}; choose another --out"
        ) from error
    print(f"{trained.characters:,} characters → {out}")
    print(f"{trained.entropy:.3f} nats a character on held-out text")
