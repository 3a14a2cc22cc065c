"""Dates of different precision, compared: a day, a month, a quarter or a year."""

from __future__ import annotations

import re
from collections.abc import Iterable

# A time of day behind the date tells nothing that an edge wants to know.
_DATE = re.compile(r"((\d{4})(?:-Q([1-4])|-(\d\d)(?:-(\d\d))?)?)(?:[T ].*)?")
_MONTHS, _DAYS = 12, 31

# Year, month, day; the last day of a month counts as its 31st, since only the order matters.
Day = tuple[int, int, int]


def normal(date: str) -> str:
    """`date` as in date_iso, without a time of day; "" where it is none."""
    found = _DATE.fullmatch(date)
    return found[1] if found and span(date) else ""


def span(date: str) -> tuple[Day, Day] | None:
    """First and last day that `date` may mean; None where it is no date."""
    found = _DATE.fullmatch(date)
    if not found:
        return None
    year, quarter, month, day = (int(part or 0) for part in found.groups()[1:])
    if month > _MONTHS or day > _DAYS or (found[4] and not month) or (found[5] and not day):
        return None
    first = month or 3 * quarter - 2 if month or quarter else 1
    last = month or 3 * quarter or _MONTHS
    return (year, first, day or 1), (year, last, day or _DAYS)


def first_and_last(dates: Iterable[str]) -> tuple[str, str]:
    """The date that is surely over first, and the one that begins last; ("", "") without dates.

    So a vague date tells nothing against a sharper one inside it: of 2026 and 2026-11-20 both are
    2026-11-20; of 2025 and 2026-11-20 they are 2025 and 2026-11-20.
    """
    first, last = "", ""
    earliest: tuple[Day, tuple[int, ...]] | None = None
    latest: tuple[Day, tuple[int, ...]] | None = None
    for date in dates:
        days = span(date)
        if days is None:
            continue
        begin, end = days
        # Among those that end, or begin, together the sharper one.
        by_end = (end, tuple(-part for part in begin))
        by_begin = (begin, tuple(-part for part in end))
        if earliest is None or by_end < earliest:
            first, earliest = date, by_end
        if latest is None or by_begin > latest:
            last, latest = date, by_begin
    return first, last
