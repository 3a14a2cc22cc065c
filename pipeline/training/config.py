"""What a training is told: a TOML file, checked against the fields below."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from pipeline.errors import InputError


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """layers: the encoder's layers to keep, in order; empty for all."""

    layers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class DataConfig:
    """How often an epoch shows each set; 0 leaves it out, 0.3 draws 30 % of it anew for each
    epoch."""

    corpus: float = 1.0
    real: float = 1.0
    finre: float = 1.0
    cluener: float = 1.0
    fewfc: float = 1.0


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """batch_tokens: tokens of a batch, padding included. warmup_share: part of all steps.
    renamed_share: entities that get another name. hints_dropped: names of the registry that are
    kept back. spurious_from_epoch: from which (0 is the first) wrongly found mentions are judged.
    patience: epochs without a better dev score before it stops."""

    seed: int = 7
    epochs: int = 4
    batch_tokens: int = 1500
    learning_rate: float = 2e-4
    head_learning_rate: float = 6e-4
    warmup_share: float = 0.05
    weight_decay: float = 0.01
    renamed_share: float = 0.35
    hints_dropped: float = 0.3
    spurious_from_epoch: int = 1
    patience: int = 2
    checkpoint_minutes: float = 10.0


@dataclass(frozen=True, slots=True)
class Config:
    """One training, but for where its data and its encoder lie."""

    model: ModelConfig
    data: DataConfig
    training: TrainingConfig


T = TypeVar("T")


def load_config(path: Path) -> Config:
    """The configuration of `path`. Raises InputError that names the field and what it may be."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path}: not a configuration: {error}") from error
    unknown = set(content) - {"model", "data", "training"}
    if unknown:
        raise InputError(f"{path}: unknown table [{sorted(unknown)[0]}]")
    return Config(
        _section(ModelConfig, content.get("model", {}), path, "model"),
        _section(DataConfig, content.get("data", {}), path, "data"),
        _section(TrainingConfig, content.get("training", {}), path, "training"),
    )


def _section(kind: type[T], given: dict[str, Any], path: Path, name: str) -> T:
    known = {field.name: field.default for field in fields(kind)}  # type: ignore[arg-type]
    values: dict[str, Any] = {}
    for key, value in given.items():
        if key not in known:
            raise InputError(f"{path}: [{name}] has no field {key!r}; it has: {', '.join(known)}")
        wanted = type(known[key])
        if wanted is tuple and isinstance(value, list):
            value = tuple(value)
        if wanted is float and isinstance(value, int):
            value = float(value)
        if not isinstance(value, wanted) or isinstance(value, bool):
            raise InputError(f"{path}: [{name}] {key} = {value!r}: expected {wanted.__name__}")
        values[key] = value
    return kind(**values)
