"""Articles from files, folders and globs, one at a time; what cannot be read becomes a reject, not
a stop."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeline.batch.containers import (
    HTML_SUFFIXES,
    MARKDOWN_SUFFIXES,
    Page,
    declared_charset,
    read_html,
    read_markdown,
)
from pipeline.cleaning import DecodeFailure, decode
from pipeline.errors import InputError
from pipeline.types import Article, Reject

SUFFIXES = (".txt", *MARKDOWN_SUFFIXES, *HTML_SUFFIXES)

# Four bytes a character at most: beyond this the file is too long whatever its encoding, and is not
# even read.
MAX_BYTES_PER_CHARACTER = 4
# A page is mostly markup, so its size says little about its article; lxml needs some 10 bytes of
# memory for each byte of it.
MAX_PAGE_BYTES = 20_000_000


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
                f"the folder {given} holds no article ({', '.join(SUFFIXES)}); "
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
    """The file as an article, decoded; a Reject where it cannot be read, is not text, or is a page
    without any.

    Of HTML the main text is the article's text: offsets and sha256 speak of it, not of the page.
    Markdown stays whole, front matter included. title, source and published are what the page or
    front matter states; source is the file's name where they name none.
    """
    article_id = article_id_of(path)
    is_html = path.suffix.lower() in HTML_SUFFIXES

    def reject(reason: str, detail: str) -> Reject:
        return Reject(article_id, "article", reason, f"{_shown(path)}: {detail}")

    try:
        size = path.stat().st_size
        if is_html and size > MAX_PAGE_BYTES:
            return reject("too_long", f"{size} bytes, the limit of a page is {MAX_PAGE_BYTES}")
        if not is_html and size > MAX_BYTES_PER_CHARACTER * max_characters:
            return reject("too_long", f"{size} bytes, the limit is {max_characters} characters")
        content = path.read_bytes()
    except OSError as error:
        return reject("unreadable", str(error.strerror))
    declared = declared_charset(content) if is_html else ""
    decoded = decode(content, encoding=encoding, declared=declared)
    if isinstance(decoded, DecodeFailure):
        return reject(decoded.reason, decoded.detail)
    page = _unwrap(decoded.text, path.suffix.lower())
    if page is None:
        return reject("no_main_text", f"nothing to read in {len(decoded.text)} characters of HTML")
    return Article(
        article_id,
        page.text,
        title=page.title,
        source=page.source or _shown(path.name),
        published=page.published,
        encoding=decoded.encoding,
    )


def _unwrap(text: str, suffix: str) -> Page | None:
    """The article in `text`; None for a page without main text."""
    if suffix in HTML_SUFFIXES and text.strip():
        return read_html(text)
    return read_markdown(text) if suffix in MARKDOWN_SUFFIXES else Page(text)
