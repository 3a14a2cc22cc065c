"""Amount, date, stake and object of a triple: what its sentences say, clause by clause."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.relations.candidates import Judgement
from pipeline.schema import BUY, COMPETE, INVEST
from pipeline.types import CleanSpan, CleanText, Qualifiers

# How far from its names a triple's qualifiers are looked for: bounds the work for a sentence
# without an end.
REACH = 160
# How much of a clause is read on either side of a sum or a share.
NEAR = 60

_BREAK = re.compile(r"[，；;。！？!?：\n]|,(?!\d{3}(?!\d))|(?<=[元亿万%％成币镑朗股权份])、")
_NOT_BROKEN = r"[^，；;。！？!?：\n]"

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
# "" where several countries call their money so.
_CURRENCIES = {
    "美元": "USD", "美金": "USD", "us$": "USD", "$": "USD", "usd": "USD", "刀": "USD",
    "人民币": "CNY", "元人民币": "CNY", "rmb": "CNY", "cny": "CNY", "¥": "CNY",
    "港元": "HKD", "港币": "HKD", "hk$": "HKD", "新台币": "TWD", "台币": "TWD", "新台币元": "TWD", "元新台币": "TWD", "nt$": "TWD",
    "日元": "JPY", "日圆": "JPY", "韩元": "KRW", "韩圜": "KRW", "韩币": "KRW", "欧元": "EUR", "欧罗": "EUR", "€": "EUR", "英镑": "GBP", "£": "GBP",
    "卢比": "INR", "印度卢比": "INR", "瑞士法郎": "CHF", "瑞郎": "CHF", "加元": "CAD", "澳元": "AUD", "纽元": "NZD", "新加坡元": "SGD", "新元": "SGD", "坡元": "SGD", "沙特里亚尔": "SAR",
    "迪拉姆": "AED", "卢布": "RUB", "瑞典克朗": "SEK", "挪威克朗": "NOK", "丹麦克朗": "DKK", "捷克克朗": "CZK", "克朗": "", "以色列谢克尔": "ILS", "新谢克尔": "ILS", "谢克尔": "ILS",
    "雷亚尔": "BRL", "林吉特": "MYR", "令吉": "MYR", "马币": "MYR", "泰铢": "THB", "兹罗提": "PLN", "兰特": "ZAR", "里拉": "TRY", "福林": "HUF", "印尼盾": "IDR", "越南盾": "VND", "里亚尔": "", "比索": "",
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
    rf"(?:(?<![最附将接])近|逾)?(?P<front>{_FRONT})?\s?(?P<low>[数几]?{_NUMBER}几?|[数几](?=[十百千万亿])|上(?=[百千万亿])|(?=[十百千]亿))[多余]?(?:个(?=亿))?(?P<low_scale>{_SCALE})?"
    rf"(?:(?<=亿)(?P<rest>{_NUMBER})(?P<rest_scale>万))?"
    rf"(?:\s?(?:-|–|—|~|～|至|到)\s?(?P<high>{_NUMBER}))?(?P<scale>{_SCALE})?多?余?\s?(?P<back>{_BACK}|元(?!宇宙|件|素|器|旦|老|年))?",
    re.IGNORECASE,
)
# A sum whose currency is left out says by the words around it that it is one.
_SPENT = re.compile(r"(?:出资|斥资|耗资|涉资|注资|投资|投了?|打了|以|用|作价|金额|总额|总价|对价|砸下?|花了?|拿出|付了?|掏了?|开价|出价|报价|再?跟进|认购|认缴|融了?|融资|募得|筹得)(?:约|近|逾|超过|不超过|了|共|为|至多)?\s?$")  # fmt: skip
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

# A clause without a name of its own goes on about the deal where it begins like this.
_GOES_ON = re.compile(
    r"\s?(?:并|而|但|则|将|已|还|也|把|约|年度|其中|该|这笔|这次|此次|此项|本次|本轮|整笔|全部|双方|前后|首[批期年]|第一[批期]|每年|三年|五年|年|交易|收购|投资|认购|采购|订单|合[同约]|协议|现金)*(?:合计|共计?|总[额价值金计]|金额|作价|对价|价[格款值金码]|代价|涉[资及]|出资|斥资|耗资|认购|规模|成交|融资|拟?以|用|需?付|花了?|砸|掏|标的|开价|出价|报价|收购价|取得|获得|换[取得来]|拿[下到走]|持股|持有|占|入股|股权|比例|投入|注资|累计|上限|[各均]|[抬拉提升降减退增][高至到]|约?$)"
)
# The giver's name need not stand beside what a round brought in.
_ROUND = re.compile(r"融资|轮|获|得到|拿到|筹|募|完成|总|合计|共|引入|作价|出售|卖")
_NEXT_SENTENCE = re.compile(
    r"(?:据悉|据了解|，|其中|该|这笔|这次|此次|此项|本次|本轮|整笔|两家|双方)*(?:交易|收购|投资|认购|采购|订单|合[同约]|协议|融资|转让|标的)*的?(?:合计|共|总[额价值金计]|金额|作价|对价|价[格款值金]|代价|涉资|规模)"
)

_JOINED = re.compile(r"[、和与及]")

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

_CN_NUMBER = "[一二三四五六七八九十]{1,3}"
_MONTH = rf"(?:\d{{1,2}}|{_CN_NUMBER})\s?月"
_DAY = rf"(?:\d{{1,2}}|{_CN_NUMBER})\s?[日号]"
_YEAR = r"(?:(?:19|20)\d{2}|二[零〇一二三四五六七八九]{3})\s?年|[去今明前]年|同年"
_DATE = re.compile(
    rf"(?:{_YEAR})(?:\s?{_MONTH}(?:\s?{_DAY}|份|间|[初底末]|[上中下]旬)?|第?[一二三四1-4]季度?|[上下]半年|年?[初底末]|[春夏秋冬][天季])?"
    rf"|{_MONTH}(?:\s?{_DAY}|份|间|[初底末]|[上中下]旬)"
    rf"|(?<![个\d一二三四五六七八九十]){_MONTH}(?!饼|球|薪|租|费|内)"
    rf"|(?:本|[上下]个?)月(?:\s?{_DAY}|[初底末]|[上中下]旬)?|[上本下]季度?"
    r"|[昨今明](?:\s?[（(]\d{1,2}[）)]\s?)?[日天晨晚](?:凌晨|上午|下午|晚间?)?|[前后]天"
    r"|(?:[上本这下]个?)?(?:周|星期|礼拜)[一二三四五六日天]|[上本下]周(?![一二三四五六日天边])"
    r"|(?:19|20)\d{2}[-/.]\d{1,2}[-/.]\d{1,2}|[一二两三四五六七八九十]{1,2}(?:年|个月)前"
)
# The date of a report is not that of the deal; nor is that of a founding or of figures.
_REPORTED = re.compile(
    rf"{_NOT_BROKEN}{{0,12}}?(?:宣布|公告|公布|表示|发布|披露|透露|称|报[道导]|说|证实|否认|指出|回应|消息|传|讯|获悉|承认|强调|成立|创[立办]|上市|财报|净利|营收|[上下]?[涨跌]|推出|发表|问世|出任|加入|时$|以来|起|当时|前|内|路演|开盘|收盘|盘)"
)

_DEAL = re.compile(
    r"收购|并购|入股|投[资了]|注资|认购|领投|跟投|增[资持]|减持|合资|控股|买|购|签|订|下单|接手|拿下|吃下|交割|供[货应]|代工|投片|收入囊中|卖|出售|转让"
)

# 采购 and the like, then how much of it, then the thing.
_ORDERED = re.compile(
    r"(?:采购|订购|订制|定制|租用|租赁|购买|购入|下单|追加|包下|租下|订下|买)(?:了|过|到)?"
    r"(?:(?:总额|价值|一批|首批|少量|大量|更多|部分|全部|第[一二三]批|[约逾近数上]*[\d,.一二两三四五六七八九十百千万亿]+[余多]?[台颗块套片架艘组座部辆列条张批吨枚]|[一二三五十两\d]+年期?)的?)*"
    r"(?P<thing>[A-Za-z0-9一-龥][A-Za-z0-9一-龥\-]{0,9}?)"
    r"(?=的?(?:订单|合同|合约|协议)|[，；。！？）」”\n]|用于|供其|$)"
)
_NO_THING = re.compile(
    r"^[买约整下回任其]|下来|试|元$|[的了与和及或是由向把被将就]|计划|打算|意向|可能|合作|股|公司|订单|合[同约]|协议|^\d+$|商$|[\d一二两三四五六七八九十百千万亿余多][台颗块套片架艘组座部辆列条张批吨枚年]$|[万亿]$|[一二两三四五六七八九十百千]万"
)


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum of money; value is None where the text gives only its size (数十亿美元)."""

    span: CleanSpan
    value: float | None
    value_max: float | None
    currency: str


