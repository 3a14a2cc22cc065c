"""Whether a name that also means something else (苹果, 小米, 联想, Arm …) names its entity here.

Two witnesses: jieba, whose segmentation shows whether the name stands as a word of its own and whose dictionary
shows how ordinary a word it is, and the neighbourhood, which shows whether something acts as a company, person or
chip there. Each cue adds to a score; at ACCEPT_AT the name is taken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.dictionary import dictionary
from pipeline.entities.registry import Match
from pipeline.schema import CHIP, COMPANY, PERSON
from pipeline.types import CleanSpan

# Weights and threshold were set on the public real passages (4/5 of the sources), never on the seeds.
ACCEPT_AT = 0.6
CLEAR_AT = 1.2
SAME_SENSE = 0.5
CUT = -1.0
BESIDE_KNOWN_NAME = 1.0
SAME_SENTENCE = 0.4
ACTS = 0.7
ACTED_ON = 0.6
NAMED_ELSEWHERE = 0.6
REPEATED = 0.3
WRONG_CASE = -0.6
OTHER_SENSE = -1.2
SERVICE = -0.5
# jieba's count of a word, up to which it is hardly an ordinary one, and what that says for the name.
PRIORS = ((0, 0.7), (200, 0.6), (700, 0.3), (2_500, 0.0))
ORDINARY_WORD = -0.5
LATIN_PRIOR = 0.3

_LIST_JOINT = re.compile(r"^[\s]*(?:[、,，/&＆\-—vVsS]|和|与|及|以及|或|跟|同|对|vs\.?){1,3}[\s]*$")
_AFTER: dict[str, re.Pattern[str]] = {
    COMPANY: re.compile(
        r"^[”」』》）)]?\s*(?:公司|集团|科技|股价|股份|市值|财报|官方|官网|宣布|发布|推出|表示|称|说|回应|否认|计划|"
        r"收购|投资|入股|参投|领投|跟投|采购|订购|起诉|上市|裁员|旗下|手机|芯片|电脑|笔记本|汽车|创始人|董事长|总裁|"
        r"CEO|CTO|COO|CFO|高管|员工|总部|供应链|供应商|客户|产业链|概念股|股东|[（(][A-Z]{2,5}|的(?:股价|市值|财报|营收|"
        r"收入|利润|芯片|产品|手机|市场|竞争|客户|供应|股权|股份|创始人|高管|CEO|订单|估值|业务)|[将正也则已又还就拟欲](?!军|式|在|经)|"
        r"(?:在|于)?\d{4}年|今年|去年|第[一二三四]季)"
    ),
    PERSON: re.compile(
        r"^\s*(?:表示|说|称|认为|指出|透露|坦言|强调|宣布|曾|在|也|还|则|先生|女士|本人|的|，|,|、|和|与)"
    ),
    CHIP: re.compile(
        r"^\s*(?:芯片|处理器|GPU|CPU|SoC|显卡|加速卡|平台|系列|系统级|架构|晶片|核心|内核|服务器|模组|\d|TOPS)"
    ),
}
_BEFORE: dict[str, re.Pattern[str]] = {
    COMPANY: re.compile(
        r"(?:收购|并购|投资|入股|注资|领投|参投|起诉|挑战|对抗|抗衡|对手|竞争|竞品|供应商|客户|巨头|厂商|公司|企业|"
        r"品牌|车企|股东|东家|加盟|加入|离开|供货|向|由|被|获|给|为|从|来自|包括|例如|比如|诸如|如|以及|与|和|跟|"
        r"美国|日本|韩国|中国|英国|老牌|平台|大厂|[、“「《])\s*$"
    ),
    PERSON: re.compile(
        r"(?:创始人|董事长|总裁|总经理|CEO|CTO|COO|CFO|首席\S{2,3}官|高管|总统|副总统|部长|主席|教授|博士|院士|"
        r"分析师|掌门人|老板|高级副总裁|副总裁|合伙人|[、“「：:])\s*$"
    ),
    CHIP: re.compile(
        r"(?:搭载|采用|基于|芯片|处理器|显卡|GPU|CPU|SoC|平台|推出|发布|内置|配备|款|颗|片|块|枚|万[颗片块枚])\s*$"
    ),
}
_OTHER_SENSE_AFTER = re.compile(
    r"^(?:架构|指令集|树|汁|园|味|粥|饭|状态|主义|到|起来|着|们的|号线|雨林|河|流域|地区)"
)
_OTHER_SENSE_BEFORE = re.compile(
    r"(?:吃|种|栽|一个|一颗|一斤|一种|不|很|更|最|比较|非常|太|金|青|红)$"
)


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """What an ambiguous name's surroundings show; texts are Simplified.

    words: jieba's word spans of the sentence. certain: spans of unambiguous names in the sentence.
    """

    text: str
    sentence: CleanSpan
    words: frozenset[tuple[int, int]]
    certain: tuple[CleanSpan, ...]
    named_elsewhere: bool
    occurrences: int


_OWN_TAIL = re.compile(r"^(?:公司|集团|网|系|们|股份|CEO|手机)$")


def stands_alone(match: Match, around: Neighbourhood) -> bool:
    """Whether no dictionary word is cut at the name's edges (苹果 in 苹果树 is; in 苹果公司 it is not)."""
    start, end = match.span.start, match.span.end
    for word_start, word_end in around.words:
        if not (word_start < start < word_end or word_start < end < word_end):
            continue
        if word_start == start and _OWN_TAIL.match(around.text[end:word_end]):
            continue
        # jieba's hidden Markov model makes up words from unknown names; only the dictionary's count.
        if dictionary().get(around.text[word_start:word_end]):
            return False
    return True


def _prior(name: str) -> float:
    if name.isascii():
        return LATIN_PRIOR
    count = dictionary().get(name)
    return next((prior for most, prior in PRIORS if count <= most), ORDINARY_WORD)


def score(match: Match, entity_type: str, around: Neighbourhood) -> float:
    """How much speaks for the entity; ACCEPT_AT or more: take it. CUT where the name is cut out of a longer word."""
    if not stands_alone(match, around):
        return CUT
    span = match.span
    before = around.text[max(around.sentence.start, span.start - 12) : span.start]
    after = around.text[span.end : min(around.sentence.end, span.end + 12)]
    total = _prior(span.of(around.text)) + (SERVICE if match.service else 0.0)
    if _OTHER_SENSE_AFTER.match(after) or _OTHER_SENSE_BEFORE.search(before):
        total += OTHER_SENSE
    if not match.exact_case:
        total += WRONG_CASE
    if any(_listed(around.text, span, other) for other in around.certain):
        total += BESIDE_KNOWN_NAME
    elif around.certain:
        total += SAME_SENTENCE
    if _AFTER[entity_type].match(after):
        total += ACTS
    if _BEFORE[entity_type].search(before):
        total += ACTED_ON
    if around.named_elsewhere:
        total += NAMED_ELSEWHERE
    if around.occurrences >= 3:
        total += REPEATED
    return total


def _listed(text: str, span: CleanSpan, other: CleanSpan) -> bool:
    first, second = sorted((span, other))
    gap = text[first.end : second.start]
    return len(gap) <= 4 and (not gap.strip() or _LIST_JOINT.match(gap) is not None)
