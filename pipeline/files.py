"""A file that has its name only once it is whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import InputError

PARTIAL = ".partial"


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Where the body is to write what will be `path`: a file beside it, which takes its place when
    the body is done and goes when the body fails. Of a link it is what the link points to.

    Raises InputError where there is no writing, and where `path` is something else than a file.
    """
    if path.exists() and not path.is_file():
        raise InputError(f"{path} is no regular file; name another --out")
    if not path.parent.is_dir():
        raise InputError(f"{path.parent}: no such folder; make it first")
    place = Path(os.path.realpath(path))  # Path.resolve raises RuntimeError for a link to itself
    partial = place.with_name(place.name + PARTIAL)
    try:
        yield partial
        sync_path(partial)
        partial.replace(place)
        sync_path(place.parent)
    except OSError as error:
        raise InputError(
            f"cannot write {path}: {error.strerror or error}; make room, or choose another --out"
        ) from error
    finally:
        partial.unlink(missing_ok=True)


def sync_path(path: Path) -> None:
    """Have the file, or the names in the folder, on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
