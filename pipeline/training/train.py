"""The training itself: data, network, steps, dev scores, checkpoints."""

from __future__ import annotations

import hashlib
import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from pipeline import resources
from pipeline.cleaning.script import ScriptConverter
from pipeline.corpus.inline import passage_files, read_passages
from pipeline.entities.registry import Registry, load_registry
from pipeline.errors import InputError
from pipeline.evaluation.gold import digest
from pipeline.model.tags import tag_names
from pipeline.model.tokens import VOCABULARY_NAME, Tokenizer
from pipeline.training import checkpoint, sources
from pipeline.training.augmentation import NamePools, with_other_names
from pipeline.training.batches import Batch, Item, as_they_are, batched, items_of
from pipeline.training.checkpoint import Position
from pipeline.training.config import Config, DataConfig
from pipeline.training.examples import Example
from pipeline.training.losses import Losses, Network, losses_of
from pipeline.training.network import Encoder
from pipeline.training.scoring import Scores, score
from pipeline.training.vocabulary import trimmed

if TYPE_CHECKING:
    from transformers import PreTrainedModel

MAX_GRADIENT_NORM = 1.0
BEST_NAME = "best.safetensors"
LAST_FOLDER = "last"
LOG_NAME = "log.jsonl"
MANIFEST_NAME = "manifest.json"


@dataclass(frozen=True, slots=True)
class TrainingData:
    """Examples to learn from, by set, and those that tell when to stop. files: what they were read
    from → sha256."""

    train: dict[str, tuple[Example, ...]]
    dev: tuple[Example, ...]
    files: dict[str, str]

    def labels(self) -> tuple[str, ...]:
        """Every label of the auxiliary scheme, sorted."""
        found = {
            label
            for examples in self.train.values()
            for example in examples
            for given in example.labels.values()
            for label in given
        }
        return tuple(sorted(found))


def load_data(corpus: Sequence[Path], dev: Sequence[Path], public: Path | None) -> TrainingData:
    """Our corpus and what lies in the folder `public`; dev is our dev set alone.

    Raises InputError where a folder holds none of the sets that are known, CorpusError for a broken
    passage.
    """
    simplify = ScriptConverter().simplify
    train: dict[str, tuple[Example, ...]] = {}
    files: dict[str, str] = {}
    for name, paths in (("corpus", corpus), ("dev", dev)):
        files.update((f"{name}/{file.name}", digest(file)) for file in passage_files(paths))
        passages = read_passages(paths)
        train[name] = tuple(sources.corpus_examples(passages, simplify, source=name))
    held = train.pop("dev")
    if public:
        for name, paths, read in _public_sets(public, simplify):
            if all(path.is_file() for path in paths) and paths:
                train[name] = tuple(read())
                files.update((f"{name}/{path.name}", digest(path)) for path in paths)
        if len(train) == 1:
            raise InputError(
                f"{public}: none of the sets that training knows: real/passages.jsonl, "
                "finre/train.tsv, cluener/train.jsonl, fewfc/*.jsonl"
            )
    return TrainingData(train, held, files)


