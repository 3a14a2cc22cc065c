"""The trained classifier's bookkeeping, with a model made by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np
import pytest

from pipeline.model.session import Meta, Model, Reading
from pipeline.model.tokens import Tokens
from pipeline.model.windows import windows
from pipeline.relations import Judgement, ModelClassifier, propose
from pipeline.schema import RELATIONS, STATUSES
from pipeline.types import CleanText


class HandMade:
    """Says of every pair what `says` tells of (head's first token, tail's first token)."""

    meta = Meta("hand", dict.fromkeys(RELATIONS, 0.5), 1.0, 1.0)

    def phrases(self, _: Any) -> Any:
        return np.zeros(len(STATUSES), dtype=np.float32)

    def __init__(self, says: dict[tuple[int, int], tuple[str, float, str]]) -> None:
        self.says = says

    def judge(
        self,
        _: Reading,
        __: int,
        mentions: Sequence[tuple[int, int, int, int]],
        pairs: Sequence[tuple[int, int]],
    ) -> tuple[Any, Any]:
        relations = np.zeros((len(pairs), len(RELATIONS)), dtype=np.float32)
        statuses = np.full((len(pairs), len(RELATIONS), len(STATUSES)), 1e-3, dtype=np.float32)
        for row, (head, tail) in enumerate(pairs):
            told = self.says.get((mentions[head][0], mentions[tail][0]))
            if told:
                number = RELATIONS.index(told[0])
                relations[row, number] = told[1]
                statuses[row, number, STATUSES.index(told[2])] = 1
        return relations, statuses


def reading_of(cleaned: CleanText) -> Reading:
    """One token a character."""
    size = len(cleaned.text)
    tokens = Tokens([5] * size, list(range(size)), list(range(1, size + 1)))
    cut = windows(tokens, cleaned.sentences)
    return Reading(tokens, cut, (), np.ones(size, dtype=np.float32), ())


Judge = Callable[..., list[tuple[str, str, str, str, float]]]


@pytest.fixture
def judged(stage: Callable[..., Any]) -> Judge:
    """(head, relation, tail, status, score) of a text's judgements."""

    def run(
        text: str,
        named: Sequence[Sequence[str]],
        says: dict[tuple[int, int], Any],
        witness: Any = lambda *_: (),
    ) -> list[tuple[str, str, str, str, float]]:
        cleaned, entities = stage(text, named)
        classify = ModelClassifier(cast(Model, HandMade(says)), witness)
        found = []
        for j in classify(cleaned, propose(cleaned, entities), reading_of(cleaned)):
            ends = (j.candidate.first.entity, j.candidate.second.entity)
            head, tail = ends[::-1] if j.backward else ends
            found.append((head, j.relation, tail, j.status, round(j.score, 3)))
        return found

    return run


PAIR = [("微软", "company"), ("英特尔", "company")]


def test_a_sure_relation_has_the_direction_that_the_model_says(judged: Judge) -> None:
    found = judged("微软被英特尔收购。", PAIR, {(3, 0): ("buy", 0.9, "planned")})
    assert found == [("英特尔", "buy", "微软", "planned", 0.9)]


def test_what_is_below_its_threshold_is_not_said(judged: Judge) -> None:
    assert judged("微软与英特尔。", PAIR, {(0, 3): ("invest", 0.49, "actual")}) == []


def test_rivalry_is_said_once_by_the_surer_direction(judged: Judge) -> None:
    says = {(0, 3): ("compete", 0.6, "actual"), (3, 0): ("compete", 0.8, "actual")}
    (found,) = judged("微软与英特尔。", PAIR, says)
    assert found[4] == 0.8


def test_a_relation_that_the_types_do_not_admit_is_not_said(judged: Judge) -> None:
    named = [("微软", "company"), ("黄仁勋", "person")]
    assert judged("微软与黄仁勋。", named, {(0, 3): ("invest", 0.9, "actual")}) == []


def test_without_a_reading_nothing_is_judged(stage: Callable[..., Any]) -> None:
    cleaned, entities = stage("微软收购英特尔。", PAIR)
    classify = ModelClassifier(cast(Model, HandMade({})), lambda *_: ())
    assert classify(cleaned, propose(cleaned, entities), None) == ()


def agreeing(relation: str, *, backward: bool) -> Any:
    """A witness that states `relation` of every pair."""
    return lambda _, candidates, __: [
        Judgement(c, relation, backward, "actual", 1.0) for c in candidates
    ]


def test_a_witness_who_agrees_makes_a_likely_relation_sure_enough(judged: Judge) -> None:
    says = {(0, 3): ("buy", 0.2, "actual")}
    assert judged("微软与英特尔。", PAIR, says) == []
    (found,) = judged("微软与英特尔。", PAIR, says, agreeing("buy", backward=False))
    assert found[:4] == ("微软", "buy", "英特尔", "actual")
    assert 0.5 < found[4] < 1


@pytest.mark.parametrize(("relation", "backward"), [("buy", True), ("invest", False)])
def test_a_witness_of_something_else_changes_nothing(
    judged: Judge, relation: str, backward: bool
) -> None:
    says = {(0, 3): ("buy", 0.2, "actual")}
    assert judged("微软与英特尔。", PAIR, says, agreeing(relation, backward=backward)) == []


def test_a_witness_alone_is_not_believed(judged: Judge) -> None:
    says = {(0, 3): ("buy", 0.01, "actual")}
    assert judged("微软与英特尔。", PAIR, says, agreeing("buy", backward=False)) == []
