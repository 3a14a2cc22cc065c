"""Shares of a company: finding them, and their percentage."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.relations.clauses import Statement
from pipeline.relations.numerals import DIGITS, number_of
from pipeline.schema import BUY
from pipeline.types import CleanSpan

_CN_TENTH = "[一二两三四五六七八九]"
_SHARE = re.compile(
    rf"(?P<percent>\d{{1,3}}(?:\.\d+)?)\s?[%％](?:\s?(?:至|到|-|–|~|～)\s?(?P<percent_max>\d{{1,3}}(?:\.\d+)?)\s?[%％])?"
    rf"|百分之(?P<written>[一二两三四五六七八九十百]+)"
    rf"|(?<![一二两三四五六七八九十])(?P<tenths>{_CN_TENTH})成(?P<rest>{_CN_TENTH}|半)?(?!立|为|本|功|长|交|都|员|果|熟)"
    rf"|(?P<points>\d{{1,2}}(?:\.\d+)?)个(?:百分)?点|(?P<half>一半|半数)|过半"
)
_SHARE_BEFORE = re.compile(
    r"(?:持股|持有|持[有仓]?|占股?比?|要|出|入股|股[份权比]|权益|参股|控股|认购|取得|获得|换[取得来回]?了?|拿[下到走]?了?|买[下进入]?|[增减]持|[升降增减]至|提[高升]至?到?|[升降增减退抬拉]到|比例|收购|受让|转让|剩余|余下|其余|手握|握有|各|分别|出资比例|吃下|出[让售])[^，；。！？]{0,14}$"
)
_SHARE_AFTER = re.compile(
    r"\s?(?:左右|以上|以内|上下|多)?\s?的?\s?(?:[^，。；、%\d]{0,4})(?:股[份权]?|新股|权益|持股|表决权)"
)
_NOT_SHARE_BEFORE = re.compile(
    r"(?:涨|跌|增长|成长|同比|环比|年增|溢价|折价?|市占率?|份额|毛利率?|占[^，；。]{0,8}(?:营收|收入|采购|销售|出货|产能|比重|成本|用量)|营收|利率|关税|良率|概率|涨幅|跌幅|率)[^，；。、]{0,6}$"
)
_NOT_SHARE_AFTER = re.compile(
    r"\s?(?:左右|以上)?的?(?:股东|市占|份额|营收|收入|产能|溢价|折价|利润|订单|出货|销售|市场|关税|采购|业务|时间|员工|客户|营业|需求|用量|货)"
)

_TAKEN_OVER = re.compile(r"收购|并购|买[下进入走]|吃下|接[手下]|收下|拿下|购[入买]|受让")


def find_shares(statement: Statement, relation: str) -> Iterator[tuple[CleanSpan, float | None]]:
    """The parts of a company that the statement gives, with their percentage (0..100; None where
    it names no one number)."""
    for match in _SHARE.finditer(statement.text, statement.within.start, statement.within.end):
        span = CleanSpan(*match.span())
        percent = _percent(match)
        if percent is not None and percent > 100:
            continue
        before, after = statement.before(span), statement.after(span)
        owned = _SHARE_AFTER.match(after)
        if _NOT_SHARE_AFTER.match(after) or (not owned and _NOT_SHARE_BEFORE.search(before)):
            continue
        # 由9%升至12%: the share is what it becomes.
        if re.match(r"\s?(?:[上提]?[升高降增减调]+|变)[至到为]", after):
            continue
        if match["half"] and not owned and not re.search(r"[占持各股]有?$", before):
            continue
        bought = bool(owned and _TAKEN_OVER.search(before + after))
        if bought if relation == BUY else (owned or _SHARE_BEFORE.search(before)):
            yield span, percent


def _percent(match: re.Match[str]) -> float | None:
    """None for a range and for 过半, which name no one number."""
    if match["percent"]:
        return None if match["percent_max"] else float(match["percent"])
    if match["points"]:
        return float(match["points"])
    if match["written"]:
        return number_of(match["written"])
    if match["half"]:
        return 50.0
    if match["tenths"]:
        rest = match["rest"] or ""
        return 10.0 * DIGITS[match["tenths"]] + (5.0 if rest == "半" else DIGITS.get(rest, 0))
    return None
