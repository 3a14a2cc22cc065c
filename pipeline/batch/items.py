"""What a run is made of before an article is read: cheap to make and to send, read where it is
extracted."""

from __future__ import annotations

import hashlib
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import TypeAlias

from pipeline.batch.compression import bare_path, open_stream, shown
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

# Four bytes a character at most: beyond this the file is too long whatever its encoding, and is not
# even read.
MAX_BYTES_PER_CHARACTER = 4
# A page is mostly markup, so its size says little about its article; lxml needs some 10 bytes of
# memory for each byte of it.
MAX_PAGE_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class FileItem:
    """A file that holds one article: text, Markdown or HTML, by its ending. weight: its bytes.
    digest: as of `content_digest`, b"" where it is not known, so that it is read for that once."""

    id: str
    path: str
    weight: int
    digest: bytes = field(default=b"", compare=False)


@dataclass(frozen=True, slots=True)
class TextItem:
    """The text of a record. place: "file:line", for people. source: "" where the record names
    none; published: an ISO 8601 date or ""."""

    id: str
    place: str
    text: str
    title: str = ""
    source: str = ""
    published: str = ""


@dataclass(frozen=True, slots=True)
class PageItem:
    """An HTML page of a web archive. place: "file:record". charset: what its server declared, ""
    for nothing; published: an ISO 8601 date or "" (then what the page itself states counts)."""

    id: str
    place: str
    content: bytes
    charset: str
    url: str
    published: str = ""


Item: TypeAlias = FileItem | TextItem | PageItem | Reject


def fingerprint(item: Item) -> bytes:
    """sha256 (32 bytes) of all that the article, or its reject, will be made of.

    A file is read in a stream, as it lies on the disk. One that cannot be read has a fingerprint
    too: `load` will say why it is none.
    """
    total = hashlib.sha256(type(item).__name__.encode())
    # The weight is left out, as the content says more.
    fields = (item.id, item.path) if isinstance(item, FileItem) else astuple(item)
    for value in fields:
        content = value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")
        # With its length, so that no two lists of fields look alike.
        total.update(len(content).to_bytes(8) + content)
    if isinstance(item, FileItem):
        total.update(item.digest or content_digest(item.path) or b"unreadable")
    return total.digest()


def content_digest(path: str) -> bytes:
    """sha256 of the file at `path`, which is read in a stream; b"" where it cannot be read."""
    try:
        with Path(path).open("rb") as content:
            return hashlib.file_digest(content, "sha256").digest()
    except OSError:
        return b""


def load(item: Item, *, encoding: str = "", max_characters: int) -> Article | Reject:
    """The article that `item` stands for, decoded; a Reject where it cannot be read, is not text,
    or is a page without any.

    Of HTML the main text is the article's text: offsets and sha256 speak of it, not of the page.
    Markdown stays whole, front matter included. title, source and published are what the page,
    front matter or record states; where it names no source, that is the file's name or the page's
    address. encoding: the codec of all files and pages; "" to find each.
    """
    if isinstance(item, FileItem):
        return _load_file(item, encoding, max_characters)
    if isinstance(item, PageItem):
        declared = item.charset or declared_charset(item.content)
        return _article(
            item.id,
            item.place,
            item.content,
            suffix=HTML_SUFFIXES[0],
            encoding=encoding,
            declared=declared,
            defaults=Page("", source=item.url, published=item.published),
        )
    if isinstance(item, TextItem):
        return Article(
            item.id,
            item.text,
            title=item.title,
            source=item.source or item.place,
            published=item.published,
        )
    return item


def _load_file(item: FileItem, encoding: str, max_characters: int) -> Article | Reject:
    path, place = Path(item.path), shown(item.path)
    suffix = bare_path(path).suffix.lower()
    is_page = suffix in HTML_SUFFIXES
    limit = MAX_PAGE_BYTES if is_page else MAX_BYTES_PER_CHARACTER * max_characters
    try:
        size = path.stat().st_size
        content = b""
        if size <= limit:
            with open_stream(item.path) as stream:
                content = stream.read(limit + 1)
            size = len(content)
    except OSError as error:
        return _reject(item.id, "unreadable", f"{place}: {error.strerror}")
    except InputError as error:
        return _reject(item.id, "unreadable", str(error))
    if size > limit:
        allowed = f"of a page is {limit}" if is_page else f"is {max_characters} characters"
        return _reject(item.id, "too_long", f"{place}: {size} bytes, the limit {allowed}")
    return _article(
        item.id,
        place,
        content,
        suffix=suffix,
        encoding=encoding,
        declared=declared_charset(content) if is_page else "",
        defaults=Page("", source=shown(path.name)),
    )


def _article(
    article_id: str,
    place: str,
    content: bytes,
    *,
    suffix: str,
    encoding: str,
    declared: str,
    defaults: Page,
) -> Article | Reject:
    """`content` out of the container that `suffix` names. defaults: the metadata that counts where
    the container states none."""
    decoded = decode(content, encoding=encoding, declared=declared)
    if isinstance(decoded, DecodeFailure):
        return _reject(article_id, decoded.reason, f"{place}: {decoded.detail}")
    page = _unwrap(decoded.text, suffix)
    if page is None:
        detail = f"{place}: nothing to read in {len(decoded.text)} characters of HTML"
        return _reject(article_id, "no_main_text", detail)
    return Article(
        article_id,
        page.text,
        title=page.title,
        source=page.source or defaults.source,
        published=page.published or defaults.published,
        encoding=decoded.encoding,
    )


def _unwrap(text: str, suffix: str) -> Page | None:
    """The article in `text`; None for a page without main text."""
    if suffix in HTML_SUFFIXES and text.strip():
        return read_html(text)
    return read_markdown(text) if suffix in MARKDOWN_SUFFIXES else Page(text)


def _reject(article_id: str, reason: str, detail: str) -> Reject:
    return Reject(article_id, "article", reason, detail)
