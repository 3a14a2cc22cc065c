from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.relations import Candidate, propose
from pipeline.relations.candidates import MENTIONS_BACK, SENTENCES_BACK
from pipeline.schema import admissible

TWO = [["微软", "company"], ["英特尔", "company"]]
PIECES = ("微软", "英特尔", "黄仁勋", "H100", "和", "。", "今天", "\n", "作者：张三\n", "！")
TYPES = {"微软": "company", "英特尔": "company", "黄仁勋": "person", "H100": "chip"}


def _pairs(candidates: tuple[Candidate, ...]) -> list[tuple[str, str]]:
    return [(candidate.first.text, candidate.second.text) for candidate in candidates]


def _propose(stage: Callable[..., Any], text: str, named: list[list[str]]) -> list[tuple[str, str]]:
    return _pairs(propose(*stage(text, named)))


def test_two_companies_of_one_sentence_are_a_pair(stage: Callable[..., Any]) -> None:
    assert _propose(stage, "微软和英特尔。", TWO) == [("微软", "英特尔")]


@pytest.mark.parametrize(
    ("types", "count"),
    [
        (("company", "company"), 1),
        (("person", "company"), 1),
        (("company", "person"), 1),
        (("company", "chip"), 1),
        (("chip", "company"), 1),
        (("chip", "chip"), 1),
        (("person", "chip"), 1),
        (("person", "person"), 0),
    ],
)
def test_only_types_that_a_relation_admits_are_a_pair(
    stage: Callable[..., Any], types: tuple[str, str], count: int
) -> None:
    named = [["甲甲", types[0]], ["乙乙", types[1]]]
    assert len(_propose(stage, "甲甲与乙乙。", named)) == count


def test_two_mentions_of_one_entity_are_no_pair(stage: Callable[..., Any]) -> None:
    assert _propose(stage, "微软和微软。", [["微软", "company"]]) == []


@pytest.mark.parametrize("between", range(SENTENCES_BACK + 2))
def test_the_first_name_may_stand_so_many_sentences_back(
    stage: Callable[..., Any], between: int
) -> None:
    text = "微软发布财报。" + "今天天气很好。" * between + "英特尔也一样。"
    reached = between + 1 <= SENTENCES_BACK
    assert _propose(stage, text, TWO) == ([("微软", "英特尔")] if reached else [])


@pytest.mark.parametrize(
    "line",
    ["作者：微软 英特尔", "免责声明：微软与英特尔不对内容负责。", "相关阅读：微软挑战英特尔"],
)
def test_boilerplate_gives_no_candidate(stage: Callable[..., Any], line: str) -> None:
    assert _propose(stage, f"{line}\n今天天气很好。", TWO) == []


def test_boilerplate_does_not_lend_its_names_to_the_next_sentence(
    stage: Callable[..., Any],
) -> None:
    assert _propose(stage, "相关阅读：微软的财报\n英特尔发布财报。", TWO) == []


def test_boilerplate_does_not_use_up_the_reach(stage: Callable[..., Any]) -> None:
    text = "微软发布财报。\n[图片]\n[图片]\n[图片]\n英特尔也一样。"
    assert _propose(stage, text, TWO) == [("微软", "英特尔")]


def test_of_an_earlier_entity_only_its_last_mention_is_paired(stage: Callable[..., Any]) -> None:
    candidates = propose(*stage("微软与微软员工。英特尔也一样。", TWO))
    assert [candidate.first.span.start for candidate in candidates] == [3]


def test_in_a_crowded_sentence_a_name_is_paired_with_the_nearest_only(
    stage: Callable[..., Any],
) -> None:
    names = [f"甲{number:03}乙" for number in range(MENTIONS_BACK + 5)]
    pairs = _propose(stage, "、".join(names) + "。", [[name, "company"] for name in names])
    assert [first for first, second in pairs if second == names[-1]] == names[4:-1]


def test_candidates_come_sentence_by_sentence(stage: Callable[..., Any]) -> None:
    candidates = propose(*stage("微软、英特尔。微软、英特尔。微软、英特尔。", TWO))
    sentences = [candidate.sentence for candidate in candidates]
    assert sentences == sorted(sentences)


@given(st.lists(st.sampled_from(PIECES), max_size=20))
def test_a_pair_is_ascending_admissible_and_ends_in_its_sentence(
    stage: Callable[..., Any], pieces: list[str]
) -> None:
    named = [[piece, TYPES[piece]] for piece in TYPES if piece in pieces]
    cleaned, entities = stage("".join(pieces), named)
    for candidate in propose(cleaned, entities):
        first, second = candidate.first, candidate.second
        assert first.span.end <= second.span.start
        assert candidate.sentence.holds(second.span)
        assert first.entity != second.entity
        assert admissible(first.type, second.type) or admissible(second.type, first.type)
        assert not any(mark.span.overlaps(candidate.sentence) for mark in cleaned.boilerplate)


@given(st.lists(st.sampled_from(PIECES), max_size=20))
def test_no_pair_is_proposed_twice_for_one_sentence(
    stage: Callable[..., Any], pieces: list[str]
) -> None:
    named = [[piece, TYPES[piece]] for piece in TYPES if piece in pieces]
    candidates = propose(*stage("".join(pieces), named))
    keys = [(c.sentence, c.first.span, c.second.span) for c in candidates]
    assert len(keys) == len(set(keys))
