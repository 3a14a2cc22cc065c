from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cleaning.spacing import repair_spacing
from pipeline.types import CleanSpan
from tests.cleaning.laws import assert_keeps_account
from tests.damage.characters import cut_up, spaced_out, wrapped

CASES = json.loads((Path(__file__).parents[1] / "cases" / "spacing.json").read_text("utf-8"))
HEALTHY = (
    "公司上周在投资者大会上表示，位于西部的新厂房已经封顶，预计明年春天开始安装设备，夏天试产，秋天交付第一批产品。"
    "首批客户来自汽车行业，订单足够生产两年；其余的产能留给消费电子，价格还在谈判之中。\n"
    "管理层说，第二期工程还没有定下来，要看市场需求，最早要到后年才会动工，届时会再招聘一千名工程师，并把研发中心迁到厂区旁边。"
)
PIECES = st.sampled_from(
    [
        *"公司的芯片，。、A1 \n\t（）",
        "公司 的",
        "公 司 公 告 ",
        "媒 体",
        "\n\n\n",
        "  ",
        "a b c d e f ",
    ]
) | st.just("公司上周表示，位于西部的新厂房已经封顶，预计明年春天\n")
TEXTS = st.lists(PIECES, max_size=24).map("".join) | st.text(
    st.characters(exclude_categories=()), max_size=60
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: ascii(case["text"])[:40])
def test_a_text_becomes_this(case: dict[str, Any]) -> None:
    fixed, _, repairs = repair_spacing(case["text"])
    assert fixed == case["fixed"]
    assert [repair.kind for repair in repairs] == case["kinds"]


def test_a_letter_spaced_text_is_closed_up() -> None:
    assert repair_spacing(spaced_out(HEALTHY))[0] == HEALTHY


@pytest.mark.parametrize("columns", [44, 60, 72, 76])
def test_a_wrapped_text_is_joined(columns: int) -> None:
    damaged = wrapped(HEALTHY, columns=columns, margin="\n\n")
    assert repair_spacing(damaged)[0] == HEALTHY.replace("\n", "\n\n")


def test_a_wrapped_text_of_letter_spaced_lines_is_closed_up_and_joined() -> None:
    damaged = spaced_out(wrapped(HEALTHY))
    assert repair_spacing(damaged)[0] == HEALTHY.replace("\n", "\n\n")


def test_words_cut_in_two_are_whole_again() -> None:
    words = ("西部", "春天", "设备", "产品", "汽车", "市场", "工程师")
    assert (
        repair_spacing(cut_up(HEALTHY, [HEALTHY.index(word) + 1 for word in words]))[0] == HEALTHY
    )


def test_a_sentence_with_several_strays_loses_the_others_too_but_they_are_guessed() -> None:
    text = "新厂 的设 备已经 进场，客户 与公 司签约。"
    fixed, _, repairs = repair_spacing(text)
    assert fixed == "新厂的设备已经进场，客户与公司签约。"
    assert [repair.certain for repair in repairs] == [True, True, False, False, True]


def test_a_clean_text_is_given_back_itself() -> None:
    fixed, offsets, repairs = repair_spacing(HEALTHY)
    assert fixed is HEALTHY
    assert repairs == ()
    assert offsets.starts == range(len(HEALTHY))


def test_a_character_leads_back_to_its_own_place() -> None:
    text = "据媒 体报道，英 伟 达涨了。"
    fixed, offsets, _ = repair_spacing(text)
    at = fixed.index("英伟达")
    assert offsets.to_raw(CleanSpan(at, at + 3)).of(text) == "英 伟 达"
    for at, character in enumerate(fixed):
        assert offsets.to_raw(CleanSpan(at, at + 1)).of(text) == character


@given(TEXTS)
def test_the_map_ascends_and_the_repairs_say_what_stood_there(text: str) -> None:
    assert_keeps_account(repair_spacing, text)


@given(TEXTS)
def test_nothing_but_blanks_is_ever_taken_out(text: str) -> None:
    assert "".join(repair_spacing(text)[0].split()) == "".join(text.split())


@given(TEXTS)
def test_repairing_twice_is_repairing_once(text: str) -> None:
    once = repair_spacing(text)[0]
    assert repair_spacing(once)[0] == once
