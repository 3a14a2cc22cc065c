"""Code page 936 (GBK), pair by pair: what two bytes decode to, and what they do to a page when they
do not."""

from __future__ import annotations

from functools import lru_cache

LEADS = range(0x81, 0xFF)


@lru_cache(maxsize=65_536)
def character(lead: int, trail: int) -> str:
    """The character that the pair encodes; "" for an undefined or user-defined pair."""
    try:
        decoded = bytes((lead, trail)).decode("gbk")
    except UnicodeDecodeError:
        return ""
    return "" if len(decoded) != 1 or "\ue000" <= decoded <= "\uf8ff" else decoded


@lru_cache(maxsize=65_536)
def pair(character: str) -> tuple[int, int] | None:
    """The two bytes of `character`; None where GBK has none or only one."""
    try:
        encoded = character.encode("gbk")
    except UnicodeEncodeError:
        return None
    return (encoded[0], encoded[1]) if len(encoded) == 2 else None


def user_defined(lead: int, trail: int) -> bool:
    """Whether the pair lies in one of the three zones for private characters, which pages drop
    silently."""
    if 0xAA <= lead <= 0xAF or 0xF8 <= lead <= 0xFE:
        return 0xA1 <= trail <= 0xFE
    return 0xA1 <= lead <= 0xA7 and 0x40 <= trail <= 0xA0 and trail != 0x7F


@lru_cache(maxsize=2)
def straddling(*, dropped: bool) -> dict[int, tuple[int, ...]]:
    """Lead → trails of the pairs that two halves of neighbouring characters can meet to and that no
    page shows:
    the user-defined ones, which are dropped, or else the undefined ones, which become "?"."""

    def hidden(lead: int, trail: int) -> bool:
        return not character(lead, trail) and user_defined(lead, trail) == dropped

    pairs = {lead: tuple(trail for trail in LEADS if hidden(lead, trail)) for lead in LEADS}
    return {lead: trails for lead, trails in pairs.items() if trails}
