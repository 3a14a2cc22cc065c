"""From paths to items, one at a time; what cannot be read becomes a reject, not a stop."""

from __future__ import annotations

import glob
import hashlib
import io
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path

from pipeline.batch.archives import read_archive
from pipeline.batch.compression import (
    COMPRESSED_SUFFIXES,
    STDIN,
    bare_path,
    open_stream,
    shown,
)
from pipeline.batch.containers import HTML_SUFFIXES, MARKDOWN_SUFFIXES
from pipeline.batch.digests import DigestSet
from pipeline.batch.fields import GUESSED, FieldNames, text_item
from pipeline.batch.items import FileItem, Item, PageItem, TextItem, content_digest
from pipeline.batch.manifest import holds_run
from pipeline.batch.records import BadRecord, Record, read_csv, read_jsonl, read_parquet
from pipeline.errors import InputError
from pipeline.types import Reject


class Kind(Enum):
    """What a file holds; the value names it to people."""

    ARTICLE = "article"
    JSONL = "JSONL"
    CSV = "CSV"
    PARQUET = "Parquet"
    ARCHIVE = "WARC"
    STDIN = "standard input"


_KINDS: dict[str, Kind] = {
    **dict.fromkeys((".txt", *MARKDOWN_SUFFIXES, *HTML_SUFFIXES), Kind.ARTICLE),
    **dict.fromkeys((".jsonl", ".ndjson"), Kind.JSONL),
    **dict.fromkeys((".csv", ".tsv"), Kind.CSV),
    ".parquet": Kind.PARQUET,
    **dict.fromkeys((".warc", ".wet"), Kind.ARCHIVE),
}
SUFFIXES = tuple(_KINDS)


@dataclass(frozen=True, slots=True)
class Input:
    """One file to read, or "-" for standard input. size: its bytes as it lies on the disk, 0 where
    that is unknown."""

    path: str
    kind: Kind
    size: int


def find_inputs(paths: Iterable[str], *, out: Path | None = None) -> tuple[Input, ...]:
    """The inputs that `paths` (files, folders, globs, "-") name, sorted within each, none twice.

    A folder gives the files of every known ending, compressed (.gz, .zst) or not, but none of the
    runs below it; a file that is named is taken whatever its ending, as an article where that is
    none of these.
    out: folder of the run that they are for, if any; what lies in it is its output, and no input.
    Raises InputError for a path that does not exist, for a folder or glob without any input or
    that cannot be read and, of a run, for what lies in `out` or can be read only once.
    """
    inputs: dict[str, Input] = {}

    @cache
    def is_output(folder: Path) -> bool:
        return out is not None and folder.resolve().is_relative_to(out.resolve())

    for given in paths:
        if given == STDIN:
            inputs[given] = Input(STDIN, Kind.STDIN, 0)
            continue
        try:
            path = Path(given)
            if is_output(path if path.is_dir() else path.parent):
                raise InputError(f"{shown(given)} lies in --out, where the output goes")
            found = _named(given, is_output)
            if out and not all(path.is_file() for path in found):
                raise InputError(
                    f"{shown(given)} is no regular file, and a run reads its files more than once; "
                    "give - to read standard input"
                )
            inputs.update((str(path), _input(path)) for path in found)
        except OSError as error:  # such as a name that is too long
            raise InputError(f"cannot read {shown(given)}: {error.strerror}") from error
    return tuple(inputs.values())


def _input(path: Path) -> Input:
    return Input(str(path), _kind(path) or Kind.ARTICLE, path.stat().st_size)


def _kind(path: Path) -> Kind | None:
    return _KINDS.get(bare_path(path).suffix.lower())


def _named(given: str, is_output: Callable[[Path], bool]) -> list[Path]:
    """The files that `given` names, without those in folders that are output."""
    path = Path(given)
    if path.is_dir():
        files = (p for p in _files_below(path) if _kind(p) and p.is_file())
        found = sorted(p for p in files if not is_output(p.parent))
        if not found:
            raise InputError(
                f"the folder {shown(given)} holds no article ({', '.join(SUFFIXES)}, also with "
                f"{' or '.join(COMPRESSED_SUFFIXES)}); "
                "name the files themselves if they have another ending"
            )
        return found
    if path.exists():
        return [path]
    if not glob.has_magic(given):
        raise InputError(f"no such file or folder: {shown(given)}")
    # Path.glob cannot take an absolute pattern, which a user may well give.
    matches = glob.glob(given, recursive=True)  # noqa: PTH207
    files = (match for match in map(Path, matches) if match.is_file())
    found = sorted(p for p in files if not is_output(p.parent))
    if not found:
        raise InputError(f"nothing matches {shown(given)}")
    return found


def _files_below(folder: Path) -> Iterator[Path]:
    """All files at every depth but those of runs below `folder`, which are no articles. Raises
    OSError where a folder cannot be read, which Path.rglob passes over without a word."""

    def stop(error: OSError) -> None:
        raise error

    for place, folders, names in os.walk(folder, onerror=stop):
        if Path(place) != folder and holds_run(Path(place)):
            folders.clear()
            continue
        yield from (Path(place, name) for name in names)


