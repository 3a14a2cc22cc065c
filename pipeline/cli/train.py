"""The commands that train models."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.app import app
from pipeline.errors import InputError


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
