"""The damaged seed: what repair makes of it, damaged again, must be the page as collected."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from pipeline import resources
from pipeline.cleaning import gbk
from pipeline.cleaning.annotations import PinyinPages
from pipeline.cleaning.language_model import CharacterModel
from pipeline.cleaning.realignment import Realigner
from pipeline.cleaning.script import ScriptConverter
from pipeline.offsets import OffsetMap
from pipeline.types import Repair
from tests.damage.pinyin import damage

_READING = re.compile(r"[(?]([^()?]+)\)")
_HALF = str.maketrans(",:;!()", "，：；！（）")


@pytest.fixture(scope="module")
def raw(root: Path) -> str:
    return (root / "corpus/seeds/004_57d79d5e78cd927c.txt").read_bytes().decode("utf-8")


@pytest.fixture(scope="module")
def repaired(raw: str) -> tuple[str, OffsetMap, tuple[Repair, ...]]:
    model = CharacterModel.load(resources.find("char-trigram"))
    script = ScriptConverter()
    return PinyinPages(lambda: Realigner(model, script.simplify, script.traditional))(raw)


def table_of_the_site(text: str, offsets: OffsetMap, repairs: tuple[Repair, ...]) -> dict[str, str]:
    """Character → reading, from the annotations, and from the swallows by the bytes that met."""
    table: dict[str, str] = {}
    for one in repairs:
        found = _READING.search(one.before)
        if one.kind == "pinyin_annotation" and found and one.after:
            table[one.after] = found[1]
        elif found and one.before.startswith("?"):
            at = list(offsets.starts).index(one.span.start)
            before, after = (gbk.pair(c.translate(_HALF)) for c in text[at - 1 : at + 1])
            straddling = gbk.character(before[1], after[0]) if before and after else ""
            if straddling:
                table.setdefault(straddling, found[1])
    return table


def test_no_more_than_twelve_characters_are_guessed(
    repaired: tuple[str, OffsetMap, tuple[Repair, ...]],
) -> None:
    assert sum(len(one.after) for one in repaired[2] if not one.certain) <= 12


def test_every_annotation_and_every_run_is_repaired(
    repaired: tuple[str, OffsetMap, tuple[Repair, ...]],
) -> None:
    assert not re.search(r"[?(][a-z]*[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ][a-z]*\)", repaired[0])
    assert all(one.before != one.after for one in repaired[2])


def test_damaged_again_it_is_the_page_but_for_what_was_guessed(
    raw: str, repaired: tuple[str, OffsetMap, tuple[Repair, ...]]
) -> None:
    text, offsets, repairs = repaired
    shown = damage(text.translate(_HALF), table_of_the_site(text, offsets, repairs)).shown
    guessed = {
        at
        for one in repairs
        if not one.certain
        for at in range(one.span.start - 2, one.span.end + 2)
    }
    for tag, start, end, _, _ in SequenceMatcher(None, raw, shown, autojunk=False).get_opcodes():
        if tag != "equal":
            assert set(range(start, max(end, start + 1))) <= guessed, raw[start - 9 : end + 9]
