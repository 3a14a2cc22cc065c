"""The classifier: what the model sees between two mentions of a window, with the rules as a second
witness."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from pipeline.model.phrases import Floats, Name, Surroundings
from pipeline.relations.candidates import Candidate, Judgement, PairClassifier
from pipeline.schema import ENTITY_TYPES, RELATIONS, STATUSES, SYMMETRIC, admits
from pipeline.types import CleanSpan, CleanText, Mention

if TYPE_CHECKING:
    from pipeline.model.session import Model, Reading

# Pairs that are judged at once; a window full of names has some thousands.
MAX_PAIRS = 1024
# What the rules' agreement adds to the model's log-odds, chosen on corpus/dev. Without it triple F1
# is lower by a point there and by four on the kept-out real texts: see the model card.
AGREEMENT = 2.5
# The same for the status that the rules find, in log-probability.
STATUS_AGREEMENT = 3.0
# What the model finds less likely than this no agreement saves.
LEAST = 0.03

# A statement: the two mentions, the relation, and whether the second is the head.
_Stated = tuple[CleanSpan, CleanSpan, str, bool]


class ModelClassifier:
    """Judges candidates by the model, each in the window that shows most around it, and believes it
    sooner where the `witness` says the same."""

    def __init__(self, model: Model, witness: PairClassifier) -> None:
        self._model = model
        self._witness = witness

    def __call__(
        self, cleaned: CleanText, candidates: Sequence[Candidate], reading: Reading | None
    ) -> tuple[Judgement, ...]:
        """The relations that are at least as probable, with the witness heard, as the model's
        threshold for them; a pair that no window holds whole has none, and none has any without a
        reading."""
        if reading is None:
            return ()
        starts = [sentence.start for sentence in cleaned.sentences]
        by_window: dict[int, list[Candidate]] = {}
        for candidate in candidates:
            window = _window_of(candidate, reading)
            if window is not None:
                by_window.setdefault(window, []).append(candidate)
        mentions = {m.span: m for c in candidates for m in (c.first, c.second)}
        around = Surroundings(cleaned.text, cleaned.sentences, map(_name, mentions.values()))
        agreed = {
            _stated(j.candidate, j.relation, j.backward): j.status
            for j in self._witness(cleaned, candidates, None)
        }
        judgements: list[Judgement] = []
        for window, group in sorted(by_window.items()):
            for at in range(0, len(group), MAX_PAIRS):
                part = group[at : at + MAX_PAIRS]
                judgements += self._judge(part, window, reading, starts, around, agreed)
        return tuple(judgements)

    def _judge(
        self, group: list[Candidate], window: int, reading: Reading, starts: list[int],
        around: Surroundings, agreed: Mapping[_Stated, str],
    ) -> Iterator[Judgement]:  # fmt: skip
        places: dict[CleanSpan, int] = {}
        rows: list[tuple[int, int, int, int]] = []
        for candidate in group:
            for mention in (candidate.first, candidate.second):
                if mention.span not in places:
                    places[mention.span] = len(rows)
                    first, last = token_span(mention, reading)
                    sentence = bisect_right(starts, mention.span.start)
                    rows.append((first, last, ENTITY_TYPES.index(mention.type), sentence))
        pairs = [(places[c.first.span], places[c.second.span]) for c in group]
        both = pairs + [(second, first) for first, second in pairs]
        relations, statuses = self._model.judge(reading, window, rows, both)
        for at, candidate in enumerate(group):
            for number, relation in enumerate(RELATIONS):
                ways = [
                    (float(relations[row, number]), backward, row)
                    for backward, row in ((False, at), (True, at + len(group)))
                    if _admits(relation, candidate, backward)
                ]
                if relation in SYMMETRIC:
                    ways = [max(ways)] if ways else []
                for chance, backward, row in ways:
                    stated = _stated(candidate, relation, backward)
                    voice = agreed.get(stated, "") if chance >= LEAST else ""
                    score = _raised(chance) if voice else chance
                    if score >= self._model.meta.thresholds[relation]:
                        told = self._statuses(around, candidate, relation, backward)
                        told = told + self._model.meta.status_share * np.log(statuses[row, number])
                        if voice:
                            told[STATUSES.index(voice)] += STATUS_AGREEMENT
                        status = STATUSES[int(told.argmax())]
                        yield Judgement(candidate, relation, backward, status, score)

    def _statuses(
        self, around: Surroundings, candidate: Candidate, relation: str, backward: bool
    ) -> Floats:
        """Log-probabilities of the statuses by the words around the two names."""
        head, tail = _name(candidate.first), _name(candidate.second)
        if backward and relation not in SYMMETRIC:
            head, tail = tail, head
        return self._model.phrases(around.of(head, tail, relation))


def _name(mention: Mention[CleanSpan]) -> Name:
    return Name(mention.span.start, mention.span.end, mention.type)


def _stated(candidate: Candidate, relation: str, backward: bool) -> _Stated:
    backward = backward and relation not in SYMMETRIC
    return candidate.first.span, candidate.second.span, relation, backward


def _raised(chance: float) -> float:
    odds = chance / max(1 - chance, 1e-9) * math.exp(AGREEMENT)
    return odds / (1 + odds)


def _admits(relation: str, candidate: Candidate, backward: bool) -> bool:
    head, tail = candidate.first.type, candidate.second.type
    return admits(relation, tail, head) if backward else admits(relation, head, tail)


def token_span(mention: Mention[CleanSpan], reading: Reading) -> tuple[int, int]:
    """The tokens, first … last (exclusive), that the mention covers or touches."""
    first = bisect_right(reading.tokens.ends, mention.span.start)
    last = bisect_left(reading.tokens.starts, mention.span.end)
    return first, max(last, first + 1)


def _window_of(candidate: Candidate, reading: Reading) -> int | None:
    """The window that holds both mentions with most tokens around them; None where none does."""
    first, _ = token_span(candidate.first, reading)
    _, last = token_span(candidate.second, reading)
    best: tuple[int, int] | None = None
    for number, window in enumerate(reading.windows):
        if window.first > first:
            break
        if last <= window.last:
            room = min(first - window.first, window.last - last)
            if best is None or room > best[0]:
                best = room, number
    return best[1] if best else None