@dataclass(frozen=True, slots=True)
class _Statement:
    """What one sentence says of a triple: its text around the names, cut into clauses.

    within: where to look. cuts: where clauses start, and the end. heads, tails: where the sentence
    names them, in order; one of the two may be empty. head_clauses, tail_clauses: the numbers of
    the clauses that do. side: whether the head is 前者 or 后者.
    """

    text: str
    within: CleanSpan
    cuts: tuple[int, ...]
    heads: tuple[CleanSpan, ...]
    tails: tuple[CleanSpan, ...]
    head_clauses: tuple[int, ...]
    tail_clauses: tuple[int, ...]
    side: str

    def clause(self, position: int) -> int:
        return bisect_right(self.cuts, position) - 1

    def clause_span(self, number: int) -> CleanSpan:
        return CleanSpan(self.cuts[number], self.cuts[number + 1])

    def before(self, span: CleanSpan) -> str:
        """What stands before it in its clause, as far as NEAR."""
        start = self.cuts[self.clause(span.start)]
        return self.text[max(start, span.start - NEAR) : span.start]

    def after(self, span: CleanSpan) -> str:
        """What stands behind it in its clause, as far as NEAR."""
        end = self.cuts[self.clause(span.start) + 1]
        return self.text[span.end : min(end, span.end + NEAR)]

    def opening(self, span: CleanSpan) -> str:
        """How its clause begins, up to the span or NEAR."""
        start = self.cuts[self.clause(span.start)]
        return self.text[start : min(span.start, start + NEAR)]


