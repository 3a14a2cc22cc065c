from __future__ import annotations

import pytest

from pipeline.entities.forms import NEVER, STRONG, WEAK, agree, form_of, shortens


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("星川科技股份有限公司", "星川科技"),
        ("Lumen Forge, Inc.", "lumenforge"),
        ("Lumen-Forge", "lumenforge"),
        ("Tesco", "tesco"),
        ("ＬＵＭＥＮ", "lumen"),
        ("子公司", "子公司"),
    ],
)
def test_the_key_of_a_company_has_no_legal_tail_blanks_or_case(name: str, key: str) -> None:
    assert form_of("company", name).key == key


@pytest.mark.parametrize(
    ("kind", "name", "strength"),
    [
        ("company", "星川", STRONG),
        ("company", "贵州云海", STRONG),
        ("company", "星川（深圳）科技", STRONG),
        ("company", "LFT", WEAK),
        ("company", "某芯片巨头", NEVER),
        ("company", "该初创公司", NEVER),
        ("company", "星川(xīng", NEVER),
        ("person", "林牧野", STRONG),
        ("person", "欧阳林野", STRONG),
        ("person", "本·福斯特", STRONG),
        ("person", "Irene Foster", STRONG),
        ("person", "I. Foster", WEAK),
        ("person", "林野", WEAK),
        ("person", "福斯特", WEAK),
        ("person", "和林牧野", WEAK),
        ("person", "林总", NEVER),
        ("person", "林牧野教授", NEVER),
        ("person", "小林", NEVER),
        ("chip", "云雀9000", STRONG),
        ("chip", "Q7", WEAK),
        ("chip", "Q700", WEAK),
        ("chip", "QX700", STRONG),
        ("chip", "国产GPU", NEVER),
    ],
)
def test_a_name_goes_as_far_as_it_tells_its_bearer(kind: str, name: str, strength: int) -> None:
    assert form_of(kind, name).strength == strength


@pytest.mark.parametrize(
    ("short", "full", "does"),
    [
        ("星川", "星川科技", True),
        ("星川科技", "海州星川科技", True),
        ("星科", "星川科技", True),
        ("月海", "星川科技", False),
        ("川技", "星川科技", False),
        ("Lumen", "Lumen Forge", True),
        ("Lum", "Lumen Forge", False),
        ("LFT", "Lumen Forge Tools", True),
        ("Xingchuan", "星川科技", True),
    ],
)
def test_a_short_form_is_a_stretch_or_an_abbreviation(short: str, full: str, does: bool) -> None:
    assert shortens(form_of("company", short), form_of("company", full)) is does


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("lumen", "lumen forge", True),
        ("lf", "lumen forge", True),
        ("zhiyuan chen", "chen zhiyuan", True),
        ("lumen", "ostrava", False),
        ("chen zhiyuan", "tan zhiyuan", False),
    ],
)
def test_english_names_agree_or_contradict(one: str, other: str, same: bool) -> None:
    assert agree(one, other) is agree(other, one) is same
