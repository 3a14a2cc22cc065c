"""The day of a deal: finding it, and resolving it to ISO 8601 against the article's date."""

from __future__ import annotations

import re
from bisect import bisect_left
from datetime import date, timedelta

from pipeline.relations.clauses import REACH, Statement, within
from pipeline.relations.numerals import number_of
from pipeline.types import CleanSpan

_CHINESE = "[一二三四五六七八九十]{1,3}"
_MONTH = rf"(?:\d{{1,2}}|{_CHINESE})\s?月"
_DAY = rf"(?:\d{{1,2}}|{_CHINESE})\s?[日号]"
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
_NOT_BROKEN = r"[^，；;。！？!?：\n]"
# The date of a report is not that of the deal; nor is that of a founding or of figures.
_REPORTED = re.compile(
    rf"{_NOT_BROKEN}{{0,12}}?(?:宣布|公告|公布|表示|发布|披露|透露|称|报[道导]|说|证实|否认|指出|回应|消息|传|讯|获悉|承认|强调|成立|创[立办]|上市|财报|净利|营收|[上下]?[涨跌]|推出|发表|问世|出任|加入|时$|以来|起|当时|前|内|路演|开盘|收盘|盘)"
)

_DEAL = re.compile(
    r"收购|并购|入股|投[资了]|注资|认购|领投|跟投|增[资持]|减持|合资|控股|买|购|签|订|下单|接手|拿下|吃下|交割|供[货应]|代工|投片|收入囊中|卖|出售|转让"
)

_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ].*)?)?)?$")
_N = rf"(\d{{1,2}}|{_CHINESE})"
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


def date_of(statement: Statement) -> CleanSpan | None:
    """The day of the deal: before the second name in a clause with both, or in a clause with one
    and no other company or person, or opening a sentence whose next clause is such. What was only
    reported on a day did not happen then."""
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
        named = [name for name in (head, tail) if name]
        if not named:
            continue
        # One of the two may be understood (公司计划明年向乙订购), unless another could act instead.
        if len(named) == 2 and match.start() > max(named).start:
            continue
        if len(named) == 1 and within(statement.others, around.start, around.end):
            continue
        rest = text[match.end() : min(around.end, match.end() + REACH)].lstrip("，, ")
        if _DEAL.search(rest) and not _REPORTED.match(rest):
            return CleanSpan(*match.span())
    return None


def _first_in(names: tuple[CleanSpan, ...], around: CleanSpan) -> CleanSpan | None:
    at = bisect_left(names, CleanSpan(around.start, 0))
    return names[at] if at < len(names) and around.holds(names[at]) else None


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
    return int(number_of(written) or 0)


def _iso(year: int, month: int | None = None, day: int | None = None) -> str:
    """Empty for a date that no calendar has."""
    try:
        whole = date(year, 1 if month is None else month, 1 if day is None else day).isoformat()
    except ValueError:
        return ""
    return whole[: 10 if day is not None else 7 if month is not None else 4]
