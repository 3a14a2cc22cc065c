from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest

from pipeline.cleaning.boilerplate import MAX_CAPTION_CHARS, mark_boilerplate

CASES = json.loads((Path(__file__).parents[1] / "cases" / "boilerplate.json").read_text("utf-8"))


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


def test_text_without_boilerplate_has_no_marks() -> None:
    assert mark_boilerplate("产线开工了。\n工人很高兴。") == ()
    assert mark_boilerplate("") == ()


def test_marks_ascend_and_do_not_overlap() -> None:
    text = "\n".join(case["line"] for case in CASES)
    spans = [mark.span for mark in mark_boilerplate(text)]
    assert all(one.end <= other.start for one, other in pairwise(spans))