# Less is better: how far by clauses, in which sentence, how far by characters.
_Rank = tuple[int, int, int]


def qualifiers_of(cleaned: CleanText, judgements: Sequence[Judgement]) -> Qualifiers[CleanSpan]:
    """What the sentences of these judgements, all on one triple, say of it.

    Of several sums or shares the one whose clause names the head is taken, then the one whose
    clause names the tail, then one in a clause that goes on about the deal. What is not plainly
    said of this triple is left out.
    """
    relation = judgements[0].relation if judgements else COMPETE
    if relation == COMPETE:
        return Qualifiers()
    statements = _statements(cleaned, judgements)
    plain = "CNY" if cleaned.script == "Hans" else ""
    amounts: list[tuple[_Rank, Amount]] = []
    shares: list[tuple[_Rank, CleanSpan, float | None]] = []
    for number, statement in enumerate(statements):
        sums = [a for a in _sums(statement, plain) if _is_price(statement, a.span, relation)]
        for rank, at in _ranked(statement, [a.span for a in sums], number, relation):
            amounts.append((rank, sums[at]))
        parts = list(_shares(statement, relation))
        for rank, at in _ranked(statement, [span for span, _ in parts], number, relation):
            shares.append((rank, *parts[at]))
    amount = min(amounts, key=lambda item: item[0])[1] if amounts else None
    if amount is None:
        amount = _in_next_sentence(cleaned, statements, plain, relation)
    share = min(shares, key=lambda item: item[0]) if shares else None
    return Qualifiers(
        amount=amount.span if amount else None,
        amount_value=amount.value if amount else None,
        amount_value_max=amount.value_max if amount else None,
        amount_currency=amount.currency if amount else "",
        date=next(filter(None, map(_date, statements)), None),
        stake=share[1] if share else None,
        stake_percent=share[2] if share else None,
        object=next(filter(None, map(_thing, statements)), None) if relation == BUY else None,
    )


