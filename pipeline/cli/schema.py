"""`zongheng schema`."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from pipeline.cli.app import app
from pipeline.errors import InputError


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
