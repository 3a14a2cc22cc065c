"""What a buyer buys: goods and services that are ordered, and the part of a company taken over."""

from __future__ import annotations

import re

from pipeline.relations.clauses import Statement, within
from pipeline.types import CleanSpan

# 采购 and the like, then how much of it, then the thing.
_ORDERED = re.compile(
    r"(?:采购|订购|订制|定制|租用|租赁|购买|购入|下单|追加|包下|租下|订下|买)(?:了|过|到)?"
    r"(?:(?:总额|价值|一批|首批|少量|大量|更多|部分|全部|第[一二三]批"
    r"|[约逾近数上]*[\d,.一二两三四五六七八九十百千万亿]+[余多]?"
    r"[台颗块套片架艘组座部辆列条张批吨枚]|[一二三五十两\d]+年期?)的?)*"
    r"(?P<thing>[A-Za-z0-9一-龥][A-Za-z0-9一-龥\-]{0,9}?)"
    r"(?=的?(?:订单|合同|合约|协议)|[，；。！？）」”\n]|用于|供其|$)"
)
_NO_THING = re.compile(
    r"^[买约整下回任其]|下来|试|元$|[的了与和及或是由向把被将就]|计划|打算|意向|可能|合作|股|公司|订单|合[同约]|协议|^\d+$|商$|[\d一二两三四五六七八九十百千万亿余多][台颗块套片架艘组座部辆列条张批吨枚年]$|[万亿]$|[一二两三四五六七八九十百千]万"
)
# A part of a company is what it belongs to (乙旗下的存储业务) without that.
_TAKEN = re.compile(
    r"(?:收购|买[下走入进]|接[下过手]|拿下|购入|出售|卖[掉出]|转让|受让)"
    r"[^，；。！？（）、]{0,24}?(?:的|其|旗下|名下|手中|手里)的?"
    r"(?P<thing>(?!的)[A-Za-z0-9一-龥]{0,8}?"
    r"(?:业务|工厂|厂房|厂|[产线]线|生产线|事业部|部门|资产|产品线|园区|子公司))"
    r"(?=[，；。！？、）」”\n的]|$)"
)


def thing_bought(statement: Statement) -> CleanSpan | None:
    """What is bought: a thing, where it follows the seller and the verb (向乙采购服务器); a part of
    the seller, in a clause that names one of the two and no other company or person before it."""
    for tail in statement.tails:
        end = statement.clause_span(statement.clause(tail.start)).end
        match = _ORDERED.match(statement.text, tail.end, end)
        if match and not _NO_THING.search(match["thing"]):
            thing = CleanSpan(*match.span("thing"))
            # A chip's name is a triple's end, not its object.
            if not any(name.overlaps(thing) for name in within(statement.names, tail.end, end)):
                return thing
    for number in sorted({*statement.head_clauses, *statement.tail_clauses}):
        clause = statement.clause_span(number)
        match = _TAKEN.search(statement.text, clause.start, clause.end)
        if match:
            part = CleanSpan(*match.span("thing"))
            before = within(statement.others, clause.start, part.start)
            inside = within(statement.names, part.start, part.end)
            if not before and not inside:
                return part
    return None
