from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from pipeline.cleaning import Cleaner
from pipeline.relations import Candidate, Judgement, RuleClassifier, relate
from pipeline.relations.amounts import find_amounts
from pipeline.relations.dates import resolve_date
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


@pytest.fixture(scope="module")
def told(stage: Callable[..., Any]) -> Callable[..., dict[str, str]]:
    """The qualifiers of (微软, relation, 英特尔), which every sentence with both states."""

    def run(text: str, relation: str, named: Sequence[Sequence[str]] = PAIR) -> dict[str, str]:
        present = [one for one in named if one[0] in text]
        cleaned, entities = stage(text, present)

        def judge(_: CleanText, candidates: list[Candidate], __: None) -> list[Judgement]:
            return [
                Judgement(c, relation, c.first.text != "微软", "actual", 1.0)
                for c in candidates
                if c.sentence.holds(c.first.span)
                and {c.first.text, c.second.text} == {"微软", "英特尔"}
            ]

        triples, _ = relate(cleaned, entities, judge)  # type: ignore[arg-type]
        found = triples[0].qualifiers
        return {
            name: _written(cleaned, getattr(found, name))
            for name in ("amount", "stake", "date", "object")
        }

    return run


Told = Callable[..., dict[str, str]]


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


def test_the_sum_nearest_to_the_names_is_taken(qualify: Qualify) -> None:
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
        ("微软昨日收购英特尔。", "昨日"),
        ("微软于2023年9月收购英特尔。", "2023年9月"),
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


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("微软出资6亿元、白鹭出资4.2亿元，共同入股英特尔。", "6亿元"),
        ("白鹭出资4.2亿元，微软出资6亿元入股英特尔。", "6亿元"),
        ("英特尔引入新股东，微软与白鹭分别认购1.1亿元和7000万元。", "1.1亿元"),
        ("英特尔引入新股东，白鹭与微软分别认购1.1亿元和7000万元。", "7000万元"),
        ("微软和白鹭入股英特尔，前者出资3亿元，后者出资2亿元。", "3亿元"),
        ("白鹭和微软入股英特尔，前者出资3亿元，后者出资2亿元。", "2亿元"),
        ("英特尔完成近3亿元A轮融资，由白鹭领投，微软跟投。", "近3亿元"),
        ("白鹭以6亿元入股英特尔，微软则在观望。", ""),
        ("微软入股英特尔。交易作价3亿元。", "3亿元"),
        ("微软出资5000万入股英特尔。", "5000万"),
        ("微软以约2亿美元入股英特尔。", "2亿美元"),
    ],
)
def test_a_sum_goes_to_the_investor_whose_it_is(told: Told, text: str, written: str) -> None:
    assert told(text, "invest")["amount"] == written


@pytest.mark.parametrize(
    "text",
    [
        "微软以每股5美元入股英特尔。",
        "微软入股英特尔，估值达30亿美元。",
        "微软入股市值30亿美元的英特尔。",
        "微软入股亏损2亿美元的英特尔。",
        "微软入股英特尔，并下了2亿美元订单。",
        "微软入股英特尔。白鹭同日出资3亿元买下一座工厂。",
    ],
)
def test_a_sum_that_is_not_the_price_is_left(told: Told, text: str) -> None:
    assert told(text, "invest")["amount"] == ""


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("微软持有英特尔两成五的股份。", "两成五"),
        ("微软拿下英特尔百分之十二的股份。", "百分之十二"),
        ("微软将对英特尔的持股由9%升至12%。", "12%"),
        ("微软入股英特尔，占7个点。", "7个点"),
        ("微软和白鹭入股英特尔，前者占6%，后者占9.5%。", "6%"),
        ("微软投资英特尔，后者市占率30%。", ""),
        ("持股5%以上的股东微软投资英特尔。", ""),
    ],
)
def test_a_share_goes_to_the_investor_whose_it_is(told: Told, text: str, written: str) -> None:
    assert told(text, "invest")["stake"] == written


@pytest.mark.parametrize(
    "text",
    ["微软昨日宣布收购英特尔。", "微软去年试用英特尔的芯片。", "微软收购2001年成立的英特尔。"],
)
def test_the_date_of_something_else_is_left(told: Told, text: str) -> None:
    assert told(text, "buy")["date"] == ""


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("微软向英特尔采购两千台AI服务器，用于新机房。", "AI服务器"),
        ("微软向英特尔采购了约4万亿韩元。", ""),
        ("微软打算把英特尔买下来。", ""),
    ],
)
def test_only_a_plain_thing_is_an_object(told: Told, text: str, written: str) -> None:
    assert told(text, "buy")["object"] == written


