"""What several commands need to show and to ask: safe text, progress, shared checks."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.types import Article, Reject


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


@contextmanager
def progress(total: int, *, quiet: bool) -> Iterator[Callable[[Article | Reject], None]]:
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
            bar.update(task, advance=1, last=safe(getattr(article, "id", "")))

        yield advance


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