def _public_sets(
    folder: Path, simplify: sources.Simplify
) -> list[tuple[str, list[Path], Callable[[], Iterator[Example]]]]:
    real = folder / "real" / "passages.jsonl"
    finre = folder / "finre" / "train.tsv"
    cluener = folder / "cluener" / "train.jsonl"
    fewfc = sorted((folder / "fewfc").glob("*.jsonl"))
    return [
        ("real", [real], lambda: sources.real_examples(real, simplify, held_out=False)),
        ("finre", [finre], lambda: sources.finre_examples(finre, simplify)),
        ("cluener", [cluener], lambda: sources.cluener_examples(cluener, simplify, held_out=False)),
        ("fewfc", fewfc, lambda: sources.fewfc_examples(fewfc, simplify)),
    ]


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
        registry: Registry, pools: NamePools,
    ) -> None:  # fmt: skip
        self.config = config
        self.network = network
        self._data = data
        self._tokenizer = tokenizer
        self._registry = registry
        self._pools = pools
        self._labels = data.labels()
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
        self.optimiser = torch.optim.AdamW(groups, weight_decay=config.training.weight_decay)
        self._rates = [float(group["lr"]) for group in self.optimiser.param_groups]
        self.position = Position()

    def epoch_batches(self, epoch: int) -> list[Batch]:
        """The batches of an epoch, always the same for the same seed: names replaced, hints dropped
        and order drawn anew for each epoch."""
        settings = self.config.training
        chance = random.Random(f"{settings.seed}/{epoch}")
        items: list[Item] = []
        for name, examples in self._data.train.items():
            left = getattr(self.config.data, name)
            while left > 0:
                for example in examples:
                    if left >= 1 or chance.random() < left:
                        items += self._items(example, chance, settings.renamed_share)
                left -= 1
        return batched(items, max_tokens=settings.batch_tokens, chance=chance)

    def _items(self, example: Example, chance: random.Random, share: float) -> Iterator[Item]:
        # Half of the examples keep all their names, so that real ones are seen as they are.
        if chance.random() < 0.5:
            example = with_other_names(
                example, self._pools, share=min(2 * share, 1.0), chance=chance
            )
        yield from items_of(
            example, self._tokenizer, self._registry.find, self._labels,
            chance=chance, drop_hints=self.config.training.hints_dropped,
        )  # fmt: skip

    def dev_batches(self) -> list[Batch]:
        """Dev as it is."""
        return as_they_are(self._data.dev, self._tokenizer, self._registry.find)

    def steps(self) -> Iterator[Step]:
        """Goes on from `position`, a step at a time; after each epoch's last step dev is scored."""
        settings = self.config.training
        dev = self.dev_batches()
        self.network.train()
        while self.position.epoch < settings.epochs:
            epoch = self.position.epoch
            batches = self.epoch_batches(epoch)
            total = len(batches) * settings.epochs
            for batch in batches[self.position.batch :]:
                self._set_rates(self.position.step, total)
                losses = losses_of(
                    self.network, batch, spurious=epoch >= settings.spurious_from_epoch
                )
                self._descend(losses)
                self.position = replace(
                    self.position, batch=self.position.batch + 1, step=self.position.step + 1
                )
                yield Step(self.position, _floats(losses), {}, len(batches))
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
            if self.position.without_gain >= settings.patience:
                return

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


def _floats(losses: Losses) -> dict[str, float]:
    return {
        name: float(getattr(losses, name).detach())
        for name in ("tags", "facts", "statuses", "labels")
    }


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
    names: Path | None = None,
    progress: Callable[[Step], None] = lambda _: None,
) -> Step | None:
    """Trains into the folder `out`, or goes on with what stands there; the last report, None where
    it had ended before.

    start_from: the weights of another run. names: a file of company names for replacing names.
    Raises InputError where `out` holds a training of other settings or data.
    """
    config = replace(config, data=_present(config.data, data))
    simplify = ScriptConverter().simplify
    registry = load_registry([resources.find("registry")], simplify)
    torch.manual_seed(config.training.seed)
    network, tokenizer = build_network(backbone, config.model.layers, len(data.labels()), out)
    if start_from:
        _start(network, start_from)
    pools = NamePools.of([(r.type, r.name) for r in registry.records.values()], names)
    training = Training(config, data, network, tokenizer, registry, pools)
    _hold_manifest(out, config, data, start_from)
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
    return last


def _present(wanted: DataConfig, data: TrainingData) -> DataConfig:
    """What is not there is shown 0 times."""
    return DataConfig(
        **{name: share if data.train.get(name) else 0 for name, share in asdict(wanted).items()}
    )


def _start(network: Network, weights: Path) -> None:
    """Takes over what has the same name and shape: another run may have had other labels."""
    from safetensors.torch import load_file

    own = network.state_dict()
    fitting = {
        name: value
        for name, value in load_file(weights).items()
        if name in own and own[name].shape == value.shape
    }
    if not fitting:
        raise InputError(f"{weights}: nothing in it fits this network")
    network.load_state_dict(fitting, strict=False)


def _hold_manifest(out: Path, config: Config, data: TrainingData, start_from: Path | None) -> None:
    code = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        code.update(path.read_bytes())
    manifest: dict[str, Any] = {
        "config": json.loads(json.dumps(asdict(config))),
        "files": data.files,
        "examples": {name: len(examples) for name, examples in data.train.items()},
        "labels": list(data.labels()),
        "start_from": digest(start_from) if start_from else "",
    }
    path = out / MANIFEST_NAME
    if path.is_file():
        before = json.loads(path.read_text(encoding="utf-8"))
        before.pop("code", None)
        for key, value in manifest.items():
            if before.get(key) != value:
                raise InputError(
                    f"{out} holds a training with another {key}; choose another --out, or delete it"
                )
        return
    manifest["code"] = code.hexdigest()
    path.write_text(json.dumps(manifest, indent=1, ensure_ascii=False), encoding="utf-8")
