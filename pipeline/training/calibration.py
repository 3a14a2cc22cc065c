"""What turns the network's logits into probabilities and decisions, measured on dev."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from pipeline.training.scoring import LEAST, Scores

TEMPERATURES = tuple(round(0.5 + 0.05 * step, 2) for step in range(51))
BINS = 10
SHARES = (0.0, 0.1, 0.25, 0.5, 1.0, 2.0)


@dataclass(frozen=True, slots=True)
class Bin:
    """Predicted facts of like probability: how many, how probable on average, how often true."""

    count: int
    probability: float
    true: float


def best_temperature(scores: Scores) -> float:
    """What logits are divided by so that the facts' log-likelihood is highest (Guo et al., ICML
    2017); 1 where there are no facts."""
    pairs = [(_logit(probability), true) for probability, _, true, _ in scores.facts]
    if not pairs:
        return 1.0
    return min(TEMPERATURES, key=lambda t: sum(_surprise(logit / t, true) for logit, true in pairs))


def at_temperature(scores: Scores, temperature: float) -> Scores:
    """The same scores with the probabilities that `temperature` gives."""
    facts = [
        (_sigmoid(_logit(probability) / temperature), relation, true, status)
        for probability, relation, true, status in scores.facts
    ]
    return replace(scores, facts=facts)


def best_status_share(scores: Scores) -> float:
    """How much the network's opinion of a status counts beside that of the phrases, for the most
    right statuses of true facts."""
    return max(SHARES, key=lambda share: sum(_statuses_right(scores, share)))


def with_statuses(scores: Scores, share: float) -> Scores:
    """The same scores with statuses from network and phrases together."""
    facts = [
        (*fact[:3], right)
        for fact, right in zip(scores.facts, _statuses_right(scores, share), strict=True)
    ]
    return replace(scores, facts=facts)


def _statuses_right(scores: Scores, share: float) -> list[bool]:
    return [
        max(
            range(len(told.phrases)),
            key=lambda s, told=told: told.phrases[s] + share * told.network[s],  # type: ignore[misc]
        )
        == told.right
        for told in scores.told
    ]


def reliability(scores: Scores) -> list[Bin]:
    """The facts in bins of equal width, from LEAST on; empty bins left out."""
    bins: list[Bin] = []
    for number in range(BINS):
        inside = [
            (p, true)
            for p, _, true, _ in scores.facts
            if number / BINS <= p < (number + 1) / BINS or (p == 1.0 and number == BINS - 1)
        ]
        if inside:
            count = len(inside)
            bins.append(
                Bin(count, sum(p for p, _ in inside) / count, sum(t for _, t in inside) / count)
            )
    return bins


def _logit(probability: float) -> float:
    bounded = min(max(probability, LEAST / 10), 1 - 1e-6)
    return math.log(bounded / (1 - bounded))


def _sigmoid(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))


def _surprise(logit: float, true: bool) -> float:
    return -math.log(_sigmoid(logit if true else -logit))
