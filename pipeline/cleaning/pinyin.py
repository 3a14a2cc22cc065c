"""Pinyin as it stands in annotated pages, and which characters it can be a reading of."""

from __future__ import annotations

import re
import runpy
import unicodedata
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from pipeline.cleaning import gbk
from pipeline.errors import ResourceError

_LETTERS = "a-zêüāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ"
READING = rf"[ \u00a0]?(?P<reading>[{_LETTERS}]{{1,7}})[ \u00a0]?"
_TONE_MARKS = re.compile("[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ]")


@lru_cache(maxsize=32_768)
def readings(character: str) -> frozenset[str]:
    """The readings of one character, with tone marks; empty for what is no Han character."""
    if not "\u3400" <= character <= "\u9fff":
        return frozenset()
    return frozenset(_table().get(ord(character), character).split(","))


@lru_cache(maxsize=1)
def _table() -> dict[int, str]:
    """pypinyin's readings by code point, with commas between them.

    Its module of these alone is run: the package loads 47,000 phrases as well, for 0.3 s and 35 MB.
    """
    package = find_spec("pypinyin")
    if package is None or package.origin is None:
        raise ResourceError("pypinyin is not installed; reinstall zongheng")
    module = runpy.run_path(str(Path(package.origin).with_name("pinyin_dict.py")))
    table: dict[int, str] = module["pinyin_dict"]
    return table


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
