"""How good the network is while it trains: mentions, facts and statuses of annotated examples.

Entities are those of the annotation, wherever a predicted mention is a true one: linking is not the
network's part. `zongheng check` scores the whole pipeline.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import torch

from pipeline.cleaning.sentences import split_sentences
from pipeline.evaluation.scores import Prf, pool
from pipeline.model.phrases import Name, PhraseModel, Surroundings
from pipeline.model.tags import decode, transitions
from pipeline.schema import ENTITY_TYPES, RELATIONS, STATUSES, SYMMETRIC, admits
from pipeline.training.batches import Batch, Item
from pipeline.training.network import Network

# Facts that are less probable than this are not kept: no threshold is that low.
LEAST = 0.02
THRESHOLDS = tuple(round(0.05 * step, 2) for step in range(2, 19))


@dataclass(frozen=True, slots=True)
class Told:
    """The statuses of a predicted fact as log-probabilities: by the network, by the phrases around
    it; and the right one's place among STATUSES, −1 where the fact does not hold."""

    network: tuple[float, ...]
    phrases: tuple[float, ...]
    right: int


@dataclass(slots=True)
class Scores:
    """Counts, by type and relation. facts: (probability, relation, whether it is true, whether its
    status is right) of every predicted fact; told: their statuses, where phrases were asked."""

    mentions: dict[str, Prf] = field(default_factory=lambda: dict.fromkeys(ENTITY_TYPES, Prf()))
    facts: list[tuple[float, str, bool, bool]] = field(default_factory=list)
    gold: dict[str, int] = field(default_factory=lambda: dict.fromkeys(RELATIONS, 0))
    told: list[Told] = field(default_factory=list)

    def mention_f1(self) -> float:
        return pool(self.mentions.values()).f1

    def fact_f1(self, threshold: float, relation: str = "") -> float:
        """F1 of the facts at least as probable as `threshold`; of one relation or of all."""
        given = [
            true
            for probability, kind, true, _ in self.facts
            if probability >= threshold and relation in ("", kind)
        ]
        gold = self.gold[relation] if relation else sum(self.gold.values())
        return Prf(sum(given), len(given) - sum(given), gold - sum(given)).f1

    def status_accuracy(self, threshold: float) -> float:
        """Share of right statuses among the true facts."""
        right = [status for p, _, true, status in self.facts if true and p >= threshold]
        return sum(right) / len(right) if right else 0.0

    def best_thresholds(self) -> dict[str, float]:
        """For each relation the threshold of the best F1."""
        return {
            relation: max(THRESHOLDS, key=lambda t, r=relation: self.fact_f1(t, r))  # type: ignore[misc]
            for relation in RELATIONS
        }

    def fact_f1_at(self, thresholds: dict[str, float]) -> float:
        """F1 over all relations, each at its own threshold."""
        given = [true for p, kind, true, _ in self.facts if p >= thresholds[kind]]
        gold = sum(self.gold.values())
        return Prf(sum(given), len(given) - sum(given), gold - sum(given)).f1


@torch.no_grad()
def score(network: Network, batches: Iterable[Batch], phrases: PhraseModel | None = None) -> Scores:
    """The scores over windows whose mentions and facts are all annotated (by our guidelines)."""
    trained = network.training
    network.eval()
    allowed = transitions(len(ENTITY_TYPES))
    scores = Scores()
    for batch in batches:
        states, tags = network.encoder(batch.ids, batch.hints)
        for row, item in enumerate(batch.items):
            spans = decode(np.asarray(tags[row, : item.length]), allowed)
            gold = {(int(m[0]), int(m[1]), int(m[2])): i for i, m in enumerate(item.mentions)}
            for kind, name in enumerate(ENTITY_TYPES):
                ours = {span for span in spans if span[2] == kind}
                theirs = {span for span in gold if span[2] == kind}
                scores.mentions[name] += Prf(
                    len(ours & theirs), len(ours - theirs), len(theirs - ours)
                )
            _score_facts(network, scores, states[row, : item.length], item, spans, gold, phrases)
    network.train(trained)
    return scores


def _score_facts(
    network: Network,
    scores: Scores,
    states: torch.Tensor,
    item: Item,
    spans: list[tuple[int, int, int]],
    gold: dict[tuple[int, int, int], int],
    phrases: PhraseModel | None,
) -> None:
    """Adds a window's predicted facts; entities are the annotation's where the span is."""
    wanted = item.facts
    for _, relation, _ in wanted:
        scores.gold[relation] += 1
    rows = [(*span, item.sentence_near(span[0])) for span in spans]
    entities = [
        item.entities[gold[span]] if span in gold else -1 - number
        for number, span in enumerate(spans)
    ]
    names = [ENTITY_TYPES[row[2]] for row in rows]
    pairs = [
        (i, j)
        for i in range(len(rows))
        for j in range(len(rows))
        if entities[i] != entities[j] and any(admits(r, names[i], names[j]) for r in RELATIONS)
    ]
    if not pairs:
        return
    logits, kinds = network.judge(states, torch.tensor(rows), torch.tensor(pairs))
    chances = logits.sigmoid()
    best: dict[tuple[int, str, int], tuple[float, int]] = {}
    ways: dict[tuple[int, str, int], tuple[int, int]] = {}
    for place, (i, j) in enumerate(pairs):
        for number, relation in enumerate(RELATIONS):
            if not admits(relation, names[i], names[j]):
                continue
            head, tail = entities[i], entities[j]
            if relation in SYMMETRIC and tail < head:
                head, tail = tail, head
            chance = float(chances[place, number])
            if chance > best.get((head, relation, tail), (0.0, 0))[0]:
                best[head, relation, tail] = chance, int(kinds[place, number].argmax())
                ways[head, relation, tail] = place, number
    names_of = [Name(item.starts[r[0]], item.ends[r[1] - 1], names[n]) for n, r in enumerate(rows)]
    around = phrases and Surroundings(item.text, split_sentences(item.text), names_of)
    for key, (chance, status) in best.items():
        if chance >= LEAST:
            right = key in wanted and STATUSES.index(wanted[key]) == status
            scores.facts.append((chance, key[1], key in wanted, right))
            if phrases and around:
                place, number = ways[key]
                ends = names_of[pairs[place][0]], names_of[pairs[place][1]]
                if key[1] in SYMMETRIC and ends[1].start < ends[0].start:
                    ends = ends[::-1]
                scores.told.append(
                    Told(
                        tuple(kinds[place, number].log_softmax(-1).tolist()),
                        tuple(phrases(around.of(*ends, key[1])).tolist()),
                        STATUSES.index(wanted[key]) if key in wanted else -1,
                    )
                )