def _statements(cleaned: CleanText, judgements: Sequence[Judgement]) -> list[_Statement]:
    """One for each sentence of the judgements, in text order."""
    ends: dict[CleanSpan, tuple[set[CleanSpan], set[CleanSpan]]] = {}
    for judgement in judgements:
        candidate = judgement.candidate
        heads, tails = ends.setdefault(candidate.sentence, (set(), set()))
        head, tail = candidate.first.span, candidate.second.span
        if judgement.backward:
            head, tail = tail, head
        # A name in an earlier sentence is only understood here.
        for span, known in ((head, heads), (tail, tails)):
            if candidate.sentence.holds(span):
                known.add(span)
    return [
        _statement(cleaned.text, sentence, tuple(sorted(heads)), tuple(sorted(tails)))
        for sentence, (heads, tails) in sorted(ends.items())
    ]


def _statement(
    text: str, sentence: CleanSpan, heads: tuple[CleanSpan, ...], tails: tuple[CleanSpan, ...]
) -> _Statement:
    named = heads + tails
    start = max(sentence.start, min((s.start for s in named), default=sentence.start) - REACH)
    end = min(sentence.end, max((s.end for s in named), default=sentence.start) + REACH)
    cuts = [start, *(match.end() for match in _BREAK.finditer(text, start, end))]
    if cuts[-1] != end:
        cuts.append(end)
    return _Statement(
        text,
        CleanSpan(start, end),
        tuple(cuts),
        heads,
        tails,
        tuple(sorted({bisect_right(cuts, head.start) - 1 for head in heads})),
        tuple(sorted({bisect_right(cuts, tail.start) - 1 for tail in tails})),
        _side(text, heads, tails),
    )


def _side(text: str, heads: tuple[CleanSpan, ...], tails: tuple[CleanSpan, ...]) -> str:
    """Whether the head is the former or the latter of two names; "" where it is not named."""
    for head in heads:
        if re.match(r"\s?[、和与及跟]", text[head.end : head.end + 2]):
            return "前者"
        if re.search(r"[、和与及跟]\s?$", text[max(0, head.start - 2) : head.start]):
            return "后者"
    if not heads:
        return ""
    # Of head and tail alone, the one that is named first is the former.
    return "前者" if tails and heads[0] < tails[0] else "后者"


def _ranked(
    statement: _Statement, spans: list[CleanSpan], sentence: int, relation: str
) -> Iterator[tuple[_Rank, int]]:
    """The spans that may speak of the triple, each by its place in `spans`, with its rank."""
    turns = _by_turns(statement, spans)
    for at, span in enumerate(spans):
        if at in turns:
            if turns[at]:
                yield (0, sentence, 0), at
            continue
        level = _level(statement, span, relation)
        if level is not None:
            yield (level, sentence, _distance(statement, span)), at


