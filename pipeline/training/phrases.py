"""Trains the linear model that tells a relation's status from the words around its two names, from
everything annotated by our guidelines; a minute on one core."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from pipeline.cleaning.sentences import split_sentences
from pipeline.model.phrases import BUCKETS, SCALE, Buckets, Name, PhraseModel, Surroundings
from pipeline.schema import STATUSES, SYMMETRIC
from pipeline.training.examples import Example, Marked

# n-grams rarer than this tell nothing that lasts.
LEAST_COUNT = 6
BATCH = 64
EPOCHS = 2
RATE = 0.05


def train_phrases(examples: Iterable[Example], *, seed: int) -> PhraseModel:
    """The model of the relations that `examples` state with a status."""
    rows, statuses = zip(*_stated(examples), strict=True)
    counts = np.zeros(BUCKETS, dtype=np.int64)
    for row in rows:
        counts[row] += 1
    kept = [torch.from_numpy(row[counts[row] >= LEAST_COUNT]) for row in rows]
    wanted = torch.tensor(statuses)
    table = nn.EmbeddingBag(BUCKETS, len(STATUSES), mode="sum", sparse=True)
    nn.init.zeros_(table.weight)
    bias = nn.Parameter(torch.zeros(len(STATUSES)))
    # Adagrad: rare n-grams keep a high rate, frequent ones settle.
    optimisers = (
        torch.optim.Adagrad(table.parameters(), lr=RATE),
        torch.optim.SGD([bias], lr=0.02),
    )
    chance = random.Random(seed)
    order = list(range(len(kept)))
    for _ in range(EPOCHS):
        chance.shuffle(order)
        for at in range(0, len(order), BATCH):
            chosen = order[at : at + BATCH]
            lengths = torch.tensor([len(kept[i]) for i in chosen])
            offsets = torch.cat([torch.zeros(1, dtype=torch.long), lengths.cumsum(0)[:-1]])
            scale = SCALE / lengths.clamp(min=1).sqrt().unsqueeze(1)
            logits = table(torch.cat([kept[i] for i in chosen]), offsets) * scale + bias
            functional.cross_entropy(logits, wanted[chosen]).backward()  # type: ignore[no-untyped-call]
            for optimiser in optimisers:
                optimiser.step()
                optimiser.zero_grad()
    return PhraseModel(table.weight.detach().half().numpy(), bias.detach().numpy())


def _stated(examples: Iterable[Example]) -> Iterator[tuple[Buckets, int]]:
    """The n-grams around each relation that is stated with a status, and that status' number."""
    for example in examples:
        if not any(example.triples.values()):
            continue
        sentences = split_sentences(example.text)
        names = [Name(m.start, m.end, m.type) for m in example.mentions]
        around = Surroundings(example.text, sentences, names)
        starts = [sentence.start for sentence in sentences]
        for (head, relation, tail), status in example.triples.items():
            if not status:
                continue
            one, other = _nearest(example.mentions, head, tail, starts)
            if relation in SYMMETRIC and other.start < one.start:
                one, other = other, one
            ends = [Name(m.start, m.end, m.type) for m in (one, other)]
            yield around.of(ends[0], ends[1], relation), STATUSES.index(status)


def _nearest(
    mentions: Sequence[Marked], head: int, tail: int, starts: Sequence[int]
) -> tuple[Marked, Marked]:
    """The mentions of two entities that are nearest to each other: by sentences, by characters."""

    def sentence(mention: Marked) -> int:
        return int(np.searchsorted(starts, mention.start, "right"))

    return min(
        (
            (one, other)
            for one in mentions
            if one.entity == head
            for other in mentions
            if other.entity == tail
        ),
        key=lambda pair: (
            abs(sentence(pair[0]) - sentence(pair[1])),
            abs(pair[0].start - pair[1].start),
        ),
    )
