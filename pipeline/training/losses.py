"""What the network is punished for: tags, facts pooled over their statements, statuses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from pipeline.model.tags import decode, transitions
from pipeline.schema import ENTITY_TYPES, RELATIONS, admits
from pipeline.training.batches import Batch, Item
from pipeline.training.distillation import FACT_SHARE, Teacher, lesson_loss
from pipeline.training.examples import CLUENER, OURS
from pipeline.training.network import Network

# Per window: a tag is one of a hundred decisions, a fact one of a few.
TAG_WEIGHT = 0.15
EARLY_SHARE = 0.5
FACT_WEIGHT = 1.0
STATUS_WEIGHT = 1.0
LABEL_WEIGHT = 0.3
ALLOWED = transitions(len(ENTITY_TYPES))


@dataclass(frozen=True, slots=True)
class Losses:
    """Mean losses of a batch's windows, by part. lesson: what a teacher's states and tags add, 0
    without one; its facts and statuses are among the others."""

    tags: Tensor
    facts: Tensor
    statuses: Tensor
    labels: Tensor
    lesson: Tensor

    @property
    def total(self) -> Tensor:
        return (
            TAG_WEIGHT * self.tags
            + FACT_WEIGHT * self.facts
            + STATUS_WEIGHT * self.statuses
            + LABEL_WEIGHT * self.labels
            + self.lesson
        )


def losses_of(
    network: Network, batch: Batch, *, spurious: bool = False, teacher: Teacher | None = None
) -> Losses:
    """The losses of `batch`; gradients flow through them.

    spurious: whether mentions that the network finds but that are none are judged too, as having no
        relation to any other. teacher: what the network is to come close to.
    """
    states, tags = network.encoder(batch.ids, batch.hints)
    taught = teacher.read(batch) if teacher else None
    count = len(batch.items)
    tagging = tags.new_zeros(())
    if any(item.scheme == OURS for item in batch.items):
        target = batch.tags(OURS).flatten()
        for scores, weight in ((tags, 1.0), (network.encoder.early.scores, EARLY_SHARE)):
            tagging = tagging + weight * functional.nll_loss(
                scores.flatten(0, 1), target, ignore_index=-100, reduction="sum"
            )
    if any(item.scheme == CLUENER for item in batch.items):
        scores = network.cluener(states).flatten(0, 1)
        target = batch.tags(CLUENER).flatten()
        tagging = tagging + functional.cross_entropy(
            scores, target, ignore_index=-100, reduction="sum"
        )
    facts, statuses, labels = (tags.new_zeros(()) for _ in range(3))
    for row, item in enumerate(batch.items):
        own = states[row, : item.length]
        if spurious and item.scheme == OURS:
            item = with_spurious(item, tags[row, : item.length])
        if len(item.pairs):
            logits, kinds = network.judge(own, item.mentions, item.pairs)
            if teacher and taught:
                item = _softened(item, teacher, taught[0][row, : item.length])
            fact, status = pair_losses(item, logits, kinds)
            facts, statuses = facts + fact, statuses + status
        if teacher and taught and item.scheme != OURS:
            read = (taught[0][row, : item.length], taught[1][row, : item.length])
            fact, status = _taught_losses(network, own, item, teacher, read)
            facts, statuses = facts + fact, statuses + status
        if len(item.label_pairs):
            features = network.judge.features(own, item.mentions, item.label_pairs)
            labels = labels + functional.binary_cross_entropy_with_logits(
                network.labels(features), item.labels, reduction="sum"
            )
    lesson = lesson_loss(batch, (states, tags), taught) if taught else tags.new_zeros(())
    return Losses(tagging / count, facts / count, statuses / count, labels / count, lesson)


def _softened(item: Item, teacher: Teacher, states: Tensor) -> Item:
    """`item` whose facts hold by as much as annotators and teacher say together. states: the
    teacher's, of this window."""
    logits, _ = teacher.judge(states, item.mentions, item.pairs)
    holds = FACT_SHARE * _pooled(item, logits).sigmoid() + (1 - FACT_SHARE) * item.holds
    return replace(item, holds=holds)


