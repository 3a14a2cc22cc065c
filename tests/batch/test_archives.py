from __future__ import annotations

import gzip
import io

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from pipeline.batch.archives import read_archive
from pipeline.batch.items import PageItem, TextItem
from pipeline.errors import InputError
from pipeline.types import Reject

TEXT = "产线昨天开工了。"
HTML = f"<html><body><p>{TEXT}</p></body></html>"
URL = "https://news.example.org/{}.html"


class Archive:
    """A WARC file in the making."""

    def __init__(self, *, compressed: bool = False) -> None:
        self.file = io.BytesIO()
        self.writer = WARCWriter(self.file, gzip=compressed)

    def add(
        self, kind: str, url: str, payload: bytes, *headers: tuple[str, str], status: str = "200 OK"
    ) -> Archive:
        http = StatusAndHeaders(status, list(headers), protocol="HTTP/1.1")
        record = self.writer.create_warc_record(
            url, kind, payload=io.BytesIO(payload), http_headers=http
        )
        self.writer.write_record(record)
        return self

    def page(self, name: str, html: str = HTML, charset: str = "utf-8") -> Archive:
        content_type = ("Content-Type", f"text/html; charset={charset}")
        return self.add("response", URL.format(name), html.encode(charset), content_type)

    def plain(
        self, kind: str, url: str, payload: bytes, content_type: str, languages: str = ""
    ) -> Archive:
        named = {"WARC-Identified-Content-Language": languages} if languages else None
        record = self.writer.create_warc_record(
            url, kind, payload=io.BytesIO(payload), warc_content_type=content_type,
            warc_headers_dict=named,
        )  # fmt: skip
        self.writer.write_record(record)
        return self

    def info(self) -> Archive:
        self.writer.write_record(self.writer.create_warcinfo_record("a.warc", {"software": "s"}))
        return self

    @property
    def content(self) -> bytes:
        return self.file.getvalue()


def read(content: bytes) -> list[PageItem | TextItem | Reject]:
    stream = io.BufferedReader(io.BytesIO(content))  # type: ignore[arg-type]
    return list(read_archive(stream, "站/a.warc", "a.warc"))


@pytest.mark.parametrize("compressed", [False, True])
def test_a_page_comes_with_its_address_and_the_charset_of_its_server(compressed: bool) -> None:
    archive = Archive(compressed=compressed).info().page("1", charset="gb18030").page("2")
    assert read(archive.content) == [
        PageItem(URL.format(1), "站/a.warc:2", HTML.encode("gb18030"), "gb18030", URL.format(1)),
        PageItem(URL.format(2), "站/a.warc:3", HTML.encode(), "utf-8", URL.format(2)),
    ]


@pytest.mark.parametrize(
    ("content_type", "charset"),
    [
        ("text/html", ""),
        ("text/html;charset=GBK", "GBK"),
        ('TEXT/HTML; x=1; Charset="big5" ', "big5"),
        ("application/xhtml+xml; charset=utf-8", "utf-8"),
    ],
)
def test_the_charset_is_found_however_it_is_written(content_type: str, charset: str) -> None:
    archive = Archive().add("response", URL, HTML.encode(), ("Content-Type", content_type))
    (page,) = read(archive.content)
    assert isinstance(page, PageItem)
    assert page.charset == charset


def test_what_was_compressed_or_chunked_on_its_way_is_undone() -> None:
    packed, html = gzip.compress(HTML.encode()), ("Content-Type", "text/html")
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(packed), packed)
    archive = Archive()
    archive.add("response", URL.format(1), packed, html, ("Content-Encoding", "gzip"))
    both = (html, ("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked"))
    archive.add("response", URL.format(2), chunked, *both)
    contents = [page.content for page in read(archive.content) if isinstance(page, PageItem)]
    assert contents == [HTML.encode()] * 2


def test_what_is_no_article_is_passed_over() -> None:
    html = ("Content-Type", "text/html")
    archive = Archive().info()
    archive.add("request", URL.format(1), b"", status="GET / HTTP/1.1")
    archive.add("response", URL.format(1), b"\x89PNG", ("Content-Type", "image/png"))
    archive.add("response", URL.format(1), HTML.encode(), html, status="404 Not Found")
    archive.add("response", URL.format(1), b"", html, status="301 Moved")
    archive.plain("metadata", URL.format(1), b"a: b", "application/warc-fields")
    assert read(archive.content) == []


