from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.relations import Candidate, Judgement, RuleClassifier, relate
from pipeline.types import CleanSpan, CleanText, Triple

PAIR = [["微软", "company"], ["英特尔", "company"]]


def _triples(stage: Callable[..., Any], text: str) -> tuple[Triple[CleanSpan], ...]:
    cleaned, entities = stage(text, PAIR)
    return relate(cleaned, entities, RuleClassifier())[0]


class Saying:
    """A classifier that states `relation` of every candidate, with the given statuses in turn."""

    def __init__(self, relation: str, statuses: Sequence[str], *, backward: bool = False) -> None:
        self._relation, self._statuses, self._backward = relation, statuses, backward

    def __call__(
        self, _: CleanText, candidates: Sequence[Candidate], __: object
    ) -> list[Judgement]:
        return [
            Judgement(candidate, self._relation, self._backward, status, 0.6)
            for candidate, status in zip(candidates, self._statuses, strict=False)
        ]


def test_evidence_is_gathered_over_the_sentences_in_text_order(stage: Callable[..., Any]) -> None:
    (triple,) = _triples(stage, "微软投资英特尔。今天天气很好。微软入股英特尔。")
    starts = [evidence.sentence.start for evidence in triple.evidence]
    assert len(starts) == 2
    assert starts == sorted(starts)


def test_evidence_points_to_head_and_tail(stage: Callable[..., Any]) -> None:
    cleaned, entities = stage("英特尔获微软投资。", PAIR)
    (triple,) = relate(cleaned, entities, RuleClassifier())[0]
    (evidence,) = triple.evidence
    assert evidence.head.of(cleaned.text) == triple.head == "微软"
    assert evidence.tail.of(cleaned.text) == triple.tail == "英特尔"


def test_an_understood_name_is_shown_where_it_was_last_named(stage: Callable[..., Any]) -> None:
    cleaned, entities = stage("微软发布财报。该公司收购英特尔。", PAIR)
    (triple,) = relate(cleaned, entities, RuleClassifier())[0]
    assert triple.evidence[0].head == CleanSpan(0, 2)
    assert not triple.evidence[0].sentence.holds(triple.evidence[0].head)


def test_one_sentence_is_evidence_once(stage: Callable[..., Any]) -> None:
    (triple,) = _triples(stage, "微软投资英特尔，微软入股英特尔。")
    assert len(triple.evidence) == 1


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (["rumored", "planned", "negated", "actual"], "actual"),
        (["rumored", "planned", "negated"], "negated"),
        (["rumored", "planned"], "planned"),
        (["rumored", "rumored"], "rumored"),
    ],
)
def test_of_several_statuses_the_strongest_holds(
    stage: Callable[..., Any], statuses: list[str], expected: str
) -> None:
    # Three sentences apart, so that each holds one candidate.
    cleaned, entities = stage("微软和英特尔。嗯。嗯。嗯。" * len(statuses), PAIR)
    (triple,) = relate(cleaned, entities, Saying("invest", statuses))[0]
    assert len(triple.evidence) == len(statuses)
    assert triple.status == expected


def test_a_symmetric_triple_is_stored_once_with_sorted_ids(stage: Callable[..., Any]) -> None:
    (triple,) = _triples(stage, "微软挑战英特尔。英特尔追赶微软。")
    assert (triple.head, triple.tail) == tuple(sorted(("微软", "英特尔")))
    assert len(triple.evidence) == 2


@pytest.mark.parametrize("backward", [True, False])
def test_a_directed_triple_keeps_its_direction(stage: Callable[..., Any], backward: bool) -> None:
    cleaned, entities = stage("微软和英特尔。", PAIR)
    (triple,) = relate(cleaned, entities, Saying("buy", ["actual"], backward=backward))[0]
    assert (triple.head == "英特尔") is backward


def test_both_directions_are_two_triples(stage: Callable[..., Any]) -> None:
    assert len(_triples(stage, "微软投资英特尔。英特尔投资微软。")) == 2


