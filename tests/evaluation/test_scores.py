from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.evaluation.gold import MarkedArticle
from pipeline.evaluation.scores import (
    Prf,
    interval,
    match_entities,
    mention_prf,
    pool,
    score_all,
    score_article,
    triple_prf,
)

Mark = Callable[..., MarkedArticle]

# 微软 twice, 英特尔 once, 黄仁勋 once.
GOLD = (
    (0, 2, "company", "g:ms"),
    (9, 11, "company", "g:ms"),
    (4, 7, "company", "g:intel"),
    (20, 23, "person", "g:jensen"),
)
FOUND = (
    (0, 2, "company", "f:ms"),
    (9, 11, "company", "f:ms"),
    (4, 7, "company", "f:intel"),
    (20, 23, "person", "f:jensen"),
)
ALL = (("f:ms", "f:intel"),)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        (Prf(3, 1, 2), (0.75, 0.6, 2 / 3)),
        (Prf(0, 4, 4), (0.0, 0.0, 0.0)),
        (Prf(5, 0, 0), (1.0, 1.0, 1.0)),
        (Prf(0, 0, 3), (0.0, 0.0, 0.0)),
        (Prf(), (0.0, 0.0, 0.0)),
    ],
)
def test_precision_recall_and_f1_are_those_computed_by_hand(
    counts: Prf, expected: tuple[float, float, float]
) -> None:
    assert (counts.precision, counts.recall, counts.f1) == pytest.approx(expected)


def test_counts_are_pooled_by_addition() -> None:
    assert pool([Prf(1, 2, 3), Prf(10, 20, 30)]) == Prf(11, 22, 33)


def test_pooling_is_not_averaging() -> None:
    one, other = Prf(1, 0, 0), Prf(0, 0, 9)
    assert pool([one, other]).f1 == pytest.approx(2 / 11) != (one.f1 + other.f1) / 2


@given(st.builds(Prf, st.integers(0, 99), st.integers(0, 99), st.integers(0, 99)))
def test_every_share_lies_between_zero_and_one(counts: Prf) -> None:
    assert 0 <= counts.precision <= 1
    assert 0 <= counts.recall <= 1
    # F1 lies between the two, but for rounding.
    low, high = sorted((counts.precision, counts.recall))
    assert low - 1e-9 <= counts.f1 <= high + 1e-9


def test_a_mention_is_right_where_span_and_type_are(mark: Mark) -> None:
    found = mark([(0, 2, "company", "a"), (4, 7, "person", "b"), (9, 12, "company", "a")])
    score = score_article(mark(GOLD), found)
    assert score.mentions == {"company": Prf(1, 1, 2), "person": Prf(0, 1, 1)}
    assert mention_prf(score) == Prf(1, 2, 3)


def test_a_missing_article_misses_everything(mark: Mark) -> None:
    gold = mark(GOLD, [("g:ms", "invest", "g:intel", "actual")])
    score = score_article(gold, None)
    assert mention_prf(score) == Prf(0, 0, 4)
    assert triple_prf(score) == Prf(0, 0, 1)
    assert score.reachable == 0


def test_a_missing_article_counts_in_the_pool(mark: Mark) -> None:
    gold = [mark(GOLD, name="one"), mark(GOLD, name="two")]
    scores = score_all(gold, {"one": mark(FOUND, name="one")})
    assert pool(mention_prf(score) for score in scores) == Prf(4, 0, 4)


def test_an_article_beyond_the_gold_is_not_looked_at(mark: Mark) -> None:
    found = {"one": mark(FOUND), "more": mark(FOUND, name="more")}
    assert len(score_all([mark(GOLD)], found)) == 1


def test_entities_are_matched_by_their_spans_and_not_by_their_ids(mark: Mark) -> None:
    swapped = mark([(0, 2, "company", "g:intel"), (4, 7, "company", "g:ms")])
    assert match_entities(mark(GOLD), swapped) == {"g:intel": "g:ms", "g:ms": "g:intel"}