OTHERS = [*PAIR, ["白鹭", "company"]]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("微软收购英特尔，白鹭以2亿美元买下一座工厂。", ""),
        ("微软有意收购英特尔，白鹭出价2亿美元。", ""),
        ("微软和白鹭以2亿美元收购英特尔。", "2亿美元"),
        ("白鹭退出后，微软以2亿美元收购英特尔。", "2亿美元"),
    ],
)
def test_a_sum_behind_another_name_is_that_ones(told: Told, text: str, written: str) -> None:
    assert told(text, "buy", OTHERS)["amount"] == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("微软表态，公司计划明年向英特尔采购芯片。", "明年"),
        ("微软表态，白鹭计划明年向英特尔采购芯片。", ""),
    ],
)
def test_a_date_needs_one_name_where_nobody_else_acts(told: Told, text: str, written: str) -> None:
    assert told(text, "buy", OTHERS)["date"] == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("微软收购英特尔旗下的存储业务。", "存储业务"),
        ("微软打算从英特尔手中买下其常州工厂。", "常州工厂"),
        ("微软收购英特尔的白鹭业务。", ""),
        ("微软旁观，白鹭收购英特尔旗下的存储业务。", ""),
        ("微软向英特尔采购白鹭芯片。", ""),
    ],
)
def test_a_part_of_the_seller_is_an_object(told: Told, text: str, written: str) -> None:
    assert told(text, "buy", OTHERS)["object"] == written


FRIDAY = "2026-11-20"


@pytest.mark.parametrize(
    ("written", "published", "iso"),
    [
        ("2026年11月20日", "", "2026-11-20"),
        ("2026年11月", "", "2026-11"),
        ("2026年", "", "2026"),
        ("2026年第三季度", "", "2026-Q3"),
        ("2026年三季度", "", "2026-Q3"),
        ("二零二五年三月十四日", "", "2025-03-14"),
        ("2026-11-20", "", "2026-11-20"),
        ("2023年底", "", "2023"),
        ("2021年2月30日", "", ""),
        ("2021年13月", "", ""),
        ("昨日", FRIDAY, "2026-11-19"),
        ("昨(19)日", FRIDAY, "2026-11-19"),
        ("昨晚", FRIDAY, "2026-11-19"),
        ("今天凌晨", FRIDAY, "2026-11-20"),
        ("上周五", FRIDAY, "2026-11-13"),
        ("周五", FRIDAY, "2026-11-20"),
        ("周三", FRIDAY, "2026-11-18"),
        ("本周一", FRIDAY, "2026-11-16"),
        ("周日", FRIDAY, "2026-11-15"),
        ("星期天", FRIDAY, "2026-11-15"),
        ("去年", FRIDAY, "2025"),
        ("今年三月", FRIDAY, "2026-03"),
        ("3月12日", FRIDAY, "2026-03-12"),
        ("12月2日", "2026-01-05", "2025-12-02"),
        ("12月2日", FRIDAY, "2026-12-02"),
        ("去年底", FRIDAY, "2025"),
        ("去年十一月", FRIDAY, "2025-11"),
        ("明年第二季", FRIDAY, "2027-Q2"),
        ("上月", FRIDAY, "2026-10"),
        ("上个月底", FRIDAY, "2026-10"),
        ("本月13日", FRIDAY, "2026-11-13"),
        ("上季度", FRIDAY, "2026-Q3"),
        ("上季度", "2026-02", "2025-Q4"),
        ("三年前", FRIDAY, "2023"),
        ("三年前", "2026", "2023"),
        ("两个月前", FRIDAY, "2026-09"),
        ("昨日", "2026-11", ""),
        ("昨日", "", ""),
        ("去年", "2026", "2025"),
        ("去年", "x", ""),
        ("3月12日", "", ""),
        ("3月", "2026", ""),
        ("日前", FRIDAY, ""),
        ("上周", FRIDAY, ""),
        ("同年十二月", FRIDAY, ""),
        ("去年", "2026-13-40", ""),
        ("去年", "2026-11-20T08:00:00Z", "2025"),
        ("昨日", "0001-01-01", ""),
        ("前年", "0001", ""),
        ("周二", "0001-01-01", ""),
        ("上个月", "0001-01", ""),
        ("下季", "9999-12", ""),
        ("今年上半年", FRIDAY, "2026"),
        ("上半年", FRIDAY, ""),
    ],
)
def test_a_date_is_resolved_as_far_as_it_goes(written: str, published: str, iso: str) -> None:
    assert resolve_date(written, published) == iso


def test_a_sentence_without_end_takes_linear_time(told: Told) -> None:
    text = "微软入股英特尔" + "出资3亿元、占5%股份，去年" * 4000 + "。"
    assert told(text, "invest")["amount"] == "3亿元"