@given(st.integers(1, 30))
def test_agreement_raises_the_score_but_not_beyond_one(
    stage: Callable[..., Any], times: int
) -> None:
    (once,) = _triples(stage, "微软投资英特尔。" * times)
    (more,) = _triples(stage, "微软投资英特尔。" * (times + 1))
    assert 0 < once.score <= more.score <= 1
    assert once.score < more.score or once.score > 0.99


def test_qualifiers_come_from_the_sentences_whose_status_holds(stage: Callable[..., Any]) -> None:
    (triple,) = _triples(stage, "微软计划以9亿美元收购英特尔。微软以2亿美元收购英特尔。")
    assert triple.status == "actual"
    assert triple.qualifiers.amount_value == 2e8


def test_each_qualifier_is_the_first_that_is_given(stage: Callable[..., Any]) -> None:
    (triple,) = _triples(
        stage, "去年，微软收购英特尔。微软以2亿美元收购英特尔。微软以3亿美元收购英特尔。"
    )
    assert triple.qualifiers.amount_value == 2e8
    assert triple.qualifiers.date is not None


def test_triples_come_in_the_order_of_their_evidence(stage: Callable[..., Any]) -> None:
    triples = _triples(stage, "微软挑战英特尔。微软投资英特尔。英特尔向微软采购软件。")
    starts = [triple.evidence[0].sentence.start for triple in triples]
    assert len(starts) == 3
    assert starts == sorted(starts)


def test_every_judged_pair_is_handed_back(stage: Callable[..., Any]) -> None:
    cleaned, entities = stage("微软和英特尔都是公司。", PAIR)
    triples, candidates = relate(cleaned, entities, RuleClassifier())
    assert triples == ()
    assert [(c.first.text, c.second.text) for c in candidates] == [("微软", "英特尔")]


class Stating:
    """A classifier that states a purchase of the candidates whose first and second mention begin
    where `statuses` says, with the status that stands there."""

    def __init__(self, statuses: dict[tuple[int, int], str]) -> None:
        self._statuses = statuses

    def __call__(
        self, _: CleanText, candidates: Sequence[Candidate], __: object
    ) -> list[Judgement]:
        return [
            Judgement(candidate, "buy", False, status, 0.9)
            for candidate in candidates
            for start, status in self._statuses.items()
            if start == (candidate.first.span.start, candidate.second.span.start)
        ]


HEADLINE_AND_LEAD = "微软拟收购英特尔\n据知情人士透露，微软计划以9亿美元收购英特尔。"
HEADLINE, ACROSS, LEAD = (0, 5), (0, 28), (17, 28)


def test_pairs_across_two_sentences_that_name_both_do_not_decide_the_status(
    stage: Callable[..., Any],
) -> None:
    cleaned, entities = stage(HEADLINE_AND_LEAD, PAIR)
    said = Stating({HEADLINE: "planned", ACROSS: "actual", LEAD: "planned"})
    (triple,) = relate(cleaned, entities, said)[0]
    assert triple.status == "planned"
    assert [(e.head.start, e.tail.start) for e in triple.evidence] == [HEADLINE, LEAD]


def test_a_mention_in_the_sentence_is_shown_rather_than_one_before_it(
    stage: Callable[..., Any],
) -> None:
    cleaned, entities = stage(HEADLINE_AND_LEAD, PAIR)
    (triple,) = relate(cleaned, entities, Stating({ACROSS: "planned"}))[0]
    (evidence,) = triple.evidence
    assert (evidence.head.start, evidence.tail.start) == LEAD


def test_the_sum_of_a_sentence_with_another_status_counts_where_no_other_is_told(
    stage: Callable[..., Any],
) -> None:
    cleaned, entities = stage(HEADLINE_AND_LEAD, PAIR)
    (triple,) = relate(cleaned, entities, Stating({HEADLINE: "planned", LEAD: "rumored"}))[0]
    assert triple.status == "planned"
    assert triple.qualifiers.amount_value == 9e8


def test_the_sum_of_a_deal_that_is_denied_is_not_that_of_one_that_is_not(
    stage: Callable[..., Any],
) -> None:
    cleaned, entities = stage(HEADLINE_AND_LEAD, PAIR)
    (triple,) = relate(cleaned, entities, Stating({HEADLINE: "actual", LEAD: "negated"}))[0]
    assert triple.qualifiers.amount is None
