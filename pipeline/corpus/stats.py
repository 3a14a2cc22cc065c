"""What a set of passages holds, in the figures that the corpus is planned by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median

from pipeline.corpus.passages import Passage, StatedTriple
from pipeline.schema import SYMMETRIC


@dataclass(frozen=True, slots=True)
class CorpusStats:
    """Counts over passages; shares are 0 … 1, and 0 where there is nothing to share.

    inverted: triples of directed relations whose tail is named before the head where the two stand
        closest (passives, 获…注资, 由…收购).
    cross_sentence: triples of which no sentence names both ends.
    unknown_names: entities none of whose names the registry holds (invented or rare).
    """

    passages: int
    characters: int
    median_characters: float
    traditional: float
    converted: float
    without_triples: float
    hard_negatives: float
    triples: dict[str, int]
    statuses: dict[str, float]
    inverted: float
    cross_sentence: float
    mentions: dict[str, int]
    unknown_names: float
    styles: dict[str, int]
    negatives: dict[str, int]

    @classmethod
    def of(cls, passages: Iterable[Passage], *, known: Callable[[str], bool]) -> CorpusStats:
        """The figures of `passages`; known: whether the registry holds a name."""
        rows = list(passages)
        stated = [(passage, triple) for passage in rows for triple in passage.triples]
        directed = [pair for pair in stated if pair[1].relation not in SYMMETRIC]
        empty = [passage for passage in rows if not passage.triples]
        hard = sum(passage.negative != "plain" for passage in empty)
        entities = [names for passage in rows for names in _names_by_entity(passage)]
        statuses = Counter(triple.status for _, triple in stated)
        return cls(
            passages=len(rows),
            characters=sum(len(passage.text) for passage in rows),
            median_characters=median([len(passage.text) for passage in rows] or [0]),
            traditional=_share(sum(p.script == "Hant" for p in rows), len(rows)),
            converted=_share(sum(p.converted for p in rows), len(rows)),
            without_triples=_share(len(empty), len(rows)),
            hard_negatives=_share(hard, len(empty)),
            triples=dict(sorted(Counter(triple.relation for _, triple in stated).items())),
            statuses={s: _share(n, len(stated)) for s, n in sorted(statuses.items())},
            inverted=_share(sum(is_inverted(p, t) for p, t in directed), len(directed)),
            cross_sentence=_share(sum(is_cross_sentence(p, t) for p, t in stated), len(stated)),
            mentions=dict(sorted(Counter(m.type for p in rows for m in p.mentions).items())),
            unknown_names=_share(
                sum(not any(map(known, names)) for names in entities), len(entities)
            ),
            styles=dict(Counter(passage.style for passage in rows).most_common()),
            negatives=dict(Counter(passage.negative for passage in empty).most_common()),
        )


def is_inverted(passage: Passage, triple: StatedTriple) -> bool:
    """Whether the tail is named before the head where the two stand closest to each other."""
    heads = [m.span.start for m in passage.mentions if m.entity == triple.head]
    tails = [m.span.start for m in passage.mentions if m.entity == triple.tail]
    _, head, tail = min((abs(head - tail), head, tail) for head in heads for tail in tails)
    return tail < head


def is_cross_sentence(passage: Passage, triple: StatedTriple) -> bool:
    """Whether no sentence names both ends."""
    return not passage.sentences_with(triple.head) & passage.sentences_with(triple.tail)


def _names_by_entity(passage: Passage) -> list[set[str]]:
    names: dict[int, set[str]] = {}
    for mention in passage.mentions:
        names.setdefault(mention.entity, set()).add(mention.span.of(passage.text))
    return list(names.values())


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