def read_items(
    inputs: Sequence[Input],
    fields: FieldNames = GUESSED,
    *,
    encoding: str = "",
    languages: frozenset[str] = frozenset(),
    advance: Callable[[int], None] = lambda _: None,
    taken: Callable[[str, FieldNames], None] = lambda *_: None,
) -> Iterator[Item]:
    """What `inputs` hold, lazily and in order, in memory that does not grow with them.

    Of two items with one id, or with one text, page or file content, the second is a Reject
    (duplicate_id, duplicate_text). A file's id is its stem, and that of a record without one its
    file's name and line, "news.jsonl:17"; of files that share the stem or name, it is the path.
    encoding: of JSONL and CSV, "" for UTF-8. languages: as of `read_archive`. advance: called with
    the bytes of the inputs as they are done with, before decompression. taken: called with the path
    and the fields that were taken, at the first record of each file of records.
    Raises InputError where standard input holds neither JSONL nor WARC, and RunError where the
    temporary folder is full, which remembers the ids and texts of many.
    """
    ids, texts = DigestSet(), DigestSet()
    names = Counter(_name(source) for source in inputs)
    for source in inputs:
        # A crawled site has an index.html in every folder.
        name = _name(source) if names[_name(source)] == 1 else shown(source.path)
        for item in _Reading(source, name, fields, encoding, languages, advance, taken).items():
            yield _duplicate(item, ids, texts) or item


def _name(source: Input) -> str:
    """What `source` is called, without the ending of a compression and, of an article, its own; a
    name that is not Unicode keeps what can be shown of it."""
    if source.kind is Kind.STDIN:
        return "stdin"
    path = bare_path(Path(source.path))
    return shown(path.stem if source.kind is Kind.ARTICLE else path.name)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One input on its way to items. name: its article's id, or what its records without an id are
    named after."""

    source: Input
    name: str
    fields: FieldNames
    encoding: str
    languages: frozenset[str]
    advance: Callable[[int], None]
    taken: Callable[[str, FieldNames], None]

    def items(self) -> Iterator[Item]:
        path = self.source.path
        if self.source.kind is Kind.ARTICLE:
            size = self.source.size
            # What has no size may be a pipe, which can be read but once.
            yield FileItem(self.name, path, size, content_digest(path) if size else b"")
            self.advance(size)
            return
        if self.source.kind is Kind.PARQUET:
            yield from self._to_the_end(
                self._from_records(read_parquet(path, self.fields, self.encoding, self.advance))
            )
            return
        try:
            stream = open_stream(path, advance=self.advance)
        except OSError as error:
            yield self._unreadable(error)
            return
        with stream:
            kind = self.source.kind if self.source.kind is not Kind.STDIN else _sniff(stream)
            if kind is Kind.ARCHIVE:
                items: Iterator[Item] = read_archive(stream, self._place, self.name, self.languages)
            elif kind is Kind.CSV:
                tabs = bare_path(Path(path)).suffix.lower() == ".tsv"
                delimiter = "\t" if tabs else ","
                items = self._from_records(read_csv(stream, self.fields, self.encoding, delimiter))
            else:
                items = self._from_records(read_jsonl(stream, self.encoding))
            yield from self._to_the_end(items)

    @property
    def _place(self) -> str:
        return "stdin" if self.source.kind is Kind.STDIN else shown(self.source.path)

    def _from_records(self, records: Iterator[Record | BadRecord]) -> Iterator[Item]:
        told = False
        for record in records:
            place, default_id = f"{self._place}:{record.line}", f"{self.name}:{record.line}"
            if isinstance(record, BadRecord):
                detail = f"{place}: {record.detail}"
                yield Reject(default_id, "article", record.reason, detail)
                continue
            if not told:
                self.taken(self._place, self.fields.taken(record.values))
                told = True
            yield text_item(record.values, self.fields, place, default_id, self.name)

    def _to_the_end(self, items: Iterator[Item]) -> Iterator[Item]:
        """`items`, and a Reject where the file cannot be read any further."""
        try:
            yield from items
        except OSError as error:
            yield self._unreadable(error)
        except InputError as error:
            yield Reject(self.name, "article", "unreadable", str(error))

    def _unreadable(self, error: OSError) -> Reject:
        return Reject(self.name, "article", "unreadable", f"{self._place}: {error.strerror}")


def _sniff(stream: io.BufferedReader) -> Kind:
    """What standard input holds, by its first bytes, which stay in `stream`."""
    head = stream.peek().removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"WARC/"):
        return Kind.ARCHIVE
    if not head or head.startswith(b"{"):
        return Kind.JSONL
    raise InputError(
        "standard input holds neither JSONL nor WARC; name files of other formats by their path"
    )


def _duplicate(item: Item, ids: DigestSet, texts: DigestSet) -> Reject | None:
    """The Reject that comes of `item` where its id or text was there before."""
    if isinstance(item, Reject):
        return None
    place = shown(item.path) if isinstance(item, FileItem) else item.place
    if not ids.add(hashlib.sha256(item.id.encode("utf-8", "surrogatepass")).digest()):
        return Reject(item.id, "article", "duplicate_id", place)
    digest = _text_digest(item)
    if digest is None or texts.add(digest):
        return None
    return Reject(item.id, "article", "duplicate_text", f"{place}: sha256 {digest.hex()}")


def _text_digest(item: FileItem | TextItem | PageItem) -> bytes | None:
    """sha256 of what the text will be read from; None where there is nothing to compare."""
    if isinstance(item, TextItem):
        return hashlib.sha256(item.text.encode("utf-8", "surrogatepass")).digest()
    if isinstance(item, PageItem):
        return hashlib.sha256(item.content).digest() if item.content else None
    return item.digest or None
