"""Pinyin as it stands in annotated pages, and which characters it can be a reading of."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from pipeline.cleaning import gbk

_LETTERS = "a-zêüāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ"
READING = rf"[ \u00a0]?(?P<reading>[{_LETTERS}]{{1,7}})[ \u00a0]?"
_TONE_MARKS = re.compile("[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ]")


@lru_cache(maxsize=32_768)
def readings(character: str) -> frozenset[str]:
    """The readings of one character, with tone marks; empty for what is no Han character."""
    if not "\u3400" <= character <= "\u9fff":
        return frozenset()
    # Imported late: the dictionary costs 0.1 s, and only damaged pages need it.
    from pypinyin import Style, pinyin

    return frozenset(pinyin(character, style=Style.TONE, heteronym=True)[0])


def reads(character: str, reading: str) -> bool:
    """Whether `reading` is one of `character`'s; without regard to tones where it carries no tone
    mark."""
    known = readings(character)
    if reading in known:
        return True
    return not has_tone(reading) and reading in {plain(other) for other in known}


def has_tone(reading: str) -> bool:
    return _TONE_MARKS.search(reading) is not None


def plain(reading: str) -> str:
    """`reading` without tone marks; ü stays ü."""
    decomposed = unicodedata.normalize("NFD", reading)
    kept = "".join(c for c in decomposed if not unicodedata.combining(c) or c == "\u0308")
    return unicodedata.normalize("NFC", kept)


@lru_cache(maxsize=32_768)
def trails_reading(lead: int, reading: str) -> tuple[int, ...]:
    """The second bytes that make, behind `lead`, a character with that reading."""
    return tuple(trail for trail in gbk.LEADS if reads(gbk.character(lead, trail), reading))
