"""The network: an encoder, a tag of each token, and a judgement of each pair of mentions.

One pass over a window serves all its mentions and pairs. Half-way through the encoder's layers
the tags are guessed for the first time, and the guesses are added to the states: the upper layers
know what is a company, a person or a chip, as typed markers around the names would tell them. A
pair attends to the window by itself, from a query made of its two mentions, so that it can look
for the words that state its relation; where a token stands to either mention biases that
attention.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from pipeline.model.tokens import PAD
from pipeline.schema import ENTITY_TYPES, RELATIONS, STATUSES
from pipeline.training.batches import SCHEMES
from pipeline.training.examples import CLUENER

if TYPE_CHECKING:
    from transformers import PreTrainedModel

# Outside, then begin and inside of company, person, chip, a name of several senses, and a name
# known to be none of these: what the registry says of a token.
HINTS = 11
# Borders, in tokens, of the distances from a token to a mention that are told apart.
DISTANCES = (1, 2, 3, 5, 8, 12, 20, 40)
BUCKETS = 2 * len(DISTANCES) + 1
SENTENCES_APART = 7  # −3 … 3 and beyond
PAIR_WIDTH = 256
HEADS = 8
# What cosines are multiplied by before the softmax, to begin with: the best of a hundred tokens
# then gets about half of the weight.
INITIAL_SHARPNESS = 5.0


class EarlyTags(nn.Module):
    """Guesses the tags from the states of a lower layer and adds what each guess means to them.

    scores: the log-probabilities of the last pass, float (batch, length, tags), which training
    corrects too.
    """

    def __init__(self, width: int, tags: int) -> None:
        super().__init__()
        self.tags = nn.Linear(width, tags)
        self.meanings = nn.Linear(tags, width)
        nn.init.normal_(self.meanings.weight, std=0.02)
        nn.init.zeros_(self.meanings.bias)
        self.scores = torch.empty(0)

    def forward(self, states: Tensor) -> Tensor:
        """States of the same shape, float (batch, length, width)."""
        self.scores = self.tags(states).log_softmax(-1)
        meant: Tensor = self.meanings(self.scores.exp())
        return states + meant


class Encoder(nn.Module):
    """Token ids and hints to states and tag scores."""

    def __init__(self, backbone: PreTrainedModel, tags: int) -> None:
        super().__init__()
        width = backbone.config.hidden_size
        self.backbone = backbone
        # Inference reads one window a pass, and one window has nothing to be masked.
        self.padded = True
        self.hints = nn.Embedding(HINTS, width, padding_idx=0)
        nn.init.normal_(self.hints.weight, std=0.02)
        self.dropout = nn.Dropout(0.1)
        self.tags = nn.Linear(width, tags)
        self.early = EarlyTags(width, tags)
        inner: Any = backbone
        layers = inner.encoder.layer
        layers[len(layers) // 2].register_forward_pre_hook(
            lambda _, arguments: (self.early(arguments[0]), *arguments[1:])
        )

    def forward(self, ids: Tensor, hints: Tensor) -> tuple[Tensor, Tensor]:
        """States, float (batch, length, width), and tag log-probabilities (batch, length, tags);
        ids, hints: int64 (batch, length)."""
        embedded = self.backbone.get_input_embeddings()(ids) + self.hints(hints)
        mask = (ids != PAD).long() if self.padded else None
        states = self.backbone(inputs_embeds=embedded, attention_mask=mask).last_hidden_state
        return states, self.tags(self.dropout(states)).log_softmax(-1)


class PairJudge(nn.Module):
    """The relations and statuses of ordered pairs of mentions of one window."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.span = nn.Linear(3 * width, PAIR_WIDTH)
        self.span_norm = nn.LayerNorm(PAIR_WIDTH)
        self.types = nn.Embedding(len(ENTITY_TYPES), PAIR_WIDTH)
        self.head_query = nn.Linear(PAIR_WIDTH, PAIR_WIDTH)
        self.tail_query = nn.Linear(PAIR_WIDTH, PAIR_WIDTH)
        self.key = nn.Linear(width, PAIR_WIDTH)
        self.value = nn.Linear(width, PAIR_WIDTH)
        self.sharpness = nn.Parameter(torch.full((HEADS, 1), INITIAL_SHARPNESS))
        self.head_place = nn.Embedding(BUCKETS, HEADS)
        self.tail_place = nn.Embedding(BUCKETS, HEADS)
        self.apart = nn.Embedding(SENTENCES_APART, 32)
        self.order = nn.Embedding(BUCKETS, 32)
        self.hidden = nn.Sequential(
            nn.Linear(4 * PAIR_WIDTH + 64, PAIR_WIDTH),
            nn.GELU(),
            nn.Dropout(0.1),
            nn.Linear(PAIR_WIDTH, PAIR_WIDTH),
            nn.GELU(),
            nn.Dropout(0.1),
        )
        self.relations = nn.Linear(PAIR_WIDTH, len(RELATIONS))
        self.statuses = nn.Linear(PAIR_WIDTH, len(RELATIONS) * len(STATUSES))
        nn.init.constant_(self.relations.bias, -2.0)
        for table in (self.head_place, self.tail_place):
            nn.init.zeros_(table.weight)

    def features(self, states: Tensor, mentions: Tensor, pairs: Tensor) -> Tensor:
        """float (pairs, PAIR_WIDTH): what the judgements are made from.

        states: (length, width) of one window without padding. mentions: int64 (mentions, 4): first
        token, last token (exclusive), type number, sentence number. pairs: int64 (pairs, 2): the
        places of head and tail among mentions.
        """
        first, last = mentions[:, 0], mentions[:, 1]
        sums = torch.cumsum(states, dim=0)
        sums = torch.cat([torch.zeros_like(sums[:1]), sums])
        mean = (sums[last] - sums[first]) / (last - first).unsqueeze(-1).to(states.dtype)
        span = self.span(torch.cat([mean, states[first], states[last - 1]], dim=-1))
        named = self.span_norm(span) + self.types(mentions[:, 2])
        head, tail = pairs[:, 0], pairs[:, 1]
        query = self.head_query(named)[head] + self.tail_query(named)[tail]
        length = states.shape[0]
        wide = PAIR_WIDTH // HEADS
        # Cosines, not products: with products a few hundred steps make the scores so large that
        # each head stares at one token, and no gradient passes through it any more.
        query = functional.normalize(query.view(-1, HEADS, wide), dim=-1)
        key = functional.normalize(self.key(states).view(-1, HEADS, wide), dim=-1)
        value = self.value(states).view(-1, HEADS, wide)
        scores = torch.einsum("phd,thd->pht", query, key) * self.sharpness
        at = torch.arange(length, device=states.device)
        place = self._bucket(at.unsqueeze(0) - first.unsqueeze(1), last - first)
        scores = scores + self.head_place(place)[head].transpose(1, 2)
        scores = scores + self.tail_place(place)[tail].transpose(1, 2)
        context = torch.einsum("pht,thd->phd", scores.softmax(-1), value).flatten(1)
        apart = (mentions[tail, 3] - mentions[head, 3]).clamp(-3, 3) + 3
        order = self._bucket((first[tail] - first[head]).unsqueeze(1), torch.ones_like(head))
        joined = torch.cat(
            [
                named[head],
                named[tail],
                named[head] * named[tail],
                context,
                self.apart(apart),
                self.order(order.squeeze(1)),
            ],
            dim=-1,
        )
        hidden: Tensor = self.hidden(joined)
        return hidden

    def forward(self, states: Tensor, mentions: Tensor, pairs: Tensor) -> tuple[Tensor, Tensor]:
        """Relation logits (pairs, relations) and status logits (pairs, relations, statuses)."""
        features = self.features(states, mentions, pairs)
        statuses = self.statuses(features).view(-1, len(RELATIONS), len(STATUSES))
        return self.relations(features), statuses

    def _bucket(self, offsets: Tensor, lengths: Tensor) -> Tensor:
        """The bucket of each offset from a mention's first token: the middle one inside it, lower
        ones before, higher ones behind. offsets: int64 (mentions, n); lengths: (mentions,)."""
        beyond = (offsets - lengths.unsqueeze(1) + 1).clamp(min=0)
        before = (-offsets).clamp(min=0)
        borders = torch.tensor(DISTANCES, device=offsets.device)
        after = (beyond.unsqueeze(-1) >= borders).sum(-1)
        ahead = (before.unsqueeze(-1) >= borders).sum(-1)
        return len(DISTANCES) + after - ahead


class Network(nn.Module):
    """Everything that is trained: what ships, and the auxiliary heads of other sets' schemes."""

    def __init__(self, encoder: Encoder, labels: int) -> None:
        super().__init__()
        width = encoder.backbone.config.hidden_size
        self.encoder = encoder
        self.judge = PairJudge(width)
        self.cluener = nn.Linear(width, 1 + 4 * len(SCHEMES[CLUENER]))
        self.labels = nn.Linear(PAIR_WIDTH, labels)