def _level(statement: _Statement, span: CleanSpan, relation: str) -> int | None:
    """0 in the head's clause, 1 in the tail's, more further off; None where it is another's."""
    clause = statement.clause(span.start)
    heads, tails = statement.head_clauses, statement.tail_clauses
    if _holds(heads, clause):
        return 0
    opening = statement.opening(span)
    former = re.match(r"[^，；。]{0,4}?(前者|后者)", opening)
    if former and statement.side:
        return 0 if statement.side == former[1] else None
    # An investor who is named only afterwards did not put in what went before, unless it is what
    # all of them put in.
    late = bool(heads) and clause < heads[0] and relation == INVEST
    if late and not _ROUND.search(statement.before(span) + statement.after(span)):
        return None
    if _holds(tails, clause):
        return 1
    near = [
        n for names in (heads, tails) for n in names[max(0, bisect_left(names, clause) - 1) :][:2]
    ]
    if not near or not _GOES_ON.match(opening):
        return None
    nearest = min(near, key=lambda number: abs(number - clause))
    first, last = sorted((nearest, clause))
    between = statement.text[statement.cuts[first] : statement.cuts[last]]
    if last - first > 2 or "；" in between or ";" in between:
        return None
    return 1 + last - first + (2 if late else 0)


def _holds(ordered: tuple[int, ...], number: int) -> bool:
    at = bisect_left(ordered, number)
    return at < len(ordered) and ordered[at] == number


def _by_turns(statement: _Statement, spans: list[CleanSpan]) -> dict[int, bool]:
    """甲与乙分别认购1亿元和2亿元: for each of the spans that are dealt out, whether it is the head's.

    Where the names and what they get do not match in number, it is nobody's.
    """
    turns: dict[int, bool] = {}
    starts = [span.start for span in spans]
    for number in statement.head_clauses:
        clause = statement.clause_span(number)
        head = statement.heads[bisect_left(statement.heads, CleanSpan(clause.start, 0))]
        marker = statement.text.find("分别", head.end, clause.end + 2)
        first = bisect_left(starts, marker)
        if marker < 0 or first == len(spans):
            continue
        last = first
        while last + 1 < len(spans) and starts[last + 1] - spans[last].end <= 4:
            last += 1
        dealt = range(first, last + 1)
        if len(dealt) < 2:
            continue
        row = len(_JOINED.findall(statement.text, clause.start, min(marker, clause.end))) + 1
        place = len(_JOINED.findall(statement.text, clause.start, head.start))
        turns.update({at: len(dealt) == row and at - first == place for at in dealt})
    return turns


def _distance(statement: _Statement, span: CleanSpan) -> int:
    """Characters to the nearest name; what follows a name is nearer to it than what precedes."""
    names = statement.heads or statement.tails
    at = bisect_left(names, span)
    return min(
        (
            span.start - name.end if span.start >= name.end else 2 * (name.start - span.end) + 4
            for name in names[max(0, at - 1) : at + 1]
        ),
        default=0,
    )


def _in_next_sentence(
    cleaned: CleanText, statements: list[_Statement], plain: str, relation: str
) -> Amount | None:
    """The price, where the sentence after the deal begins with it (交易作价3亿元)."""
    for statement in statements:
        following = bisect_left(cleaned.sentences, statement.within.end, key=lambda s: s.start)
        if following == len(cleaned.sentences):
            continue
        sentence = cleaned.sentences[following]
        if not _NEXT_SENTENCE.match(cleaned.text, sentence.start, sentence.end):
            continue
        near = CleanSpan(sentence.start, min(sentence.end, sentence.start + REACH))
        opening = _statement(cleaned.text, near, (), ())
        first = next(iter(_sums(opening, plain)), None)
        if first and opening.clause(first.span.start) == 0:
            return first if _is_price(opening, first.span, relation) else None
    return None


def _sums(statement: _Statement, plain: str) -> Iterator[Amount]:
    """The sums of a statement, also those whose currency is that of the one before."""
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


