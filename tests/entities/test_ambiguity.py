from __future__ import annotations

import pytest

from pipeline.entities.ambiguity import (
    ACCEPT_AT,
    CUT,
    Neighbourhood,
    score,
    stands_alone,
)
from pipeline.entities.registry import Match
from pipeline.entities.segment import segment
from pipeline.schema import COMPANY
from pipeline.types import CleanSpan


def _around(
    text: str, *, certain: tuple[CleanSpan, ...] = (), named_elsewhere: bool = False
) -> Neighbourhood:
    words = frozenset((start, end) for start, end, _ in segment(text))
    return Neighbourhood(text, CleanSpan(0, len(text)), words, certain, named_elsewhere, 1)


def _match(text: str, name: str, *, service: bool = False, exact: bool = True) -> Match:
    start = text.index(name)
    span = CleanSpan(start, start + len(name))
    return Match(span, ("company:x",), ambiguous=True, service=service, exact_case=exact)


@pytest.mark.parametrize(
    ("text", "alone"), [("苹果公司上市", True), ("山上的苹果树", False), ("苹果上市", True)]
)
def test_a_name_cut_out_of_a_dictionary_word_does_not_stand_alone(text: str, alone: bool) -> None:
    assert stands_alone(_match(text, "苹果"), _around(text)) is alone


def test_a_name_cut_out_of_a_word_is_never_taken() -> None:
    text = "微软、苹果树"
    around = _around(text, certain=(CleanSpan(0, 2),), named_elsewhere=True)
    assert score(_match(text, "苹果"), COMPANY, around) == CUT


@pytest.mark.parametrize("text", ["苹果宣布裁员", "微软收购苹果", "苹果的市值"])
def test_what_acts_like_a_company_scores_higher(text: str) -> None:
    plain = "桌上有苹果"
    assert score(_match(text, "苹果"), COMPANY, _around(text)) > score(
        _match(plain, "苹果"), COMPANY, _around(plain)
    )


def test_a_known_company_beside_the_name_suffices() -> None:
    text = "微软、苹果"
    around = _around(text, certain=(CleanSpan(0, 2),))
    assert score(_match(text, "苹果"), COMPANY, around) >= ACCEPT_AT


def test_a_known_company_in_the_list_says_more_than_one_further_off() -> None:
    near, far = "微软、苹果", "微软的员工喜欢吃甜的苹果"
    known = (CleanSpan(0, 2),)
    assert score(_match(near, "苹果"), COMPANY, _around(near, certain=known)) > score(
        _match(far, "苹果"), COMPANY, _around(far, certain=known)
    )


def test_the_full_name_elsewhere_in_the_article_raises_the_score() -> None:
    text = "记者参观了现代"
    alone, named = _around(text), _around(text, named_elsewhere=True)
    match = _match(text, "现代")
    assert score(match, COMPANY, named) > score(match, COMPANY, alone)


def test_a_wrong_case_lowers_the_score() -> None:
    text = "the ARM report"
    right, wrong = _match(text, "ARM"), _match(text, "ARM", exact=False)
    assert score(wrong, COMPANY, _around(text)) < score(right, COMPANY, _around(text))


def test_the_name_of_a_service_needs_more_evidence() -> None:
    text = "微博发布公告"
    service = _match(text, "微博", service=True)
    assert score(service, COMPANY, _around(text)) < score(
        _match(text, "微博"), COMPANY, _around(text)
    )