def test_an_entity_of_another_type_is_no_match(mark: Mark) -> None:
    assert match_entities(mark(GOLD), mark([(0, 2, "chip", "f:ms")])) == {}


def test_an_entity_without_a_shared_span_is_no_match(mark: Mark) -> None:
    assert match_entities(mark(GOLD), mark([(0, 3, "company", "g:ms")])) == {}


def test_two_found_entities_do_not_share_one_gold_entity(mark: Mark) -> None:
    split = mark([(0, 2, "company", "f:a"), (9, 11, "company", "f:b")])
    assert len(match_entities(mark(GOLD), split)) == 1


def test_one_found_entity_stands_for_the_gold_entity_it_shares_most_with(mark: Mark) -> None:
    lumped = mark([(kind[0], kind[1], "company", "f:x") for kind in GOLD[:3]])
    assert match_entities(mark(GOLD), lumped) == {"f:x": "g:ms"}


@pytest.mark.parametrize("order", [1, -1])
def test_the_match_does_not_depend_on_the_order_of_mentions(mark: Mark, order: int) -> None:
    tied = [(0, 2, "company", "f:a"), (9, 11, "company", "f:b")][::order]
    assert match_entities(mark(GOLD), mark(tied)) == {"f:a": "g:ms"}


def test_a_triple_is_right_with_matched_ends_relation_and_direction(mark: Mark) -> None:
    gold = mark(GOLD, [("g:ms", "invest", "g:intel", "actual")])
    found = mark(FOUND, [("f:ms", "invest", "f:intel", "actual")], candidates=ALL)
    score = score_article(gold, found)
    assert score.triples == {"invest": Prf(1, 0, 0)}
    assert (score.missed, score.false) == ((), ())


@pytest.mark.parametrize(
    "triple", [("f:intel", "invest", "f:ms", "actual"), ("f:ms", "buy", "f:intel", "actual")]
)
def test_a_wrong_direction_or_relation_is_a_miss_and_a_false_alarm(
    mark: Mark, triple: tuple[str, ...]
) -> None:
    gold = mark(GOLD, [("g:ms", "invest", "g:intel", "actual")])
    score = score_article(gold, mark(FOUND, [triple], candidates=ALL))
    assert triple_prf(score) == Prf(0, 1, 1)
    assert score.missed == (("g:ms", "invest", "g:intel"),)
    assert score.false == (triple[:3],)


@pytest.mark.parametrize("ends", [("f:ms", "f:intel"), ("f:intel", "f:ms")])
def test_rivalry_is_right_in_either_direction(mark: Mark, ends: tuple[str, str]) -> None:
    gold = mark(GOLD, [("g:ms", "compete", "g:intel", "actual")])
    found = mark(FOUND, [(ends[0], "compete", ends[1], "actual")], candidates=ALL)
    assert triple_prf(score_article(gold, found)) == Prf(1, 0, 0)


def test_a_gold_triple_between_unfound_entities_counts_as_missed(mark: Mark) -> None:
    gold = mark(GOLD, [("g:ms", "invest", "g:intel", "actual")])
    score = score_article(gold, mark(FOUND[:2]))
    assert triple_prf(score) == Prf(0, 0, 1)
    assert score.reachable == 0


def test_a_pair_never_proposed_is_a_miss_and_lowers_the_ceiling(mark: Mark) -> None:
    gold = mark(
        GOLD, [("g:ms", "invest", "g:intel", "actual"), ("g:jensen", "invest", "g:ms", "actual")]
    )
    found = mark(FOUND, [("f:ms", "invest", "f:intel", "actual")], candidates=ALL)
    score = score_article(gold, found)
    assert triple_prf(score) == Prf(1, 0, 1)
    assert score.reachable == 1


