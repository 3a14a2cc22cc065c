"""Sums of money: finding them, their value, and which are a price."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.relations.clauses import Statement
from pipeline.relations.numerals import number_of, scale_of
from pipeline.schema import BUY
from pipeline.types import CleanSpan

# "" where several countries call their money so.
_CURRENCIES = {
    "美元": "USD", "美金": "USD", "us$": "USD", "$": "USD", "usd": "USD", "刀": "USD",
    "人民币": "CNY", "元人民币": "CNY", "rmb": "CNY", "cny": "CNY", "¥": "CNY",
    "港元": "HKD", "港币": "HKD", "hk$": "HKD", "新台币": "TWD", "台币": "TWD", "新台币元": "TWD",
    "元新台币": "TWD", "nt$": "TWD",
    "日元": "JPY", "日圆": "JPY", "韩元": "KRW", "韩圜": "KRW", "韩币": "KRW", "欧元": "EUR",
    "欧罗": "EUR", "€": "EUR", "英镑": "GBP", "£": "GBP",
    "卢比": "INR", "印度卢比": "INR", "瑞士法郎": "CHF", "瑞郎": "CHF", "加元": "CAD",
    "澳元": "AUD", "纽元": "NZD", "新加坡元": "SGD", "新元": "SGD", "坡元": "SGD",
    "沙特里亚尔": "SAR",
    "迪拉姆": "AED", "卢布": "RUB", "瑞典克朗": "SEK", "挪威克朗": "NOK", "丹麦克朗": "DKK",
    "捷克克朗": "CZK", "克朗": "", "以色列谢克尔": "ILS", "新谢克尔": "ILS", "谢克尔": "ILS",
    "雷亚尔": "BRL", "林吉特": "MYR", "令吉": "MYR", "马币": "MYR", "泰铢": "THB", "兹罗提": "PLN",
    "兰特": "ZAR", "里拉": "TRY", "福林": "HUF", "印尼盾": "IDR", "越南盾": "VND", "里亚尔": "",
    "比索": "",
}  # fmt: skip
_NUMBER = r"(?:\d[\d,]*(?:\.\d+)?|[一二两三四五六七八九十百千]+)"
_SCALE = (
    r"(?:\s?(?:[十百千万]?[万亿兆]|[十百千]亿|[百千]万"
    r"|thousand|million|billion|trillion|bn|[kKmMbB](?![A-Za-z])))"
)
_FRONT = r"(?:us\$|hk\$|nt\$|usd|rmb|新台币|人民币|美金|[$¥€£])"
_BACK = "|".join(
    sorted(
        (re.escape(name) for name in _CURRENCIES if name[0] not in "$¥€£uhn"), key=len, reverse=True
    )
)
_AMOUNT = re.compile(
    rf"(?:(?<![最附将接])近|逾)?(?P<front>{_FRONT})?\s?(?P<low>[数几]?{_NUMBER}几?|[数几](?=[十百千万亿])|上(?=[百千万亿])|(?=[十百千]亿))[多余]?(?:个(?=亿))?(?P<low_scale>{_SCALE})?"
    rf"(?:(?<=亿)(?P<rest>{_NUMBER})(?P<rest_scale>万))?"
    rf"(?:\s?(?:-|–|—|~|～|至|到)\s?(?P<high>{_NUMBER}))?(?P<scale>{_SCALE})?多?余?\s?(?P<back>{_BACK}|元(?!宇宙|件|素|器|旦|老|年))?",
    re.IGNORECASE,
)
# A sum whose currency is left out says by the words around it that it is one.
_SPENT = re.compile(
    r"(?:出资|斥资|耗资|涉资|注资|投资|投了?|打了|以|用|作价|金额|总额|总价|对价|砸下?|花了?|拿出|付了?|掏了?|开价|出价|报价|再?跟进|认购|认缴|融了?|融资|募得|筹得)(?:约|近|逾|超过|不超过|了|共|为|至多)?\s?$"
)
_SUM_ENDS = re.compile(r"[，；。、！？）)」”]|$|的|拿|买|收|换|认|吃|入|投|给|占|增|融|现金")

# What a sum is called where it is not what the deal costs.
_OTHER_BEFORE = re.compile(
    r"(?:估值|市值|身[价家]|营收|营业额|收入|净利|毛利|利润|盈利|获利|亏损?|销售额|销量|产值|股价|每[股台颗片张套]|单价|售价|定价|罚款?|处罚|赔偿?|贷款|借款|借|欠|负债|债务?|账上|现金流|年薪|薪酬|净资产|净值|总资产|补贴|补助|奖金|成本|研发|注册资本|资本额|违约金|分手费|管理资产|管理规模|基金规模|市场规模|市场|保费|订金|押金|少赚|节省)[^，；。、\d总共合]{0,8}$"
)
_OTHER_AFTER = re.compile(
    r"(?:左右|上下|以上)?的?(?:投前|投后|企业)?(?:估值|市值|身价|营收|收入|净利|利润|贷款|罚款|罚单|债|亏损|补贴|年薪|薪|基金|现金流|市场|/股|[每一][股颗片台张]|违约|分手费)"
)
_FUNDING_BEFORE = re.compile(r"(?:融资|募资|注资|入股|增资|认购|领投|跟投)[^，；。、\d]{0,6}$")
_FUNDING_AFTER = re.compile(
    r"的?(?:[A-Z]\d?\+*|[种天]子?使?|Pre-?[A-Z]|战略)?\+?轮?(?:融资|增资|注资|投资|入股)|(?:认购|取得|换取)?的?(?:少数股权|新股|优先股)"
)
_ORDER_BEFORE = re.compile(r"(?:订单|采购|租金|货款|订购|合同|合约)[^，；。、\d]{0,6}$")
_ORDER_AFTER = re.compile(r"的?(?:[一-龥A-Z]{0,4})(?:订单|大单|采购|合同|合约|算力|租金|货款)")


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum of money; value is None where the text gives only its size (数十亿美元)."""

    span: CleanSpan
    value: float | None
    value_max: float | None
    currency: str


