from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cleaning.escapes import MAX_ROUNDS, decode_escapes
from pipeline.types import CleanSpan
from tests.cleaning.laws import assert_keeps_account
from tests.damage.characters import DAMAGES, Damage, as_named_entities

CASES = json.loads((Path(__file__).parents[1] / "cases" / "escapes.json").read_text("utf-8"))
KINDS = {"html_entity", "unicode_escape", "percent_escape"}
RECOVERABLE = {name: damage for name, (kind, damage) in DAMAGES.items() if kind in KINDS}
HEALTHY = "厂商 A&B 的“良率”达 95%，R&D 费用 <3 亿元…见 https://a.example/?x=1&y=2 的说明。"
PIECES = st.sampled_from(
    "& &amp; amp; lt; # #38; #92; ; &#x \\ \\u u4e2d u0026 d83d \\ude00 % %E8 %8A %AF %D0%BE 25 "
    "C:\\ https:// ?a= [ - 中 a 1".split(" ")
)
TEXTS = st.lists(PIECES, max_size=24).map("".join) | st.text(
    st.characters(exclude_categories=()), max_size=60
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: ascii(case["text"])[:40])
def test_a_text_becomes_this(case: dict[str, Any]) -> None:
    fixed, _, repairs = decode_escapes(case["text"])
    assert fixed == case["fixed"]
    assert [repair.kind for repair in repairs] == case["kinds"]


@pytest.mark.parametrize("damage", RECOVERABLE.values(), ids=RECOVERABLE)
def test_what_was_damaged_is_recovered(damage: Damage) -> None:
    damaged = damage(HEALTHY)
    assert damaged != HEALTHY
    assert decode_escapes(damaged)[0] == HEALTHY


def test_a_clean_text_is_given_back_itself() -> None:
    fixed, offsets, repairs = decode_escapes(HEALTHY)
    assert fixed is HEALTHY
    assert repairs == ()
    assert offsets.starts == range(len(HEALTHY))


def test_a_character_leads_back_to_its_own_escape() -> None:
    text = "甲%E8%8A%AF%E7%89%87&amp;#20057;\\u4e19"
    fixed, offsets, _ = decode_escapes(text)
    assert fixed == "甲芯片乙丙"
    assert [offsets.to_raw(CleanSpan(at, at + 1)).of(text) for at in range(len(fixed))] == [
        "甲",
        "%E8%8A%AF",
        "%E7%89%87",
        "&amp;#20057;",
        "\\u4e19",
    ]


def test_a_nest_of_escapes_is_one_repair() -> None:
    (repair,) = decode_escapes("&amp;#92;u82af")[2]
    assert (repair.kind, repair.before, repair.after) == ("unicode_escape", "&amp;#92;u82af", "芯")


def test_an_ampersand_may_be_escaped_any_number_of_times() -> None:
    assert decode_escapes(as_named_entities("甲 < 乙", times=20))[0] == "甲 < 乙"


def test_a_text_of_escapes_within_escapes_without_end_stays_as_it_is() -> None:
    text = "&" + "#92;u0026" * MAX_ROUNDS + "lt;"
    assert decode_escapes(text)[0] == text


@given(TEXTS)
def test_the_map_ascends_and_the_repairs_say_what_stood_there(text: str) -> None:
    assert_keeps_account(decode_escapes, text)


@given(TEXTS)
def test_decoding_twice_is_decoding_once(text: str) -> None:
    once = decode_escapes(text)[0]
    assert decode_escapes(once)[0] == once
