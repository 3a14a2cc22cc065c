"""Pinyin annotations that a scraped page carries inside its sentences: 達(dá) → 達.

Only the brackets are taken out here. Runs whose bytes such an annotation has shifted (`因?yàn)樘乩势`) are left as
they are: realigning them needs the bytes, and has a place of its own in front of this step.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from pipeline.offsets import OffsetMap
from pipeline.types import RawSpan, Repair

# A page that was annotated by machine has dozens; a real gloss such as 垚(yáo) stands alone.
MIN_ANNOTATIONS = 4

_VOWELS = "aeiouüāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ"
_ANNOTATION = re.compile(
    rf"(?P<before>[\u3400-\u9fff])(?P<gloss>[(（][ \u00a0]?(?P<reading>[a-z{_VOWELS}ńňǹḿ]{{1,7}})[ \u00a0]?[)）])"
)


def strip_annotations(text: str) -> tuple[str, OffsetMap, tuple[Repair, ...]]:
    """`text` without its pinyin annotations, the map back to it, and a certain repair for each.

    A bracket goes only where it holds a reading of the character before it, and only in a text that has at
    least MIN_ANNOTATIONS of those.
    """
    found = [
        match
        for match in _ANNOTATION.finditer(text)
        if _plain(match["reading"]) in _readings(match["before"])
    ]
    if len(found) < MIN_ANNOTATIONS:
        return text, OffsetMap.identity(len(text)), ()
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    done = 0
    for match in found:
        keep_to = match.start("gloss")
        pieces.append(text[done:keep_to])
        starts.extend(range(done, keep_to))
        ends.extend(range(done + 1, keep_to + 1))
        # The annotated character came from itself and its annotation: a name that ends in it, such as 英偉達(dá),
        # is then mapped to the whole damaged stretch.
        ends[-1] = match.end("gloss")
        done = match.end("gloss")
    pieces.append(text[done:])
    starts.extend(range(done, len(text)))
    ends.extend(range(done + 1, len(text) + 1))
    repairs = tuple(
        Repair(
            "pinyin_annotation",
            RawSpan(match.start("before"), match.end("gloss")),
            match.group(),
            match["before"],
            True,
        )
        for match in found
    )
    return "".join(pieces), OffsetMap(starts, ends), repairs


def _plain(reading: str) -> str:
    """`reading` without tone marks; ü stays ü."""
    decomposed = unicodedata.normalize("NFD", reading)
    kept = "".join(c for c in decomposed if not unicodedata.combining(c) or c == "\u0308")
    return unicodedata.normalize("NFC", kept)


@lru_cache(maxsize=8_192)
def _readings(character: str) -> frozenset[str]:
    # Imported late: the dictionary costs 0.1 s, and only damaged pages need it.
    from pypinyin import Style, pinyin

    readings = pinyin(character, style=Style.TONE, heteronym=True)[0]
    return frozenset(_plain(reading) for reading in readings)
