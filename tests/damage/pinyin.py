"""Pages annotated with pinyin by software that replaces bytes, whatever characters own them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from opencc import OpenCC
from pypinyin import Style, pinyin

_PRIVATE = ("\ue000", "\uf8ff")


def reading(character: str) -> str:
    return pinyin(character, style=Style.TONE)[0][0]


def encodable(text: str) -> bool:
    try:
        text.encode("gbk")
    except UnicodeEncodeError:
        return False
    return True


def traditional(text: str) -> str:
    """`text` converted character by character, as content farms do, where GBK has the result."""
    convert = OpenCC("s2t").convert
    converted = (convert(character) for character in text)
    return "".join(
        new if len(new) == 1 and encodable(new) else old
        for new, old in zip(converted, text, strict=True)
    )


def converted_characters(text: str) -> list[str]:
    """The Traditional characters that conversion gives in `text`, commonest first."""
    pairs = zip(traditional(text), text, strict=True)
    counts: dict[str, int] = {}
    for new, old in pairs:
        if new != old:
            counts[new] = counts.get(new, 0) + 1
    return sorted(counts, key=lambda c: (-counts[c], c))


@dataclass(frozen=True, slots=True)
class DamagedPage:
    """shown: what the scraper stored. shifted: indexes of the true text's characters that do not
    show whole."""

    true: str
    shown: str
    shifted: frozenset[int]


def damage(true: str, table: Iterable[str] | Mapping[str, str]) -> DamagedPage:
    """`true` (GBK can encode it) annotated for the characters of `table`, in its order.

    table: characters, or characters with the readings that the site gives them.
    """
    readings = table if isinstance(table, Mapping) else {c: reading(c) for c in table}
    assert "" not in readings
    content = bytearray()
    owners: list[int] = []
    for index, character in enumerate(true):
        encoded = character.encode("gbk")
        content += encoded
        owners += [index] * len(encoded)
    for character, own_reading in readings.items():
        content, owners = _annotate(content, owners, character, own_reading)
    shown, whole = _decode(bytes(content), owners)
    return DamagedPage(true, half_width(shown), frozenset(range(len(true))) - whole)


def _annotate(
    content: bytearray, owners: list[int], character: str, own_reading: str
) -> tuple[bytearray, list[int]]:
    sought = character.encode("gbk")
    inserted = f"({own_reading})".encode("gbk")
    new_content = bytearray()
    new_owners: list[int] = []
    done = 0
    while (found := content.find(sought, done)) >= 0:
        end = found + len(sought)
        new_content += content[done:end] + inserted
        new_owners += owners[done:end] + [-1] * len(inserted)
        done = end
    return new_content + content[done:], new_owners + owners[done:]


def _decode(content: bytes, owners: list[int]) -> tuple[str, frozenset[int]]:
    """As a browser decodes code page 936: a broken or undefined pair is one "?", a user-defined one
    is dropped."""
    shown: list[str] = []
    whole: set[int] = set()
    at = 0
    while at < len(content):
        lead = content[at]
        if lead < 0x80:
            shown.append(chr(lead))
            whole.add(owners[at])
            at += 1
        elif lead in (0x80, 0xFF) or at + 1 == len(content):
            shown.append("€" if lead == 0x80 else "?")
            at += 1
        else:
            character = _pair(lead, content[at + 1])
            shown.append(character)
            if character not in ("", "?") and owners[at] == owners[at + 1]:
                whole.add(owners[at])
            at += 2
    return "".join(shown), frozenset(whole)


def _pair(lead: int, trail: int) -> str:
    if trail < 0x40:
        return "?"
    try:
        character = bytes((lead, trail)).decode("gbk")
    except UnicodeDecodeError:
        character = ""
    if character and not _PRIVATE[0] <= character <= _PRIVATE[1]:
        return character
    high = trail >= 0xA1 and (0xAA <= lead <= 0xAF or 0xF8 <= lead <= 0xFE)
    low = 0xA1 <= lead <= 0xA7 and 0x40 <= trail <= 0xA0 and trail != 0x7F
    return "" if high or low else "?"


def half_width(text: str) -> str:
    """Full-width ASCII as ASCII, the last thing that happened to such pages."""
    return "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in text)


def table_of(characters: list[str], size: int, seed: int) -> list[str]:
    """`size` characters of a site's table, drawn from the commoner ones."""
    commoner = characters[: max(size, 600)]
    return random.Random(seed).sample(commoner, min(size, len(commoner)))
