"""From a training's folder to a model's: calibrated on dev, exported, checked against torch."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from pipeline import resources
from pipeline.cleaning.script import converter
from pipeline.corpus.inline import read_passages
from pipeline.entities.registry import load_registry
from pipeline.model.phrases import PHRASES_NAME, PhraseModel
from pipeline.model.session import ENCODER_NAME, Floats, open_session
from pipeline.model.tokens import Tokenizer
from pipeline.training import sources
from pipeline.training.batches import Item, as_they_are
from pipeline.training.building import load_network
from pipeline.training.calibration import (
    Bin,
    at_temperature,
    best_status_share,
    best_temperature,
    reliability,
    with_statuses,
)
from pipeline.training.export import export
from pipeline.training.network import Network
from pipeline.training.scoring import Scores, score
from pipeline.training.train import figures

PARITY_WINDOWS = 200
# What is added to dev's best thresholds: a window of dev states more than one of an article does,
# and what the rules agree to is believed sooner anyway.
CAUTION = 0.1


@dataclass(frozen=True, slots=True)
class Packed:
    """What packing measured.

    scores: dev's figures of the fp32 network. largest_gap: the largest difference of a tag's
        probability between torch and ONNX, both fp32, over PARITY_WINDOWS windows.
        int8_agreement: share of tokens whose best tag int8 leaves as it is.
    """

    scores: dict[str, float]
    temperature: float
    reliability: tuple[Bin, ...]
    largest_gap: float
    int8_agreement: float


def pack(
    run: Path, out: Path, *, backbone: str, name: str, dev: Sequence[Path], int8: bool = True
) -> Packed:
    """Exports the best weights of `run` into `out`, with thresholds and temperature from `dev`."""
    network = load_network(run, backbone)
    simplify = converter().simplify
    registry = load_registry([resources.find("registry")], simplify)
    tokenizer = Tokenizer.load(run)
    examples = sources.corpus_examples(read_passages(dev), simplify, source="dev")
    batches = as_they_are(examples, tokenizer, registry.find)
    items = [item for batch in batches for item in batch.items]
    raw = score(network, batches, PhraseModel.load(run / PHRASES_NAME))
    temperature, share = best_temperature(raw), best_status_share(raw)
    calibrated: Scores = with_statuses(at_temperature(raw, temperature), share)
    measured = figures(calibrated)
    settings = {
        "thresholds": {
            relation: round(threshold + CAUTION, 2)
            for relation, threshold in calibrated.best_thresholds().items()
        },
        "temperature": temperature,
        "status_share": share,
    }
    export(network, run, out, name=name, settings=settings, scores=measured, int8=int8)
    with tempfile.TemporaryDirectory() as scratch:
        plain = Path(scratch)
        export(network, run, plain, name=name, settings=settings, scores={}, int8=False)
        gap = _largest_gap(network, plain, items)
    return Packed(
        measured,
        temperature,
        tuple(reliability(calibrated)),
        gap,
        _agreement(network, out, items),
    )


@torch.no_grad()
def _both(network: Network, folder: Path, items: Iterable[Item]) -> Iterator[tuple[Floats, Floats]]:
    """Tag log-probabilities, float32 (tokens, tags), by torch and by the model in `folder`, of each
    window."""
    session = open_session(folder / ENCODER_NAME, threads=1)
    for item in items:
        ids, hints = torch.tensor([item.ids]), torch.tensor([item.hints])
        _, ours = network.encoder(ids, hints)
        _, theirs = session.run(None, {"ids": ids.numpy(), "hints": hints.numpy()})
        yield ours[0].numpy(), theirs[0]


def _largest_gap(network: Network, folder: Path, items: Sequence[Item]) -> float:
    return max(
        float(np.abs(np.exp(ours) - np.exp(theirs)).max())
        for ours, theirs in _both(network, folder, items[:PARITY_WINDOWS])
    )


def _agreement(network: Network, folder: Path, items: Sequence[Item]) -> float:
    same = [ours.argmax(-1) == theirs.argmax(-1) for ours, theirs in _both(network, folder, items)]
    return float(np.concatenate(same).mean())
