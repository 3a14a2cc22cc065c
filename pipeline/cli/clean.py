"""`zongheng clean`: the repairs, shown."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.app import app
from pipeline.cli.terminal import check_encoding, print_note, read_articles, safe
from pipeline.errors import InputError
from pipeline.schema import REJECT_REASONS

if TYPE_CHECKING:
    from pipeline.types import Article, CleanText

# How `clean` colours what was there and what is there now, by pipeline.cleaning.explanation.STYLES.
BEFORE_STYLES = {"": "", "boilerplate": "dim", "repaired": "red", "guessed": "bold yellow"}
AFTER_STYLES = {"": "", "boilerplate": "dim", "repaired": "green", "guessed": "bold yellow"}
# A table of repairs is an overview; `--json` gives the whole of a long stretch.
MAX_CELL_CHARS = 160
# The id of a record may be an address, or made to lead out of the folder; as a file's name it is
# but a name.
_NO_PATH = str.maketrans({"/": "%2F", "\\": "%5C", "\0": "%00"})


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
    max_chars: Annotated[
        int, typer.Option(min=1, help="Articles longer than this are refused.")
    ] = 1_000_000,
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
    from pipeline.cleaning import Cleaner
    from pipeline.types import Article

    check_encoding(encoding)
    _check_views(out, explain=explain, diff=diff, every_line=every_line, as_json=as_json)
    cleaner = Cleaner()
    failed = False
    for article in read_articles(paths, encoding=encoding, max_characters=max_chars):
        if not isinstance(article, Article):
            failed = True
            reason = REJECT_REASONS[article.reason]
            print_note(f"{article.article_id}: {reason}: {article.detail}")
            continue
        cleaned = cleaner(article)
        if diff:
            _print_comparison(article, cleaned, every_line=every_line)
        elif explain and (as_json or not sys.stdout.isatty()):
            _print_records(article, cleaned)
        elif explain:
            _print_explanations(article, cleaned)
        elif out is None:
            text = safe(cleaned.text, keep="\n\t") if sys.stdout.isatty() else cleaned.text
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
    return "".join(c if safe(c) == c else json.dumps(c)[1:-1] for c in line)


def _print_explanations(article: Article, cleaned: CleanText) -> None:
    """A table of what cleaning did, for a terminal."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from pipeline.cleaning.explanation import BOILERPLATE, GUESSED, REPAIRED, explain

    def cell(text: str, style: str = "") -> Text:
        shown = text if len(text) <= MAX_CELL_CHARS else text[:MAX_CELL_CHARS] + "..."
        return Text(safe(shown), style=style, overflow="fold")

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
        f"{safe(article.id)}: repairs {len(cleaned.repairs)} (guessed {guessed}), "
        f"boilerplate {len(cleaned.boilerplate)}"
    )


def _write_text(out: Path, article_id: str, text: str) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / f"{article_id.translate(_NO_PATH)}.txt").write_text(
            text, encoding="utf-8", newline=""
        )
    except OSError as error:
        raise InputError(
            f"cannot write into {out}: {error.strerror}; choose another --out"
        ) from error