def test_a_page_that_was_saved_without_its_answer_is_read() -> None:
    archive = Archive().plain("resource", URL.format(1), HTML.encode(), "text/html")
    (page,) = read(archive.content)
    assert isinstance(page, PageItem)
    assert page.content == HTML.encode()


def test_the_texts_of_a_wet_file_are_texts() -> None:
    archive = Archive().info().plain("conversion", URL.format(1), TEXT.encode(), "text/plain")
    assert read(archive.content) == [
        TextItem(URL.format(1), "站/a.warc:2", TEXT, source=URL.format(1))
    ]


@pytest.mark.parametrize(
    ("payload", "reason"),
    [(b" \n", "empty"), (b"\x89PNG\r\n" + bytes(range(256)) * 4, "not_text")],
)
def test_a_text_that_is_none_is_rejected_with_its_place(payload: bytes, reason: str) -> None:
    (reject,) = read(Archive().plain("conversion", URL.format(1), payload, "text/plain").content)
    assert isinstance(reject, Reject)
    assert (reject.article_id, reject.reason) == (URL.format(1), reason)
    assert reject.detail.startswith("站/a.warc:1: ")


def test_a_page_beyond_any_page_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.batch.archives.MAX_PAGE_BYTES", 100)
    long, short = read(Archive().page("1", HTML + " " * 100).page("2").content)
    assert isinstance(long, Reject)
    assert (long.article_id, long.reason) == (URL.format(1), "too_long")
    assert isinstance(short, PageItem)


def test_a_record_without_an_address_is_named_after_its_place() -> None:
    archive = Archive().plain("conversion", "", TEXT.encode(), "text/plain")
    (text,) = read(archive.content)
    assert isinstance(text, TextItem)
    assert text.id == "a.warc:1"


def test_a_record_that_the_archive_ends_in_is_unreadable_and_those_before_it_are_read() -> None:
    whole, cut = read(Archive().page("1").page("2").content[:-20])
    assert isinstance(whole, PageItem)
    assert isinstance(cut, Reject)
    assert (cut.article_id, cut.reason) == (URL.format(2), "unreadable")


@pytest.mark.parametrize("content", [b"{}\n", b"WARC/9\r\n", HTML.encode() * 100])
def test_what_is_no_archive_is_an_input_error(content: bytes) -> None:
    with pytest.raises(InputError, match=r"站/a\.warc: not a whole WARC file from record 1 on"):
        read(content)


def test_something_else_amid_an_archive_ends_it_after_what_came_before() -> None:
    content = Archive().page("1").content + b"something else\r\n\r\nand more\r\n"
    stream = io.BufferedReader(io.BytesIO(content))  # type: ignore[arg-type]
    items = read_archive(stream, "a.warc", "a.warc")
    assert isinstance(next(items), PageItem)
    with pytest.raises(InputError, match="from record 2 on"):
        list(items)


def test_a_page_without_an_address_ends_the_archive_too() -> None:
    content = Archive().page("1").content.replace(b"WARC-Target-URI", b"WARC-Target-XXX")
    with pytest.raises(InputError, match="from record 1 on"):
        read(content)


def test_a_record_longer_than_it_says_is_read_without_a_word(
    capsys: pytest.CaptureFixture[str],
) -> None:
    content = Archive().page("1").page("2").content.replace(b"</p>", b"</p>xx", 1)
    assert len(read(content)) == 2
    assert capsys.readouterr() == ("", "")


def test_an_empty_archive_holds_nothing() -> None:
    assert read(b"") == []


def test_records_in_other_languages_are_passed_over_where_the_crawler_told() -> None:
    archive = Archive()
    for number, languages in enumerate(("zho", "eng", "eng,zho", "", "jpn,kor")):
        archive.plain("conversion", URL.format(number), TEXT.encode(), "text/plain", languages)
    stream = io.BufferedReader(io.BytesIO(archive.content))  # type: ignore[arg-type]
    items = read_archive(stream, "a.wet", "a.wet", frozenset({"zho"}))
    assert [item.place for item in items if isinstance(item, TextItem)] == [
        "a.wet:1",
        "a.wet:3",
        "a.wet:4",
    ]
