"""Networks made: on a backbone, of a training's weights, from another's."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
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
MANIFEST_NAME = "manifest.json"


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
    encoder.config.to_json_file(out / "config.json")
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
    labels = len(_manifest(run)["labels"])
    with tempfile.TemporaryDirectory() as scratch:
        network, _ = build_network(backbone, _layers(run), labels, Path(scratch))
    load_weights(network, run / BEST_NAME)
    network.eval()
    return network


def kept_layers(run: Path, network: Network) -> tuple[int, ...]:
    """The numbers of the backbone's layers that the `network` of the training `run` has."""
    layers = network.encoder.backbone.config.num_hidden_layers
    return _layers(run) or tuple(range(layers))


def start_with(network: Network, weights: Mapping[str, torch.Tensor], whence: Path) -> None:
    """Takes over what has the same name and shape: another run may have had other labels."""
    own = network.state_dict()
    fitting = {
        name: value
        for name, value in weights.items()
        if name in own and own[name].shape == value.shape
    }
    if not fitting:
        raise InputError(f"{whence}: nothing in it fits this network")
    network.load_state_dict(fitting, strict=False)


def _layers(run: Path) -> tuple[int, ...]:
    return tuple(_manifest(run)["config"]["model"]["layers"])


def _manifest(run: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((run / MANIFEST_NAME).read_text(encoding="utf-8"))
        manifest["config"]["model"]["layers"], manifest["labels"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{run}: not the folder of a training: {error!r}") from error
    return manifest