def find_sums(statement: Statement, plain: str) -> Iterator[Amount]:
    """The sums of a statement, also those whose currency is that of the one before.

    plain: the currency of a bare 元, as for find_amounts.
    """
    last = plain
    named = find_amounts(statement.text, statement.within, plain_yuan=plain)
    taken = {amount.span.start: amount for amount in named}
    for match in _AMOUNT.finditer(statement.text, statement.within.start, statement.within.end):
        start = match.start() + (len(match.group()) - len(match.group().lstrip()))
        if start in taken:
            last = taken[start].currency
            yield taken[start]
        elif match.group()[-1:] in ("万", "亿"):
            before = statement.text[max(statement.within.start, start - 10) : start]
            after = statement.text[match.end() : match.end() + 2]
            if _SUM_ENDS.match(after) and _SPENT.search(before):
                yield _amount(match, last)


def is_price(statement: Statement, span: CleanSpan, relation: str) -> bool:
    """Whether nothing around the sum makes it another thing than what a deal of this relation
    costs: a valuation, a turnover, for a purchase what a round brought in."""
    before, after = statement.before(span), statement.after(span)
    other = (_FUNDING_BEFORE, _FUNDING_AFTER) if relation == BUY else (_ORDER_BEFORE, _ORDER_AFTER)
    return not (
        _OTHER_BEFORE.search(before)
        or _OTHER_AFTER.match(after)
        or other[0].search(before)
        or other[1].match(after)
    )


def find_amounts(text: str, within: CleanSpan, *, plain_yuan: str) -> list[Amount]:
    """The sums of money in `within`, in order.

    plain_yuan: the currency that a bare 元 stands for here; "" where the text leaves it open.
    """
    amounts: list[Amount] = []
    for match in _AMOUNT.finditer(text, within.start, within.end):
        named = (match["front"] or match["back"] or "").lower()
        if named:
            amounts.append(_amount(match, plain_yuan if named == "元" else _CURRENCIES[named]))
    return amounts


def _amount(match: re.Match[str], currency: str) -> Amount:
    """What _AMOUNT matched, in figures."""
    scale = scale_of(match["scale"] or match["low_scale"] or "")
    low = number_of(match["low"])
    high = number_of(match["high"]) if match["high"] else None
    own = scale_of(match["low_scale"]) if match["low_scale"] and match["high"] else scale
    value = None if low is None else low * own
    if value is not None and match["rest"]:
        value += (number_of(match["rest"]) or 0.0) * scale_of(match["rest_scale"])
    start = match.start() + (len(match.group()) - len(match.group().lstrip()))
    return Amount(
        CleanSpan(start, match.end()), value, None if high is None else high * scale, currency
    )
