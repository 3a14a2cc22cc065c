"""What a passage of the training corpus is: a short text that stands alone, and what it states."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from pipeline.cleaning.sentences import split_sentences
from pipeline.types import RawSpan

# What a passage is a specimen of; the share of each is shown by `zongheng corpus stats`.
STYLES: Final = (
    "wire", "commentary", "supply-chain", "column", "filing", "interview", "rumor", "review",
    "market", "newsletter", "headline",
)  # fmt: skip

# Why a passage without triples has none. `plain` tells of nothing near a triple; all others are
# hard negatives: they name companies, people or chips in a way that invites a wrong triple.
NEGATIVES: Final = (
    "plain", "cooperation", "use", "lawsuit", "poaching", "list", "share", "benchmark", "subsidy",
    "loan", "field", "owner", "name", "sense", "merger", "group", "teardown", "theme", "result",
    "other",
)  # fmt: skip

QUALIFIERS: Final = ("amount", "stake", "date", "object")


@dataclass(frozen=True, slots=True)
class NamedSpan:
    """A mention: text[span] names entity number `entity`, which is of `type`."""

    span: RawSpan
    type: str
    entity: int


@dataclass(frozen=True, slots=True)
class QualifierSpan:
    """text[span] is the `name` (one of QUALIFIERS) of the triples at these places of the passage's
    triples, counted from 0; of none where it is no triple's."""

    span: RawSpan
    name: str
    triples: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StatedTriple:
    """head and tail are entity numbers; sentences: places, from 0, of those that state it."""

    head: int
    relation: str
    tail: int
    status: str
    sentences: tuple[int, ...]


@dataclass(frozen=True)
class Passage:
    """A text with everything that the guidelines ask to mark in it.

    script: Hans or Hant. converted: turned to that script by machine, as content farms do.
    negative: one of NEGATIVES where the passage states no triple, else "".
    mentions, qualifiers: ascending, without overlap. where: file:line it was read from.
    """

    text: str
    style: str
    script: str
    converted: bool
    negative: str
    mentions: tuple[NamedSpan, ...]
    qualifiers: tuple[QualifierSpan, ...]
    triples: tuple[StatedTriple, ...]
    where: str = ""

    @cached_property
    def id(self) -> str:
        """Twelve hex digits of the text's sha256: the same wherever the passage is filed."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:12]

    @cached_property
    def sentences(self) -> tuple[RawSpan, ...]:
        """The sentences of the text; an uncleaned passage is its own cleaned text."""
        return tuple(RawSpan(span.start, span.end) for span in split_sentences(self.text))

    @cached_property
    def types(self) -> dict[int, str]:
        """The type of each entity number."""
        return {mention.entity: mention.type for mention in self.mentions}

    def sentences_with(self, entity: int) -> frozenset[int]:
        """The sentences that name `entity`."""
        return frozenset(
            self.sentence_at(mention.span.start)
            for mention in self.mentions
            if mention.entity == entity
        )

    def sentence_at(self, offset: int) -> int:
        """The place of the sentence that holds the character at `offset`."""
        places = [i for i, span in enumerate(self.sentences) if span.start <= offset]
        return places[-1] if places else 0

    def with_triples(self, triples: tuple[StatedTriple, ...]) -> Passage:
        """This passage, stating `triples`."""
        return replace(self, triples=triples)

    def with_qualifiers(self, qualifiers: tuple[QualifierSpan, ...]) -> Passage:
        """This passage with `qualifiers` in place of its own."""
        return replace(self, qualifiers=qualifiers)

    def names(self) -> frozenset[tuple[str, str]]:
        """Every (type, name) that the passage marks."""
        return frozenset((m.type, m.span.of(self.text)) for m in self.mentions)


def evidence_of(passage: Passage, head: int, tail: int) -> tuple[int, ...]:
    """The first sentence that names both, as a tuple of one; empty where none does."""
    both = sorted(passage.sentences_with(head) & passage.sentences_with(tail))
    return tuple(both[:1])


def numbered(places: Iterable[int]) -> str:
    """Places as people count them, from 1: "1,3"."""
    return ",".join(str(place + 1) for place in places)


def places_of(written: str) -> tuple[int, ...]:
    """What `numbered` wrote. Raises ValueError for anything else."""
    return tuple(int(number) - 1 for number in written.split(","))


def told_sentences(passage: Passage, triple: StatedTriple) -> str:
    """`s1,2`, or "" where the first sentence that names both states the triple, as is assumed."""
    if triple.sentences == evidence_of(passage, triple.head, triple.tail):
        return ""
    return "s" + numbered(triple.sentences)


def line_of(passage: Passage, triple: StatedTriple) -> str:
    """The triple as the inline format writes it: `1 buy 2 planned`, or with `s1,2` behind."""
    words = (triple.head, triple.relation, triple.tail, triple.status)
    return " ".join(map(str, (*words, told_sentences(passage, triple)))).rstrip()


def names_in(passages: Iterable[Passage]) -> frozenset[tuple[str, str]]:
    """Every (type, name) of all passages."""
    return frozenset(name for passage in passages for name in passage.names())
