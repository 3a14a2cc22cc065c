"""The whole recogniser on short articles: every mention that a text holds, and no other."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cleaning import Cleaner
from pipeline.cleaning.sentences import MAX_SENTENCE_CHARS
from pipeline.entities import PatternRecogniser, Registry
from pipeline.types import Article, CleanText

CASES = Path(__file__).parent.parent / "cases"
Read = Callable[[str], CleanText]

# Known names, guessed names, ambiguous and blocked ones, with and without sentence ends.
PIECES = (
    "英伟达投资了OpenAI。",
    "腾讯会议的用户增加，",
    "凌云精密股价大涨。",
    "CEO刘一川表示，",
    "罗伯特·克莱恩看空苹果",
    "麒麟9999和RTX 6790",
    "小米粥与小米手机",
    "Zephyrix公司宣布裁员\n",
    "Yahoo! 收购",
    "Arm、Meta",
    "黄仁勋（Jensen Huang）",
    "一" * 97,
    " ",
    "！？",
)


def _cases(name: str) -> list[Any]:
    cases = json.loads((CASES / f"entities_{name}.json").read_text("utf-8"))
    return [pytest.param(case, id=case["label"]) for case in cases]


def _mentions(recognise: PatternRecogniser, cleaner: Cleaner, text: str) -> list[list[str]]:
    cleaned = cleaner(Article("article", text))
    raw = cleaned.offsets.to_raw
    return [[raw(mention.span).of(text), mention.type] for mention in recognise(cleaned)]


@pytest.mark.parametrize("case", _cases("ambiguity"))
def test_a_name_with_two_senses_is_taken_only_in_ours(
    recognise: PatternRecogniser, cleaner: Cleaner, case: dict[str, Any]
) -> None:
    assert _mentions(recognise, cleaner, case["text"]) == case["expected"], case["comment"]


@pytest.mark.parametrize("case", _cases("patterns"))
def test_a_name_the_registry_lacks_is_known_by_its_shape(
    recognise: PatternRecogniser, cleaner: Cleaner, case: dict[str, Any]
) -> None:
    assert _mentions(recognise, cleaner, case["text"]) == case["expected"], case["comment"]


@pytest.mark.xfail(strict=True, reason="known failure of the baseline")
@pytest.mark.parametrize("case", _cases("known_failures"))
def test_a_known_failure_still_fails(
    recognise: PatternRecogniser, cleaner: Cleaner, case: dict[str, Any]
) -> None:
    assert _mentions(recognise, cleaner, case["text"]) == case["expected"], case["comment"]


@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_mentions_ascend_and_never_overlap(
    recognise: PatternRecogniser, cleaner: Cleaner, pieces: list[str]
) -> None:
    mentions = recognise(cleaner(Article("article", "".join(pieces))))
    for one, other in pairwise(mentions):
        assert one.span.end <= other.span.start


@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_a_mention_is_the_text_at_its_span(
    recognise: PatternRecogniser, cleaner: Cleaner, pieces: list[str]
) -> None:
    cleaned = cleaner(Article("article", "".join(pieces)))
    for mention in recognise(cleaned):
        assert mention.text == mention.span.of(cleaned.text) != ""
        assert 0 < mention.score <= 1


def test_a_name_over_the_cut_of_a_long_sentence_is_found_once(
    recognise: PatternRecogniser, read: Read
) -> None:
    text = "一" * (MAX_SENTENCE_CHARS - 1) + "英特尔科技股价大涨"
    assert [mention.text for mention in recognise(read(text))] == ["英特尔"]


def test_a_guessed_name_is_not_found_again_inside_a_name_that_is_none(
    registry_of: Callable[..., Registry], read: Read
) -> None:
    recognise = PatternRecogniser(registry_of({"name": "凌云精密大厦", "why": "building"}))
    mentions = recognise(read("凌云精密股价大涨。记者走进凌云精密大厦。"))
    assert [mention.span.start for mention in mentions] == [0]


def test_a_certain_name_scores_higher_than_a_guess(
    recognise: PatternRecogniser, read: Read
) -> None:
    known, guessed = recognise(read("英伟达与凌云精密的合作。凌云精密股价大涨。"))[:2]
    assert known.source == "registry"
    assert guessed.source == "pattern"
    assert known.score > guessed.score


def test_a_registry_name_carries_its_id_and_a_guess_none(
    recognise: PatternRecogniser, read: Read
) -> None:
    known, guessed = recognise(read("英伟达起诉Zephyrix公司。"))
    assert (known.entity, guessed.entity) == ("company:nvidia", "")


def test_a_text_without_names_has_no_mentions(recognise: PatternRecogniser, read: Read) -> None:
    assert recognise(read("今天天气很好。")) == ()
