"""Web archives: the pages of WARC files and the texts of WET files, one record at a time."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from itertools import count
from typing import Any

from pipeline.batch.items import MAX_PAGE_BYTES, PageItem, TextItem
from pipeline.cleaning import DecodeFailure, decode
from pipeline.errors import InputError
from pipeline.types import Reject

_PAGE_TYPES = ("text/html", "application/xhtml+xml")
_READ_BYTES = 65_536
_LANGUAGE_HEADER = "WARC-Identified-Content-Language"


def read_archive(
    stream: io.BufferedReader, place: str, name: str, languages: frozenset[str] = frozenset()
) -> Iterator[PageItem | TextItem | Reject]:
    """The HTML pages that a server sent (`response` and `resource` records, of responses those of
    status 200) and the texts made from pages (`conversion`); all else in an archive (requests,
    images, pages not found) is no article and passed over.

    languages: ISO 639-3 codes; a record whose crawler found only others in it (WET files of Common
    Crawl say so) is passed over, too. Empty for all.
    The id is the address; "name:record" where there is none. The date of the visit is not that of
    the article, so `published` is left open.
    Raises InputError where the archive is damaged: what follows cannot be found again.
    """
    # Imported late: only archives need it.
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed
    from warcio.statusandheaders import StatusAndHeadersParserException

    records = ArchiveIterator(_Unbuffered(stream))
    # Its warnings of odd records go to standard error, one way or the other.
    records.INC_RECORD = ""
    logging.getLogger("warcio").addHandler(logging.NullHandler())
    # AttributeError: what warcio makes of an HTTP record without an address.
    damage = (ArchiveLoadFailed, StatusAndHeadersParserException, ValueError, AttributeError)
    for number in count(1):
        try:
            record = next(records)
        except StopIteration:
            return
        except damage as error:
            what = " ".join(str(error).split())
            raise InputError(
                f"{place}: not a whole WARC file from record {number} on: {what}"
            ) from error
        if languages and not _may_be_in(record, languages):
            continue
        item = _item(record, f"{place}:{number}", f"{name}:{number}")
        if item:
            yield item


def _item(record: Any, place: str, default_id: str) -> PageItem | TextItem | Reject | None:
    """What `record` holds, None for no article."""
    kind, address = record.rec_type, record.rec_headers.get_header("WARC-Target-URI") or ""
    http, content_type = record.http_headers, record.content_type or ""
    if http is not None:
        if http.get_statuscode() != "200":
            return None
        content_type = http.get_header("Content-Type") or _PAGE_TYPES[0]
    mime, _, parameters = content_type.partition(";")
    is_page = kind in ("response", "resource") and mime.strip().lower() in _PAGE_TYPES
    if not is_page and kind != "conversion":
        return None

    def reject(reason: str, detail: str) -> Reject:
        return Reject(address or default_id, "article", reason, f"{place}: {detail}")

    content = record.content_stream().read(MAX_PAGE_BYTES + 1)
    if len(content) > MAX_PAGE_BYTES:
        return reject("too_long", f"more than {MAX_PAGE_BYTES} bytes")
    if _is_cut_off(record):
        return reject("unreadable", "the archive ends within this record")
    if is_page:
        charset = _charset(parameters)
        return PageItem(address or default_id, place, content, charset, address)
    decoded = decode(content)
    if isinstance(decoded, DecodeFailure):
        return reject(decoded.reason, decoded.detail)
    if not decoded.text.strip():
        return reject("empty", "no visible character")
    return TextItem(address or default_id, place, decoded.text, source=address)


def _may_be_in(record: Any, languages: frozenset[str]) -> bool:
    named = record.rec_headers.get_header(_LANGUAGE_HEADER) or ""
    return not named or not languages.isdisjoint(named.replace(" ", "").split(","))


def _is_cut_off(record: Any) -> bool:
    """Whether the archive ended before the Content-Length of `record` was reached."""
    from warcio.limitreader import LimitReader

    while record.raw_stream.read(_READ_BYTES):
        pass
    return isinstance(record.raw_stream, LimitReader) and record.raw_stream.limit > 0


def _charset(parameters: str) -> str:
    """The charset among the `parameters` of a Content-Type; "" for none."""
    for parameter in parameters.split(";"):
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "charset":
            return value.strip().strip("\"'")
    return ""


class _Unbuffered:
    """Reads what `stream` has at once, so that nothing is lost where what follows is damaged."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self._stream = stream

    def read(self, size: int) -> bytes:
        return self._stream.read1(size)
