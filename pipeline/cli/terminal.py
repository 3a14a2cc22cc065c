"""What several commands need: safe text, tables, articles by path, shared options and checks."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.errors import InputError
from pipeline.schema import REJECT_REASONS

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.types import Article, Reject

# Options that the commands of training share.
DATA = typer.Option(help="Folder with public sets: real, finre, cluener, fewfc.")
Backbone = Annotated[
    str, typer.Option(help="Encoder to start from: a Hugging Face name or a folder.")
]
Corpus = Annotated[
    list[Path] | None,
    typer.Option(help="Passages to learn from; corpus/train when not given. May be repeated."),
]
NamesFile = Annotated[
    Path | None, typer.Option(help="Names of companies, one a line, to replace names by.")
]
Threads = Annotated[int, typer.Option(min=1, help="Threads of arithmetic.")]


def safe(text: str, *, keep: str = "") -> str:
    """`text` without what a terminal would obey: names and articles come from anywhere."""
    from pipeline.cleaning.display import visible

    return visible(text, keep=keep)


def check_encoding(encoding: str) -> None:
    try:
        "a".encode(encoding or "utf-8")  # codecs.lookup also knows rot13, zip and the like
    except (LookupError, UnicodeError):
        raise InputError(
            f"unknown encoding {encoding!r}; examples: utf-8, gb18030, big5, big5hkscs"
        ) from None


def print_note(told: str) -> None:
    """A line on standard error, as those of errors."""
    print("zongheng:", safe(told), file=sys.stderr)


def print_rejects(rejects: dict[str, int]) -> None:
    """A line for each reason."""
    for reason, count in sorted(rejects.items()):
        print(f"  rejected {count} × {reason}: {REJECT_REASONS[reason]}")


def read_articles(
    paths: Iterable[str], *, encoding: str = "", max_characters: int
) -> Iterator[Article | Reject]:
    """The articles that `paths` name, lazily and in order, or why there is none."""
    from pipeline.batch import find_inputs, load, read_items

    for item in read_items(find_inputs(paths), encoding=encoding):
        yield load(item, encoding=encoding, max_characters=max_characters)


def figures(values: Mapping[str, float]) -> str:
    """Names and values in one line, to three places."""
    return "  ".join(f"{name} {value:.3f}" for name, value in values.items())


def print_table(title: str, table: pd.DataFrame) -> None:
    print(title)
    print(table.to_string(float_format=lambda value: f"{value:.3f}"))
    print()


def clone_folder(name: str, option: str) -> Path:
    """corpus/`name` of the clone. Raises InputError, naming the `option` to give, where the package
    was installed without one."""
    from pipeline import resources
    from pipeline.errors import ResourceError

    try:
        return resources.find(name)
    except ResourceError as error:
        raise InputError(
            f"corpus/{name} is in the source repository only; name yours with {option}"
        ) from error
