"""Amount, date, stake and object of what a trigger states."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.relations.candidates import Judgement
from pipeline.schema import BUY, COMPETE, INVEST
from pipeline.types import CleanSpan, CleanText, Qualifiers

_CLAUSE_BREAK = re.compile(r"[，,；;。！？!?\n](?!\d{3}(?!\d))")

_UNITS = {"十": 1e1, "百": 1e2, "千": 1e3, "万": 1e4, "亿": 1e8, "兆": 1e12}
_SCALES = {
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
    "trillion": 1e12,
    "bn": 1e9,
    "k": 1e3,
    "m": 1e6,
    "b": 1e9,
}
_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"两": 2}
_CURRENCIES = {
    "美元": "USD", "美金": "USD", "us$": "USD", "$": "USD", "usd": "USD", "刀": "USD",
    "人民币": "CNY", "元人民币": "CNY", "rmb": "CNY", "cny": "CNY", "¥": "CNY",
    "港元": "HKD", "港币": "HKD", "hk$": "HKD", "新台币": "TWD", "台币": "TWD", "新台币元": "TWD", "元新台币": "TWD", "nt$": "TWD",
    "日元": "JPY", "日圆": "JPY", "韩元": "KRW", "韩圜": "KRW", "韩币": "KRW", "欧元": "EUR", "€": "EUR", "英镑": "GBP", "£": "GBP",
    "卢比": "INR", "瑞士法郎": "CHF", "瑞郎": "CHF", "加元": "CAD", "澳元": "AUD", "新加坡元": "SGD", "新元": "SGD", "沙特里亚尔": "SAR",
    "迪拉姆": "AED", "卢布": "RUB", "瑞典克朗": "SEK", "以色列谢克尔": "ILS",
}  # fmt: skip
_NUMBER = r"(?:\d[\d,]*(?:\.\d+)?|[一二两三四五六七八九十百千]+)"
_SCALE = r"(?:\s?(?:[十百千万]?[万亿兆]|[十百千]亿|[百千]万|thousand|million|billion|trillion|bn|[kKmMbB](?![A-Za-z])))"
_FRONT = r"(?:us\$|hk\$|nt\$|usd|rmb|新台币|人民币|美金|[$¥€£])"
_BACK = "|".join(
    sorted(
        (re.escape(name) for name in _CURRENCIES if name[0] not in "$¥€£uhn"), key=len, reverse=True
    )
)
_AMOUNT = re.compile(
    rf"(?P<front>{_FRONT})?\s?(?P<low>[数几]?{_NUMBER}几?|[数几](?=[十百千万亿])|上(?=[百千万亿])|(?=[十百千]亿))[多余]?(?P<low_scale>{_SCALE})?"
    rf"(?:\s?(?:-|–|—|~|～|至|到)\s?(?P<high>{_NUMBER}))?(?P<scale>{_SCALE})?多?余?\s?(?P<back>{_BACK}|元(?!宇宙|件|素|器|旦|老|年))?",
    re.IGNORECASE,
)
_PERCENT = re.compile(r"(?P<value>\d{1,3}(?:\.\d+)?)\s?[%％]")
_STAKE_NEAR = re.compile(r"股[份权]|持股|入股|股比|股东|权益|的股|控股|认股")
_DATE = re.compile(
    r"(?:(?:19|20)\d{2}\s?年\s?(?:\d{1,2}\s?月(?:\s?\d{1,2}\s?[日号])?(?:[上中下]旬|底|初)?|[上下]半年|第?[一二三四1-4]季度?|底|初|年?[初末底])?|"
    r"(?:去年|今年|明年|本|上个?|前年|后年)?\s?\d{1,2}\s?月(?:\s?\d{1,2}\s?[日号]|[上中下]旬|底|初|份)?|"
    r"(?:19|20)\d{2}[-/.]\d{1,2}[-/.]\d{1,2}|今[日天晨]|昨[日天晚]|近日|日前|上[周月]|本[周月]|下[周月]|去年|今年|明年|周[一二三四五六日])"
)
_OBJECT = re.compile(
    r"(?:AI|人工智能|高端|先进|定制|自研|云端?|存储|车用|汽车|动力|高性能|训练|推理)*"
    r"(?:算力|芯片|晶片|云服务|云计算服务|GPU|CPU|显卡|服务器|伺服器|电池|面板|内存|记忆体|存储器|设备|光刻机|零部件|零组件|机器人|卫星|飞机|车辆|"
    r"数据中心|电力|软件|软体|专利|产能|晶圆|材料|广告|内容|版权|电动车|业务|资产|工厂|晶圆厂|股权|股份)"
)


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum of money; value is None where the text gives only its size (数十亿美元)."""

    span: CleanSpan
    value: float | None
    value_max: float | None
    currency: str


