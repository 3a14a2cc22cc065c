from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cleaning import Cleaner
from pipeline.types import Article, CleanSpan, CleanText

# Ordinary characters of both scripts, annotated ones, brackets that are no annotation, blanks.
PIECES = st.one_of(
    st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5),
    st.sampled_from(
        (
            "廠(chǎng)",
            "達(dá)(dá)",
            "乾縣",
            "擴（kuò）",
            "產( chǎn )",
            "翻(fān)",
            "芯片(abc)",
            "李垚(yáo)",
        )
    ),
    st.sampled_from(("，", "。", "\n", "\r\n", " ", "　", "GPU", "𠮷")),
    st.sampled_from(("[图片]\n", "作者：林小舟\n")),
)
TEXTS = st.lists(PIECES, max_size=40).map("".join)

Clean = Callable[[str], CleanText]

DAMAGED = "軟件廠(chǎng)去年擴(kuò)建。\n產(chǎn)能翻(fān)倍，訂單很多。\n作者：林小舟"


@pytest.fixture(scope="module")
def clean(cleaner: Cleaner) -> Clean:
    return lambda text: cleaner(Article("一", text))


def raw_of(cleaned: CleanText, part: str, text: str) -> str:
    """The raw slice that the first `part` of the cleaned text came from."""
    start = cleaned.text.index(part)
    return cleaned.offsets.to_raw(CleanSpan(start, start + len(part))).of(text)


def test_damage_is_repaired_and_the_script_simplified(clean: Clean) -> None:
    assert clean(DAMAGED).text == "软件厂去年扩建。\n产能翻倍，订单很多。\n作者：林小舟"


def test_a_cleaned_span_maps_to_a_raw_span_that_holds_it(clean: Clean) -> None:
    cleaned = clean(DAMAGED)
    assert raw_of(cleaned, "软件厂", DAMAGED) == "軟件廠(chǎng)"
    assert raw_of(cleaned, "产能", DAMAGED) == "產(chǎn)能"
    assert raw_of(cleaned, "订单", DAMAGED) == "訂單"


def test_the_script_is_that_of_the_raw_text(clean: Clean) -> None:
    assert clean(DAMAGED).script == "Hant"


def test_repairs_are_told_in_raw_coordinates(clean: Clean) -> None:
    cleaned = clean(DAMAGED)
    assert len(cleaned.repairs) == 4
    assert all(repair.span.of(DAMAGED) == repair.before for repair in cleaned.repairs)


def test_boilerplate_and_sentences_speak_of_the_cleaned_text(clean: Clean) -> None:
    cleaned = clean(DAMAGED)
    assert [mark.span.of(cleaned.text) for mark in cleaned.boilerplate] == ["作者：林小舟"]
    assert [span.of(cleaned.text) for span in cleaned.sentences] == [
        "软件厂去年扩建。",
        "产能翻倍，订单很多。",
        "作者：林小舟",
    ]


def test_an_undamaged_simplified_text_is_left_as_it_is(clean: Clean) -> None:
    text = "软件厂去年扩建。\n产能翻倍，李垚(yáo)很高兴。"
    cleaned = clean(text)
    assert cleaned.text == text
    assert cleaned.repairs == ()
    assert raw_of(cleaned, "扩建", text) == "扩建"


def test_an_empty_text_is_cleaned_to_an_empty_text(clean: Clean) -> None:
    cleaned = clean("")
    assert (cleaned.text, cleaned.sentences, cleaned.script) == ("", (), "none")


@given(TEXTS)
def test_every_cleaned_character_came_from_somewhere_in_the_text(clean: Clean, text: str) -> None:
    cleaned = clean(text)
    assert len(cleaned.offsets) == len(cleaned.text)
    for i in range(len(cleaned.text)):
        raw = cleaned.offsets.to_raw(CleanSpan(i, i + 1))
        assert 0 <= raw.start < raw.end <= len(text)


@given(TEXTS)
def test_no_raw_character_between_two_cleaned_ones_is_lost(clean: Clean, text: str) -> None:
    cleaned = clean(text)
    reached = [0, *cleaned.offsets.ends]
    starts = cleaned.offsets.starts
    assert all(start <= before for before, start in zip(reached, starts, strict=False))
    assert reached[-1] == len(text)


@given(TEXTS)
def test_cleaning_a_cleaned_text_changes_nothing(clean: Clean, text: str) -> None:
    once = clean(text)
    again = clean(once.text)
    assert again.text == once.text
    assert again.repairs == ()


def test_an_annotation_that_stands_there_several_times_goes_at_once(clean: Clean) -> None:
    text = "達(dá)(dá)，" * 4 + "達(dá)(dá)(dá)(abc)"
    cleaned = clean(text)
    assert cleaned.text == "达，" * 4 + "达(abc)"
    assert all(repair.span.of(text) == repair.before for repair in cleaned.repairs)
    assert raw_of(cleaned, "达，", text) == "達(dá)(dá)，"


@given(TEXTS)
def test_cleaning_twice_gives_the_same(clean: Clean, text: str) -> None:
    assert clean(text) == clean(text)


def test_display_names_are_given_in_traditional(cleaner: Cleaner) -> None:
    assert cleaner.traditional("英伟达与博通") == "英偉達與博通"


def test_simplifying_a_name_keeps_its_length(cleaner: Cleaner) -> None:
    assert cleaner.simplify("軟銀集團") == "软银集团"


def test_damaged_pages_read_by_several_threads_are_repaired_as_they_are_one_by_one(
    cleaner: Cleaner, root: Path
) -> None:
    (path,) = (root / "corpus" / "seeds").glob("004_*.txt")
    page = path.read_text(encoding="utf-8")
    pages = [Article(str(cut), page[cut : cut + 700]) for cut in range(0, len(page) - 700, 400)]
    alone = [cleaner(article) for article in pages]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(cleaner, pages)) == alone
