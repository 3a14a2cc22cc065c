"""Networks made: on a backbone, of a training's weights, from another's."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import load_file
from torch import nn

from pipeline.errors import InputError
from pipeline.model.tags import tag_names
from pipeline.model.tokens import VOCABULARY_NAME, Tokenizer
from pipeline.training.checkpoint import load_weights
from pipeline.training.network import Encoder, Network
from pipeline.training.vocabulary import trimmed

if TYPE_CHECKING:
    from transformers import PreTrainedModel

BEST_NAME = "best.safetensors"
CONFIG_NAME = "config.json"
MANIFEST_NAME = "manifest.json"
_LAYER = re.compile(r"encoder\.layer\.(\d+)\.")


def build_network(
    backbone: str, layers: Sequence[int], labels: int, out: Path
) -> tuple[Network, Tokenizer]:
    """A network on the encoder `backbone` (a Hugging Face name or a folder), and its tokenizer,
    which is written into `out`."""
    from huggingface_hub import hf_hub_download
    from transformers import AutoModel
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]

    try:
        encoder: PreTrainedModel = AutoModel.from_pretrained(
            backbone, add_pooling_layer=False, dtype=torch.float32
        )
        local = Path(backbone) / VOCABULARY_NAME
        file = local if local.is_file() else Path(hf_hub_download(backbone, VOCABULARY_NAME))
    except (OSError, ValueError) as error:
        raise InputError(f"{backbone}: no encoder could be loaded: {error}") from error
    words, table = trimmed(file, _embeddings(encoder))
    encoder.resize_token_embeddings(len(table))
    _embeddings(encoder).copy_(table)
    if layers:
        _keep_layers(encoder, layers)
    out.mkdir(parents=True, exist_ok=True)
    words.save(str(out / VOCABULARY_NAME))
    encoder.config.to_json_file(out / CONFIG_NAME)
    return Network(Encoder(encoder, len(tag_names())), labels), Tokenizer(words)


def _embeddings(encoder: PreTrainedModel) -> torch.Tensor:
    table: torch.Tensor = encoder.get_input_embeddings().weight.data  # type: ignore[assignment]
    return table


def _keep_layers(encoder: PreTrainedModel, layers: Sequence[int]) -> None:
    inner: Any = encoder.encoder
    if max(layers) >= len(inner.layer):
        raise InputError(f"layers {list(layers)}: the encoder has {len(inner.layer)}")
    inner.layer = nn.ModuleList(inner.layer[number] for number in layers)
    encoder.config.num_hidden_layers = len(layers)


def load_network(run: Path, backbone: str) -> Network:
    """The network of a training. Raises InputError where `run` is none."""
    labels = len(manifest_of(run)["labels"])
    with tempfile.TemporaryDirectory() as scratch:
        network, _ = build_network(backbone, _layers(run), labels, Path(scratch))
    load_weights(network, run / BEST_NAME)
    network.eval()
    return network


def start_with(network: Network, layers: Sequence[int], run: Path) -> None:
    """Takes over the best weights of the training `run`, on the same backbone: what has the same
    name and shape, as another run may have had other labels; and of layers those that both have, as
    either may have been cut. What it lacks stays as the backbone has it.

    layers: the backbone's that `network` has, empty for all. Raises InputError where `run` is no
    training, or nothing in it fits.
    """
    theirs, place = _layers(run), {layer: new for new, layer in enumerate(layers)}
    own = network.state_dict()
    fitting: dict[str, torch.Tensor] = {}
    for name, value in best_weights(run).items():
        match = _LAYER.search(name)
        if match:
            number = int(match[1])
            number = theirs[number] if theirs else number
            number = place.get(number, -1) if layers else number
            name = f"{name[: match.start(1)]}{number}{name[match.end(1) :]}"
        if name in own and own[name].shape == value.shape:
            fitting[name] = value
    if not fitting:
        raise InputError(f"{run}: nothing in it fits this network")
    network.load_state_dict(fitting, strict=False)


def best_weights(run: Path) -> dict[str, torch.Tensor]:
    """The best weights of the training `run`, by name. Raises InputError where there are none."""
    try:
        return load_file(run / BEST_NAME)
    except OSError as error:
        raise InputError(f"{run}: no {BEST_NAME} in it: {error}") from error


def _layers(run: Path) -> tuple[int, ...]:
    return tuple(manifest_of(run)["config"]["model"]["layers"])


def manifest_of(run: Path) -> dict[str, Any]:
    """What the training `run` says of itself. Raises InputError where `run` is none."""
    try:
        manifest: dict[str, Any] = json.loads((run / MANIFEST_NAME).read_text(encoding="utf-8"))
        manifest["config"]["model"]["layers"], manifest["labels"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{run}: not the folder of a training: {error!r}") from error
    return manifest
