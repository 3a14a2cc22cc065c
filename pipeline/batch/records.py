"""Files of many records: JSONL, CSV and Parquet, read one record at a time in constant memory."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from pipeline.batch.compression import shown
from pipeline.batch.fields import FieldNames
from pipeline.errors import InputError

# More than any article with its escapes; bounds the memory that a line without end takes.
MAX_LINE_CHARACTERS = 16_000_000
# What stands for bytes that do not decode: a lone surrogate, which no codec gives of itself.
_UNDECODED = "\udcff"
_BATCH_ROWS = 64
_BUFFER_BYTES = 1_048_576

codecs.register_error("zongheng.undecoded", lambda error: (_UNDECODED, _end(error)))


@dataclass(frozen=True, slots=True)
class Record:
    """line: counted from 1; of Parquet the row."""

    line: int
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record that cannot be read. reason: a key of schema.REJECT_REASONS."""

    line: int
    reason: str
    detail: str


class _LineTooLong(Exception):
    pass


def read_jsonl(stream: io.BufferedReader, encoding: str) -> Iterator[Record | BadRecord]:
    """A JSON object a line; blank lines are nothing. encoding: "" for UTF-8."""
    lines = _Lines(stream, encoding, newline="\n")
    while True:
        try:
            line = next(lines)
        except StopIteration:
            return
        except _LineTooLong:
            yield _too_long(lines.number)
            continue
        if _UNDECODED in line:
            yield _undecoded(lines.number, line, encoding)
            continue
        if not line.strip():
            continue
        try:
            record = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            yield BadRecord(lines.number, "bad_record", f"not JSON: {error}")
            continue
        if isinstance(record, dict):
            yield Record(lines.number, record)
        else:
            detail = f"a JSON object is needed on each line, not a {type(record).__name__}"
            yield BadRecord(lines.number, "bad_record", detail)


def read_csv(
    stream: io.BufferedReader, names: FieldNames, encoding: str, delimiter: str
) -> Iterator[Record | BadRecord]:
    """The rows below a header; a record's line is where it begins, as quoted fields may hold line
    ends. encoding: "" for UTF-8."""
    csv.field_size_limit(MAX_LINE_CHARACTERS)  # its own limit is 131,072
    lines = _Lines(stream, encoding, newline="")
    # Strict: else a quote that is never closed takes in the rest of the file without a word.
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    header: list[str] = []
    while True:
        number = lines.number + 1
        try:
            row = next(rows)
        except StopIteration:
            return
        except _LineTooLong:
            yield _too_long(number)
            continue
        except csv.Error as error:
            upto = f" up to line {lines.number}" if lines.number > number else ""
            yield BadRecord(number, "bad_record", f"not CSV{upto}: {error}")
            continue
        if not row:
            continue
        whole = delimiter.join(row)
        if _UNDECODED in whole:
            yield _undecoded(number, whole, encoding)
            if not header:
                return
        elif not header:
            header = row
            if names.no_text(header):
                yield BadRecord(number, "bad_record", names.no_text(header))
                return
        elif len(row) != len(header):
            detail = f"{len(row)} columns, the header names {len(header)}"
            yield BadRecord(number, "bad_record", detail)
        else:
            yield Record(number, dict(zip(header, row, strict=True)))


def read_parquet(
    path: str, names: FieldNames, encoding: str, advance: Callable[[int], None]
) -> Iterator[Record | BadRecord]:
    """The rows of one row group after the other, with the columns that `names` may want.

    encoding: of columns of bytes; "" for UTF-8. advance: called with the bytes of each row group.
    Raises InputError where the file is none of Parquet, OSError where it cannot be opened.
    """
    # Imported late: 0.3 seconds and 60 MB that only Parquet needs.
    import pyarrow
    from pyarrow import parquet

    with Path(path).open("rb") as opened:
        size = opened.seek(0, io.SEEK_END)
        try:
            # Neither buffered ahead nor read at once: that would hold a whole row group.
            file = parquet.ParquetFile(opened, pre_buffer=False, buffer_size=_BUFFER_BYTES)
        except (pyarrow.ArrowException, OSError) as error:
            raise InputError(
                f"{shown(path)}: not a whole Parquet file: {_first_line(error)}"
            ) from error
        columns = names.wanted(file.schema_arrow.names)
        if names.no_text(file.schema_arrow.names):
            yield BadRecord(1, "bad_record", names.no_text(file.schema_arrow.names))
            return
        first = 1
        for group in range(file.num_row_groups):
            row = first
            end = first + file.metadata.row_group(group).num_rows
            try:
                for batch in file.iter_batches(_BATCH_ROWS, row_groups=[group], columns=columns):
                    for values in zip(*batch.columns, strict=True):
                        yield _row(row, batch.schema.names, values, encoding)
                        row += 1
            except (pyarrow.ArrowException, OSError) as error:
                detail = f"rows up to {end - 1} cannot be read: {_first_line(error)}"
                yield BadRecord(row, "unreadable", detail)
            advance(size // file.num_row_groups)
            first = end


def _row(
    row: int, columns: list[str], values: tuple[Any, ...], encoding: str
) -> Record | BadRecord:
    record: dict[str, object] = {}
    for column, value in zip(columns, values, strict=True):
        try:
            plain = value.as_py()
            record[column] = (
                plain.decode(encoding or "utf-8") if isinstance(plain, bytes) else plain
            )
        except UnicodeDecodeError as error:
            detail = f"the column {column!r} is not {error.encoding}: byte {error.start}"
            return BadRecord(row, "unknown_encoding", detail)
        except (ValueError, OverflowError) as error:  # such as a date after the year 9999
            return BadRecord(row, "bad_record", f"the column {column!r}: {error}")
    return Record(row, record)


class _Lines:
    """The decoded lines of `stream`, with their ends. number: of the line last given.

    A line beyond MAX_LINE_CHARACTERS is passed over with _LineTooLong; the next call goes on after
    it, which a generator could not.
    """

    def __init__(self, stream: io.BufferedReader, encoding: str, *, newline: str) -> None:
        self._text = io.TextIOWrapper(
            stream, encoding or "utf-8", errors="zongheng.undecoded", newline=newline
        )
        self.number = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._text.readline(MAX_LINE_CHARACTERS)
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) == MAX_LINE_CHARACTERS:
            while line and not line.endswith(("\n", "\r")):
                line = self._text.readline(MAX_LINE_CHARACTERS)
            raise _LineTooLong
        return line.removeprefix("\ufeff") if self.number == 1 else line


def _end(error: UnicodeError) -> int:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.end


def _too_long(number: int) -> BadRecord:
    return BadRecord(number, "too_long", f"more than {MAX_LINE_CHARACTERS} characters in one line")


def _undecoded(number: int, line: str, encoding: str) -> BadRecord:
    place = line.index(_UNDECODED) + 1
    return BadRecord(
        number, "unknown_encoding", f"not {encoding or 'utf-8'} from character {place} on"
    )


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
