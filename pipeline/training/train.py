"""The training itself: data, network, steps, dev scores, checkpoints."""

from __future__ import annotations

import hashlib
import json
import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import torch
from torch import nn

from pipeline import resources
from pipeline.cleaning.script import converter
from pipeline.entities.registry import Registry, load_registry
from pipeline.errors import InputError
from pipeline.evaluation.gold import digest
from pipeline.model.phrases import PHRASES_NAME
from pipeline.model.tokens import Tokenizer
from pipeline.training import checkpoint
from pipeline.training.augmentation import NamePools, joined, with_other_names
from pipeline.training.batches import Batch, FindNames, Item, as_they_are, batched, items_of
from pipeline.training.building import (
    BEST_NAME,
    MANIFEST_NAME,
    build_network,
    load_network,
    start_with,
)
from pipeline.training.checkpoint import Position
from pipeline.training.config import Config, DataConfig, ModelConfig, with_defaults
from pipeline.training.data import OWN_SETS, TrainingData
from pipeline.training.distillation import Teacher
from pipeline.training.examples import Example
from pipeline.training.losses import Losses, losses_of
from pipeline.training.network import Network
from pipeline.training.phrases import train_phrases
from pipeline.training.precision import multiply_in_bfloat16
from pipeline.training.scoring import Scores, score

MAX_GRADIENT_NORM = 1.0
LAST_FOLDER = "last"
LOG_NAME = "log.jsonl"


def find_names(registry: Registry, config: ModelConfig) -> FindNames:
    """What finds the names that the encoder is shown as hints."""
    return registry.find if config.hints else lambda _: ()


@dataclass(frozen=True, slots=True)
class Step:
    """What one step, or one look at dev, reports."""

    position: Position
    losses: dict[str, float]
    scores: dict[str, float]
    batches: int


