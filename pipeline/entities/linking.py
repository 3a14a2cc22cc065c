"""Mentions → entities: all names of one company, person or chip in an article share one id."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace

from pipeline.entities.people import SURNAMES
from pipeline.entities.registry import Registry, fold
from pipeline.schema import COMPANY, PERSON
from pipeline.types import CleanSpan, CleanText, Entity, Mention, Names

_LEGAL_TAIL = re.compile(
    r"(?:股份有限公司|股份公司|有限责任公司|有限公司|控股集团|集团|控股|公司|株式会社|"
    r"(?:,?(?:inc|corp|co|ltd|llc|plc|ag|se|nv|holdings?|group|technologies|corporation|limited)\.?)+)$"
)
# A full legal name says where the firm is, how it is called, what it does and what it is; its
# short name is one stretch of that.
_FULL_NAME = re.compile(r"(?:有限公司|有限责任公司|股份公司|有限合伙[）)]|合伙企业.*)$")
_OPENING = re.compile(r"^\s?[（(]\s?(?:英文名?|原名|前身为?|即)?\s?[“「\"]?$")
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

    A name that the registry does not know gets the id `local:<type>:<hash of article id and name>`.
    traditional: Simplified → Traditional for the display name of such an entity.
    """
    keys = [_own_key(mention) for mention in mentions]
    same = _Union(keys)
    _join_forms(mentions, keys, same)
    _join_parentheses(cleaned.text, mentions, keys, same)
    grouped: dict[str, list[Mention[CleanSpan]]] = {}
    for mention, key in zip(mentions, keys, strict=True):
        grouped.setdefault(same.root(key), []).append(mention)
    return tuple(_entity(article_id, group, registry, traditional) for group in grouped.values())


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


def _is_registry(key: str) -> bool:
    return ":" in key and " " not in key


def _join_forms(mentions: tuple[Mention[CleanSpan], ...], keys: list[str], same: _Union) -> None:
    """Short forms of longer names: 王总 → 王传福, 奥特曼 → 山姆·奥特曼, 恒瑞 → 恒瑞医药."""
    by_type: dict[str, list[tuple[str, str]]] = {}
    for mention, key in zip(mentions, keys, strict=True):
        by_type.setdefault(mention.type, []).append((_stem(mention.text), key))
    people = list(dict.fromkeys(by_type.get(PERSON, [])))
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
        else:
            bearers = [
                other for name, other in people if "·" in name and name.split("·")[-1] == short
            ]
        if len({same.root(bearer) for bearer in bearers}) == 1:
            same.join(bearers[0], key)
    companies = list(dict.fromkeys(by_type.get(COMPANY, [])))
    full = {
        key: fold(mention.text)
        for mention, key in zip(mentions, keys, strict=True)
        if mention.type == COMPANY and _FULL_NAME.search(fold(mention.text))
    }
    for short, key in companies:
        if not _HAN.search(short):
            continue
        holders = {
            same.root(other) for other, name in full.items() if other != key and short in name
        }
        if len(holders) == 1:
            same.join(holders.pop(), key)
        if _is_registry(key):
            continue
        longer = {
            same.root(other)
            for name, other in companies
            if name != short and name.startswith(short)
        }
        if len(longer) == 1:
            same.join(longer.pop(), key)


def _join_parentheses(
    text: str, mentions: tuple[Mention[CleanSpan], ...], keys: list[str], same: _Union
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
        closed = text[second.span.end : second.span.end + 2].lstrip('”」"')[:1] in (
            "）",
            ")",
            "，",
            ",",
        )
        scripts = (bool(_HAN.search(first.text)), bool(_HAN.search(second.text)))
        abbreviated = (
            _LATIN.search(first.text) is None and first.text.startswith(second.text[:1])
        ) or _is_abbreviation(second.text, first.text)
        if closed and (scripts[0] != scripts[1] or abbreviated):
            same.join(keys[index - 1], keys[index])


def _is_abbreviation(short: str, name: str) -> bool:
    """Whether `short` is made of the capitals of `name`: PI of Power Integrations."""
    capitals = "".join(character for character in name if character.isupper())
    return len(short) >= 2 and short.isupper() and capitals.startswith(short)


def _entity(
    article_id: str,
    group: list[Mention[CleanSpan]],
    registry: Registry,
    traditional: Callable[[str], str],
) -> Entity[CleanSpan]:
    known = next((mention.entity for mention in group if mention.entity), "")
    if known:
        record = registry.records[known]
        entity_id, name, names, entity_type = known, record.name, record.names, record.type
    else:
        name = max((mention.text for mention in group), key=len)
        entity_type = group[0].type
        digest = hashlib.sha256(f"{article_id}\n{entity_type}\n{_stem(name)}".encode()).hexdigest()[
            :16
        ]
        entity_id = f"local:{entity_type}:{digest}"
        names = Names(name, traditional(name), "") if _HAN.search(name) else Names("", "", name)
    mentions = tuple(replace(mention, entity=entity_id, type=entity_type) for mention in group)
    return Entity(entity_id, entity_type, name, names, mentions)
