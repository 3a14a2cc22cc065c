from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.batch.containers import Page, declared_charset, iso_date, read_html, read_markdown

PAGES = Path(__file__).parents[1] / "cases" / "pages"
SENTENCE = "远山半导体昨天说，新产线明年投产。"


def page(name: str) -> str:
    return (PAGES / f"{name}.html").read_text("utf-8")


def main_text(html: str) -> str:
    read = read_html(html)
    assert read is not None
    return read.text


class TestNewsPage:
    def test_the_main_text_keeps_its_lines(self) -> None:
        lines = [line.strip() for line in main_text(page("news")).splitlines()]
        assert lines[0].startswith("远山半导体周二宣布完成三亿元的第二轮融资")
        assert lines[1].endswith("客户包括多家手机厂商。")
        assert lines[2] == "创始人周一帆说，新产线预计明年第二季度投产。"
        assert lines[-1] == "（责任编辑：何田）"

    def test_table_and_list_are_lines_of_their_own(self) -> None:
        lines = main_text(page("news")).splitlines()
        assert any("第二轮" in line and "三亿元" in line for line in lines)
        assert "- 产能：每月两万片" in lines

    @pytest.mark.parametrize(
        "frame",
        ["脚本里", "样式里", "首页", "分享到", "相关阅读", "白石科技", "网友", "侧栏", "版权所有"],
    )
    def test_nothing_of_the_frame_is_text(self, frame: str) -> None:
        assert frame in page("news")
        assert frame not in main_text(page("news"))

    def test_title_date_and_site_are_kept(self) -> None:
        read = read_html(page("news"))
        assert read is not None
        assert read.title == "远山半导体完成三亿元融资，北岸资本领投"
        assert read.published == "2024-05-14"
        assert read.source == "江城新闻网"

    def test_the_address_is_the_source_where_no_site_is_named(self) -> None:
        html = page("news").replace('property="og:site_name"', 'property="og:none"')
        read = read_html(html.replace("_江城新闻网", ""))
        assert read is not None
        assert read.source == "https://news.example.org/tech/2024-05-14/1024.html"


class TestBrokenPages:
    def test_unclosed_tags_cost_no_paragraph(self) -> None:
        text = main_text(page("unclosed"))
        for part in ("持有其一成股份。", "测试业务分拆出去。", "年底以前会有结果。", "排产系统"):
            assert part in text

    def test_an_unclosed_title_does_not_swallow_the_page(self) -> None:
        read = read_html(page("unclosed"))
        assert read is not None
        assert read.title == "东湖集团投资西岭软件"

    @pytest.mark.parametrize(
        "html",
        [
            f"<p>{SENTENCE}</p>",
            SENTENCE,
            f'<?xml version="1.0" encoding="gb2312"?><html><body><p>{SENTENCE}</body></html>',
            f"<html><body><p>{SENTENCE}",
            f"<html><body><div>{SENTENCE}</div></body></html>",
            f"<html><body><center><font>{SENTENCE[:5]}</font>{SENTENCE[5:]}</center></body></html>",
        ],
        ids=["fragment", "no tags", "XML declaration", "cut off", "div", "center"],
    )
    def test_a_page_of_one_sentence_is_read(self, html: str) -> None:
        assert main_text(html) == SENTENCE

    def test_a_sentence_in_many_spans_is_one_line(self) -> None:
        lines = main_text(page("spans")).splitlines()
        assert lines[0].startswith("远山半导体去年收购了白石科技的传感器业务。")
        assert lines[1].startswith("今年它又投资了青禾软件，")

    @pytest.mark.parametrize(
        "html",
        [
            "<div>" * 20_000 + SENTENCE,
            "<" * 100_000,
            "<p a=1" * 50_000,
            "</p>" * 100_000,
            "\x00<p>",
        ],
        ids=["nested", "less-than signs", "open tags", "ends without starts", "NUL"],
    )
    def test_what_is_hardly_html_stops_nothing(self, html: str) -> None:
        read_html(html)


