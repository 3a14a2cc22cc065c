"""What the trigger frames state of one text: cases as data, known failures apart."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.cleaning import Cleaner
from pipeline.relations import RuleClassifier, propose, relate
from pipeline.schema import RELATIONS, STATUSES, SYMMETRIC, admits

CASES = Path(__file__).parent.parent / "cases"
Fact = tuple[str, str, str, str]


def _cases(name: str) -> list[Any]:
    cases = json.loads((CASES / f"relations_{name}.json").read_text("utf-8"))
    return [pytest.param(case, id=case["label"]) for case in cases]


def _fact(head: str, relation: str, tail: str, status: str) -> Fact:
    if relation in SYMMETRIC:
        head, tail = sorted((head, tail))
    return head, relation, tail, status


def _stated(stage: Callable[..., Any], case: dict[str, Any]) -> set[Fact]:
    cleaned, entities = stage(case["text"], case["entities"])
    triples, _ = relate(cleaned, entities, RuleClassifier())
    return {_fact(t.head, t.relation, t.tail, t.status) for t in triples}


def _expected(cleaner: Cleaner, case: dict[str, Any]) -> set[Fact]:
    return {
        _fact(cleaner.simplify(head), relation, cleaner.simplify(tail), status)
        for head, relation, tail, status in case["expected"]
    }


@pytest.mark.parametrize("case", _cases("rules"))
def test_a_text_states_these_triples_and_no_other(
    stage: Callable[..., Any], cleaner: Cleaner, case: dict[str, Any]
) -> None:
    assert _stated(stage, case) == _expected(cleaner, case), case["comment"]


@pytest.mark.xfail(strict=True, reason="known failure of the baseline")
@pytest.mark.parametrize("case", _cases("known_failures"))
def test_a_known_failure_still_fails(
    stage: Callable[..., Any], cleaner: Cleaner, case: dict[str, Any]
) -> None:
    assert _stated(stage, case) == _expected(cleaner, case), case["comment"]


@pytest.mark.parametrize("case", _cases("rules") + _cases("known_failures"))
def test_a_judgement_is_of_a_candidate_and_within_the_schema(
    stage: Callable[..., Any], case: dict[str, Any]
) -> None:
    cleaned, entities = stage(case["text"], case["entities"])
    candidates = propose(cleaned, entities)
    for judgement in RuleClassifier()(cleaned, candidates):
        first, second = judgement.candidate.first, judgement.candidate.second
        head, tail = (second, first) if judgement.backward else (first, second)
        assert judgement.candidate in candidates
        assert judgement.relation in RELATIONS
        assert judgement.status in STATUSES
        assert admits(judgement.relation, head.type, tail.type)
        assert 0 < judgement.score <= 1


def test_a_candidate_is_judged_once_per_relation(stage: Callable[..., Any]) -> None:
    cleaned, entities = stage(
        "微软投资OpenAI，微软入股OpenAI，微软向OpenAI注资。",
        [["微软", "company"], ["OpenAI", "company"]],
    )
    judgements = RuleClassifier()(cleaned, propose(cleaned, entities))
    keys = [(judgement.candidate, judgement.relation) for judgement in judgements]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("hans", "hant"),
    [
        ("软银向Arm增资。", "軟銀向Arm增資。"),
        ("台积电为苹果代工。", "台積電為蘋果代工。"),
        ("联发科与高通激烈竞争。", "聯發科與高通激烈競爭。"),
    ],
)
def test_both_scripts_state_the_same(stage: Callable[..., Any], hans: str, hant: str) -> None:
    names = ["软银", "Arm", "台积电", "苹果", "联发科", "高通"]
    entities = [[name, "company"] for name in names if name in hans]
    one = _stated(stage, {"text": hans, "entities": entities})
    assert one
    assert one == _stated(stage, {"text": hant, "entities": entities})


def test_no_candidates_give_no_judgement(stage: Callable[..., Any]) -> None:
    cleaned, _ = stage("微软投资了一家公司。", [])
    assert RuleClassifier()(cleaned, ()) == ()
