"""`zongheng status`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.cli.app import app
from pipeline.cli.progress import duration
from pipeline.cli.terminal import print_rejects, safe


@app.command()
def status(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run.")],
    as_json: Annotated[bool, typer.Option("--json", help="The same as one JSON object.")] = False,
) -> None:
    """Tell how a run stands: running, stopped or finished, how far, how fast, what was rejected.

    Examples:

        zongheng status outputs/news

        watch zongheng status outputs/news

        zongheng status outputs/news --json | jq .seconds_left
    """
    from pipeline.batch import status_of

    found = status_of(folder)
    if as_json:
        print(json.dumps({"state": found.state, "parts_done": found.parts_done, **found.record}))
        return
    print(f"{safe(str(folder))}: {found.state}")
    record = found.record
    if found.state == "finished":
        print(f"{record['articles']} articles, {record['triples']} triples")
    else:
        _print_progress(found.parts_done, record, running=found.state == "running")
    print_rejects(record.get("rejects", {}))


def _print_progress(parts_done: int, record: dict[str, Any], *, running: bool) -> None:
    print(f"{parts_done} parts done")
    if record:
        print(
            f"{record['articles']} articles ({record['characters']:,} characters), "
            f"{record['triples']} triples, {record['fraction']:.0%} of the input"
        )
        print(
            f"{record['articles_per_second']:.1f} articles/s, "
            f"{record['characters_per_second']:,.0f} characters/s, "
            f"{record['workers']} workers ({record['engine']})"
        )
    if running and record.get("seconds_left") is not None:
        print(f"about {duration(record['seconds_left'])} left")
    if not running:
        print("to go on, run the same command again; what is done is kept")
