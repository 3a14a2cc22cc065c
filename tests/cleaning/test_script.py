from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cleaning.script import KEPT, ScriptConverter, is_chinese

CASES = json.loads((Path(__file__).parents[1] / "cases" / "script.json").read_text("utf-8"))
# Radicals, extension A, the basic block, compatibility forms, extensions B to H.
CJK = ((0x2E80, 0x3400), (0x3400, 0xA000), (0xF900, 0xFB00), (0x20000, 0x323B0))
HAN = [chr(code) for first, last in CJK for code in range(first, last)]


@pytest.fixture(scope="module")
def converter() -> ScriptConverter:
    return ScriptConverter()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"] or "empty")
def test_the_script_is_told_by_the_characters_that_only_one_has(
    case: dict[str, str], converter: ScriptConverter
) -> None:
    assert converter.detect(case["text"], converter.simplify(case["text"])) == case["script"]


def test_traditional_becomes_simplified(converter: ScriptConverter) -> None:
    assert converter.simplify("晶圓廠與設計公司簽約") == "晶圆厂与设计公司签约"


def test_no_single_character_changes_the_length(converter: ScriptConverter) -> None:
    assert [c for c in HAN if len(converter.simplify(c)) != 1] == []


def test_a_character_is_simplified_only_once(converter: ScriptConverter) -> None:
    # 薴 is written 苧 in Simplified, which is also the Traditional form of 苎.
    assert converter.simplify("薴") == "苎"
    once = [converter.simplify(c) for c in HAN]
    assert [converter.simplify(c) for c in once] == once


@pytest.mark.parametrize(
    ("text", "simplified"),
    [
        ("乾縣", "乾县"),
        ("蕭乾與畢昇", "萧乾与毕昇"),
        ("乾縣縣乾乾縣", "乾县县干乾县"),
        ("對於單一", "对于单一"),
    ],
)
def test_a_phrase_is_simplified_only_once(
    converter: ScriptConverter, text: str, simplified: str
) -> None:
    assert converter.simplify(text) == simplified
    assert converter.simplify(simplified) == simplified


@pytest.mark.parametrize("kept", KEPT)
def test_a_name_with_a_character_that_looks_traditional_is_kept(
    converter: ScriptConverter, kept: str
) -> None:
    text = f"说{kept}和{kept}，乾杯"
    assert converter.simplify(text) == f"说{kept}和{kept}，干杯"


@given(st.text(st.sampled_from(HAN) | st.characters(exclude_categories=("Cs",))))
def test_simplifying_keeps_every_character_in_its_place_and_is_done_once(
    converter: ScriptConverter, text: str
) -> None:
    simplified = converter.simplify(text)
    assert len(simplified) == len(text)
    assert converter.simplify(simplified) == simplified


@given(st.text())
def test_every_text_has_one_of_the_four_answers(converter: ScriptConverter, text: str) -> None:
    assert converter.detect(text, converter.simplify(text)) in ("Hans", "Hant", "mixed", "none")


def test_a_release_that_changes_the_length_is_overruled_character_by_character(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Longer:
        def convert(self, text: str) -> str:
            return "计算机" if text == "電腦" else {"電": "电", "腦": "脑"}.get(text, text)

    converter = ScriptConverter()
    monkeypatch.setattr(converter, "_to_simplified", Longer())
    assert converter.simplify("電腦") == "电脑"


@pytest.mark.parametrize(
    ("text", "chinese"),
    [
        ("英伟达宣布收购Arm。", True),
        ("輝達（NVIDIA）H100、H200、B200 與 AMD MI300X、Intel Gaudi 3 正面交鋒", True),
        ("任天堂（株式会社ニンテンドー）与索尼争夺玩家。", True),
        ("Nvidia agreed to buy Arm from SoftBank, people close to the talks said.", False),
        ("Alibaba (阿里巴巴) reported record sales; " + "its cloud unit grew again. " * 10, False),
        ("エヌビディアは英半導体設計会社を買収すると発表した。", False),
        ("엔비디아가 ARM 인수를 발표했다.", False),
        ("1234 5678 %%%", False),
    ],
)
def test_what_counts_as_chinese(text: str, chinese: bool) -> None:
    assert is_chinese(text) is chinese