class Training:
    """A training that can be stopped at any step and gone on with: same seed, same result."""

    def __init__(
        self, config: Config, data: TrainingData, network: Network, tokenizer: Tokenizer,
        registry: Registry, pools: NamePools, teacher: Teacher | None = None,
    ) -> None:  # fmt: skip
        self.config = config
        self.network = network
        self._data = data
        self._tokenizer = tokenizer
        self._find_names = find_names(registry, config.model)
        self._pools = pools
        self._teacher = teacher
        self._labels = data.labels()
        for name, module in network.encoder.backbone.named_modules():
            if isinstance(module, nn.Dropout):
                # Dropping attention as well would keep torch from its fused attention.
                module.p = 0.0 if name.endswith("self.dropout") else config.training.dropout
        if config.training.bfloat16:
            multiply_in_bfloat16(network)
        backbone = {id(p) for p in network.encoder.backbone.parameters()}
        groups = [
            {
                "params": [p for p in network.parameters() if id(p) in backbone],
                "lr": config.training.learning_rate,
            },
            {
                "params": [p for p in network.parameters() if id(p) not in backbone],
                "lr": config.training.head_learning_rate,
            },
        ]
        self.optimiser = torch.optim.AdamW(
            groups, weight_decay=config.training.weight_decay, fused=True
        )
        self._rates = [float(group["lr"]) for group in self.optimiser.param_groups]
        self.position = Position()

    def epoch_batches(self, epoch: int) -> list[Batch]:
        """The batches of an epoch, always the same for the same seed: names replaced, hints dropped
        and order drawn anew for each epoch."""
        settings = self.config.training
        chance = random.Random(f"{settings.seed}/{epoch}")
        items: list[Item] = []
        for name, examples in self._data.train.items():
            shown = list(self._drawn(examples, getattr(self.config.data, name), chance))
            if name in OWN_SETS and settings.joined_share:
                chance.shuffle(shown)
                shown = list(_in_runs(shown, settings.joined_share, chance))
            for example in shown:
                items += self._items(example, chance)
        return batched(items, max_tokens=settings.batch_tokens, chance=chance)

    def _drawn(
        self, examples: Sequence[Example], times: float, chance: random.Random
    ) -> Iterator[Example]:
        """Each of `examples` as often as `times` says, half of the time with other names."""
        share = self.config.training.renamed_share
        while times > 0:
            for example in examples:
                if times < 1 and chance.random() >= times:
                    continue
                # Half of the examples keep all their names, so that real ones are seen as they are.
                if chance.random() < 0.5:
                    example = with_other_names(
                        example, self._pools, share=min(2 * share, 1.0), chance=chance
                    )
                yield example
            times -= 1

    def _items(self, example: Example, chance: random.Random) -> Iterator[Item]:
        yield from items_of(
            example, self._tokenizer, self._find_names, self._labels,
            chance=chance, drop_hints=self.config.training.hints_dropped,
        )  # fmt: skip

    def dev_batches(self) -> list[Batch]:
        """Dev as it is."""
        return as_they_are(self._data.dev, self._tokenizer, self._find_names)

    def steps(self) -> Iterator[Step]:
        """Goes on from `position`, a step at a time; dev is scored after each epoch's last step, or
        after the last of all where the configuration tells how many. Raises InputError where it
        tells so and nothing is left to learn from."""
        settings = self.config.training
        dev = self.dev_batches()
        self.network.train()
        while not self._ended():
            epoch = self.position.epoch
            batches = self.epoch_batches(epoch)
            if settings.steps and not batches:
                raise InputError("the configuration leaves no example to learn from")
            total = settings.steps or len(batches) * settings.epochs
            for batch in batches[self.position.batch :]:
                if settings.steps and self.position.step >= settings.steps:
                    break
                self._set_rates(self.position.step, total)
                losses = losses_of(
                    self.network, batch,
                    spurious=epoch >= settings.spurious_from_epoch, teacher=self._teacher,
                )  # fmt: skip
                self._descend(losses)
                self.position = replace(
                    self.position, batch=self.position.batch + 1, step=self.position.step + 1
                )
                yield Step(self.position, _floats(losses), {}, len(batches))
            if self.position.step < settings.steps:
                self.position = replace(self.position, epoch=epoch + 1, batch=0)
                continue
            scores = figures(score(self.network, dev))
            goal = scores["mention_f1"] + 2 * scores["triple_f1"]
            better = goal > self.position.best
            self.position = replace(
                self.position,
                epoch=epoch + 1,
                batch=0,
                best=max(goal, self.position.best),
                without_gain=0 if better else self.position.without_gain + 1,
            )
            yield Step(self.position, {}, scores, len(batches))

    def _ended(self) -> bool:
        settings, at = self.config.training, self.position
        if settings.steps:
            # A kill between the last step and dev's score leaves the score to be made.
            return at.step >= settings.steps and at.best >= 0
        impatient = at.epoch > 0 and at.without_gain >= settings.patience
        return at.epoch >= settings.epochs or impatient

    def _descend(self, losses: Losses) -> None:
        losses.total.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), MAX_GRADIENT_NORM)
        self.optimiser.step()
        self.optimiser.zero_grad()

    def _set_rates(self, step: int, total: int) -> None:
        """Linear warm-up, then linearly down to a twentieth."""
        warm = max(1, int(total * self.config.training.warmup_share))
        factor = (step + 1) / warm if step < warm else max(0.05, 1 - (step - warm) / (total - warm))
        for group, rate in zip(self.optimiser.param_groups, self._rates, strict=True):
            group["lr"] = rate * factor


def _in_runs(examples: Iterable[Example], share: float, chance: random.Random) -> Iterator[Example]:
    """`examples` in their order, `share` of them (0..1) joined to the one before."""
    last: Example | None = None
    for example in examples:
        both = joined(last, example) if last and chance.random() < share else None
        if last and not both:
            yield last
        last = both or example
    if last:
        yield last


def _floats(losses: Losses) -> dict[str, float]:
    return {field.name: float(getattr(losses, field.name).detach()) for field in fields(losses)}


