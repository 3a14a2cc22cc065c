"""The pairs of mentions worth judging, and what a classifier of them takes and gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from pipeline.cleaning.sentences import by_sentence
from pipeline.schema import admissible
from pipeline.types import CleanSpan, CleanText, Entity, Mention

if TYPE_CHECKING:
    from pipeline.model.session import Reading

# How many sentences back an understood name (后者, a dropped subject) may stand. Of the 1,118
# triples of the public real passages 0.873 have both names in one sentence, 0.978 within one
# sentence's distance and 0.994 within two.
SENTENCES_BACK = 2

# A sentence with more names than this between two of them is a table or a dump; the limit keeps
# the number of pairs linear in the sentence's length.
MENTIONS_BACK = 40


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two mentions of different entities, `first` before `second`, of which `sentence` may state a
    relation.

    `second` lies in `sentence`; `first` does too, or in one of the SENTENCES_BACK before it.
    """

    sentence: CleanSpan
    first: Mention[CleanSpan]
    second: Mention[CleanSpan]


@dataclass(frozen=True, slots=True)
class Judgement:
    """A relation that the candidate's sentence states.

    backward: the head is `candidate.second`.
    """

    candidate: Candidate
    relation: str
    backward: bool
    status: str
    score: float


class PairClassifier(Protocol):
    """What judges candidates: rules, or a trained model."""

    def __call__(
        self, cleaned: CleanText, candidates: Sequence[Candidate], reading: Reading | None
    ) -> Sequence[Judgement]:
        """The relations stated, at most one per (candidate, relation, direction); no judgement
        means none.

        reading: the text as a model sees it; None where mentions were found without one.
        """
        ...


def propose(cleaned: CleanText, entities: tuple[Entity[CleanSpan], ...]) -> tuple[Candidate, ...]:
    """Every pair that a relation admits in either direction, by sentence; none in boilerplate."""
    mentions = sorted((m for entity in entities for m in entity.mentions), key=lambda m: m.span)
    marked = tuple(mark.span for mark in cleaned.boilerplate)
    candidates: list[Candidate] = []
    recent: list[list[Mention[CleanSpan]]] = []
    for sentence, inside in _prose(cleaned.sentences, marked, mentions):
        earlier = _last_of_each([m for sentence_mentions in recent for m in sentence_mentions])
        for index, second in enumerate(inside):
            for first in (*earlier, *inside[max(0, index - MENTIONS_BACK) : index]):
                if first.entity != second.entity and _admissible(first, second):
                    candidates.append(Candidate(sentence, first, second))
        recent = [*recent, inside][-SENTENCES_BACK:]
    return tuple(candidates)


def _prose(
    sentences: tuple[CleanSpan, ...],
    marked: tuple[CleanSpan, ...],
    mentions: list[Mention[CleanSpan]],
) -> Iterator[tuple[CleanSpan, list[Mention[CleanSpan]]]]:
    """The sentences outside boilerplate, each with its mentions."""
    mark = 0
    for sentence, started in by_sentence(sentences, mentions):
        while mark < len(marked) and marked[mark].end <= sentence.start:
            mark += 1
        if mark < len(marked) and marked[mark].overlaps(sentence):
            continue
        yield sentence, [mention for mention in started if sentence.holds(mention.span)]


def _last_of_each(mentions: list[Mention[CleanSpan]]) -> list[Mention[CleanSpan]]:
    """The last mention of each entity, in text order."""
    last = {mention.entity: mention for mention in mentions}
    return sorted(last.values(), key=lambda mention: mention.span)


def _admissible(first: Mention[CleanSpan], second: Mention[CleanSpan]) -> bool:
    return bool(admissible(first.type, second.type) or admissible(second.type, first.type))
