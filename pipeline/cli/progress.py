"""Progress of a run on standard error: a bar on a terminal, else a line now and then, or JSON."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.batch import Progress

BAR_SECONDS = 0.2
LINE_SECONDS = 10.0
JSON_SECONDS = 2.0


@contextmanager
def follow(
    progress: Progress, *, quiet: bool, as_json: bool
) -> Iterator[Callable[[Progress], None]]:
    """What is to be called whenever `progress` has changed, as often as one likes. A short run off
    a terminal says nothing."""
    if as_json:
        yield _every(JSON_SECONDS, lambda now: _say(json.dumps(now.record())))
        _say(json.dumps(progress.record()))
    elif quiet:
        yield lambda _: None
    elif sys.stderr.isatty():
        with _bar() as show:
            show(progress)
            yield _every(BAR_SECONDS, show)
            show(progress)
    else:
        yield _every(LINE_SECONDS, lambda now: _say(_told(now.record())))


def duration(seconds: float) -> str:
    """1:02:03, or 2:03 below an hour."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _every(seconds: float, show: Callable[[Progress], None]) -> Callable[[Progress], None]:
    shown = time.monotonic()

    def maybe(progress: Progress) -> None:
        nonlocal shown
        now = time.monotonic()
        if now - shown >= seconds:
            shown = now
            show(progress)

    return maybe


@contextmanager
def _bar() -> Iterator[Callable[[Progress], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn
    from rich.progress import Progress as Bar

    told = TextColumn("{task.fields[told]}", markup=False)
    console = Console(stderr=True)
    with Bar(BarColumn(), TaskProgressColumn(), told, console=console) as bar:
        task = bar.add_task("", total=1.0, told="")

        def show(progress: Progress) -> None:
            record = progress.record()
            bar.update(task, completed=record["fraction"], told=_told(record))

        yield show


def _told(record: dict[str, Any]) -> str:
    """One line of all that one wants to know."""
    pieces = [
        f"{record['articles']} articles",
        f"{record['articles_per_second']:.1f}/s",
        f"{record['characters_per_second']:,.0f} characters/s",
        f"{record['rejected']} rejected",
    ]
    if record["seconds_left"] is not None:
        pieces.append(f"{duration(record['seconds_left'])} left")
    return ", ".join(pieces)


def _say(told: str) -> None:
    print(told, file=sys.stderr, flush=True)
