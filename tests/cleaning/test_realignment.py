"""Pages whose bytes an annotation has shifted; the text is ours, the damage simulated."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import resources
from pipeline.cleaning.annotations import MAX_RUNS, PinyinPages
from pipeline.cleaning.language_model import CharacterModel
from pipeline.cleaning.realignment import Realigner
from pipeline.cleaning.script import ScriptConverter
from pipeline.types import CleanSpan
from tests.damage.pinyin import (
    DamagedPage,
    converted_characters,
    damage,
    half_width,
    table_of,
    traditional,
)
from tests.damage.recovery import right_characters

CONVERTER = ScriptConverter()
SIMPLIFY = CONVERTER.simplify


def make_realigner() -> Realigner:
    model = CharacterModel.load(resources.find("char-trigram"))
    return Realigner(model, SIMPLIFY, CONVERTER.traditional)


@pytest.fixture(scope="session")
def repair() -> PinyinPages:
    return PinyinPages(make_realigner)


# An article has some 2,500 characters; a short text may hold too few annotations to be known as
# damaged.
PASSAGES_A_PAGE = 8


@pytest.fixture(scope="session")
def lines(root: Path) -> list[str]:
    return (root / "tests/cases/passages.txt").read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="session")
def pages(lines: list[str]) -> list[str]:
    converted = [traditional(line) for line in lines]
    count = len(lines) // PASSAGES_A_PAGE
    return ["\n".join(converted[at::count]) for at in range(count)]


def right(repair: PinyinPages, page: DamagedPage) -> frozenset[int]:
    repaired = repair(page.shown)[0]
    return right_characters(SIMPLIFY(half_width(page.true)), SIMPLIFY(half_width(repaired)))


def pooled(repair: PinyinPages, pages: list[DamagedPage]) -> tuple[float, float, int]:
    """Share of characters right overall and inside shifted runs, and how many stand in these."""
    total = good = inside = good_inside = 0
    for page in pages:
        found = right(repair, page)
        total += len(page.true)
        good += len(found)
        inside += len(page.shifted)
        good_inside += len(found & page.shifted)
    return good / total, good_inside / max(1, inside), inside


def test_the_simulator_shifts_what_follows_a_straddling_match() -> None:
    page = damage("因為特別的緣故，發生了很多事", ["驗", "發"])
    assert page.shown.startswith("因?yàn)")
    assert page.shown.endswith("l(fā)生了很多事") or "發(fā)" in page.shown
    assert page.shifted


def test_a_shifted_run_comes_back(repair: PinyinPages) -> None:
    page = damage(
        "工廠擴建，產能翻倍，員工發了獎金，因為特別的緣故，發展得很快",
        ["驗", "發", "廠", "產", "員"],
    )
    assert "?" in page.shown
    assert repair(page.shown)[0] == half_width(page.true).replace(",", "，") or right(
        repair, page
    ) == frozenset(range(len(page.true)))


def test_a_swallowed_line_break_comes_back(repair: PinyinPages) -> None:
    true = "工廠擴建，產能翻倍，員工發了獎金，文化傳媒股份有限公司”。\n廠方發展得很快"
    page = damage(true, ["廠", "產", "員", "發", "瘋"])
    assert "\n" not in page.shown
    assert repair(page.shown)[0] == half_width(true)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_small_table_on_unseen_text_is_repaired(
    repair: PinyinPages, pages: list[str], lines: list[str], seed: int
) -> None:
    table = table_of(converted_characters("".join(lines)), 54, seed)
    overall, _, _ = pooled(repair, [damage(passage, table) for passage in pages])
    assert overall >= 0.995


def test_a_table_of_every_converted_character_is_repaired(
    repair: PinyinPages, pages: list[str], lines: list[str]
) -> None:
    table = converted_characters("".join(lines))
    overall, inside, count = pooled(repair, [damage(passage, table) for passage in pages])
    assert overall >= 0.995
    assert count > 50
    assert inside >= 0.93


def test_a_repaired_page_damaged_again_is_the_page(
    repair: PinyinPages, pages: list[str], lines: list[str]
) -> None:
    table = table_of(converted_characters("".join(lines)), 54, 1)
    for passage in pages:
        page = damage(passage, table)
        repaired, _, repairs = repair(page.shown)
        if all(one.certain for one in repairs):
            # Which sign was full-width cannot be seen any more.
            again = damage(full_width_as_in(repaired, page.true), table)
            assert again.shown == page.shown


def full_width_as_in(repaired: str, true: str) -> str:
    if len(repaired) != len(true):
        return repaired
    return "".join(
        theirs if half_width(theirs) == half_width(own) else own
        for own, theirs in zip(repaired, true, strict=True)
    )


def test_offsets_lead_from_the_recovered_to_the_shown(
    repair: PinyinPages, pages: list[str], lines: list[str]
) -> None:
    table = converted_characters("".join(lines))
    for passage in pages[:2]:
        shown = damage(passage, table).shown
        text, offsets, repairs = repair(shown)
        assert len(offsets) == len(text)
        assert list(offsets.starts) == sorted(offsets.starts)
        assert list(offsets.ends) == sorted(offsets.ends)
        for one in repairs:
            assert one.span.of(shown) == one.before
        if text:
            whole = offsets.to_raw(CleanSpan(0, len(text)))
            assert (whole.start, whole.end) == (0, len(shown))


def test_what_the_bytes_leave_open_is_marked_as_guessed(repair: PinyinPages) -> None:
    # The swallowed digit is gone for good.
    pages = [
        damage(
            f"工廠擴建，產能翻倍，員工發了獎金，總容量至少{n}萬噸",
            ["擴", "產", "員", "發", "獎", "廠"],
        )
        for n in (1, 2)
    ]
    for page in pages:
        for one in repair(page.shown)[2]:
            if "?" in one.before[1:]:
                assert not one.certain


def test_healthy_passages_stay_as_they_are(repair: PinyinPages, pages: list[str]) -> None:
    for passage in pages:
        assert repair(passage)[0] == passage


def test_code_with_question_marks_is_no_damage(repair: PinyinPages) -> None:
    text = "写法是 (a?b) 或 (x?y)，也可 (c?d)、(p?q)、(m?n)。"
    assert repair(text)[::2] == (text, ())


def test_more_runs_than_any_article_has_are_reported_and_left(repair: PinyinPages) -> None:
    text = "字?yàn)" * (MAX_RUNS + 50)
    repairs = repair(text)[2]
    assert sum(one.before == one.after for one in repairs) >= 50


@given(st.text(alphabet="因為驗特朗普發(?)yànfā，,。€~1 \n", max_size=60))
def test_any_string_gives_ascending_offsets(text: str) -> None:
    page = "廠(chǎng)產(chǎn)擴(kuò)員(yuán)" + text
    repaired, offsets, repairs = _SHARED(page)
    assert len(offsets) == len(repaired)
    assert list(offsets.starts) == sorted(offsets.starts)
    assert list(offsets.ends) == sorted(offsets.ends)
    assert all(0 <= one.span.start <= one.span.end <= len(page) for one in repairs)


_SHARED = PinyinPages(make_realigner)