def test_a_pair_proposed_without_a_triple_reaches_the_ceiling(mark: Mark) -> None:
    gold = mark(GOLD, [("g:ms", "invest", "g:intel", "actual")])
    score = score_article(gold, mark(FOUND, candidates=ALL))
    assert triple_prf(score) == Prf(0, 0, 1)
    assert score.reachable == 1


def test_a_pair_of_unmatched_entities_reaches_nothing(mark: Mark) -> None:
    gold = mark(GOLD, [("g:ms", "invest", "g:intel", "actual")])
    found = mark(
        [(30, 31, "company", "f:x"), (40, 41, "company", "f:y")], candidates=[("f:x", "f:y")]
    )
    assert score_article(gold, found).reachable == 0


def test_a_triple_of_an_unmatched_entity_is_false(mark: Mark) -> None:
    found = mark(
        [(0, 2, "company", "f:ms"), (4, 6, "company", "f:intel")],
        [("f:ms", "invest", "f:intel", "actual")],
        candidates=ALL,
    )
    score = score_article(mark(GOLD, [("g:ms", "invest", "g:intel", "actual")]), found)
    assert triple_prf(score) == Prf(0, 1, 1)


def test_duplicates_of_a_gold_triple_count_once_right_and_once_false(mark: Mark) -> None:
    gold = mark(GOLD, [("g:ms", "compete", "g:intel", "actual")])
    twice = [("f:ms", "compete", "f:intel", "actual"), ("f:intel", "compete", "f:ms", "actual")]
    score = score_article(gold, mark(FOUND, twice, candidates=ALL))
    assert triple_prf(score) == Prf(1, 1, 0)


@pytest.mark.parametrize(("status", "right"), [("actual", 1), ("planned", 0)])
def test_a_wrong_status_leaves_the_triple_right(mark: Mark, status: str, right: int) -> None:
    gold = mark(GOLD, [("g:ms", "buy", "g:intel", "actual")])
    score = score_article(gold, mark(FOUND, [("f:ms", "buy", "f:intel", status)], candidates=ALL))
    assert triple_prf(score) == Prf(1, 0, 0)
    assert score.status_right == right


def test_relations_are_counted_apart(mark: Mark) -> None:
    gold = mark(
        GOLD, [("g:ms", "buy", "g:intel", "actual"), ("g:ms", "invest", "g:intel", "actual")]
    )
    found = mark(
        FOUND,
        [("f:ms", "buy", "f:intel", "actual"), ("f:jensen", "invest", "f:ms", "actual")],
        candidates=ALL,
    )
    score = score_article(gold, found)
    assert score.triples == {"buy": Prf(1, 0, 0), "invest": Prf(0, 1, 1)}


def test_the_interval_of_identical_articles_is_the_point_estimate(mark: Mark) -> None:
    gold = [mark(GOLD, name=str(number)) for number in range(6)]
    found = {article.id: mark(FOUND[:2], name=article.id) for article in gold}
    scores = score_all(gold, found)
    point = pool(mention_prf(score) for score in scores).f1
    assert interval(scores, mention_prf) == pytest.approx((point, point))


def test_the_interval_holds_the_point_estimate_of_mixed_articles(mark: Mark) -> None:
    gold = [mark(GOLD, name=str(number)) for number in range(6)]
    found = {a.id: mark(FOUND[: int(a.id) % 5], name=a.id) for a in gold}
    scores = score_all(gold, found)
    low, high = interval(scores, mention_prf)
    assert low < pool(mention_prf(score) for score in scores).f1 < high


def test_the_interval_is_the_same_every_time(mark: Mark) -> None:
    gold = [mark(GOLD, name=str(number)) for number in range(3)]
    scores = score_all(gold, {"1": mark(FOUND, name="1")})
    assert interval(scores, mention_prf) == interval(scores, mention_prf)


def test_the_interval_of_no_article_is_empty() -> None:
    assert interval([], mention_prf) == (0.0, 0.0)
