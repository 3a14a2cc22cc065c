"""What a training, or a study of several, is told: a TOML file, checked against these fields."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from pipeline.errors import InputError


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """layers: the encoder's layers to keep, in order; empty for all. hints: whether the registry's
    names are shown to the encoder, in training and in `study`'s scores; a model that is exported
    is shown them always."""

    layers: tuple[int, ...] = ()
    hints: bool = True


@dataclass(frozen=True, slots=True)
class DataConfig:
    """How often an epoch shows each set; 0 leaves it out, 0.3 draws 30 % of it anew for each
    epoch. part: the fixed share of corpus and real that is there to be shown at all."""

    corpus: float = 1.0
    real: float = 1.0
    finre: float = 1.0
    cluener: float = 1.0
    fewfc: float = 1.0
    part: float = 1.0


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """batch_tokens: tokens of a batch, padding included. warmup_share: part of all steps.
    renamed_share: entities that get another name. hints_dropped: names of the registry that are
    kept back. joined_share: examples of corpus and real that go on with the next one as one text.
    dropout: of states inside the encoder, none of attention. bfloat16: whether matrix products are
    made in it (see precision.py). spurious_from_epoch: from which (0 is the first) wrongly found
    mentions are judged. patience: epochs without a better dev score before it stops. steps: 0 for
    as many as the epochs have; else it ends after so many, epochs and patience count for nothing,
    and dev is scored once, at the end."""

    seed: int = 7
    epochs: int = 4
    batch_tokens: int = 1500
    learning_rate: float = 2e-4
    head_learning_rate: float = 6e-4
    warmup_share: float = 0.05
    weight_decay: float = 0.01
    renamed_share: float = 0.35
    hints_dropped: float = 0.3
    joined_share: float = 0.0
    dropout: float = 0.1
    bfloat16: bool = False
    spurious_from_epoch: int = 1
    patience: int = 2
    steps: int = 0
    checkpoint_minutes: float = 10.0


@dataclass(frozen=True, slots=True)
class Config:
    """One training, but for where its data and its encoder lie."""

    model: ModelConfig
    data: DataConfig
    training: TrainingConfig


@dataclass(frozen=True, slots=True)
class Study:
    """A recipe and its variants by name, all of one number of steps."""

    base: Config
    variants: dict[str, Config]


T = TypeVar("T")
TABLES = ("model", "data", "training")
VARIANTS = "variants"


def load_config(path: Path) -> Config:
    """The configuration of `path`. Raises InputError that names the field and what it may be."""
    content = _content(path)
    _refuse_unknown(content, TABLES, path, "")
    return _config(content, path)


def load_study(path: Path) -> Study:
    """The study of `path`: the tables of a configuration, and for each variant a table
    [variants.NAME.model], .data or .training of the fields that are other there.

    Raises InputError as `load_config`, and where the variants are none or differ in steps.
    """
    content = _content(path)
    _refuse_unknown(content, (*TABLES, VARIANTS), path, "")
    base = _config(content, path)
    variants: dict[str, Config] = {}
    for name, tables in _table(content.get(VARIANTS, {}), path, VARIANTS).items():
        if not re.fullmatch(r"[\w-]+", name):
            raise InputError(f"{path}: variant {name!r}: letters, digits, - and _ only, please")
        prefix = f"{VARIANTS}.{name}."
        own = _table(tables, path, f"{VARIANTS}.{name}")
        _refuse_unknown(own, TABLES, path, prefix)
        merged = {
            table: {**content.get(table, {}), **_table(own.get(table, {}), path, prefix + table)}
            for table in TABLES
        }
        variants[name] = _config(merged, path, prefix)
    if not variants:
        raise InputError(f"{path}: no variants: give at least one table [{VARIANTS}.NAME]")
    budgets = {variant.training.steps for variant in variants.values()}
    if len(budgets) > 1 or min(budgets) <= 0:
        raise InputError(f"{path}: [training] steps: one number for all variants, 1 or more")
    return Study(base, variants)


def with_defaults(config: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """`config`, as `asdict` makes it, with what it does not have at its default: it was written
    before there was that field."""
    defaults = asdict(Config(ModelConfig(), DataConfig(), TrainingConfig()))
    return {table: {**values, **config.get(table, {})} for table, values in defaults.items()}


def _content(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path}: not a configuration: {error}") from error


def _refuse_unknown(
    content: Mapping[str, Any], known: tuple[str, ...], path: Path, prefix: str
) -> None:
    unknown = sorted(set(content) - set(known))
    if unknown:
        raise InputError(f"{path}: unknown table [{prefix}{unknown[0]}]")


def _table(given: object, path: Path, name: str) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise InputError(f"{path}: {name} = {given!r}: expected a table [{name}]")
    return given


def _config(content: Mapping[str, Any], path: Path, prefix: str = "") -> Config:
    return Config(
        _section(ModelConfig, content.get("model", {}), path, prefix + "model"),
        _section(DataConfig, content.get("data", {}), path, prefix + "data"),
        _section(TrainingConfig, content.get("training", {}), path, prefix + "training"),
    )


def _section(kind: type[T], given: object, path: Path, name: str) -> T:
    known = {field.name: field.default for field in fields(kind)}  # type: ignore[arg-type]
    values: dict[str, Any] = {}
    for key, value in _table(given, path, name).items():
        if key not in known:
            raise InputError(f"{path}: [{name}] has no field {key!r}; it has: {', '.join(known)}")
        wanted = type(known[key])
        if wanted is tuple and isinstance(value, list):
            value = tuple(value)
        if wanted is float and type(value) is int:
            value = float(value)
        if not isinstance(value, wanted) or isinstance(value, bool) != (wanted is bool):
            raise InputError(f"{path}: [{name}] {key} = {value!r}: expected {wanted.__name__}")
        values[key] = value
    return kind(**values)
