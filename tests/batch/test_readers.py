from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from opencc import OpenCC

from pipeline.batch import find_files, read_articles
from pipeline.batch.readers import MAX_BYTES_PER_CHARACTER, article_id_of
from pipeline.errors import InputError
from pipeline.types import Article, Reject

LIMIT = 1_000


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is also the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path: str, text: str = "产线昨天开工了。") -> Path:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8", newline="")
    return file


def read(*files: Path, encoding: str = "", max_characters: int = LIMIT) -> list[Article | Reject]:
    return list(read_articles(files, encoding=encoding, max_characters=max_characters))


def read_one(file: Path) -> Article:
    (article,) = read(file)
    assert isinstance(article, Article), article
    return article


def rejected(*files: Path, encoding: str = "", max_characters: int = LIMIT) -> Reject:
    reject = read(*files, encoding=encoding, max_characters=max_characters)[-1]
    assert isinstance(reject, Reject), reject
    return reject


@pytest.mark.usefixtures("folder")
class TestFindFiles:
    def test_a_folder_gives_its_articles_at_every_depth_sorted(self) -> None:
        names = ("站/乙.txt", "站/甲.md", "站/内/丙.TXT", "站/丁.html", "站/内/戊.HTM")
        for name in (*names, "站/表.csv"):
            write(name)
        found = [path.as_posix() for path in find_files(["站"])]
        assert found == sorted(names, key=Path)

    def test_a_file_is_taken_whatever_its_ending(self) -> None:
        assert find_files([str(write("无尾")), str(write("页.html"))]) == (
            Path("无尾"),
            Path("页.html"),
        )

    def test_a_glob_gives_the_files_that_match(self) -> None:
        for name in ("a/1.txt", "a/b/2.txt", "a/b/3.md"):
            write(name)
        assert find_files(["a/**/*.txt"]) == (Path("a/1.txt"), Path("a/b/2.txt"))

    def test_an_absolute_glob_works_too(self) -> None:
        write("1.txt")
        assert find_files([str(Path.cwd() / "*.txt")]) == (Path.cwd() / "1.txt",)

    def test_a_name_with_brackets_is_a_file_before_it_is_a_glob(self) -> None:
        assert find_files([str(write("[1].txt"))]) == (Path("[1].txt"),)

    def test_a_file_named_twice_is_taken_once(self) -> None:
        write("a/1.txt")
        assert find_files(["a", "a/1.txt", "a/*.txt", "./a/1.txt"]) == (Path("a/1.txt"),)

    def test_the_order_of_the_arguments_is_kept(self) -> None:
        write("二/1.txt")
        write("一/2.txt")
        assert find_files(["二", "一"]) == (Path("二/1.txt"), Path("一/2.txt"))

    def test_a_folder_named_like_an_article_is_none(self) -> None:
        write("站/旧.txt/1.md")
        assert find_files(["站"]) == (Path("站/旧.txt/1.md"),)

    @pytest.mark.parametrize("path", ["没有.txt", "没有/一.txt"])
    def test_a_path_that_does_not_exist_is_an_input_error(self, path: str) -> None:
        with pytest.raises(InputError, match=f"no such file or folder: {path}"):
            find_files([path])

    def test_a_glob_without_a_match_is_an_input_error(self) -> None:
        with pytest.raises(InputError, match="nothing matches"):
            find_files(["*.txt"])

    def test_a_folder_without_articles_is_an_input_error_that_names_the_endings(self) -> None:
        write("站/表.csv")
        with pytest.raises(InputError, match=r"站 holds no article \(\.txt, \.md, \.html, \.htm"):
            find_files(["站"])

    def test_a_name_that_no_system_allows_is_an_input_error(self) -> None:
        with pytest.raises(InputError, match="cannot read"):
            find_files(["长" * 300])


