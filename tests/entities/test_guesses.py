"""The pattern guessers on one sentence each, without registry and overlap rules."""

from __future__ import annotations

import pytest

from pipeline.entities.chips import guess_chips, model_ends
from pipeline.entities.companies import guess_companies
from pipeline.entities.guesses import Guesses
from pipeline.entities.people import guess_people


def _spans(text: str, guesses: Guesses) -> list[str]:
    return [guess.span.of(text) for guess in guesses]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("搭载M70芯片的笔记本", []),
        ("搭载B77芯片的服务器", ["B77"]),
        ("骁龙9999上市", ["骁龙9999"]),
        ("Exynos 9999量产", ["Exynos 9999"]),
        ("版本号1.B77.2", []),
        ("B77路公交车", []),
    ],
)
def test_a_short_chip_name_needs_a_cue(text: str, expected: list[str]) -> None:
    assert _spans(text, guess_chips(text, frozenset())) == expected


def test_a_chip_right_behind_its_maker_needs_no_other_cue() -> None:
    text = "凌云B77问世"
    assert _spans(text, guess_chips(text, frozenset({"凌云"}))) == ["B77"]
    assert _spans(text, guess_chips(text, frozenset())) == []


def test_a_model_ends_where_its_number_and_suffix_do() -> None:
    assert model_ends("骁龙8 Gen 3和骁龙888 Pro") == {0: 9, 10: 19}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Zephyrix公司裁员", ["Zephyrix"]),
        ("供应商Zephyrix停产", ["Zephyrix"]),
        ("他说Zephyrix很好", []),
        ("GPU公司裁员", []),
        ("公司网址a@Zephyrix公司", []),
    ],
)
def test_a_latin_company_needs_its_surroundings(text: str, expected: list[str]) -> None:
    assert _spans(text, guess_companies(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("凌云精密表示", ["凌云精密"]),
        ("中国科技发展很快", []),
        ("的科技公司", []),
        ("大型电子集团", []),
    ],
)
def test_a_han_company_is_a_rare_stem_with_a_tail(text: str, expected: list[str]) -> None:
    assert _spans(text, guess_companies(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("董事长刘一川辞职", "刘一川"),
        ("约翰·史密斯来访", "约翰·史密斯"),
        ("约翰‧史密斯来访", "约翰‧史密斯"),
        ("巴托莱特 (Dave Bartoletti)认为", "巴托莱特"),
        ("董事长Jane Whitfield辞职", "Jane Whitfield"),
        ("诸葛明亮先生来访", "诸葛明亮"),
    ],
)
def test_a_person_is_known_by_role_script_or_gloss(text: str, expected: str) -> None:
    assert expected in _spans(text, guess_people(text))


@pytest.mark.parametrize(
    "text",
    [
        "董事长高兴地说",
        "分析师认为股价偏高",
        "总裁和副总裁都辞职了",
        "贝尔 (Bell Labs)发布",
        "公司王总结经验",
    ],
)
def test_a_role_without_a_name_gives_no_person(text: str) -> None:
    assert _spans(text, guess_people(text)) == []
