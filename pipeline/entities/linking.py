"""Mentions → entities: all names of one company, person or chip in an article share one id."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace

from pipeline.entities.forms import HAN_TAIL, LATIN_TAIL
from pipeline.entities.people import SURNAMES
from pipeline.entities.registry import Registry, fold
from pipeline.schema import COMPANY, LOCAL_ID, PERSON
from pipeline.types import CleanSpan, CleanText, Entity, Mention, Names

_LEGAL_TAIL = re.compile(rf"(?:{HAN_TAIL}|(?:,?(?:{LATIN_TAIL})\.?)+)$")
_GROUP_TAIL = re.compile(r"(?:集团|控股)$")
# A full legal name says where the firm is, how it is called, what it does and what it is; its
# short name is one stretch of that.
_FULL_NAME = re.compile(r"(?:有限公司|有限责任公司|股份公司|有限合伙[）)]|合伙企业.*)$")
_OPENING = re.compile(
    r"^(?:汽车|科技|电器|产业)?(?:公司|集团)?\s?[（(\[]\s?(?:英文名?|原名|前身为?|即)?\s?[“「\"]?$"
)
_CLOSING = re.compile(r"[”」\"]?\s?[）)\]，,]")
# A stock's sign behind the English name in the same brackets: 福特（Ford Motor Co., F）.
_TICKER_BEFORE = re.compile(r"^[，,]\s?$")
_TICKER = re.compile(r"[A-Z][A-Z0-9.]{0,7}")
_CALLED = re.compile(r"^\s?[（(，,]\s?(?:以下|下文)?(?:简称|下称|统称)(?:为|：|:)?\s?[“「\"]?$")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]")

LinkedMentions = tuple[Entity[CleanSpan], ...]


def link(
    article_id: str,
    cleaned: CleanText,
    mentions: tuple[Mention[CleanSpan], ...],
    registry: Registry,
    traditional: Callable[[str], str],
) -> LinkedMentions:
    """The entities that `mentions` name, by first mention. Every mention belongs to exactly one of
    them.

    A name that the registry does not know gets the id `local:<type>:<hash of article id and name>`;
    `batch.identity` replaces it where names of other articles agree.
    traditional: Simplified → Traditional for the display name of such an entity.
    """
    keys = [_own_key(mention) for mention in mentions]
    same = _Union(keys)
    _join_forms(mentions, keys, same)
    _join_parentheses(cleaned.text, mentions, keys, same, registry)
    grouped: dict[str, list[Mention[CleanSpan]]] = {}
    for mention, key in zip(mentions, keys, strict=True):
        grouped.setdefault(same.root(key), []).append(mention)
    return tuple(
        _entity(article_id, root if _is_registry(root) else "", group, registry, traditional)
        for root, group in grouped.items()
    )


def _own_key(mention: Mention[CleanSpan]) -> str:
    return mention.entity or f"{mention.type} {_stem(mention.text)}"


def _stem(name: str) -> str:
    """`name` without what does not tell two companies apart: case, blanks, the legal tail."""
    folded = fold(name).replace(" ", "").replace("-", "")
    stem = _LEGAL_TAIL.sub("", folded)
    return stem if len(stem) >= 2 else folded


class _Union:
    """Disjoint sets of keys; a key that holds a registry id stays the root."""

    def __init__(self, keys: list[str]) -> None:
        self._parent = {key: key for key in keys}

    def root(self, key: str) -> str:
        while self._parent[key] != key:
            key = self._parent[key]
        return key

    def join(self, one: str, other: str) -> None:
        """One set of two, unless both are different entities of the registry."""
        a, b = self.root(one), self.root(other)
        if a == b or (_is_registry(a) and _is_registry(b)):
            return
        if _is_registry(b):
            a, b = b, a
        self._parent[b] = a

    def rename(self, one: str, other: str) -> None:
        """One set of two, for which `other`, an entity of the registry, stands."""
        a, b = self.root(other), self.root(one)
        if a != b:
            self._parent[b] = a


def _is_registry(key: str) -> bool:
    return ":" in key and " " not in key


def _join_forms(mentions: tuple[Mention[CleanSpan], ...], keys: list[str], same: _Union) -> None:
    """Short forms of longer names: 王总 → 王传福, 奥特曼 → 山姆·奥特曼, 恒瑞 → 恒瑞医药."""
    by_type: dict[str, list[tuple[str, str]]] = {}
    for mention, key in zip(mentions, keys, strict=True):
        by_type.setdefault(mention.type, []).append((_stem(mention.text), key))
    people = list(dict.fromkeys(by_type.get(PERSON, [])))
    parts = {key: _name_parts(m) for m, key in zip(mentions, keys, strict=True) if m.type == PERSON}
    for short, key in people:
        if len(short) == 2 and short[1] == "总" and short[0] in SURNAMES:
            bearers = [
                other
                for name, other in people
                if name[0] == short[0] and other != key and "·" not in name
            ]
        elif len(short) == 1 and short in SURNAMES:  # 张 behind 张一鸣
            bearers = [
                other
                for name, other in people
                if name[0] == short and 2 <= len(name) <= 3 and "·" not in name
            ]
        elif len(parts[key]) > 1:
            continue
        else:
            bearers = [
                other for other, own in parts.items() if len(own) > 1 and short in (own[0], own[-1])
            ]
        if len({same.root(bearer) for bearer in bearers}) == 1:
            same.join(bearers[0], key)
    companies = list(dict.fromkeys(by_type.get(COMPANY, [])))
    full = {
        key: fold(mention.text)
        for mention, key in zip(mentions, keys, strict=True)
        if mention.type == COMPANY and _FULL_NAME.search(fold(mention.text))
    }
    words = {
        key: fold(mention.text).split()
        for mention, key in zip(mentions, keys, strict=True)
        if mention.type == COMPANY
    }
    tailed = {
        key
        for mention, key in zip(mentions, keys, strict=True)
        if _GROUP_TAIL.search(fold(mention.text))
    }
    for short, key in companies:
        if not _HAN.search(short):
            if not _is_registry(key):
                longer = {
                    same.root(other) for other, own in words.items() if _shortens(words[key], own)
                }
                if len(longer) == 1:
                    same.join(longer.pop(), key)
            continue
        holders = {
            same.root(other) for other, name in full.items() if other != key and short in name
        }
        if len(holders) == 1:
            same.join(holders.pop(), key)
        # 凌岳集团 and 凌岳微 are two firms of one group.
        if _is_registry(key) or key in tailed:
            continue
        longer = {same.root(other) for name, other in companies if name != short and short in name}
        if len(longer) == 1:
            same.join(longer.pop(), key)


def _shortens(short: list[str], name: list[str]) -> bool:
    """Whether the words `short` are the first of the longer name's, or its initials: Rune of Rune
    Audio, BMT of Borealis Mine Tech."""
    if len(short) < len(name) and short == name[: len(short)]:
        return True
    initials = "".join(word[0] for word in name)
    return len(name) > 2 and short == [initials]


def _name_parts(mention: Mention[CleanSpan]) -> list[str]:
    """Given names and surname of a foreign name, folded; a Chinese name is one part."""
    return [_stem(part) for part in re.split(r"[·•・]|(?<=[A-Za-z.])\s+", mention.text) if part]


def _join_parentheses(
    text: str,
    mentions: tuple[Mention[CleanSpan], ...],
    keys: list[str],
    same: _Union,
    registry: Registry,
) -> None:
    """An English name in brackets behind a Chinese one, or the other way round: 辉达（NVIDIA）."""
    for index in range(1, len(mentions)):
        first, second = mentions[index - 1], mentions[index]
        between = text[first.span.end : second.span.start]
        if first.type != second.type:
            continue
        if _CALLED.match(between):
            same.join(keys[index - 1], keys[index])
        if not _OPENING.match(between):
            continue
        closed = _CLOSING.match(text, second.span.end)
        scripts = (bool(_HAN.search(first.text)), bool(_HAN.search(second.text)))
        abbreviated = (
            _LATIN.search(first.text) is None and first.text.startswith(second.text[:1])
        ) or _is_abbreviation(second.text, first.text)
        if closed and scripts[0] != scripts[1]:
            # 乐天 is Lotte's name and Rakuten's; what stands beside it tells which is meant.
            if keys[index] in registry.ids_of(first.text):
                same.rename(keys[index - 1], keys[index])
            else:
                same.join(keys[index - 1], keys[index])
        elif closed and abbreviated:
            same.join(keys[index - 1], keys[index])
        if index + 1 < len(mentions):
            third = mentions[index + 1]
            apart = text[second.span.end : third.span.start]
            if _TICKER_BEFORE.match(apart) and _TICKER.fullmatch(third.text):
                same.join(keys[index], keys[index + 1])


def _is_abbreviation(short: str, name: str) -> bool:
    """Whether `short` is made of the capitals of `name`: PI of Power Integrations."""
    capitals = "".join(character for character in name if character.isupper())
    return len(short) >= 2 and short.isupper() and capitals.startswith(short)


def _entity(
    article_id: str,
    known: str,
    group: list[Mention[CleanSpan]],
    registry: Registry,
    traditional: Callable[[str], str],
) -> Entity[CleanSpan]:
    if known:
        record = registry.records[known]
        entity_id, name, names, entity_type = known, record.name, record.names, record.type
    else:
        chinese, foreign = (
            max((m.text for m in group if bool(_HAN.search(m.text)) == han), key=len, default="")
            for han in (True, False)
        )
        name = chinese or foreign
        entity_type = group[0].type
        digest = hashlib.sha256(f"{article_id}\n{entity_type}\n{_stem(name)}".encode()).hexdigest()[
            :16
        ]
        entity_id = f"{LOCAL_ID}{entity_type}:{digest}"
        names = Names(chinese, traditional(chinese), foreign)
    mentions = tuple(replace(mention, entity=entity_id, type=entity_type) for mention in group)
    return Entity(entity_id, entity_type, name, names, mentions)
