from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cleaning.sentences import MAX_SENTENCE_CHARS, split_sentences

CASES = json.loads((Path(__file__).parents[1] / "cases" / "sentences.json").read_text("utf-8"))
# Few characters of prose among many that end or part something, some of them in long runs.
PIECES = st.sampled_from([*"产线，、：。！？…”」）\n\r\t 　\x85", "a b", "厂" * 700, " " * 700])
TEXTS = st.lists(PIECES, max_size=20).map("".join) | st.text(max_size=80)


def sentences(text: str) -> list[str]:
    return [span.of(text) for span in split_sentences(text)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"].strip()[:24] or "blank")
def test_a_text_falls_into_these_sentences(case: dict[str, Any]) -> None:
    assert sentences(case["text"]) == case["sentences"]


@given(TEXTS)
def test_sentences_and_the_blanks_between_them_cover_the_text(text: str) -> None:
    spans = split_sentences(text)
    between = [0, *(place for span in spans for place in (span.start, span.end)), len(text)]
    assert all(a <= b for a, b in pairwise(between))
    for start, end in zip(between[::2], between[1::2], strict=True):
        assert text[start:end].strip() == ""


@given(TEXTS)
def test_no_sentence_is_empty_has_blanks_around_it_or_is_too_long(text: str) -> None:
    for sentence in sentences(text):
        assert sentence
        assert sentence == sentence.strip()
        assert len(sentence) <= MAX_SENTENCE_CHARS


def test_a_sentence_of_the_greatest_length_is_not_cut() -> None:
    text = "厂" * MAX_SENTENCE_CHARS
    assert sentences(text) == [text]


def test_an_overlong_sentence_is_cut_behind_its_last_comma_before_the_limit() -> None:
    third = MAX_SENTENCE_CHARS // 3
    first = "厂" * third + "，" + "线" * third + "，"
    second = "料" * third + "，" + "件" * third + "。"
    assert sentences(first + second) == [first, second]


def test_an_overlong_sentence_without_a_comma_is_cut_at_the_limit() -> None:
    text = "厂" * (MAX_SENTENCE_CHARS + 5)
    assert sentences(text) == ["厂" * MAX_SENTENCE_CHARS, "厂" * 5]


def test_an_overlong_sentence_cut_at_a_blank_keeps_no_blank() -> None:
    half = MAX_SENTENCE_CHARS // 2
    assert sentences("厂" * half + "  " + "线" * half) == ["厂" * half, "线" * half]
