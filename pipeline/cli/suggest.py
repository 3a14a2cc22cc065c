"""`zongheng registry suggest`: names that a run found often and the registry does not know."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.app import registry_app
from pipeline.cli.registry import own_file, shipped
from pipeline.cli.terminal import print_note, safe
from pipeline.errors import InputError
from pipeline.schema import ENTITY_TYPES

if TYPE_CHECKING:
    from pipeline.entities.suggestions import Checked
    from pipeline.run_folder import RunFolder

SHOWN_FORMS = 5
ADD = "zongheng registry add NAME --ambiguous 'NAME=what else it means' --registry FILE"


@registry_app.command("suggest")
def suggest(
    run: Annotated[Path, typer.Argument(help="Folder of a finished run.")],
    min_articles: Annotated[
        int, typer.Option(min=1, help="Leave out names of fewer articles.")
    ] = 3,
    limit: Annotated[int, typer.Option(min=1, help="How many names, most frequent first.")] = 50,
    kind: Annotated[
        list[str] | None,
        typer.Option("--type", help="company, person or chip alone; may be repeated."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write them as registry records into this new *.jsonl.")
    ] = None,
    registry: Annotated[
        list[Path] | None,
        typer.Option(help="Your own registry, which the file must agree with; may be repeated."),
    ] = None,
) -> None:
    """List frequent names of a run that the registry does not know.

    Only names that the run gave one id for all articles. The file of --out holds those that no
    known name speaks against; look through it, and give it to the next run with --registry.

    Examples:

        zongheng registry suggest outputs/news

        zongheng registry suggest outputs/news --type company --min-articles 10

        zongheng registry suggest outputs/news --out suggestions.jsonl
    """
    from pipeline.cleaning.script import converter
    from pipeline.entities.registry import read_lines
    from pipeline.entities.registry_files import put
    from pipeline.entities.suggestions import checked, suggestions
    from pipeline.run_folder import RunFolder

    for name in kind or ():
        if name not in ENTITY_TYPES:
            raise InputError(f"--type {name}: unknown; there are: {', '.join(ENTITY_TYPES)}")
    if out is not None and own_file(out, "--out").exists():
        raise InputError(f"{out} is there already; name a new file")
    known = [*shipped(), *read_lines(registry or ())]
    folder, script = RunFolder.open(run), converter()
    with _bar(folder) as advance:
        found = suggestions(
            folder,
            script.simplify,
            least_articles=min_articles,
            limit=limit,
            kinds=kind or (),
            advance=advance,
        )
    if not found:
        print_note(f"no unknown name in {min_articles} articles or more; try --min-articles 1")
        return
    every = checked(found, known, script)
    _print_names(every)
    if out is None:
        return
    records = [one.record for one in every if not one.faults]
    if not records:
        raise InputError(
            f"{out} was not written: something speaks against each of these names; "
            f"to add one all the same: {ADD}"
        )
    try:
        put(records, out)
    except OSError as error:
        raise InputError(f"cannot write {out}: {error.strerror}") from error
    print(f"\n{len(records)} of {len(every)} names → {safe(str(out))}")
    _print_left_out(every)


@contextmanager
def _bar(folder: RunFolder) -> Iterator[Callable[[], None]]:
    """A bar on standard error, where that is a terminal; to be called with each record read."""
    from rich.console import Console
    from rich.progress import Progress

    counts = folder.manifest.get("counts", {})
    total = 2 * counts.get("articles", 0) + counts.get("triples", 0)
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("reading", total=total or None)
        yield lambda: bar.advance(task)


def _print_names(every: list[Checked]) -> None:
    """A block for each name: type and counts, other forms, sentences, what speaks against it."""
    for number, one in enumerate(every):
        found = one.suggestion
        if number:
            print()
        _print_line(
            f"{found.name}  {found.type}  {_counted(found.articles, 'article')}, "
            f"{_counted(found.mentions, 'mention')}, {_counted(found.triples, 'triple')}"
        )
        if found.others:
            _print_line(f"also: {', '.join(found.others[:SHOWN_FORMS])}", "  ")
        for sentence in found.sentences.values():
            _print_line(sentence, "  · ")
        for fault in one.faults:
            _print_line(f"against it: {fault}", "  ")


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'s' if count != 1 else ''}"


def _print_line(text: str, before: str = "") -> None:
    """`text` behind `before`, in as many lines of the terminal as it takes."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, markup=False, emoji=False)
    lines = Text(safe(text)).wrap(console, max(console.width - len(before), 20), overflow="fold")
    for line in lines:
        print(before + line.plain.rstrip())
        before = " " * len(before)


def _print_left_out(every: list[Checked]) -> None:
    """The names that are not in the file, and how they get into it all the same."""
    left_out = [one for one in every if one.faults]
    if not left_out:
        return
    print("left out, because something speaks against them:")
    for one in left_out:
        _print_line(f"{one.suggestion.name}: {'; '.join(one.faults)}", "  ")
    print(f"to add one all the same: {ADD}")
