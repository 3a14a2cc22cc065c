"""Whether what a trigger states is done, intended, hearsay or denied."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.schema import ACTUAL, NEGATED, PLANNED, RUMORED
from pipeline.types import CleanSpan

# How far before a trigger a negation or modal still governs it. Clauses of the public real passages
# have a median of 15 characters, and a modal stands in front of amount and object
# (计划斥资数十亿美元收购).
REACH_BEFORE = 24
REACH_AFTER = 16

# Stands for a character of a name; no pattern below holds it but as what 将 may not precede.
_NAME = "\ufffc"
_CLAUSE_END = re.compile(r"[，,；;。！？!?：:\n]")
_NEGATED_BEFORE = re.compile(
    r"(?:并?未(?!来|必|知)(?:能|曾|有|再)?|没(?!有?人)有?|不再|不会|不是|并非|从未|无意|否认|否决|拒绝|放弃|终止|取消|停止|叫停|搁置|退出|阻止|阻挠|禁止|无法|"
    r"不能|不得|不愿|不肯|不打算|不考虑|不必|无需|避免|反对|难以|结束|放下|撤回|中止|暂停|打消)[^，。；]{0,10}$"
)
_NEGATED_AFTER = re.compile(
    r"^[^，。；]{0,12}?(?:被[^，。；]{0,6}?(?:否决|叫停|阻止|驳回|拒绝|阻挡|拦下)|告吹|失败|泡汤|破局|破裂|流产|遭[^，。；]{0,6}?(?:否决|拒绝|反对|禁)|终止|未果|作罢|不成立|无疾而终|搁浅)"
)
_PLANNED_BEFORE = re.compile(
    r"(?:拟|计划|将(?!军|\ufffc)|欲|有意|打算|希望|考虑|准备|预计|预期|预料|洽谈|谈判|磋商|商讨|或将|可能|寻求|有望|意向|目标是|如果|若|一旦|假设|想要?|愿意?|"
    r"力争|试图|正?筹划|酝酿|探讨|谋求|期待|期望|即将|未来|或会|将会|会(?!议|员|计)|意图|规划|承诺|盼|能否|是否|要(?!求|点|素|闻))[^，。；]{0,18}$"
)
_RUMORED = re.compile(
    r"据?知情人[士员]?|消息人士|据说|据传|传言|传闻|谣传|疑似|传出|爆料|市场传|外传|业界传|盛传|(?<![宣流相遗])传(?=[^统播媒感真输奇说])|有消息称|小道消息|内部人士|不愿具名|匿名|据称|坊间"
)


def status_of(
    text: str, sentence: CleanSpan, trigger: CleanSpan, *, names: Iterable[CleanSpan] = ()
) -> str:
    """The status of what `trigger` states in `sentence`: denial before hearsay before intention before fact.

    names: the entity names of the text; their characters state nothing (理想汽车, 王传福), and 将 right before one is
    把 (将特斯拉视为对手).
    Follows the guidelines: a plan known only from unnamed sources is rumored, an officially stated one planned.
    """
    own = _without_names(text, sentence, names)
    at, end = trigger.start - sentence.start, trigger.end - sentence.start
    before = _clause_before(own[max(0, at - REACH_BEFORE) : at])
    after = own[end : end + REACH_AFTER]
    if _NEGATED_BEFORE.search(before) or _NEGATED_AFTER.match(after):
        return NEGATED
    if _RUMORED.search(own[:at]):
        return RUMORED
    if _PLANNED_BEFORE.search(before):
        return PLANNED
    return ACTUAL


def _without_names(text: str, sentence: CleanSpan, names: Iterable[CleanSpan]) -> str:
    """The sentence with every character of a name replaced, so that offsets stay."""
    characters = list(sentence.of(text))
    for name in names:
        if sentence.holds(name):
            start, end = name.start - sentence.start, name.end - sentence.start
            characters[start:end] = _NAME * (end - start)
    return "".join(characters)


def _clause_before(before: str) -> str:
    """The part of `before` that belongs to the trigger's own clause."""
    return _CLAUSE_END.split(before)[-1]
