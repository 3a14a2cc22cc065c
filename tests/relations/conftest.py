"""Entities made by hand, so that the relation tests know nothing of recognition."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import pytest

from pipeline.cleaning import Cleaner
from pipeline.types import Article, CleanSpan, CleanText, Entity, Mention, Names

Entities = tuple[Entity[CleanSpan], ...]
Scene = Callable[[str, Sequence[Sequence[str]]], tuple[CleanText, Entities]]


@pytest.fixture(scope="session")
def stage(cleaner: Cleaner) -> Scene:
    """A cleaned text and its entities: every place of each (name, type); the id is the name."""

    def build(text: str, named: Sequence[Sequence[str]]) -> tuple[CleanText, Entities]:
        cleaned = cleaner(Article("article", text))
        types = {cleaner.simplify(name): kind for name, kind in named}
        names = "|".join(re.escape(name) for name in sorted(types, key=len, reverse=True))
        mentions: dict[str, list[Mention[CleanSpan]]] = {name: [] for name in types}
        for match in re.finditer(names or "(?!)", cleaned.text):
            name, span = match.group(), CleanSpan(*match.span())
            mentions[name].append(Mention(span, name, types[name], 1.0, "hand", name))
        absent = [name for name, places in mentions.items() if not places]
        assert not absent, f"not in the text: {absent}"
        return cleaned, tuple(
            Entity(name, types[name], name, Names(name), tuple(places))
            for name, places in mentions.items()
        )

    return build
