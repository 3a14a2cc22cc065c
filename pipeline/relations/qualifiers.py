"""Amount, date, stake and object of a triple: what its sentences say, clause by clause."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from pipeline.relations.amounts import Amount, find_sums, is_price
from pipeline.relations.candidates import Judgement
from pipeline.relations.clauses import REACH, Statement, divide, within
from pipeline.relations.dates import date_of
from pipeline.relations.objects import thing_bought
from pipeline.relations.stakes import find_shares
from pipeline.schema import BUY, COMPETE, INVEST
from pipeline.types import CleanSpan, CleanText, Mention, Qualifiers

# A clause without a name of its own goes on about the deal where it begins like this.
_GOES_ON = re.compile(
    r"\s?(?:并|而|但|则|将|已|还|也|把|约|年度|其中|该|这笔|这次|此次|此项|本次|本轮|整笔|全部|双方|前后|首[批期年]|第一[批期]|每年|三年|五年|年|交易|收购|投资|认购|采购|订单|合[同约]|协议|现金)*(?:合计|共计?|总[额价值金计]|金额|作价|对价|价[格款值金码]|代价|涉[资及]|出资|斥资|耗资|认购|规模|成交|融资|拟?以|用|需?付|花了?|砸|掏|标的|开价|出价|报价|收购价|取得|获得|换[取得来]|拿[下到走]|持股|持有|占|入股|股权|比例|投入|注资|累计|上限|[各均]|[抬拉提升降减退增][高至到]|约?$)"
)
# The giver's name need not stand beside what a round brought in.
_ROUND = re.compile(r"融资|轮|获|得到|拿到|筹|募|完成|总|合计|共|引入|作价|出售|卖")
_NEXT_SENTENCE = re.compile(
    r"(?:据悉|据了解|，|其中|该|这笔|这次|此次|此项|本次|本轮|整笔|两家|双方)*(?:交易|收购|投资|认购|采购|订单|合[同约]|协议|融资|转让|标的)*的?(?:合计|共|总[额价值金计]|金额|作价|对价|价[格款值金]|代价|涉资|规模)"
)

_JOINED = re.compile(r"[、和与及跟]")

# Less is better: how far by clauses, in which sentence, how far by characters.
_Rank = tuple[int, int, int]


def qualifiers_of(
    cleaned: CleanText,
    judgements: Sequence[Judgement],
    mentions: Sequence[Mention[CleanSpan]],
) -> Qualifiers[CleanSpan]:
    """What the sentences of these judgements, all on one triple, say of it.

    mentions: all of the article, in order: a sum that stands with another name is that one's.

    Of several sums or shares the one whose clause names the head is taken, then the one whose
    clause names the tail, then one in a clause that goes on about the deal. What is not plainly
    said of this triple is left out.
    """
    relation = judgements[0].relation if judgements else COMPETE
    if relation == COMPETE:
        return Qualifiers()
    statements = _statements(cleaned, judgements, mentions)
    plain = "CNY" if cleaned.script == "Hans" else ""
    amounts: list[tuple[_Rank, Amount]] = []
    shares: list[tuple[_Rank, CleanSpan, float | None]] = []
    for number, statement in enumerate(statements):
        sums = [
            amount
            for amount in find_sums(statement, plain)
            if is_price(statement, amount.span, relation)
            and not _is_anothers(statement, amount.span)
        ]
        for rank, at in _ranked(statement, [a.span for a in sums], number, relation):
            amounts.append((rank, sums[at]))
        parts = list(find_shares(statement, relation))
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
        date=next(filter(None, map(date_of, statements)), None),
        stake=share[1] if share else None,
        stake_percent=share[2] if share else None,
        object=next(filter(None, map(thing_bought, statements)), None) if relation == BUY else None,
    )


def _statements(
    cleaned: CleanText, judgements: Sequence[Judgement], mentions: Sequence[Mention[CleanSpan]]
) -> list[Statement]:
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
    parties = frozenset(
        m.entity for j in judgements for m in (j.candidate.first, j.candidate.second)
    )
    return [
        divide(
            cleaned.text, sentence, tuple(sorted(heads)), tuple(sorted(tails)), mentions, parties
        )
        for sentence, (heads, tails) in sorted(ends.items())
    ]


def _ranked(
    statement: Statement, spans: list[CleanSpan], sentence: int, relation: str
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


def _level(statement: Statement, span: CleanSpan, relation: str) -> int | None:
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


def _is_anothers(statement: Statement, span: CleanSpan) -> bool:
    """Whether another name stands between it and the triple's own, of this clause or the one
    before, and is not coordinated with that (瑞仪、亚光各出1亿元)."""
    start = statement.cuts[max(0, statement.clause(span.start) - 1)]
    own = (*within(statement.heads, start, span.start), *within(statement.tails, start, span.start))
    end = max((name.end for name in own), default=start)
    others = within(statement.others, end, span.start)
    return bool(others) and not _JOINED.search(statement.text, end, others[-1].start)


def _holds(ordered: tuple[int, ...], number: int) -> bool:
    at = bisect_left(ordered, number)
    return at < len(ordered) and ordered[at] == number


def _by_turns(statement: Statement, spans: list[CleanSpan]) -> dict[int, bool]:
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


def _distance(statement: Statement, span: CleanSpan) -> int:
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
    cleaned: CleanText, statements: list[Statement], plain: str, relation: str
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
        opening = divide(cleaned.text, near)
        first = next(iter(find_sums(opening, plain)), None)
        if first and opening.clause(first.span.start) == 0:
            return first if is_price(opening, first.span, relation) else None
    return None
