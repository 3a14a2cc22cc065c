from __future__ import annotations

import hashlib
from dataclasses import FrozenInstanceError

import pytest

from pipeline.types import Article, CleanSpan, RawSpan


def test_the_digest_of_an_article_is_that_of_its_file_in_utf8() -> None:
    text = "晶圆厂昨天开工。\n"
    assert Article("一", text).sha256 == hashlib.sha256(text.encode("utf-8")).hexdigest()


def test_the_digest_knows_the_text_only() -> None:
    one = Article("一", "同一段话。", title="甲", source="a.txt", published="2024-05-01")
    assert one.sha256 == Article("二", "同一段话。").sha256


def test_text_with_a_lone_surrogate_has_a_digest_too() -> None:
    assert len(Article("一", "坏\ud800字").sha256) == 64


def test_an_article_cannot_be_edited() -> None:
    article = Article("一", "原文。")
    with pytest.raises(FrozenInstanceError):
        article.text = "改过。"  # type: ignore[misc]


def test_a_span_cannot_be_edited() -> None:
    with pytest.raises(FrozenInstanceError):
        RawSpan(0, 1).start = 2  # type: ignore[misc]


def test_a_span_counts_code_points_and_is_half_open() -> None:
    assert RawSpan(1, 3).of("𠮷芯片厂") == "芯片"


def test_a_raw_span_never_equals_a_clean_one() -> None:
    assert RawSpan(0, 2) != CleanSpan(0, 2)


@pytest.mark.parametrize(
    ("start", "end", "held", "overlapping"),
    [
        (2, 5, True, True),
        (3, 4, True, True),
        (1, 3, False, True),
        (4, 9, False, True),
        (0, 2, False, False),
        (5, 6, False, False),
    ],
)
def test_spans_that_touch_do_not_overlap(
    start: int, end: int, held: bool, overlapping: bool
) -> None:
    span, other = CleanSpan(2, 5), CleanSpan(start, end)
    assert span.holds(other) is held
    assert span.overlaps(other) is other.overlaps(span) is overlapping
