"""Numbers in Arabic and Chinese digits."""

from __future__ import annotations

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
DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"两": 2}


def number_of(written: str) -> float | None:
    """The value of Arabic or Chinese digits.

    None for 数十, 十几 and the like; 1.0 for nothing before a unit (千亿美元).
    """
    if written == "":
        return 1.0
    if written[0] in "数几上" or written[-1] == "几":
        return None
    if written[0].isdigit():
        return float(written.replace(",", ""))
    total = 0.0
    digit = 0.0
    for character in written:
        if character in DIGITS:
            digit = float(DIGITS[character])
        else:
            total += (digit or 1.0) * _UNITS[character]
            digit = 0.0
    return total + digit


def scale_of(written: str) -> float:
    """What a number before `written` (百万, bn) is multiplied by; 1.0 for ""."""
    written = written.strip().lower()
    if written in _SCALES:
        return _SCALES[written]
    product = 1.0
    for character in written:
        product *= _UNITS[character]
    return product