def qualifiers_of(cleaned: CleanText, judgement: Judgement) -> Qualifiers[CleanSpan]:
    """What the judgement's sentence says of it: the nearest to its trigger of each kind."""
    text, sentence, trigger = cleaned.text, judgement.candidate.sentence, judgement.trigger
    clause = _clause(text, sentence, trigger)
    date = _nearest(
        [CleanSpan(*m.span()) for m in _DATE.finditer(text, sentence.start, trigger.start)], trigger
    )
    if judgement.relation == COMPETE:
        return Qualifiers(date=date)
    amounts = find_amounts(text, clause, plain_yuan="CNY" if cleaned.script == "Hans" else "")
    amount = min(amounts, key=lambda a: _distance(a.span, trigger), default=None)
    stake = _stake(text, clause, trigger) if judgement.relation == INVEST else None
    thing = _object(text, clause, trigger) if judgement.relation == BUY else None
    return Qualifiers(
        amount=amount.span if amount else None,
        amount_value=amount.value if amount else None,
        amount_value_max=amount.value_max if amount else None,
        amount_currency=amount.currency if amount else "",
        date=date,
        stake=stake[0] if stake else None,
        stake_percent=stake[1] if stake else None,
        object=thing,
    )


def find_amounts(text: str, within: CleanSpan, *, plain_yuan: str) -> list[Amount]:
    """The sums of money in `within`, in order.

    plain_yuan: the currency that a bare 元 stands for here; "" where the text leaves it open.
    """
    amounts: list[Amount] = []
    for match in _AMOUNT.finditer(text, within.start, within.end):
        named = (match["front"] or match["back"] or "").lower()
        if not named:
            continue
        currency = plain_yuan if named == "元" else _CURRENCIES[named]
        scale = _scale(match["scale"] or match["low_scale"] or "")
        low = _number(match["low"])
        high = _number(match["high"]) if match["high"] else None
        own = _scale(match["low_scale"]) if match["low_scale"] and match["high"] else scale
        start = match.start() + (len(match.group()) - len(match.group().lstrip()))
        amounts.append(
            Amount(
                CleanSpan(start, match.end()),
                None if low is None else low * own,
                None if high is None else high * scale,
                currency,
            )
        )
    return amounts


def _number(written: str) -> float | None:
    """The value of Arabic or Chinese digits; None for 数十, 十几 and the like; 1 for a bare unit (千亿美元)."""
    if written == "":
        return 1.0
    if written[0] in "数几上" or written[-1] == "几":
        return None
    if written[0].isdigit():
        return float(written.replace(",", ""))
    total = 0.0
    digit = 0.0
    for character in written:
        if character in _DIGITS:
            digit = float(_DIGITS[character])
        else:
            total += (digit or 1.0) * _UNITS[character]
            digit = 0.0
    return total + digit


def _scale(written: str) -> float:
    written = written.strip().lower()
    if written in _SCALES:
        return _SCALES[written]
    product = 1.0
    for character in written:
        product *= _UNITS[character]
    return product


def _clause(text: str, sentence: CleanSpan, trigger: CleanSpan) -> CleanSpan:
    """The trigger's clause and the one after it, where a sum often stands (…投资OpenAI，金额达100亿美元)."""
    start = sentence.start
    for match in _CLAUSE_BREAK.finditer(text, sentence.start, trigger.start):
        start = match.end()
    end = sentence.end
    breaks = _CLAUSE_BREAK.finditer(text, trigger.end, sentence.end)
    first = next(breaks, None)
    if first:
        follows = text[first.end() : first.end() + 8]
        end = first.start()
        if re.match(
            r"(?:总|交易|投资|收购|合同|订单|涉及)?(?:金额|总额|价值|作价|对价|规模|估值|总价|占|持股)",
            follows,
        ):
            second = next(breaks, None)
            end = second.start() if second else sentence.end
    return CleanSpan(start, end)


def _nearest(spans: list[CleanSpan], trigger: CleanSpan) -> CleanSpan | None:
    return min(spans, key=lambda span: _distance(span, trigger), default=None)


def _distance(span: CleanSpan, trigger: CleanSpan) -> int:
    return max(span.start - trigger.end, trigger.start - span.end, 0)


def _stake(text: str, clause: CleanSpan, trigger: CleanSpan) -> tuple[CleanSpan, float] | None:
    found = [
        (CleanSpan(*match.span()), float(match["value"]))
        for match in _PERCENT.finditer(text, clause.start, clause.end)
        if float(match["value"]) <= 100
        and _STAKE_NEAR.search(text[max(clause.start, match.start() - 12) : match.end() + 8])
    ]
    return min(found, key=lambda item: _distance(item[0], trigger), default=None)


def _object(text: str, clause: CleanSpan, trigger: CleanSpan) -> CleanSpan | None:
    after = _OBJECT.search(text, trigger.end, clause.end)
    return CleanSpan(*after.span()) if after else None
