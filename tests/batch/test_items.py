from __future__ import annotations

import gzip
import hashlib
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import zstandard
from opencc import OpenCC

from pipeline.batch.items import (
    MAX_BYTES_PER_CHARACTER,
    FileItem,
    Item,
    PageItem,
    TextItem,
    fingerprint,
    load,
)
from pipeline.types import Article, Reject

LIMIT = 1_000
TEXT = "产线昨天开工了。"
HTML = f"<html><body><p>{TEXT}</p></body></html>"
URL = "https://news.example.org/1.html"
PAGES = Path(__file__).parents[1] / "cases" / "pages"
NEWS = (PAGES / "news.html").read_text("utf-8")
SHELL = (PAGES / "shell.html").read_text("utf-8")

RECORD = TextItem("七", "n.jsonl:3", TEXT, "题", "江城日报", "2024-05-14")
PAGE = PageItem(URL, "a.warc:2", HTML.encode(), "utf-8", URL)
REJECT = Reject("七", "article", "bad_record", "n.jsonl:3: not JSON")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is also the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path: str, content: str | bytes = TEXT) -> FileItem:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return FileItem("七", path, file.stat().st_size)


def loaded(item: Item, *, encoding: str = "") -> Article:
    article = load(item, encoding=encoding, max_characters=LIMIT)
    assert isinstance(article, Article), article
    return article


def rejected(item: Item, *, encoding: str = "", max_characters: int = LIMIT) -> Reject:
    reject = load(item, encoding=encoding, max_characters=max_characters)
    assert isinstance(reject, Reject), reject
    return reject


