"""The command and its groups, to which the other modules of this package add theirs."""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline import __version__

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
corpus_app = typer.Typer(
    help="The training corpus: verify, count, convert, compare annotators.", no_args_is_help=True
)
app.add_typer(corpus_app, name="corpus")
registry_app = typer.Typer(
    help="Known names: look them up, check them, add your own.", no_args_is_help=True
)
app.add_typer(registry_app, name="registry")


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
