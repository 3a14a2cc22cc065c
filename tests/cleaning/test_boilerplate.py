from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest

from pipeline.cleaning import Cleaner
from pipeline.cleaning.boilerplate import MAX_CAPTION_CHARS, MAX_RELATED_LINES, mark_boilerplate
from pipeline.types import Article

CASES = json.loads((Path(__file__).parents[1] / "cases" / "boilerplate.json").read_text("utf-8"))


# Longer than any label, so that only its end can be one.
PROSE = (
    "远山半导体周二说，新产线明年第二季度投产，产能会比现在多一倍，" * 2 + "工人也要多招四百名。"
)


def kinds(text: str) -> list[tuple[str, str]]:
    return [(mark.kind, mark.span.of(text)) for mark in mark_boilerplate(text)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["line"][:24])
def test_a_line_is_of_the_kind_that_it_looks_like(case: dict[str, str]) -> None:
    before = case.get("before", "正文的第一段。")
    text = f"{before}\n{case['line']}\n正文的最后一段。"
    found = [kind for kind, line in kinds(text) if line == case["line"]]
    assert found == ([case["kind"]] if case["kind"] else [])


def test_the_lines_around_boilerplate_are_not_marked() -> None:
    assert kinds("产线开工了。\n作者：林小舟\n工人很高兴。") == [("byline", "作者：林小舟")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_mark_is_the_whole_line_without_its_line_end(end: str) -> None:
    assert kinds(f"作者：林小舟{end}{end}产线开工了。{end}") == [("byline", "作者：林小舟")]


def test_a_blank_line_between_picture_and_caption_makes_no_difference() -> None:
    assert kinds("[图片]\n\n \n新厂房的夜景") == [
        ("placeholder", "[图片]"),
        ("caption", "新厂房的夜景"),
    ]


def test_only_the_first_line_after_a_picture_is_its_caption() -> None:
    assert kinds("[图片]\n新厂房的夜景\n旧厂房的夜景")[1:] == [("caption", "新厂房的夜景")]


def test_a_line_longer_than_any_caption_is_prose() -> None:
    longest = "夜" * MAX_CAPTION_CHARS
    assert kinds(f"[图片]\n{longest}")[1:] == [("caption", longest)]
    assert kinds(f"[图片]\n{longest}景")[1:] == []


class TestFrontMatter:
    FRONT = "---\ntitle: 产线\ntags:\n  - 芯片\n# 备注\n\ndate: 2024-05-14\n---"

    @pytest.mark.parametrize("end", ["\n", "\r\n"])
    def test_yaml_at_the_start_is_front_matter(self, end: str) -> None:
        front = self.FRONT.replace("\n", end)
        assert kinds(f"{front}{end}产线开工了。{end}") == [("front_matter", front)]

    def test_it_may_be_all_there_is(self) -> None:
        assert kinds(self.FRONT) == [("front_matter", self.FRONT)]

    @pytest.mark.parametrize(
        "text",
        [
            "产线开工了。\n---\ntitle: 产线\n---\n",
            "---\n产线开工了。\n---\n",
            "---\ntitle: 产线\n产线开工了。\n",
            "---\n---\n",
        ],
        ids=["not at the start", "prose between rules", "no second rule", "nothing between"],
    )
    def test_anything_else_between_rules_is_text(self, text: str) -> None:
        assert kinds(text) == []


class TestRelated:
    def test_the_titles_behind_the_heading_belong_to_it_until_prose_comes(self) -> None:
        titles = ["白石科技发布新一代传感器", "谁买走了青禾软件？", "3. 江城的半导体十年"]
        text = "\n\n".join(
            ["产线开工了。", "相关阅读", *titles, "工厂明年投产，产能翻倍。", "尾声"]
        )
        assert kinds(text) == [("related", line) for line in ["相关阅读", *titles]]

    def test_a_title_beside_the_heading_is_followed_by_bullets_only(self) -> None:
        text = (
            "延伸阅读：一座小城的芯片梦\n- 白石科技换帅\n[青禾软件](https://example.org)\n竞争格局"
        )
        assert [line for _, line in kinds(text)] == text.split("\n")[:-1]

    def test_a_section_number_ends_the_list(self) -> None:
        assert kinds("推荐阅读\n白石科技换帅\n02\n竞争格局") == [
            ("related", "推荐阅读"),
            ("related", "白石科技换帅"),
            ("section_number", "02"),
        ]

    def test_other_boilerplate_in_the_list_keeps_its_kind(self) -> None:
        assert kinds("推荐阅读\n责任编辑：何田\n白石科技换帅")[1:] == [
            ("byline", "责任编辑：何田"),
            ("related", "白石科技换帅"),
        ]

    def test_a_list_has_an_end_even_where_no_full_stop_comes(self) -> None:
        lines = [f"第{n}行没有句号" for n in range(MAX_RELATED_LINES + 5)]
        assert len(kinds("\n".join(["相关阅读", *lines]))) == 1 + MAX_RELATED_LINES


class TestLineEnds:
    @pytest.mark.parametrize(
        ("kind", "tail"),
        [
            ("byline", "（责任编辑：何田）"),
            ("byline", "(编辑：何田)"),
            ("byline", "责任编辑：何田"),
            ("byline", "【责编 何田】"),
            ("byline", "（记者 周远 通讯员 何田）"),
            ("byline", "（本报记者 周远 报道）"),
            ("byline", "（作者为独立分析师）"),
            ("byline", "（本文仅代表作者观点）"),
            ("byline", "（完）"),
            ("credit", "（图：视觉中国）"),
            ("credit", "（图/受访者供图）"),
            ("credit", "（资料图）"),
        ],
    )
    def test_a_signature_behind_the_last_full_stop_is_marked_alone(
        self, kind: str, tail: str
    ) -> None:
        assert kinds(f"{PROSE}{tail}") == [(kind, tail)]
        assert kinds(f"{PROSE} {tail} ") == [(kind, tail)]

    @pytest.mark.parametrize(
        "tail",
        [
            "（记者注：数字后来有更正。）",
            "（编辑部在江城）",
            "（图一是新厂房）",
            "（作者认为不会）",
            "（来源于公司）",
            "（完成时间未定）",
            "（责任编辑制度已有三十年）",
        ],
    )
    def test_a_bracket_that_says_something_stays_prose(self, tail: str) -> None:
        assert kinds(f"{PROSE}{tail}") == []

    def test_a_sentence_is_not_lost_to_a_bracket_inside_it(self) -> None:
        assert kinds(PROSE.removesuffix("。") + "（图：视觉中国）。") == []


@pytest.mark.parametrize(
    "line", ["延伸閱讀", "責任編輯：何田", "圖源網路", "（記者周遠／江城報導）"]
)
def test_a_traditional_page_is_marked_once_it_is_simplified(cleaner: Cleaner, line: str) -> None:
    text = cleaner(Article("a", f"產線開工了。\n{line}\n工人很高興。")).text
    assert [found for _, found in kinds(text)] == [text.split("\n")[1]]


def test_text_without_boilerplate_has_no_marks() -> None:
    assert mark_boilerplate("产线开工了。\n工人很高兴。") == ()
    assert mark_boilerplate("") == ()


def test_marks_ascend_and_do_not_overlap() -> None:
    text = "\n".join(case["line"] for case in CASES)
    spans = [mark.span for mark in mark_boilerplate(text)]
    assert all(one.end <= other.start for one, other in pairwise(spans))
