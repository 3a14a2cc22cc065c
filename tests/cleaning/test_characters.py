from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cleaning.characters import normalise_characters
from pipeline.types import CleanSpan
from tests.cleaning.laws import assert_keeps_account
from tests.damage.characters import COMPATIBILITY, DAMAGES, KANGXI, Damage

CASES = json.loads((Path(__file__).parents[1] / "cases" / "characters.json").read_text("utf-8"))
KINDS = {"invisible", "width", "radical", "compatibility", "line_end"}
RECOVERABLE = {name: damage for name, (kind, damage) in DAMAGES.items() if kind in KINDS}
HEALTHY = (
    "長門 2024 年食品用金色大門，龙头公司 AT&T 与 TSMC 的 5G 车机研发立在海边；高山、\n"
    "更好的见闻，青山绿水，风雨兼程，鱼鸟飞马，贝壳页黄，民齐骨西。“良率”达 95.5%！\n"
)
PIECES = st.sampled_from(
    [
        *"中A1%&＆－．％Ａ９👩❤⽤⻓\ue863\ue601\ufe0f\u200d\u200b\u200c\ufeff\r\n\t\u3000\uf900م🏴",
        "\U000e0067",
    ]
)
TEXTS = st.lists(PIECES, max_size=24).map("".join) | st.text(
    st.characters(exclude_categories=()), max_size=60
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: ascii(case["text"])[:40])
def test_a_text_becomes_this(case: dict[str, Any]) -> None:
    fixed, _, repairs = normalise_characters(_joined_surrogates(case["text"]))
    assert fixed == _joined_surrogates(case["fixed"])
    assert [repair.kind for repair in repairs] == case["kinds"]


def _joined_surrogates(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16")


@pytest.mark.parametrize("damage", RECOVERABLE.values(), ids=RECOVERABLE)
def test_what_was_damaged_is_recovered(damage: Damage) -> None:
    damaged = damage(HEALTHY)
    assert damaged != HEALTHY
    assert normalise_characters(damaged)[0] == HEALTHY


@pytest.mark.parametrize("table", [KANGXI, COMPATIBILITY], ids=["Kangxi", "compatibility"])
def test_every_look_alike_of_a_block_is_known(table: dict[str, str]) -> None:
    assert normalise_characters("".join(table.values()))[0] == "".join(table)


def test_a_clean_text_is_given_back_itself() -> None:
    fixed, offsets, repairs = normalise_characters(HEALTHY)
    assert fixed is HEALTHY
    assert repairs == ()
    assert offsets.starts == range(len(HEALTHY))


def test_a_character_leads_back_to_its_own_place() -> None:
    text = "甲\u200b\u200bＡＢ\r\n乙⽤"
    fixed, offsets, _ = normalise_characters(text)
    assert fixed == "甲AB\n乙用"
    assert [offsets.to_raw(CleanSpan(at, at + 1)).of(text) for at in range(len(fixed))] == [
        *"甲ＡＢ",
        "\r\n",
        *"乙⽤",
    ]


def test_an_icon_is_reported_as_uncertain() -> None:
    (repair,) = normalise_characters("\ue601首页")[2]
    assert (repair.before, repair.after, repair.certain) == ("\ue601", "\ue601", False)


def test_no_normal_form_is_forced_upon_the_whole_text() -> None:
    text = "㈱①ﬁ²…，"
    assert unicodedata.normalize("NFKC", text) != text
    assert normalise_characters(text)[0] == text


@given(TEXTS)
def test_the_map_ascends_and_the_repairs_say_what_stood_there(text: str) -> None:
    assert_keeps_account(normalise_characters, text)


@given(TEXTS)
def test_normalising_twice_is_normalising_once(text: str) -> None:
    once = normalise_characters(text)[0]
    assert normalise_characters(once)[0] == once
