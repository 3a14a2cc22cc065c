from __future__ import annotations

import pytest

from pipeline.cleaning import Cleaner
from pipeline.cleaning.annotations import MIN_ANNOTATIONS, PinyinPages
from pipeline.cleaning.realignment import Realigner
from pipeline.offsets import OffsetMap
from pipeline.types import Article, CleanSpan, RawSpan, Repair


def no_realigner() -> Realigner:
    raise AssertionError("a page without a shifted run needs no language model")


def strip_annotations(text: str) -> tuple[str, OffsetMap, tuple[Repair, ...]]:
    return PinyinPages(no_realigner)(text)


# Four characters with their readings, as a machine-annotated page has them.
ANNOTATED = "工廠(chǎng)去年擴(kuò)建，產(chǎn)能翻(fān)倍。"
PLAIN = "工廠去年擴建，產能翻倍。"


def test_readings_are_taken_out() -> None:
    assert strip_annotations(ANNOTATED)[0] == PLAIN


def test_a_single_gloss_stays() -> None:
    text = "創辦人叫李垚(yáo)，今年四十歲。"
    assert strip_annotations(text) == (text, strip_annotations(text)[1], ())
    assert strip_annotations(text)[0] == text


def test_one_annotation_too_few_changes_nothing() -> None:
    text = ANNOTATED.replace("(fān)", "")
    assert text.count("(") == MIN_ANNOTATIONS - 1
    stripped, offsets, repairs = strip_annotations(text)
    assert (stripped, repairs) == (text, ())
    assert offsets.to_raw(CleanSpan(0, len(text))) == RawSpan(0, len(text))


@pytest.mark.parametrize(
    "bracketed",
    [
        "芯片(abc)",
        "芯片(chip)",
        "公司(google)",
        "擴(chǎng)",
        "擴(Kuò)",
        "擴()",
        "擴(kuò建)",
        "A(a)",
        "擴[kuò]",
    ],
)
def test_a_bracket_without_a_reading_of_its_character_stays(bracketed: str) -> None:
    assert strip_annotations(ANNOTATED + bracketed)[0] == PLAIN + bracketed


@pytest.mark.parametrize(
    "annotated", ["擴（kuò）", "擴( kuò )", "擴(kuò)", "擴(kuo)", "擴（kuò)", "擴(\u00a0kuò)"]
)
def test_brackets_of_either_width_blanks_and_missing_tones_make_no_difference(
    annotated: str,
) -> None:
    assert strip_annotations(ANNOTATED + annotated)[0] == PLAIN + "擴"


def test_any_reading_of_a_character_will_do() -> None:
    assert strip_annotations(ANNOTATED + "長(zhǎng)與長(cháng)")[0] == PLAIN + "長與長"


def test_an_umlaut_is_part_of_the_reading() -> None:
    assert strip_annotations(ANNOTATED + "綠(lǜ)")[0] == PLAIN + "綠"
    assert strip_annotations(ANNOTATED + "綠(lu)")[0] == PLAIN + "綠(lu)"


def test_the_annotated_character_covers_its_annotation() -> None:
    stripped, offsets, _ = strip_annotations(ANNOTATED)
    at = stripped.index("廠")
    assert offsets.to_raw(CleanSpan(at, at + 1)).of(ANNOTATED) == "廠(chǎng)"


def test_the_characters_around_an_annotation_keep_to_themselves() -> None:
    stripped, offsets, _ = strip_annotations(ANNOTATED)
    for character in "工去建能倍":
        at = stripped.index(character)
        assert offsets.to_raw(CleanSpan(at, at + 1)).of(ANNOTATED) == character


def test_every_repair_tells_the_raw_text_before_and_after() -> None:
    repairs = strip_annotations(ANNOTATED)[2]
    assert [(repair.before, repair.after) for repair in repairs] == [
        ("廠(chǎng)", "廠"),
        ("擴(kuò)", "擴"),
        ("產(chǎn)", "產"),
        ("翻(fān)", "翻"),
    ]
    for repair in repairs:
        assert repair.span.of(ANNOTATED) == repair.before
        assert repair.kind == "pinyin_annotation"
        assert repair.certain


def test_runs_that_are_left_one_after_another_are_one_report(cleaner: Cleaner) -> None:
    text = "?yàn)" * 5_000
    (repair,) = cleaner(Article("一", text)).repairs
    assert (repair.before, repair.after, repair.certain) == (text[5:], text[5:], False)
