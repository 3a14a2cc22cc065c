"""A training's state on disk, without pickles: tensors as safetensors, the rest as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import nn

from pipeline.errors import InputError

WEIGHTS_NAME = "weights.safetensors"
STATE_NAME = "state.json"
OPTIMISER_NAME = "optimiser.safetensors"


@dataclass(frozen=True, slots=True)
class Position:
    """Where a training stands: batches done of an epoch, steps in all, best dev score and the
    epochs since."""

    epoch: int = 0
    batch: int = 0
    step: int = 0
    best: float = -1.0
    without_gain: int = 0


def save_weights(network: nn.Module, path: Path) -> None:
    """All parameters and buffers, float32."""
    save_tensors(network.state_dict(), path)


def save_tensors(tensors: Mapping[str, torch.Tensor], path: Path) -> None:
    """As safetensors, whole or not at all."""
    copies = {name: value.contiguous().clone() for name, value in tensors.items()}
    _atomically(path, lambda partial: save_file(copies, partial))


def load_weights(network: nn.Module, path: Path, *, strict: bool = True) -> None:
    """Raises InputError where the file does not fit the network."""
    try:
        network.load_state_dict(load_file(path), strict=strict)
    except (OSError, RuntimeError) as error:
        raise InputError(f"{path}: not the weights of this network: {error}") from error


def save(folder: Path, network: nn.Module, optimiser: torch.optim.Optimizer, at: Position) -> None:
    """Everything that going on needs, the position last: it is what makes the others count."""
    folder.mkdir(parents=True, exist_ok=True)
    save_weights(network, folder / WEIGHTS_NAME)
    tensors: dict[str, torch.Tensor] = {"rng": torch.get_rng_state()}
    for number, moments in optimiser.state_dict()["state"].items():
        for name, value in moments.items():
            tensors[f"{number}.{name}"] = torch.as_tensor(value).contiguous().clone()
    _atomically(folder / OPTIMISER_NAME, lambda partial: save_file(tensors, partial))
    content = json.dumps(asdict(at))
    _atomically(folder / STATE_NAME, lambda partial: partial.write_text(content, encoding="utf-8"))


def load(folder: Path, network: nn.Module, optimiser: torch.optim.Optimizer) -> Position | None:
    """Puts everything back as `save` found it; None where nothing was saved."""
    path = folder / STATE_NAME
    if not path.is_file():
        return None
    load_weights(network, folder / WEIGHTS_NAME)
    tensors = load_file(folder / OPTIMISER_NAME)
    torch.set_rng_state(tensors.pop("rng"))
    state: dict[int, dict[str, Any]] = {}
    for key, value in tensors.items():
        number, _, name = key.partition(".")
        state.setdefault(int(number), {})[name] = value
    described = optimiser.state_dict()
    optimiser.load_state_dict({"state": state, "param_groups": described["param_groups"]})
    return Position(**json.loads(path.read_text(encoding="utf-8")))


def _atomically(path: Path, write: Any) -> None:
    partial = path.with_name(path.name + ".partial")
    write(partial)
    partial.replace(path)
