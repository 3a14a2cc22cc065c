from __future__ import annotations

import pytest
from pypinyin import Style, pinyin

from pipeline.cleaning.pinyin import readings


def test_readings_of_a_character_are_those_of_pypinyin() -> None:
    characters = [chr(code) for code in range(0x3400, 0xA000)]
    asked = {c: frozenset(pinyin(c, style=Style.TONE, heteronym=True)[0]) for c in characters}
    assert {c: readings(c) for c in characters} == asked


@pytest.mark.parametrize("character", ["", "a", "，", "é"])
def test_what_is_no_han_character_has_none(character: str) -> None:
    assert readings(character) == frozenset()
