"""Examples as tensors: windows of tokens with their tags, mentions, pairs and what these hold."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from pipeline.cleaning.sentences import split_sentences
from pipeline.entities.registry import Match
from pipeline.model.hints import hints_of
from pipeline.model.tags import encode
from pipeline.model.tokens import END, PAD, START, Tokenizer, Tokens
from pipeline.model.windows import Window, windows
from pipeline.schema import ENTITY_TYPES, RELATIONS, STATUSES, SYMMETRIC, admits
from pipeline.training.examples import CLUENER, CLUENER_TYPES, OURS, Example, Marked

# Scoring keeps no gradients, so that its batches may be larger than training's.
SCORED_TOKENS = 4_000

FindNames = Callable[[str], Sequence[Match]]


@dataclass(frozen=True, slots=True)
class Item:
    """One window, ready to be batched. Token places count the start mark.

    tags: of OURS or of CLUENER, None where mentions are not annotated. mentions: int64 (n, 4) as
        PairJudge takes them. pairs: int64 (p, 2). groups: int64 (p, relations): which fact, a row
        of `holds`, a pair's relation is a statement of; −1 where that is not known or not
        admissible. holds: float (facts,). statuses: int64 (facts,), −1 where not known.
    label_pairs, labels: pairs (q, 2) and their labels of an auxiliary scheme, float (q, labels).
    entities: the entity number of each mention. facts: what holds between entities that are both
        named in the window → its status; a symmetric fact has the smaller number first.
    text, starts, ends: the example's text, and where in it each token stands; 0 for the marks.
    """

    ids: list[int]
    hints: list[int]
    scheme: str
    tags: list[int]
    mentions: Tensor
    pairs: Tensor
    groups: Tensor
    holds: Tensor
    statuses: Tensor
    label_pairs: Tensor
    labels: Tensor
    source: str
    entities: tuple[int, ...]
    facts: dict[tuple[int, str, int], str]
    text: str
    starts: list[int]
    ends: list[int]

    @property
    def length(self) -> int:
        return len(self.ids)

    def sentence_near(self, token: int) -> int:
        """The sentence number of the mention that begins nearest to `token`; 0 without mentions."""
        nearest = min(self.mentions.tolist(), key=lambda row: abs(row[0] - token), default=[0] * 4)
        return int(nearest[3])


def items_of(
    example: Example,
    tokenizer: Tokenizer,
    find_names: FindNames,
    label_names: Sequence[str] = (),
    *,
    chance: random.Random | None = None,
    drop_hints: float = 0.0,
) -> Iterator[Item]:
    """The windows of an example. chance, drop_hints: how often a name of the registry is kept back,
    so that the network does not lean on it."""
    tokens = tokenizer(example.text)
    sentences = split_sentences(example.text)
    matches = list(find_names(example.text))
    if chance and drop_hints:
        dropped = 1.0 if chance.random() < drop_hints / 2 else drop_hints
        matches = [match for match in matches if chance.random() >= dropped]
    hints = hints_of(tokens, matches)
    for window in windows(tokens, sentences):
        yield _item(example, tokens, hints, window, [s.start for s in sentences], label_names)


def _item(
    example: Example,
    tokens: Tokens,
    hints: list[int],
    window: Window,
    sentence_starts: list[int],
    label_names: Sequence[str],
) -> Item:
    first_at = {tokens.starts[i]: i for i in range(window.first, window.last)}
    last_at = {tokens.ends[i]: i + 1 for i in range(window.first, window.last)}
    shift = 1 - window.first
    placed: list[tuple[Marked, int, int]] = [
        (mention, first_at[mention.start] + shift, last_at[mention.end] + shift)
        for mention in example.mentions
        if mention.start in first_at and mention.end in last_at
    ]
    length = window.last - window.first + 2
    types = CLUENER_TYPES if example.tagged == CLUENER else ENTITY_TYPES
    tags = (
        encode(
            [(first, last, types.index(mention.type)) for mention, first, last in placed], length
        )
        if example.tagged
        else []
    )
    relational = [] if example.tagged == CLUENER else placed
    sentence_of = np.searchsorted(sentence_starts, [m.start for m, _, _ in relational], "right")
    mentions = torch.tensor(
        [
            (first, last, ENTITY_TYPES.index(mention.type), int(sentence))
            for (mention, first, last), sentence in zip(relational, sentence_of, strict=True)
        ],
        dtype=torch.long,
    ).view(-1, 4)
    stated = _stated_here(
        example, [m for m, _, _ in relational], lambda m: bisect_right(sentence_starts, m.start)
    )
    pairs, groups, holds, statuses = _pairs([m for m, _, _ in relational], example, stated)
    label_pairs, labels = _labels([m for m, _, _ in relational], example, label_names)
    return Item(
        [START, *tokens.ids[window.first : window.last], END],
        [0, *hints[window.first : window.last], 0],
        example.tagged, tags, mentions, pairs, groups, holds, statuses, label_pairs, labels,
        example.source, tuple(m.entity for m, _, _ in relational), stated,
        example.text,
        [0, *tokens.starts[window.first : window.last], 0],
        [0, *tokens.ends[window.first : window.last], 0],
    )  # fmt: skip


def _key(head: int, relation: str, tail: int) -> tuple[int, str, int]:
    if relation in SYMMETRIC and tail < head:
        head, tail = tail, head
    return head, relation, tail


def _stated_here(
    example: Example, placed: Sequence[Marked], sentence_of: Callable[[Marked], int]
) -> dict[tuple[int, str, int], str]:
    """The facts that the window with the mentions `placed` can be said to state, with status.

    An article names the two ends of a fact again and again without stating it again. Where some
    sentence of the text names both, a window states the fact if it holds such a sentence; where
    none does, if it holds both ends as near to each other as they ever come.
    """
    everywhere = _sentences_by_entity(example.mentions, sentence_of)
    here = _sentences_by_entity(placed, sentence_of)
    return {
        _key(head, relation, tail): status
        for (head, relation, tail), status in example.triples.items()
        if head in here
        and tail in here
        and _distance(here[head], here[tail]) == _distance(everywhere[head], everywhere[tail])
    }


def _sentences_by_entity(
    mentions: Iterable[Marked], sentence_of: Callable[[Marked], int]
) -> dict[int, set[int]]:
    numbers: dict[int, set[int]] = {}
    for mention in mentions:
        numbers.setdefault(mention.entity, set()).add(sentence_of(mention))
    return numbers


def _distance(some: set[int], others: set[int]) -> int:
    return min(abs(one - other) for one in some for other in others)


def _pairs(
    mentions: list[Marked], example: Example, stated: dict[tuple[int, str, int], str]
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    # What holds but is not stated here is neither right nor wrong to find.
    elsewhere = {_key(*fact) for fact in example.triples} - set(stated)
    known = None if example.judged is None else {_key(*fact) for fact in example.judged}
    facts: dict[tuple[int, str, int], int] = {}
    pairs: list[tuple[int, int]] = []
    groups: list[list[int]] = []
    for i, head in enumerate(mentions):
        for j, tail in enumerate(mentions):
            if head.entity == tail.entity:
                continue
            row: list[int] = []
            for relation in RELATIONS:
                key = _key(head.entity, relation, tail.entity)
                unknown = key in elsewhere or (known is not None and key not in known)
                if unknown or not admits(relation, head.type, tail.type):
                    row.append(-1)
                else:
                    row.append(facts.setdefault(key, len(facts)))
            if any(group >= 0 for group in row):
                pairs.append((i, j))
                groups.append(row)
    return (
        torch.tensor(pairs, dtype=torch.long).view(-1, 2),
        torch.tensor(groups, dtype=torch.long).view(-1, len(RELATIONS)),
        torch.tensor([float(key in stated) for key in facts]),
        torch.tensor(
            [STATUSES.index(stated[key]) if stated.get(key) else -1 for key in facts],
            dtype=torch.long,
        ),
    )


def _labels(
    mentions: list[Marked], example: Example, label_names: Sequence[str]
) -> tuple[Tensor, Tensor]:
    first: dict[int, int] = {}
    for place, mention in enumerate(mentions):
        first.setdefault(mention.entity, place)
    rows = [
        ((first[head], first[tail]), [float(name in given) for name in label_names])
        for (head, tail), given in example.labels.items()
        if label_names and head in first and tail in first
    ]
    return (
        torch.tensor([pair for pair, _ in rows], dtype=torch.long).view(-1, 2),
        torch.tensor([row for _, row in rows]).view(len(rows), len(label_names)),
    )


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows of like length, padded. ids, hints: int64 (batch, length)."""

    items: tuple[Item, ...]
    ids: Tensor
    hints: Tensor

    @property
    def tokens(self) -> int:
        return sum(item.length for item in self.items)

    def tags(self, scheme: str) -> Tensor:
        """int64 (batch, length) of the windows tagged by `scheme`; −100 everywhere else."""
        table = torch.full(self.ids.shape, -100, dtype=torch.long)
        for row, item in enumerate(self.items):
            if item.scheme == scheme:
                table[row, : item.length] = torch.tensor(item.tags)
        return table