class TestFiles:
    def test_a_file_is_read_whole_with_its_line_ends(self) -> None:
        article = loaded(write("站/第一篇.txt", "一。\r\n二。\n"))
        assert (article.id, article.source, article.text) == (
            "七",
            "第一篇.txt",
            "一。\r\n二。\n",
        )

    @pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
    @pytest.mark.parametrize(("ending", "text"), [("txt", TEXT), ("html", HTML)])
    def test_a_compressed_file_is_read_as_what_it_holds(
        self, pack: Callable[[bytes], bytes], ending: str, text: str
    ) -> None:
        article = loaded(write(f"a.{ending}.gz", pack(text.encode())))
        assert (article.text, article.source) == (TEXT, f"a.{ending}.gz")

    def test_a_compressed_file_that_is_cut_off_is_unreadable(self) -> None:
        reject = rejected(write("a.txt.gz", gzip.compress(TEXT.encode())[:-3]))
        assert (reject.article_id, reject.reason) == ("七", "unreadable")
        assert reject.detail.startswith("a.txt.gz: the gzip data is damaged or not whole (cut off)")

    def test_a_small_file_that_unpacks_to_a_huge_one_is_too_long(self) -> None:
        reject = rejected(write("a.txt.zst", zstandard.compress(b"x" * 1_000_000)))
        assert reject.reason == "too_long"

    def test_the_encoding_that_was_found_is_told(self) -> None:
        item = write("a.txt", "供应商引入了第二条封装线。".encode("gb18030"))
        assert loaded(item).encoding == "gb18030"

    def test_a_given_encoding_is_used_and_no_other(self) -> None:
        assert rejected(write("a.txt"), encoding="ascii").reason == "unknown_encoding"

    def test_a_file_that_has_gone_is_unreadable(self) -> None:
        reject = rejected(FileItem("七", "gone.txt", 10))
        assert (reject.article_id, reject.reason) == ("七", "unreadable")
        assert reject.detail == "gone.txt: No such file or directory"

    def test_a_file_that_may_not_be_read_is_unreadable(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Not by chmod: tests may run as root, who may read everything.
        def refuse(path: Path, mode: str) -> None:  # noqa: ARG001
            raise PermissionError(13, "Permission denied", str(path))

        item = write("a.txt")
        monkeypatch.setattr(Path, "open", refuse)
        assert rejected(item).detail == "a.txt: Permission denied"

    def test_a_file_too_big_for_any_encoding_is_not_even_read(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        item = write("a.txt", "x" * (MAX_BYTES_PER_CHARACTER * 10 + 1))
        monkeypatch.delattr(Path, "open")
        reject = rejected(item, max_characters=10)
        assert reject.reason == "too_long"
        assert reject.detail == "a.txt: 41 bytes, the limit is 10 characters"

    def test_bytes_that_are_no_text_are_rejected(self) -> None:
        assert rejected(write("a.txt", bytes(range(256)) * 4)).reason == "not_text"

    def test_front_matter_is_metadata_and_stays_in_the_text(self) -> None:
        text = "---\ntitle: 产线\ndate: 2024年5月14日\n---\n开工了。\n"
        article = loaded(write("a.md", text))
        assert (article.text, article.title, article.published) == (text, "产线", "2024-05-14")
        assert article.source == "a.md"

    def test_a_name_that_is_no_unicode_shows_what_can_be_shown(self) -> None:
        assert loaded(write(os.fsdecode(b"\xb2\xe2-1.txt"))).source == "??-1.txt"

    def test_a_reject_of_a_name_that_is_no_unicode_can_be_written(self) -> None:
        rejected(FileItem("七", os.fsdecode(b"\xb2\xe2/\xff.txt"), 1)).detail.encode("utf-8")


class TestPages:
    def test_the_main_text_is_the_text_of_the_article(self) -> None:
        article = loaded(write("页.html", NEWS))
        assert article.text.startswith("远山半导体周二宣布完成三亿元的第二轮融资")
        assert article.sha256 == hashlib.sha256(article.text.encode()).hexdigest()
        assert (article.title, article.source, article.published, article.encoding) == (
            "远山半导体完成三亿元融资，北岸资本领投",
            "江城新闻网",
            "2024-05-14",
            "utf-8",
        )

    def test_a_page_that_names_no_site_has_its_file_as_source(self) -> None:
        article = loaded(write("页.htm", HTML))
        assert (article.text, article.source) == (TEXT, "页.htm")

    def test_a_page_without_main_text_is_rejected(self) -> None:
        reject = rejected(write("页.html", SHELL))
        assert reject.reason == "no_main_text"
        assert reject.detail.startswith("页.html: ")

    def test_an_empty_page_is_for_a_later_stage_to_judge(self) -> None:
        assert loaded(write("页.html", " \n")).text == " \n"

    def test_a_page_larger_than_its_article_may_be_is_read(self) -> None:
        padded = NEWS.replace("<body>", "<body>" + "<!-- 注 -->" * MAX_BYTES_PER_CHARACTER * LIMIT)
        assert loaded(write("页.html", padded)).text.startswith("远山半导体")

    def test_a_page_beyond_any_page_is_too_long(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("pipeline.batch.items.MAX_PAGE_BYTES", 100)
        assert rejected(write("页.html", NEWS)).reason == "too_long"

    @pytest.mark.parametrize(
        ("declared", "codec", "found"),
        [
            ("gb2312", "utf-8", "utf-8"),
            ("big5", "utf-8", "utf-8"),
            ("gb2312", "gb18030", "gb18030"),
            ("gbk", "utf-8-sig", "utf-8"),
            ("utf-8", "gb18030", "gb18030"),
            ("iso-8859-1", "gb18030", "gb18030"),
            ("big5", "gb18030", "gb18030"),
            ("gb2312", "utf-16", "utf-16-le"),
            ("no-such-charset", "gb18030", "gb18030"),
        ],
    )
    def test_a_wrong_declaration_does_not_matter(
        self, declared: str, codec: str, found: str
    ) -> None:
        # 㮾 is in GB18030 alone and 镕 in GBK, not in GB2312.
        html = NEWS.replace("周一帆", "周㮾镕").replace('"utf-8"', f'"{declared}"')
        article = loaded(write("页.html", html.encode(codec)))
        assert "创始人周㮾镕说" in article.text
        assert article.encoding == found

    @pytest.mark.parametrize("declared", ["big5", "gb2312", "utf-8"])
    def test_big5_with_characters_of_hong_kong_is_read_whatever_is_declared(
        self, declared: str
    ) -> None:
        html = OpenCC("s2t").convert(NEWS.replace("周一帆", "周啟㗎"))
        html = html.replace('"utf-8"', f'"{declared}"')
        article = loaded(write("页.html", html.encode("big5hkscs")))
        assert "創始人周啟㗎說" in article.text
        assert article.encoding == "big5hkscs"


class TestArchivedPages:
    def test_its_address_is_the_source_where_it_names_no_site(self) -> None:
        assert loaded(PAGE) == Article(URL, TEXT, source=URL, encoding="utf-8")

    def test_what_the_page_states_counts_before_what_is_known_of_it(self) -> None:
        article = loaded(replace(PAGE, content=NEWS.encode(), published="2020-01-01"))
        assert (article.source, article.published) == ("江城新闻网", "2024-05-14")
        assert loaded(replace(PAGE, published="2020-01-01")).published == "2020-01-01"

    def test_the_charset_of_its_server_settles_what_the_bytes_leave_open(self) -> None:
        traditional = OpenCC("s2t").convert(HTML).encode("big5")
        article = loaded(replace(PAGE, content=traditional, charset="big5"))
        assert article.text == OpenCC("s2t").convert(TEXT)

    def test_the_page_s_own_charset_counts_where_its_server_named_none(self) -> None:
        html = NEWS.replace('"utf-8"', '"gb18030"').encode("gb18030")
        assert loaded(replace(PAGE, content=html, charset="")).encoding == "gb18030"

    @pytest.mark.parametrize(
        ("content", "reason"),
        [(SHELL.encode(), "no_main_text"), (bytes(range(256)) * 4, "not_text")],
    )
    def test_a_page_without_text_is_rejected_with_its_place(
        self, content: bytes, reason: str
    ) -> None:
        reject = rejected(replace(PAGE, content=content))
        assert (reject.article_id, reject.reason) == (URL, reason)
        assert reject.detail.startswith("a.warc:2: ")


def test_a_record_is_an_article_as_it_stands() -> None:
    assert loaded(RECORD) == Article("七", TEXT, "题", "江城日报", "2024-05-14")


def test_a_reject_stays_one() -> None:
    assert rejected(REJECT) is REJECT


CHANGES: list[tuple[Item, Item]] = [
    *[
        (RECORD, replace(RECORD, **{field: "x"}))
        for field in ("id", "place", "text", "title", "source", "published")
    ],
    *[
        (PAGE, replace(PAGE, **{field: "x"}))
        for field in ("id", "place", "charset", "url", "published")
    ],
    (PAGE, replace(PAGE, content=b"x")),
    *[
        (REJECT, replace(REJECT, **{field: "x"}))
        for field in ("article_id", "part", "reason", "detail")
    ],
    (replace(RECORD, title="一二", source=""), replace(RECORD, title="一", source="二")),
    (RECORD, REJECT),
]


class TestFingerprint:
    @pytest.mark.parametrize("item", [RECORD, PAGE, REJECT])
    def test_equal_items_have_equal_ones(self, item: Item) -> None:
        assert fingerprint(item) == fingerprint(replace(item))
        assert len(fingerprint(item)) == 32

    @pytest.mark.parametrize(("one", "other"), CHANGES)
    def test_whatever_an_article_is_made_of_changes_it(self, one: Item, other: Item) -> None:
        assert fingerprint(one) != fingerprint(other)

    def test_a_file_s_is_that_of_its_content(self) -> None:
        before = fingerprint(write("a.txt", "一。"))
        assert fingerprint(write("a.txt", "一。")) == before
        assert fingerprint(write("a.txt", "二。")) != before
        assert fingerprint(write("b.txt", "一。")) != before

    def test_a_file_that_cannot_be_read_has_one_too(self) -> None:
        gone = FileItem("七", "a.txt", 1)
        assert fingerprint(gone) == fingerprint(gone)
        assert fingerprint(gone) != fingerprint(write("a.txt"))

    def test_a_name_that_is_no_unicode_has_one_too(self) -> None:
        first, second = (write(os.fsdecode(name)) for name in (b"\xb2\xe2", b"\xb2\xe3"))
        assert fingerprint(first) != fingerprint(second)

    def test_text_that_no_unicode_allows_has_one_too(self) -> None:
        assert fingerprint(replace(RECORD, text="\ud800")) != fingerprint(RECORD)
