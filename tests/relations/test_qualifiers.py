from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.cleaning import Cleaner
from pipeline.relations import RuleClassifier, relate
from pipeline.relations.qualifiers import find_amounts
from pipeline.types import CleanSpan, CleanText, Qualifiers

CASES = json.loads(
    (Path(__file__).parent.parent / "cases" / "relations_amounts.json").read_text("utf-8")
)
PAIR = [["微软", "company"], ["英特尔", "company"]]


@pytest.fixture(scope="module")
def qualify(stage: Callable[..., Any]) -> Callable[[str], tuple[CleanText, Qualifiers[CleanSpan]]]:
    """The qualifiers of the only triple that a text about 微软 and 英特尔 states."""

    def run(text: str) -> tuple[CleanText, Qualifiers[CleanSpan]]:
        cleaned, entities = stage(text, PAIR)
        triples, _ = relate(cleaned, entities, RuleClassifier())
        (triple,) = triples
        return cleaned, triple.qualifiers

    return run


Qualify = Callable[[str], tuple[CleanText, Qualifiers[CleanSpan]]]


def _written(cleaned: CleanText, span: CleanSpan | None) -> str:
    return span.of(cleaned.text) if span else ""


@pytest.mark.parametrize("case", [pytest.param(case, id=case["label"]) for case in CASES])
def test_sums_are_found_as_written_and_valued(cleaner: Cleaner, case: dict[str, Any]) -> None:
    raw = case["text"]
    clean = cleaner.simplify(raw)
    amounts = find_amounts(clean, CleanSpan(0, len(clean)), plain_yuan="CNY")
    found = [[a.span.of(raw), a.value, a.value_max, a.currency] for a in amounts]
    assert [row[0] for row in found] == [row[0] for row in case["expected"]], case["comment"]
    for row, wanted in zip(found, case["expected"], strict=True):
        assert row[1:3] == pytest.approx(wanted[1:3])
        assert row[3] == wanted[3]


@pytest.mark.parametrize(
    ("text", "currency"), [("微软以3亿元收购英特尔。", "CNY"), ("微軟以3億元收購英特爾。", "")]
)
def test_a_bare_yuan_is_cny_only_in_simplified_articles(
    qualify: Qualify, text: str, currency: str
) -> None:
    assert qualify(text)[1].amount_currency == currency


@pytest.mark.parametrize("text", ["微软收购英特尔。", "微软投资英特尔。", "微软挑战英特尔。"])
def test_what_the_text_does_not_say_is_absent(qualify: Qualify, text: str) -> None:
    assert qualify(text)[1] == Qualifiers()


def test_the_sum_nearest_to_the_trigger_is_taken(qualify: Qualify) -> None:
    cleaned, found = qualify("营收9亿美元的微软以2亿美元收购英特尔。")
    assert _written(cleaned, found.amount) == "2亿美元"


def test_a_sum_of_another_clause_is_not_taken(qualify: Qualify) -> None:
    assert qualify("微软收购英特尔，股价上涨后市场规模达9亿美元。")[1].amount is None


def test_a_clause_that_names_the_price_lends_its_sum(qualify: Qualify) -> None:
    cleaned, found = qualify("微软收购英特尔，交易金额达9亿美元。")
    assert _written(cleaned, found.amount) == "9亿美元"


def test_a_sum_without_value_keeps_its_currency(qualify: Qualify) -> None:
    _, found = qualify("微软斥资数十亿美元收购英特尔。")
    assert (found.amount_value, found.amount_currency) == (None, "USD")
    assert found.amount is not None


def test_rivals_have_no_sum(qualify: Qualify) -> None:
    assert qualify("微软为9亿美元的市场挑战英特尔。")[1].amount is None


@pytest.mark.parametrize(
    ("text", "written", "percent"),
    [
        ("微软持有英特尔10.5%的股份。", "10.5%", 10.5),
        ("微软入股英特尔，持股30%。", "30%", 30.0),
        ("微软持有英特尔１２％的股份。", "12%", 12.0),
    ],
)
def test_a_stake_is_given_in_percent(
    qualify: Qualify, text: str, written: str, percent: float
) -> None:
    cleaned, found = qualify(text)
    assert (_written(cleaned, found.stake), found.stake_percent) == (written, percent)


@pytest.mark.parametrize(
    "text",
    ["微软投资英特尔，股价上涨3%。", "微软投资营收增长8%的英特尔。", "微软收购英特尔30%的业务。"],
)
def test_a_percentage_that_is_no_stake_is_not_taken(qualify: Qualify, text: str) -> None:
    assert qualify(text)[1].stake_percent is None


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2024年3月5日，微软收购英特尔。", "2024年3月5日"),
        ("2023年底，微软收购英特尔。", "2023年底"),
        ("今年5月，微软收购英特尔。", "今年5月"),
        ("去年，微软收购英特尔。", "去年"),
        ("2021年第三季度，微软收购英特尔。", "2021年第三季度"),
        ("微软昨日挑战英特尔。", "昨日"),
    ],
)
def test_a_date_is_given_as_written(qualify: Qualify, text: str, written: str) -> None:
    cleaned, found = qualify(text)
    assert _written(cleaned, found.date) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("微软向英特尔采购芯片。", "芯片"),
        ("微软向英特尔采购AI服务器。", "AI服务器"),
        ("微软向英特尔租用算力。", "算力"),
        ("微软向英特尔采购。", ""),
    ],
)
def test_the_thing_bought_is_given_as_written(qualify: Qualify, text: str, written: str) -> None:
    cleaned, found = qualify(text)
    assert _written(cleaned, found.object) == written


def test_an_investment_buys_no_thing(qualify: Qualify) -> None:
    assert qualify("微软投资英特尔生产芯片。")[1].object is None