def _is_price(statement: _Statement, span: CleanSpan, relation: str) -> bool:
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
    scale = _scale(match["scale"] or match["low_scale"] or "")
    low = _number(match["low"])
    high = _number(match["high"]) if match["high"] else None
    own = _scale(match["low_scale"]) if match["low_scale"] and match["high"] else scale
    value = None if low is None else low * own
    if value is not None and match["rest"]:
        value += (_number(match["rest"]) or 0.0) * _scale(match["rest_scale"])
    start = match.start() + (len(match.group()) - len(match.group().lstrip()))
    return Amount(
        CleanSpan(start, match.end()), value, None if high is None else high * scale, currency
    )


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


def _shares(statement: _Statement, relation: str) -> Iterator[tuple[CleanSpan, float | None]]:
    """The parts of a company that the statement gives, with their percentage."""
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
        return _number(match["written"])
    if match["half"]:
        return 50.0
    if match["tenths"]:
        rest = match["rest"] or ""
        return 10.0 * _DIGITS[match["tenths"]] + (5.0 if rest == "半" else _DIGITS.get(rest, 0))
    return None


def _date(statement: _Statement) -> CleanSpan | None:
    """The day of the deal: before the second name in a clause with both, or opening a sentence
    whose next clause names them. What was only reported on a day did not happen then."""
    if not statement.heads or not statement.tails:
        return None
    text = statement.text
    for match in _DATE.finditer(text, statement.within.start, statement.within.end):
        clause = statement.clause(match.start())
        span = statement.clause_span(clause)
        alone = match.start() == span.start and match.end() >= span.end - 1
        if alone and clause + 2 < len(statement.cuts):
            clause += 1
            around = CleanSpan(span.start, statement.clause_span(clause).end)
        elif alone:
            continue
        else:
            around = span
        head, tail = _first_in(statement.heads, around), _first_in(statement.tails, around)
        if not head or not tail or match.start() > max(head, tail).start:
            continue
        rest = text[match.end() : min(around.end, match.end() + REACH)].lstrip("，, ")
        if _DEAL.search(rest) and not _REPORTED.match(rest):
            return CleanSpan(*match.span())
    return None


def _first_in(names: tuple[CleanSpan, ...], around: CleanSpan) -> CleanSpan | None:
    at = bisect_left(names, CleanSpan(around.start, 0))
    return names[at] if at < len(names) and around.holds(names[at]) else None


def _thing(statement: _Statement) -> CleanSpan | None:
    """What is bought, where it follows the seller and the verb (向乙采购服务器)."""
    for tail in statement.tails:
        end = statement.clause_span(statement.clause(tail.start)).end
        match = _ORDERED.match(statement.text, tail.end, end)
        if match and not _NO_THING.search(match["thing"]):
            return CleanSpan(*match.span("thing"))
    return None


_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ].*)?)?)?$")
_N = rf"(\d{{1,2}}|{_CN_NUMBER})"
_YEAR_PART = r"((?:19|20)\d{2}|二[零〇一二三四五六七八九]{3})年|([去今明前本后])年"
_IN_YEAR = re.compile(
    rf"(?:(?:{_YEAR_PART})度?)?(?:{_N}月(?:{_N}[日号]|份|间|[初底末]|[上中下]旬)?|第?([一二三四1-4])季度?)?(年?[初底末]|[上下]半年|[春夏秋冬][天季])?$"
)
_IN_MONTH = re.compile(rf"(本|[上下])个?月(?:{_N}[日号]|[初底末]|[上中下]旬)?$")
_WEEKDAY = re.compile(r"([上本这下])?个?(?:周|星期|礼拜)([一二三四五六日天])$")
_DAY_WORD = re.compile(
    r"([前昨今明后])(?:[（(]\d{1,2}[）)])?[日天晨晚早](?:凌晨|早上|上午|中午|下午|晚上|晚间|晚)?$"
)
_AGO = re.compile(r"([一二两三四五六七八九十]{1,2})(年|个月)前$")
_FIGURES = str.maketrans("〇零一二三四五六七八九", "00123456789")
_STEPS = dict(zip("前去昨上今本这明下后", (-2, -1, -1, -1, 0, 0, 0, 1, 1, 2), strict=True))


