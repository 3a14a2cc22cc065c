"""Script: which one a text is written in, and Traditional → Simplified without moving a
character."""

from __future__ import annotations

import re
from functools import lru_cache

from opencc import OpenCC

# A text counts as one script when the other one's tell-tale characters are fewer than one in this
# many. Content farms convert incompletely (seeds 001 and 004 leave some twenty characters
# Simplified), people quote the other.
MIXED_BELOW = 8

# What OpenCC's phrases leave in Simplified text (乾縣 → 乾县) and its tables would take for
# Traditional there (乾县 → 干县): names and words of their own.
KEPT = (
    "乾县 乾佑县 乾安县 乾安镇 乾清宫 乾纲 旋乾转坤 颠乾倒坤 目乾连 张法乾 萧乾 毕昇 於梨华 於潜 "
    "变徵 芸薹 幺麽 笃麽 麽些族"
).split()
# Two do for all of OpenCC's tables: 薴 → 苧 → 苎, 對於單 → 对於单 → 对于单.
MAX_PASSES = 4

# Of Han characters and the words of other alphabets: a bilingual page has some 0.3, a Chinese
# report full of model names 0.6, an English one that names a few firms in Chinese 0.02.
MIN_HAN_SHARE = 0.1
# For each Han character: a Chinese sentence that quotes a Japanese name has 0.4, Japanese prose 0.7
# or more.
MAX_KANA_PER_HAN = 0.6
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]")
_KANA_OR_HANGUL = re.compile("[\u3041-\u30fa\u30fc-\u30ff\u1100-\u11ff\uac00-\ud7af]")
_WORD = re.compile(r"[^\W\d_\u1100-\u11ff\u3000-\uffff\U00020000-\U000323af]+")


def is_chinese(text: str) -> bool:
    """Whether `text`, clean, is written in Chinese, be it with names and phrases of other languages
    in it."""
    han = sum(1 for _ in _HAN.finditer(text))
    words = sum(1 for _ in _WORD.finditer(text))
    others = sum(1 for _ in _KANA_OR_HANGUL.finditer(text))
    return han > 0 and han >= MIN_HAN_SHARE * (han + words) and others <= MAX_KANA_PER_HAN * han


class ScriptConverter:
    """OpenCC's `t2s`, held to its promise that every character stays in its place."""

    def __init__(self) -> None:
        self._to_simplified = OpenCC("t2s")
        self._to_traditional = OpenCC("s2t")

    def simplify(self, text: str) -> str:
        """`text` in Simplified characters, as long as `text`.

        What is Simplified stays: OpenCC's t2s is done again until nothing changes, and KEPT is
        kept. Its tables were checked to map one character to one; should a phrase of a later
        release change the length, the text is converted character by character instead.
        """
        if text.isascii():
            return text
        for _ in range(MAX_PASSES):
            simplified = self._simplified_once(text)
            if simplified == text:
                break
            text = simplified
        return text

    def _simplified_once(self, text: str) -> str:
        converted: str = self._to_simplified.convert(text)
        if converted == text:
            return text
        if len(converted) != len(text):
            converted = "".join(self._simplify_character(character) for character in text)
        for kept in KEPT:
            if kept in text:
                converted = _restored(converted, text, kept)
        return converted

    def traditional(self, text: str) -> str:
        """`text` in Traditional characters, for display only: its length may differ."""
        converted: str = self._to_traditional.convert(text)
        return converted

    def detect(self, text: str, simplified_form: str) -> str:
        """ "Hans", "Hant", "mixed" or "none", by the characters that only one script has.

        simplified_form: what `simplify` made of `text`.
        """
        simplified = sum(a != b for a, b in zip(text, simplified_form, strict=True))
        traditional_form = self.traditional(text)
        other = (
            sum(a != b and not _in_big5(a) for a, b in zip(text, traditional_form, strict=True))
            if len(traditional_form) == len(text)
            else 0
        )
        if simplified == other == 0:
            return "none"
        if simplified >= MIXED_BELOW * other:
            return "Hant"
        return "Hans" if other >= MIXED_BELOW * simplified else "mixed"

    @lru_cache(maxsize=16_384)  # noqa: B019 - one converter lives as long as its extractor
    def _simplify_character(self, character: str) -> str:
        converted: str = self._to_simplified.convert(character)
        return converted if len(converted) == 1 else character


@lru_cache(maxsize=1)
def converter() -> ScriptConverter:
    """The one converter that a process needs: OpenCC's tables take 30 MB."""
    return ScriptConverter()


def _restored(converted: str, text: str, kept: str) -> str:
    """`converted`, as long as `text`, with `kept` wherever `text` has it."""
    pieces: list[str] = []
    done = 0
    for part in text.split(kept)[:-1]:
        pieces += (converted[done : done + len(part)], kept)
        done += len(part) + len(kept)
    return "".join((*pieces, converted[done:]))


def _in_big5(character: str) -> bool:
    # 台, 布, 群 and 里 are good Traditional characters too, though s2t writes 臺, 佈, 羣 and 裏
    # for them.
    try:
        character.encode("big5")
    except UnicodeEncodeError:
        return False
    return True