def _taught_losses(
    network: Network, own: Tensor, item: Item, teacher: Teacher, read: tuple[Tensor, Tensor]
) -> tuple[Tensor, Tensor]:
    """The losses of facts and statuses of a window whose facts nobody marked, or not all: the
    teacher says what holds between any two of the names that it finds there.

    own: the network's states of the window. read: the teacher's states and tags of it.
    """
    states, tags = read
    mentions = _mentions(item, decode(np.asarray(tags), ALLOWED))
    pairs, rows = _admissible(mentions, range(len(mentions)))
    if not pairs:
        return own.new_zeros(()), own.new_zeros(())
    told, told_kinds = teacher.judge(states, mentions, torch.tensor(pairs))
    logits, kinds = network.judge(own, mentions, torch.tensor(pairs))
    known = torch.tensor(rows) >= 0
    holds = told[known].sigmoid()
    fact = functional.binary_cross_entropy_with_logits(logits[known], holds, reduction="sum")
    apart = functional.cross_entropy(kinds[known], told_kinds[known].softmax(-1), reduction="none")
    return fact, (holds * apart).sum()


def with_spurious(item: Item, tags: Tensor) -> Item:
    """`item` with the mentions that `tags` give and that touch none of its own, each an entity that
    is in no fact."""
    spans = decode(np.asarray(tags.detach()), ALLOWED)
    taken = [(int(m[0]), int(m[1])) for m in item.mentions]
    extra = [s for s in spans if all(s[1] <= first or last <= s[0] for first, last in taken)]
    if not extra or not taken:
        return item
    mentions = torch.cat([item.mentions, _mentions(item, extra)])
    pairs, groups = _admissible(mentions, range(len(taken), len(mentions)), facts=len(item.holds))
    if not pairs:
        return item
    new = max(map(max, groups)) + 1 - len(item.holds)
    return replace(
        item,
        mentions=mentions,
        pairs=torch.cat([item.pairs, torch.tensor(pairs)]),
        groups=torch.cat([item.groups, torch.tensor(groups)]),
        holds=torch.cat([item.holds, torch.zeros(new)]),
        statuses=torch.cat([item.statuses, torch.full((new,), -1)]),
    )


def _mentions(item: Item, spans: Sequence[tuple[int, int, int]]) -> Tensor:
    """`spans` (first token, last, type) as PairJudge takes mentions."""
    rows = [[first, last, kind, item.sentence_near(first)] for first, last, kind in spans]
    return torch.tensor(rows, dtype=torch.long).view(-1, 4)


def _admissible(
    mentions: Tensor, places: Iterable[int], *, facts: int = 0
) -> tuple[list[tuple[int, int]], list[list[int]]]:
    """The pairs, both ways, of each of `places` with the mentions before it, and for each the
    numbers of its facts, one of its own for each relation that the types admit, from `facts` on;
    −1 elsewhere."""
    kinds = [ENTITY_TYPES[int(mention[2])] for mention in mentions]
    pairs: list[tuple[int, int]] = []
    groups: list[list[int]] = []
    for place in places:
        for other in range(place):
            for i, j in ((place, other), (other, place)):
                row = [-1] * len(RELATIONS)
                for number, relation in enumerate(RELATIONS):
                    if admits(relation, kinds[i], kinds[j]):
                        row[number], facts = facts, facts + 1
                if max(row) >= 0:
                    pairs.append((i, j))
                    groups.append(row)
    return pairs, groups


def pair_losses(item: Item, logits: Tensor, kinds: Tensor) -> tuple[Tensor, Tensor]:
    """The losses of a window's facts and of the statuses of those that hold.

    A fact holds as surely as its surest statement says: the highest logit over the pairs of
    mentions, in either direction where it is symmetric, that can state it.
    """
    fact = functional.binary_cross_entropy_with_logits(
        _pooled(item, logits), item.holds, reduction="sum"
    )
    wanted = torch.nonzero(item.statuses >= 0).flatten()
    if not len(wanted):
        return fact, fact.new_zeros(())
    status = fact.new_zeros(())
    detached = logits.detach()
    for number in wanted.tolist():
        places = torch.nonzero(item.groups == number)
        best = places[detached[places[:, 0], places[:, 1]].argmax()]
        status = status + functional.cross_entropy(kinds[best[0], best[1]], item.statuses[number])
    return fact, status


def _pooled(item: Item, logits: Tensor) -> Tensor:
    """The logit of each fact of `item`, float (facts,), from those of its pairs."""
    known = item.groups >= 0
    lowest = logits.new_full((len(item.holds),), -1e4)
    return lowest.scatter_reduce(0, item.groups[known], logits[known], "amax")
