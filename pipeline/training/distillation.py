"""A larger trained network as the teacher of a smaller one.

The student starts with a copy of the teacher's heads, unless it goes on from another training, so
that an encoder whose states come close to the teacher's judges as the teacher does: states can be
compared in any text, annotated or not. Beside that the teacher softens what the annotators said: it
tells of a fact that is missed how nearly it was stated (Hinton et al., 2015). In texts whose facts
nobody marked it says what holds between any two names that it finds there.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from pipeline.training.batches import Batch
from pipeline.training.network import Network

# What a window's states and tags count for beside its annotated losses, which are sums over a
# hundred tokens and a dozen facts.
STATE_WEIGHT = 20.0
TAG_WEIGHT = 10.0
# The teacher's part in what a fact is held to be; the rest is the annotators'.
FACT_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Teacher:
    """A network that is not trained any more."""

    network: Network

    def __post_init__(self) -> None:
        self.network.eval().requires_grad_(False)

    @torch.no_grad()
    def read(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """States, float (batch, length, width), and tag log-probabilities (batch, length, tags)."""
        states, tags = self.network.encoder(batch.ids, batch.hints)
        return states, tags

    @torch.no_grad()
    def judge(self, states: Tensor, mentions: Tensor, pairs: Tensor) -> tuple[Tensor, Tensor]:
        """Logits of relations (pairs, relations) and statuses (pairs, relations, statuses), given
        the teacher's states of one window."""
        logits, kinds = self.network.judge(states, mentions, pairs)
        return logits, kinds


def lesson_loss(batch: Batch, own: tuple[Tensor, Tensor], taught: tuple[Tensor, Tensor]) -> Tensor:
    """How far a student is from its teacher: the mean over the windows of `batch` of the squared
    distance of their states and the divergence of their tags.

    own, taught: states and tag log-probabilities, as Teacher.read gives them.
    """
    real = torch.zeros(batch.ids.shape, dtype=torch.bool)
    for row, item in enumerate(batch.items):
        real[row, : item.length] = True
    apart = functional.mse_loss(_normal(own[0][real]), _normal(taught[0][real]))
    tags = functional.kl_div(own[1][real], taught[1][real], reduction="batchmean", log_target=True)
    return STATE_WEIGHT * apart + TAG_WEIGHT * tags


def _normal(states: Tensor) -> Tensor:
    # A few of the dimensions of such an encoder are a hundred times as large as the others.
    return functional.layer_norm(states, states.shape[-1:])