def resolve_date(written: str, published: str) -> str:
    """The day, month, quarter or year (2026-11-20, 2026-11, 2026-Q3, 2026) that `written`, in
    Simplified characters, names in an article of the date `published`; "" where that is open.

    published: an ISO 8601 date of any precision, or "". It is asked only as far as needed: 去年
    takes a year, 昨日 a whole date. A month without a year is the last such month, unless it lies
    within half a year ahead.
    """
    words = re.sub(r"\s", "", written)
    if match := re.match(r"(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?$", words):
        return _iso(int(match[1]), int(match[2]), int(match[3]) if match[3] else None)
    year, month, day = _published(published)
    if match := _IN_YEAR.match(words):
        return _in_year(match, year, month)
    if not year or not month:
        return _ago(words, year)
    if match := _IN_MONTH.match(words):
        return _iso(*_shifted(year, month, _STEPS[match[1]]), _figure(match[2]))
    if match := re.match(r"([上本下])季度?$", words):
        then, first = _shifted(year, month - (month - 1) % 3, 3 * _STEPS[match[1]])
        return f"{then}-Q{(first + 2) // 3}" if _iso(then) else ""
    if (match := _AGO.match(words)) and match[2] == "个月":
        return _iso(*_shifted(year, month, -(_figure(match[1]) or 0)))
    return _on_day(words, date(year, month, day)) if day else _ago(words, year)


def _published(written: str) -> tuple[int | None, int | None, int | None]:
    match = _ISO.match(written.strip())
    if not match:
        return None, None, None
    year, month, day = (int(part) if part else None for part in match.groups())
    # An impossible date is as good as none.
    return (year, month, day) if year and _iso(year, month, day) else (None, None, None)


def _in_year(match: re.Match[str], year: int | None, month: int | None) -> str:
    absolute, relative, in_month, in_day, quarter, part = match.groups()
    named = _figure(in_month)
    if absolute:
        then = int(absolute.translate(_FIGURES))
    elif not year:
        return ""
    elif relative:
        then = year + _STEPS[relative]
    elif named and month and 1 <= named <= 12:
        then = year - 1 if named > month + 6 else year
    else:
        return ""
    if part and (named or quarter):
        return ""
    if quarter:
        return f"{then}-Q{'一二三四1234'.index(quarter) % 4 + 1}" if _iso(then) else ""
    return _iso(then, named, _figure(in_day)) if named or not in_month else ""


def _ago(words: str, year: int | None) -> str:
    match = _AGO.match(words)
    return _iso(year - (_figure(match[1]) or 0)) if match and match[2] == "年" and year else ""


def _on_day(words: str, published: date) -> str:
    """A day named by its distance (昨日) or its weekday; a bare weekday is the last one."""
    try:
        if match := _DAY_WORD.match(words):
            return (published + timedelta(days=_STEPS[match[1]])).isoformat()
        if match := _WEEKDAY.match(words):
            ahead = "一二三四五六日".find(match[2].replace("天", "日")) - published.weekday()
            if match[1]:
                ahead += 7 * _STEPS[match[1]]
            elif ahead > 0:
                ahead -= 7
            return (published + timedelta(days=ahead)).isoformat()
    except OverflowError:
        return ""
    return _ago(words, published.year)


def _shifted(year: int, month: int, months: int) -> tuple[int, int]:
    years, index = divmod(year * 12 + month - 1 + months, 12)
    return years, index + 1


def _figure(written: str | None) -> int | None:
    if not written:
        return None
    return int(_number(written) or 0)


def _iso(year: int, month: int | None = None, day: int | None = None) -> str:
    """Empty for a date that no calendar has."""
    try:
        whole = date(year, 1 if month is None else month, 1 if day is None else day).isoformat()
    except ValueError:
        return ""
    return whole[: 10 if day is not None else 7 if month is not None else 4]
