"""The same example with other names, so that the network learns contexts and not names; and several
examples as one text, so that it learns that most of the names of a long text have nothing to do
with each other."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.schema import CHIP, COMPANY, PERSON
from pipeline.training.examples import OURS, Example, Marked

_LATIN = re.compile(r"[A-Za-z]")
_SYLLABLES = (
    "ka lo mi ren ta vo xi sol ner dra bel cor fin gal hex ion jun kel lum mar nov orb pri qua rix "
    "syn tor ul ven wis yor zen al bri cle dex el fy gro"
).split()
_CHIP_FAMILIES = "玄 昆 羲 麒 凌 燧 云 思 天 寒 赤 沧 星 龙 鲲 鹏 翼 玑 极 泰".split()
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰文斌志远晓东若思宇轩子涵博雅睿泽铭昊"
_FOREIGN = "阿巴卡德埃费格哈伊杰科拉马纳奥佩里萨特瓦维泽斯尔顿森曼克姆罗"


@dataclass(frozen=True, slots=True)
class NamePools:
    """Names to put in place of others: by type, Chinese and Latin ones."""

    chinese: dict[str, tuple[str, ...]]
    latin: dict[str, tuple[str, ...]]

    @classmethod
    def of(cls, known: Sequence[tuple[str, str]], short_forms: Path | None) -> NamePools:
        """known: (type, name) of the registry. short_forms: a file of Chinese companies' short
        names, one a line behind three header lines; None where there is none."""
        names = list(known)
        if short_forms:
            lines = short_forms.read_text(encoding="utf-8").splitlines()[3:]
            names += [(COMPANY, line.strip()) for line in lines if 2 <= len(line.strip()) <= 8]
        chinese: dict[str, list[str]] = {COMPANY: [], PERSON: [], CHIP: []}
        latin: dict[str, list[str]] = {COMPANY: [], PERSON: [], CHIP: []}
        for kind, name in dict.fromkeys(names):
            (latin if _LATIN.search(name) else chinese)[kind].append(name)
        return cls(
            {kind: tuple(pool) for kind, pool in chinese.items()},
            {kind: tuple(pool) for kind, pool in latin.items()},
        )

    def draw(self, kind: str, like: str, chance: random.Random) -> str:
        """Another name of `kind`, in the alphabet of `like`; half of the time an invented one."""
        latin = bool(_LATIN.search(like))
        pool = (self.latin if latin else self.chinese)[kind]
        if pool and chance.random() < 0.5:
            return chance.choice(pool)
        return _invented(kind, latin, chance)


def _invented(kind: str, latin: bool, chance: random.Random) -> str:
    if kind == CHIP:
        tail = chance.choice(("", "X", "B", " Pro", "T", "S"))
        number = f"{chance.choice(('', '-', ' '))}{chance.randrange(1, 9999)}{tail}"
        if latin:
            prefix = chance.choice(
                ("".join(chance.choices("ABCDEGHKLMNPQRSTVXZ", k=2)), _word(chance))
            )
            return prefix + number
        return "".join(chance.sample(_CHIP_FAMILIES, 2)) + number
    if latin:
        words = [_word(chance)]
        if kind == PERSON or chance.random() < 0.25:
            words.append(_word(chance))
        return " ".join(words)
    if kind == PERSON:
        if chance.random() < 0.3:
            return "·".join(
                "".join(chance.choices(_FOREIGN, k=chance.randint(2, 4)))
                for _ in range(chance.randint(1, 2))
            )
        return chance.choice(_SURNAMES) + "".join(chance.choices(_GIVEN, k=chance.randint(1, 2)))
    stem = "".join(chance.choices(_GIVEN + "澜岳川海云微芯光华科瑞恒启辰讯鼎", k=2))
    return stem + chance.choice(
        ("", "", "科技", "半导体", "智能", "集团", "资本", "电子", "微", "能源", "股份")
    )


def _word(chance: random.Random) -> str:
    word = "".join(chance.choices(_SYLLABLES, k=chance.randint(2, 3))).capitalize()
    return word.upper() if chance.random() < 0.1 else word


def with_other_names(
    example: Example, pools: NamePools, *, share: float, chance: random.Random
) -> Example:
    """`example` with the names of about `share` of its entities replaced, each written form by one
    other; untouched where its mentions are not of our types."""
    if example.tagged not in (OURS, "") or not example.mentions:
        return example
    chosen = {entity for entity in {m.entity for m in example.mentions} if chance.random() < share}
    if not chosen:
        return example
    given: dict[tuple[int, str], str] = {}
    pieces: list[str] = []
    mentions: list[Marked] = []
    length = at = 0
    for mention in example.mentions:
        written = example.text[mention.start : mention.end]
        key = (mention.entity, written)
        if mention.entity in chosen and key not in given:
            given[key] = pools.draw(mention.type, written, chance)
        name = given.get(key, written)
        pieces += [example.text[at : mention.start], name]
        length += mention.start - at
        mentions.append(replace(mention, start=length, end=length + len(name)))
        length += len(name)
        at = mention.end
    pieces.append(example.text[at:])
    return replace(example, text="".join(pieces), mentions=tuple(mentions))


def joined(first: Example, second: Example) -> Example | None:
    """One example of the text of `first` and, behind a line break, that of `second`, between whose
    entities nothing holds; None where that is not known, because one is annotated in part only or
    a name of the one stands in the other."""
    if any(example.tagged != OURS or example.judged is not None for example in (first, second)):
        return None
    if _names_stand_in(first, second.text) or _names_stand_in(second, first.text):
        return None
    shift = len(first.text) + 1
    numbers = 1 + max((mention.entity for mention in first.mentions), default=0)
    return replace(
        first,
        text=f"{first.text}\n{second.text}",
        mentions=first.mentions
        + tuple(
            Marked(m.start + shift, m.end + shift, m.type, m.entity + numbers)
            for m in second.mentions
        ),
        triples=first.triples
        | {
            (head + numbers, relation, tail + numbers): status
            for (head, relation, tail), status in second.triples.items()
        },
        labels={},
    )


def _names_stand_in(example: Example, text: str) -> bool:
    return any(example.text[m.start : m.end] in text for m in example.mentions)
