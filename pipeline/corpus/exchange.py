"""What passages and the records of annotation tools have in common.

Such a tool keeps spans and relations, and carries along a description of everything else: the
passage's header and its triples as the inline format writes them. A corrected record is put
together again from both, so that what the person did not touch stays as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.corpus.checks import checked
from pipeline.corpus.passages import (
    NamedSpan,
    Passage,
    QualifierSpan,
    StatedTriple,
    evidence_of,
    line_of,
    places_of,
)
from pipeline.errors import CorpusError
from pipeline.types import RawSpan

# Why a passage has no triple whose last one a person has deleted.
UNTOLD_NEGATIVE = "other"


@dataclass(frozen=True, slots=True)
class Marked:
    """A mention as a tool has it. number: of its entity; None where nobody gave one."""

    span: RawSpan
    type: str
    number: int | None


@dataclass(frozen=True, slots=True)
class Noted:
    """A qualifier as a tool has it. triples: places in the description's triples, and behind them
    in those that the person added; None where nobody said which."""

    span: RawSpan
    name: str
    triples: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class Drawn:
    """A relation as a tool has it, from the mention at place `head` to that at place `tail`."""

    head: int
    relation: str
    tail: int
    status: str


@dataclass(frozen=True, slots=True)
class _Before:
    """A triple as the description tells it. told: "" or the sentences, as `s1,2`."""

    head: int
    relation: str
    tail: int
    told: str


def described(passage: Passage) -> dict[str, Any]:
    """What records of other tools keep of a passage besides its spans and relations."""
    return {
        "id": passage.id,
        "text": passage.text,
        "style": passage.style,
        "script": passage.script,
        "converted": passage.converted,
        "negative": passage.negative,
        "triples": [line_of(passage, triple) for triple in passage.triples],
    }


def ends_of(passage: Passage, triple: StatedTriple) -> tuple[int, int]:
    """The places of the mentions to draw a triple between: where they can be, those in a sentence
    that states it."""
    return _end(passage, triple.head, triple), _end(passage, triple.tail, triple)


def _end(passage: Passage, entity: int, triple: StatedTriple) -> int:
    places = [i for i, mention in enumerate(passage.mentions) if mention.entity == entity]
    stated = (
        i for i in places if passage.sentence_at(passage.mentions[i].span.start) in triple.sentences
    )
    return next(stated, places[0])


def put_together(
    description: Mapping[str, Any],
    mentions: Sequence[Marked],
    qualifiers: Sequence[Noted],
    drawn: Sequence[Drawn],
    *,
    same: Iterable[tuple[int, int]] | None = None,
    where: str,
) -> Passage:
    """The passage of a record that came back. mentions and qualifiers in text order.

    same: places of two mentions each that are one entity, whatever their numbers, and no others
    are; None where numbers alone tell. A mention without number is of the entity that has its words
    and type, else one of its own. A triple that the description does not know is stated by the
    sentences of the two mentions it was drawn between. Triples come in the description's order,
    then new ones. Raises CorpusError (with `where`) for what breaks the inline format's rules;
    KeyError without text or script.
    """
    text: str = description["text"]
    numbers = _numbers(text, mentions, same)
    bare = Passage(
        text=text,
        style=description.get("style", "wire"),
        script=description["script"],
        converted=bool(description.get("converted", False)),
        negative="" if drawn else description.get("negative", "") or UNTOLD_NEGATIVE,
        mentions=tuple(
            NamedSpan(m.span, m.type, n) for m, n in zip(mentions, numbers, strict=True)
        ),
        qualifiers=(),
        triples=(),
        where=where,
    )
    before = [_before(line) for line in description.get("triples", [])]
    known = _matched(drawn, before, numbers)
    order = sorted(range(len(drawn)), key=lambda i: (known[i] is None, known[i] or 0, i))
    triples: list[StatedTriple] = []
    place_of: dict[int, int] = {}
    added = len(before)
    for i in order:
        place = known[i]
        if place is None:
            place, added = added, added + 1
        place_of[place] = len(triples)
        told = before[place].told if place < len(before) else None
        triples.append(_stated(drawn[i], told, bare, numbers))
    stated = bare.with_triples(tuple(triples))
    return checked(stated.with_qualifiers(_owned(qualifiers, stated, place_of, added)), where)


def _numbers(
    text: str, mentions: Sequence[Marked], same: Iterable[tuple[int, int]] | None
) -> tuple[int, ...]:
    group = list(range(len(mentions)))
    for one, other in same or ():
        joined = {group[one], group[other]}
        group = [min(joined) if g in joined else g for g in group]
    unused = max((m.number for m in mentions if m.number is not None), default=0) + 1
    given: dict[int, int] = {}  # group → number
    for g, mention in zip(group, mentions, strict=True):
        if mention.number is None or g in given:
            continue
        parted = same is not None and mention.number in given.values()
        given[g] = unused if parted else mention.number
        unused += parted
    words: dict[tuple[str, str], int] = {}
    for g, mention in zip(group, mentions, strict=True):
        if g in given:
            words.setdefault((mention.type, mention.span.of(text)), given[g])
    for g, mention in zip(group, mentions, strict=True):
        if g not in given:
            given[g] = words.setdefault((mention.type, mention.span.of(text)), unused)
            unused += given[g] == unused
    return tuple(given[g] for g in group)


def _before(line: str) -> _Before:
    head, relation, tail, _, *told = line.split()
    return _Before(int(head), relation, int(tail), "".join(told))


def _matched(
    drawn: Sequence[Drawn], before: Sequence[_Before], numbers: Sequence[int]
) -> list[int | None]:
    """For each relation the place of the described triple that it is, or was before someone turned
    it round or named it otherwise."""
    left = dict(enumerate(before))
    found: list[int | None] = [None] * len(drawn)
    for exact in (True, False):
        for i, one in enumerate(drawn):
            head, tail = numbers[one.head], numbers[one.tail]
            for place, was in left.items():
                if found[i] is None and (
                    (was.head, was.relation, was.tail) == (head, one.relation, tail)
                    if exact
                    else {was.head, was.tail} == {head, tail}
                ):
                    found[i] = place
                    del left[place]
                    break
    return found


def _stated(
    drawn: Drawn, told: str | None, passage: Passage, numbers: Sequence[int]
) -> StatedTriple:
    head, tail = numbers[drawn.head], numbers[drawn.tail]
    if told:
        sentences = places_of(told.removeprefix("s"))
    else:
        sentences = () if told is None else evidence_of(passage, head, tail)
    if not sentences:
        spans = (passage.mentions[drawn.head].span, passage.mentions[drawn.tail].span)
        sentences = tuple(sorted({passage.sentence_at(span.start) for span in spans}))
    return StatedTriple(head, drawn.relation, tail, drawn.status, sentences)


def _owned(
    qualifiers: Sequence[Noted], passage: Passage, place_of: Mapping[int, int], known: int
) -> tuple[QualifierSpan, ...]:
    owned: list[QualifierSpan] = []
    for one in qualifiers:
        if one.triples is None:
            places = _of_its_sentence(one.span, passage)
        else:
            wrong = [place + 1 for place in one.triples if not 0 <= place < known]
            if wrong:
                raise CorpusError(
                    f"{passage.where}: {one.name} {one.span.of(passage.text)!r} is of triple "
                    f"{wrong[0]}, but there are {known}; write the right number, or - for none"
                )
            places = tuple(place_of[place] for place in one.triples if place in place_of)
        owned.append(QualifierSpan(one.span, one.name, places))
    return tuple(owned)


def _of_its_sentence(span: RawSpan, passage: Passage) -> tuple[int, ...]:
    """The only triple, or the only one that its sentence states; else none."""
    if len(passage.triples) == 1:
        return (0,)
    here = passage.sentence_at(span.start)
    places = tuple(i for i, triple in enumerate(passage.triples) if here in triple.sentences)
    return places if len(places) == 1 else ()
