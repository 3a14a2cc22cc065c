"""What is written item by item: progress now and then, and JSON Lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import orjson

from pipeline.files import replacing
from pipeline.graph.model import Progress

STEP = 1000
Item = TypeVar("Item")


def counted(items: Iterable[Item], progress: Progress) -> Iterator[Item]:
    """`items`; `progress` is told now and then how many of them have been used since it was last
    told."""
    count = 0
    for item in items:
        yield item
        count += 1
        if count == STEP:
            progress(count)
            count = 0
    if count:
        progress(count)


def write_json_lines(path: Path, records: Iterable[dict[str, Any]]) -> None:
    """A record a line, in UTF-8. Raises InputError where there is no writing."""
    with replacing(path) as partial, partial.open("wb") as file:
        for record in records:
            file.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))