class TestPagesWithoutText:
    def test_an_empty_shell_holds_no_main_text(self) -> None:
        assert read_html(page("shell")) is None

    def test_the_article_in_a_script_is_not_read(self) -> None:
        article = f'{{"@type": "NewsArticle", "articleBody": "{SENTENCE * 20}"}}'
        script = f'<script type="application/ld+json">{article}</script>'
        html = f"<html><head>{script}</head><body><div id=app></div></body></html>"
        assert read_html(html) is None

    def test_a_script_beside_the_text_stays_out(self) -> None:
        script = f"<script>var a = '脚本{SENTENCE}';</script>"
        html = f"<html><body><p>{SENTENCE}</p>{script}<p>{script}工人很高兴。</p></body></html>"
        assert main_text(html) == f"{SENTENCE}\n工人很高兴。"


@pytest.mark.parametrize(
    ("head", "charset"),
    [
        (b'<meta charset="gb2312">', "gb2312"),
        (b"<META CHARSET=GBK>", "GBK"),
        (b"<meta http-equiv='Content-Type' content='text/html; charset=big5'>", "big5"),
        (b'<?xml version="1.0" encoding="gb18030"?>', "gb18030"),
        (b'<meta name="a"><meta charset = "utf-8" >', "utf-8"),
        (b"<p>charset=gbk</p>", ""),
        (b"", ""),
    ],
)
def test_the_charset_that_a_page_declares_is_found(head: bytes, charset: str) -> None:
    assert declared_charset(b"<!-- x -->" + head + b"<body>") == charset


class TestFrontMatter:
    TEXT = "---\ntitle: '产线'\ndate: 2024-05-14 09:30\nsource: 江城日报\n---\n# 产线\n\n开工了。\n"

    def test_title_date_and_source_are_metadata_and_the_text_stays_whole(self) -> None:
        assert read_markdown(self.TEXT) == Page(self.TEXT, "产线", "江城日报", "2024-05-14")

    def test_line_ends_of_windows_make_no_difference(self) -> None:
        text = self.TEXT.replace("\n", "\r\n")
        assert read_markdown(text) == Page(text, "产线", "江城日报", "2024-05-14")

    @pytest.mark.parametrize(
        ("text", "title"),
        [
            ("# **輝達**投資[OpenAI](https://o.example) #\n正文", "輝達投資OpenAI"),
            ("来源：江城日报\n\n# 产线\r\n## 背景\n正文", "产线"),
            ("---\ntitle: 产线\n---\n# 别的\n正文", "产线"),
            ("#话题 正文\n## 背景\n正文", ""),
        ],
    )
    def test_the_first_heading_is_the_title_where_front_matter_names_none(
        self, text: str, title: str
    ) -> None:
        assert read_markdown(text) == Page(text, title)

    @pytest.mark.parametrize("text", ["", "开工了。\n", "---\n开工了。\n---\n", "title: 产线\n"])
    def test_markdown_without_it_is_text_alone(self, text: str) -> None:
        assert read_markdown(text) == Page(text)


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("2024-05-14", "2024-05-14"),
        ("2024/5/4 09:30:00 +0800", "2024-05-04"),
        ("2024年5月4日", "2024-05-04"),
        ("2024-05-14T09:30:00Z", "2024-05-14"),
        ("2024-02-31", ""),
        ("昨天", ""),
        ("", ""),
    ],
)
def test_a_date_is_iso_or_nothing(written: str, date: str) -> None:
    assert iso_date(written) == date


def test_text_and_jsonl_are_read_without_the_packages_of_other_formats(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(SENTENCE, encoding="utf-8")
    (tmp_path / "b.jsonl").write_text('{"text": "第二篇。"}', encoding="utf-8")
    code = (
        "import sys\nfrom pipeline.batch import find_inputs, load, read_items\n"
        f"items = list(read_items(find_inputs([{str(tmp_path)!r}])))\n"
        "assert len([load(item, max_characters=100).text for item in items]) == 2\n"
        "assert not {'trafilatura', 'lxml', 'pyarrow', 'warcio', 'zstandard'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
