from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import resources
from pipeline.cleaning.language_model import CharacterModel
from pipeline.cleaning.missing_bytes import DROPPED, MissingBytes, candidates
from pipeline.cleaning.script import ScriptConverter

HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)


@pytest.fixture(scope="module")
def missing() -> MissingBytes:
    model = CharacterModel.load(resources.find("char-trigram"))
    return MissingBytes(model, ScriptConverter().simplify)


@given(HAN)
def test_what_is_left_of_a_character_leads_back_to_it(character: str) -> None:
    content = character.encode()
    dropped = tuple(byte for byte in content if byte not in DROPPED)
    marked = tuple(-1 if byte in DROPPED else byte for byte in content)
    assert character in candidates(dropped)
    assert character in candidates(marked)
    assert len(candidates(dropped)) <= 25


@pytest.mark.parametrize(
    "symbols", [(), (0x41,), (0xC3,), (0x8D, 0xB0), (-1, 0x8D), (0xF0, 0x9F), (0xE5, -1)]
)
def test_other_bytes_leave_nothing_to_choose(symbols: tuple[int, ...]) -> None:
    assert candidates(symbols) == ()


def test_neighbouring_holes_are_filled_together(missing: MissingBytes) -> None:
    # 十 is E5 8D 81, 块 is E5 9D 97.
    holes = {4: candidates((0xE5,)), 5: candidates((0xE5, 0x97))}
    assert missing.fill("他花了四\ufffd\ufffd钱。", holes) == "他花了四十块钱。"


@given(st.dictionaries(st.integers(0, 11), st.lists(HAN, min_size=1, max_size=3, unique=True)))
def test_only_holes_change_and_only_to_what_was_left(
    missing: MissingBytes, holes: dict[int, list[str]]
) -> None:
    text = "这家公司去年上市了没有。"
    filled = missing.fill(text, dict(sorted(holes.items())))
    assert len(filled) == len(text)
    assert all(
        new == old or new in holes.get(at, ())
        for at, (new, old) in enumerate(zip(filled, text, strict=True))
    )