def batched(items: Sequence[Item], *, max_tokens: int, chance: random.Random) -> list[Batch]:
    """All items in batches of at most max_tokens with padding, in random order; items of like
    length share a batch."""
    keyed = sorted(items, key=lambda item: (item.length, chance.random()))
    groups: list[list[Item]] = [[]]
    for item in keyed:
        if groups[-1] and item.length * (len(groups[-1]) + 1) > max_tokens:
            groups.append([])
        groups[-1].append(item)
    chance.shuffle(groups)
    return [collate(group) for group in groups if group]


def as_they_are(
    examples: Iterable[Example], tokenizer: Tokenizer, find_names: FindNames
) -> list[Batch]:
    """Examples to be scored: no name replaced, no hint held back, always in the same order."""
    items = [item for example in examples for item in items_of(example, tokenizer, find_names)]
    return batched(items, max_tokens=SCORED_TOKENS, chance=random.Random(0))


def collate(items: Sequence[Item]) -> Batch:
    """One batch of `items`, padded to the longest."""
    longest = max(item.length for item in items)
    ids = torch.full((len(items), longest), PAD, dtype=torch.long)
    hints = torch.zeros((len(items), longest), dtype=torch.long)
    for row, item in enumerate(items):
        ids[row, : item.length] = torch.tensor(item.ids)
        hints[row, : item.length] = torch.tensor(item.hints)
    return Batch(tuple(items), ids, hints)


SCHEMES = {OURS: ENTITY_TYPES, CLUENER: CLUENER_TYPES}
