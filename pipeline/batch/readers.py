"""Articles from files, folders and globs, one at a time; what cannot be read becomes a reject, not
a stop."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeline.cleaning import DecodeFailure, decode
from pipeline.errors import InputError
from pipeline.types import Article, Reject

SUFFIXES = (".txt", ".md")

# Four bytes a character at most: beyond this the file is too long whatever its encoding, and is not
# even read.
MAX_BYTES_PER_CHARACTER = 4


def find_files(paths: Iterable[str]) -> tuple[Path, ...]:
    """The article files that `paths` (files, folders, globs) name, sorted within each, none twice.

    Raises InputError for a path that does not exist and for a folder or glob without any article.
    """
    files: dict[Path, None] = {}
    for given in paths:
        try:
            files.update(dict.fromkeys(_named(given)))
        except OSError as error:  # such as a name that is too long
            raise InputError(f"cannot read {given}: {error.strerror}") from error
    return tuple(files)


def _named(given: str) -> list[Path]:
    path = Path(given)
    if path.is_dir():
        found = sorted(p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
        if not found:
            raise InputError(
                f"the folder {given} holds no article ({' or '.join(SUFFIXES)} files); "
                "name the files themselves if they have another ending"
            )
        return found
    if path.exists():
        return [path]
    if not glob.has_magic(given):
        raise InputError(f"no such file or folder: {given}")
    # Path.glob cannot take an absolute pattern, which a user may well give.
    matches = glob.glob(given, recursive=True)  # noqa: PTH207
    found = sorted(match for match in map(Path, matches) if match.is_file())
    if not found:
        raise InputError(f"nothing matches {given}")
    return found


def read_articles(
    files: Iterable[Path], *, encoding: str = "", max_characters: int
) -> Iterator[Article | Reject]:
    """The article of each file (id: its name without the ending), or why there is none; lazy, in
    order."""
    seen: dict[str, Path] = {}
    for path in files:
        article_id = article_id_of(path)
        if article_id in seen:
            detail = _shown(f"{path} after {seen[article_id]}")
            yield Reject(article_id, "article", "duplicate_id", detail)
            continue
        seen[article_id] = path
        yield read_article(path, encoding=encoding, max_characters=max_characters)


def article_id_of(path: Path) -> str:
    """The file's stem; a name that is not Unicode keeps what can be shown of it."""
    return _shown(path.stem)


def _shown(name: Path | str) -> str:
    # Bytes of a file name that are not UTF-8 come as lone surrogates, which no JSON may hold.
    return str(name).encode("utf-8", "replace").decode("utf-8")


def read_article(path: Path, *, encoding: str = "", max_characters: int) -> Article | Reject:
    """The file as an article, decoded; a Reject where it cannot be read or is not text."""
    article_id = article_id_of(path)

    def reject(reason: str, detail: str) -> Reject:
        return Reject(article_id, "article", reason, f"{_shown(path)}: {detail}")

    try:
        size = path.stat().st_size
        if size > MAX_BYTES_PER_CHARACTER * max_characters:
            return reject("too_long", f"{size} bytes, the limit is {max_characters} characters")
        content = path.read_bytes()
    except OSError as error:
        return reject("unreadable", str(error.strerror))
    decoded = decode(content, encoding=encoding)
    if isinstance(decoded, DecodeFailure):
        return reject(decoded.reason, decoded.detail)
    return Article(article_id, decoded.text, source=_shown(path.name), encoding=decoded.encoding)