@pytest.mark.usefixtures("folder")
class TestReadArticles:
    def test_an_article_is_named_after_its_file(self) -> None:
        article = read_one(write("站/第一篇.v2.txt", "原文。"))
        assert (article.id, article.source, article.text) == (
            "第一篇.v2",
            "第一篇.v2.txt",
            "原文。",
        )

    def test_line_ends_are_kept_as_they_are(self) -> None:
        assert read_one(write("a.txt", "一。\r\n二。\n")).text == "一。\r\n二。\n"

    def test_the_encoding_that_was_found_is_told(self) -> None:
        Path("a.txt").write_bytes("供应商引入了第二条封装线。".encode("gb18030"))
        assert read_one(Path("a.txt")).encoding == "gb18030"

    def test_a_given_encoding_is_used_and_no_other(self) -> None:
        assert rejected(write("a.txt"), encoding="ascii").reason == "unknown_encoding"

    def test_articles_are_read_only_when_they_are_asked_for(self) -> None:
        articles = read_articles([write("a.txt"), Path("gone.txt")], max_characters=LIMIT)
        assert isinstance(next(articles), Article)

    def test_a_second_file_of_the_same_name_is_a_duplicate(self) -> None:
        reject = rejected(write("甲/1.txt"), write("乙/1.md"))
        assert (reject.article_id, reject.reason) == ("1", "duplicate_id")
        assert "乙/1.md after 甲/1.txt" in reject.detail

    def test_a_file_that_has_gone_is_unreadable_and_the_next_is_read(self) -> None:
        gone, article = read(Path("gone.txt"), write("a.txt"))
        assert isinstance(gone, Reject)
        assert (gone.article_id, gone.reason) == ("gone", "unreadable")
        assert "No such file" in gone.detail
        assert isinstance(article, Article)

    def test_a_file_that_may_not_be_read_is_unreadable(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Not by chmod: tests may run as root, who may read everything.
        def refuse(path: Path) -> bytes:
            raise PermissionError(13, "Permission denied", str(path))

        monkeypatch.setattr(Path, "read_bytes", refuse)
        reject = rejected(write("a.txt"))
        assert reject.reason == "unreadable"
        assert reject.detail == "a.txt: Permission denied"

    def test_a_file_too_big_for_any_encoding_is_not_even_read(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = write("a.txt", "x" * (MAX_BYTES_PER_CHARACTER * 10 + 1))
        monkeypatch.delattr(Path, "read_bytes")
        reject = rejected(file, max_characters=10)
        assert reject.reason == "too_long"
        assert "41 bytes, the limit is 10 characters" in reject.detail

    def test_bytes_that_are_no_text_are_rejected(self) -> None:
        Path("a.txt").write_bytes(bytes(range(256)) * 4)
        assert rejected(Path("a.txt")).reason == "not_text"

    def test_front_matter_is_metadata_and_stays_in_the_text(self) -> None:
        text = "---\ntitle: 产线\ndate: 2024年5月14日\n---\n开工了。\n"
        article = read_one(write("a.md", text))
        assert (article.text, article.title, article.published) == (text, "产线", "2024-05-14")
        assert article.source == "a.md"

    @pytest.mark.parametrize(
        ("name", "article_id"),
        [
            (" .txt", " "),
            (".txt", ".txt"),
            ("a b.txt", "a b"),
            ("第\n一.txt", "第\n一"),
            ("𠮷.md", "𠮷"),
            ("'\".txt", "'\""),
            ("无尾", "无尾"),
        ],
    )
    def test_a_weird_name_is_a_name(self, name: str, article_id: str) -> None:
        assert read_one(write(name)).id == article_id

    def test_a_name_that_is_no_unicode_shows_what_can_be_shown(self) -> None:
        file = Path(os.fsdecode(b"\xb2\xe2-1.txt"))
        article = read_one(write(str(file)))
        assert (article.id, article.source) == ("??-1", "??-1.txt")

    def test_a_reject_of_a_name_that_is_no_unicode_can_be_written(self) -> None:
        gone = Path(os.fsdecode(b"\xb2\xe2/\xff.txt"))
        for reject in read(gone, gone):
            assert isinstance(reject, Reject)
            (reject.article_id + reject.detail).encode("utf-8")

    def test_an_id_is_never_empty(self) -> None:
        assert article_id_of(Path("站/.md")) == ".md"


NEWS = (Path(__file__).parents[1] / "cases" / "pages" / "news.html").read_text("utf-8")
SHELL = (Path(__file__).parents[1] / "cases" / "pages" / "shell.html").read_text("utf-8")


@pytest.mark.usefixtures("folder")
class TestPages:
    def test_the_main_text_is_the_text_of_the_article(self) -> None:
        article = read_one(write("页.html", NEWS))
        assert article.text.startswith("远山半导体周二宣布完成三亿元的第二轮融资")
        assert article.sha256 == hashlib.sha256(article.text.encode()).hexdigest()
        assert (article.title, article.source, article.published, article.encoding) == (
            "远山半导体完成三亿元融资，北岸资本领投",
            "江城新闻网",
            "2024-05-14",
            "utf-8",
        )

    def test_a_page_that_names_no_site_has_its_file_as_source(self) -> None:
        article = read_one(write("页.htm", "<html><body><p>产线昨天开工了。</p></body></html>"))
        assert (article.text, article.source) == ("产线昨天开工了。", "页.htm")

    def test_a_page_without_main_text_is_rejected(self) -> None:
        reject = rejected(write("页.html", SHELL))
        assert reject.reason == "no_main_text"
        assert reject.detail.startswith("页.html: ")

    def test_an_empty_page_is_for_a_later_stage_to_judge(self) -> None:
        assert read_one(write("页.html", " \n")).text == " \n"

    def test_a_page_larger_than_its_article_may_be_is_read(self) -> None:
        padded = NEWS.replace("<body>", "<body>" + "<!-- 注 -->" * MAX_BYTES_PER_CHARACTER * LIMIT)
        assert read_one(write("页.html", padded)).text.startswith("远山半导体")

    def test_a_page_beyond_any_page_is_too_long(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("pipeline.batch.readers.MAX_PAGE_BYTES", 100)
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
        Path("页.html").write_bytes(html.encode(codec))
        article = read_one(Path("页.html"))
        assert "创始人周㮾镕说" in article.text
        assert article.encoding == found

    @pytest.mark.parametrize("declared", ["big5", "gb2312", "utf-8"])
    def test_big5_with_characters_of_hong_kong_is_read_whatever_is_declared(
        self, declared: str
    ) -> None:
        html = OpenCC("s2t").convert(NEWS.replace("周一帆", "周啟㗎"))
        html = html.replace('"utf-8"', f'"{declared}"')
        Path("页.html").write_bytes(html.encode("big5hkscs"))
        article = read_one(Path("页.html"))
        assert "創始人周啟㗎說" in article.text
        assert article.encoding == "big5hkscs"