def figures(scores: Scores) -> dict[str, float]:
    """Dev's figures: thresholds are the best ones on the same examples."""
    thresholds = scores.best_thresholds()
    found = {"mention_f1": scores.mention_f1(), "triple_f1": scores.fact_f1_at(thresholds)}
    found["status_accuracy"] = scores.status_accuracy(min(thresholds.values()))
    for relation, threshold in thresholds.items():
        found[f"{relation}_f1"] = scores.fact_f1(threshold, relation)
        found[f"{relation}_threshold"] = threshold
    return {name: round(value, 4) for name, value in found.items()}


def run_training(
    config: Config,
    data: TrainingData,
    backbone: str,
    out: Path,
    *,
    start_from: Path | None = None,
    teach: Path | None = None,
    names: Path | None = None,
    progress: Callable[[Step], None] = lambda _: None,
) -> Step | None:
    """Trains into the folder `out`, or goes on with what stands there; the last report, None where
    it had ended before.

    start_from: the folder of another run on the same backbone, with whose weights this one starts.
    teach: the same of a run whose network teaches this one, which starts with its weights where
    start_from is not given. names: a file of company names for replacing names.
    Raises InputError where `out` holds a training of other settings or data.
    """
    data = data.part(config.data.part)
    config = replace(config, data=_present(config.data, data))
    simplify = converter().simplify
    registry = load_registry([resources.find("registry")], simplify)
    torch.manual_seed(config.training.seed)
    network, tokenizer = build_network(backbone, config.model.layers, len(data.labels()), out)
    teacher = Teacher(load_network(teach, backbone)) if teach else None
    if begin := start_from or teach:
        start_with(network, config.model.layers, begin)
    pools = NamePools.of([(r.type, r.name) for r in registry.records.values()], names)
    training = Training(config, data, network, tokenizer, registry, pools, teacher)
    _hold_manifest(out, config, data, start_from, teach)
    training.position = (
        checkpoint.load(out / LAST_FOLDER, network, training.optimiser) or training.position
    )
    saved = time.monotonic()
    last: Step | None = None
    with (out / LOG_NAME).open("a", encoding="utf-8") as log:
        for step in training.steps():
            last = step
            progress(step)
            if step.position.step % 20 == 0 or step.scores:
                log.write(json.dumps({"time": round(time.time()), **asdict(step)}) + "\n")
                log.flush()
            due = time.monotonic() - saved > 60 * config.training.checkpoint_minutes
            if step.scores and not step.position.without_gain:
                checkpoint.save_weights(network, out / BEST_NAME)
            if step.scores or due:
                checkpoint.save(out / LAST_FOLDER, network, training.optimiser, step.position)
                saved = time.monotonic()
    if not (out / PHRASES_NAME).is_file():
        own = [e for name in OWN_SETS for e in data.train.get(name, ())]
        train_phrases(own, seed=config.training.seed).save(out / PHRASES_NAME)
    return last


def _present(wanted: DataConfig, data: TrainingData) -> DataConfig:
    """What is not there is shown 0 times."""
    sets = (field.name for field in fields(wanted) if field.name != "part")
    return replace(wanted, **{name: 0.0 for name in sets if not data.train.get(name)})


def _hold_manifest(
    out: Path, config: Config, data: TrainingData, start_from: Path | None, teach: Path | None
) -> None:
    code = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        code.update(path.read_bytes())
    manifest: dict[str, Any] = {
        "config": json.loads(json.dumps(asdict(config))),
        "files": data.files,
        "examples": {name: len(examples) for name, examples in data.train.items()},
        "labels": list(data.labels()),
        "start_from": digest(start_from / BEST_NAME) if start_from else "",
        "teacher": digest(teach / BEST_NAME) if teach else "",
    }
    path = out / MANIFEST_NAME
    if path.is_file():
        before = json.loads(path.read_text(encoding="utf-8"))
        before.pop("code", None)
        before.setdefault("teacher", "")
        before["config"] = json.loads(json.dumps(with_defaults(before.get("config", {}))))
        for key, value in manifest.items():
            if before.get(key) != value:
                raise InputError(
                    f"{out} holds a training with another {key}; choose another --out, or delete it"
                )
        return
    manifest["code"] = code.hexdigest()
    path.write_text(json.dumps(manifest, indent=1, ensure_ascii=False), encoding="utf-8")
