from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cleaning import Cleaner
from pipeline.cleaning.markup import remove_markup
from pipeline.types import Article, CleanSpan
from tests.cleaning.laws import assert_keeps_account

CASES = json.loads((Path(__file__).parents[1] / "cases" / "markup.json").read_text("utf-8"))
HEALTHY = "厂商 A&B 的“良率”达 95%，R&D 费用 <3 亿元；见 a.example 的说明，*注。"
PIECES = st.sampled_from(
    "** * [ ] ]( ](https://a.example) ) ( ![ # ## > \\ \\* <p> </p> <br> <a href=x> </a> < > "
    "<!-- --> www. https:// a@b.c <script> </script> 甲 a 1 \n".split(" ")
)
TEXTS = st.lists(PIECES, max_size=24).map("".join) | st.text(
    st.characters(exclude_categories=()), max_size=60
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: ascii(case["text"])[:40])
def test_a_text_becomes_this(case: dict[str, str]) -> None:
    assert remove_markup(case["text"])[0] == case["fixed"]


def test_a_clean_text_is_given_back_itself() -> None:
    fixed, offsets, repairs = remove_markup(HEALTHY)
    assert fixed is HEALTHY
    assert repairs == ()
    assert offsets.starts == range(len(HEALTHY))


def test_a_name_leads_back_to_itself_and_the_marks_are_on_record() -> None:
    text = "<b>甲</b>投[**乙**](https://b.example)。"
    fixed, offsets, repairs = remove_markup(text)
    assert fixed == "甲投乙。"
    assert offsets.to_raw(CleanSpan(2, 3)).of(text) == "乙"
    assert [(repair.kind, repair.before) for repair in repairs] == [
        ("html_tag", "<b>"),
        ("html_tag", "</b>"),
        ("markdown", "[**"),
        ("markdown", "**](https://b.example)"),
    ]


def test_tags_that_were_escaped_are_tags() -> None:
    clean = Cleaner()(Article("a", "&lt;p&gt;輝達&lt;/p&gt;&lt;p&gt;安謀&lt;/p&gt;"))
    assert clean.text == "辉达\n安谋"


@given(TEXTS)
def test_the_map_ascends_and_the_repairs_say_what_stood_there(text: str) -> None:
    assert_keeps_account(remove_markup, text)


@given(TEXTS)
def test_removing_twice_is_removing_once(text: str) -> None:
    once = remove_markup(text)[0]
    assert remove_markup(once)[0] == once


@pytest.mark.parametrize(
    "piece",
    ["<", "<a ", "[", "**", "<!--", "<script>", "](", "<p x=", "> ", "*a", "www.", "a@", "a@a."],
)
def test_a_hostile_text_takes_no_longer_than_its_length(piece: str) -> None:
    # A pattern that looks back over the whole text takes minutes here.
    assert remove_markup(piece * 50_000)
