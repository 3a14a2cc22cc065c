"""Several variants of one recipe, trained for the same number of steps and scored alike: what more
data would bring, and what each part of the recipe is worth."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import partial
from pathlib import Path

from pipeline import resources
from pipeline.cleaning.script import converter
from pipeline.entities.registry import Registry, load_registry
from pipeline.errors import InputError
from pipeline.model.tokens import Tokenizer
from pipeline.training import sources
from pipeline.training.batches import as_they_are
from pipeline.training.building import load_network, manifest_of
from pipeline.training.config import Config, Study
from pipeline.training.data import OWN_SETS, TrainingData
from pipeline.training.examples import Example
from pipeline.training.scoring import Scores, score
from pipeline.training.train import (
    LOG_NAME,
    Step,
    find_names,
    run_training,
)

TABLE_NAME = "study.csv"
CURVE_NAME = "curve.png"
SCORES_NAME = "scores.json"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a variant came to.

    training_triples: those of corpus and real that there were to learn from. epochs: how often the
    steps went through the data; below 1 some of it was never shown. dev_…, real_…: F1 of mentions
    and triples, and the share of right statuses among the true triples found, each 0..1, with the
    thresholds that are best on dev.
    """

    variant: str
    training_triples: int
    steps: int
    epochs: float
    dev_mention_f1: float
    dev_triple_f1: float
    dev_status: float
    real_mention_f1: float
    real_triple_f1: float
    real_status: float


def load_real(public: Path) -> tuple[Example, ...]:
    """The real passages of the folder `public` whose sources no training sees. Raises InputError
    where there are none."""
    path = public / "real" / "passages.jsonl"
    found = tuple(sources.real_examples(path, converter().simplify, held_out=True))
    if not found:
        raise InputError(f"{path}: none of its sources is kept out of training")
    return found


def run_study(
    study: Study,
    data: TrainingData,
    real: Sequence[Example],
    backbone: str,
    out: Path,
    *,
    start_from: Path | None = None,
    names: Path | None = None,
    progress: Callable[[str, Step], None] = lambda *_: None,
    ended: Callable[[Outcome], None] = lambda _: None,
) -> list[Outcome]:
    """Trains each variant into a folder of its name in `out`, or goes on there; then writes
    TABLE_NAME and CURVE_NAME. A variant that has ended is neither trained nor scored again.

    real: what all are scored on beside dev, see `load_real`. start_from: a training of public sets
    alone, from which each variant goes on; otherwise each starts from the bare encoder. names: as
    `run_training`. progress, ended: told of each step with its variant's name, and of each outcome.
    Raises InputError where a folder holds a training of other settings or data, and where
    start_from has seen what a variant is to do without.
    """
    if start_from:
        _require_untaught(start_from)
    registry = load_registry([resources.find("registry")], converter().simplify)
    outcomes: list[Outcome] = []
    for name, config in study.variants.items():
        run = out / name
        last = run_training(
            config, data, backbone, run,
            start_from=start_from, names=names, progress=partial(progress, name),
        )  # fmt: skip
        outcome = None if last else _scored_before(run)
        if outcome is None:
            outcome = Outcome(
                name,
                training_triples(data, config),
                config.training.steps,
                _epochs(run),
                **_scores(run, backbone, config, registry, data.dev, real),
            )
            (run / SCORES_NAME).write_text(json.dumps(asdict(outcome), indent=1), encoding="utf-8")
        outcomes.append(outcome)
        ended(outcome)
    _write_table(outcomes, out / TABLE_NAME)
    on_curve = set(curve_variants(study))
    _draw_curve([one for one in outcomes if one.variant in on_curve], out / CURVE_NAME)
    return outcomes


def _require_untaught(run: Path) -> None:
    """Raises InputError unless `run` learned from the bare encoder and from public sets alone: what
    weights have seen, no variant can do without."""
    manifest = manifest_of(run)
    shown = manifest["config"]["data"]
    seen = [name for name in OWN_SETS if shown[name] > 0]
    seen += [name for name in ("start_from", "teacher") if manifest.get(name)]
    if seen:
        raise InputError(
            f"{run}: a study starts from public sets alone, and this training had {seen[0]}; train "
            "one with corpus = 0 and real = 0 in [data]"
        )


def training_triples(data: TrainingData, config: Config) -> int:
    """How many triples of corpus and real there are for `config` to learn from."""
    shown = data.part(config.data.part).train
    return sum(
        len(example.triples)
        for name in OWN_SETS
        if getattr(config.data, name) > 0
        for example in shown.get(name, ())
    )


def curve_variants(study: Study) -> list[str]:
    """The variants that differ from the base by their share of the data, if by anything."""
    return [
        name
        for name, variant in study.variants.items()
        if replace(variant, data=replace(variant.data, part=study.base.data.part)) == study.base
    ]


def markdown(outcomes: Iterable[Outcome]) -> str:
    """A table of `outcomes`, a row each."""
    titles = (
        "variant", "triples", "epochs", "dev mention F1", "dev triple F1", "dev status",
        "real mention F1", "real triple F1", "real status",
    )  # fmt: skip
    rows = [
        (
            one.variant,
            f"{one.training_triples:,}",
            f"{one.epochs:.2f}",
            *(f"{getattr(one, figure):.3f}" for figure in _FIGURES),
        )
        for one in outcomes
    ]
    lines = (titles, ("---", *["---:"] * (len(titles) - 1)), *rows)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


_FIGURES = tuple(
    field.name for field in fields(Outcome) if field.name.startswith(("dev_", "real_"))
)


def _scores(
    run: Path,
    backbone: str,
    config: Config,
    registry: Registry,
    dev: Sequence[Example],
    real: Sequence[Example],
) -> dict[str, float]:
    network, tokenizer = load_network(run, backbone), Tokenizer.load(run)
    find = find_names(registry, config.model)
    found = {
        name: score(network, as_they_are(examples, tokenizer, find))
        for name, examples in (("dev", dev), ("real", real))
    }
    # Real passages choose nothing: they are what nothing was fitted to.
    thresholds = found["dev"].best_thresholds()
    return {
        f"{name}_{figure}": round(value, 4)
        for name, scores in found.items()
        for figure, value in _figures_at(scores, thresholds).items()
    }


def _figures_at(scores: Scores, thresholds: dict[str, float]) -> dict[str, float]:
    return {
        "mention_f1": scores.mention_f1(),
        "triple_f1": scores.fact_f1_at(thresholds),
        "status": scores.status_accuracy(min(thresholds.values())),
    }


def _scored_before(run: Path) -> Outcome | None:
    path = run / SCORES_NAME
    try:
        return Outcome(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):  # killed before or while it was written
        return None


def _epochs(run: Path) -> float:
    """Steps by the batches of the last epoch: epochs are of nearly the same length."""
    last = json.loads((run / LOG_NAME).read_text(encoding="utf-8").splitlines()[-1])
    return round(float(last["position"]["step"] / last["batches"]), 2)


def _write_table(outcomes: Sequence[Outcome], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Outcome)])
        writer.writeheader()
        writer.writerows(asdict(outcome) for outcome in outcomes)


def _draw_curve(outcomes: Sequence[Outcome], path: Path) -> None:
    from matplotlib.figure import Figure  # without pyplot: needs no screen and keeps no state

    points = sorted(outcomes, key=lambda outcome: outcome.training_triples)
    triples = [point.training_triples for point in points]
    figure = Figure(figsize=(8, 3.5), layout="constrained")
    for axes, what in zip(figure.subplots(1, 2), ("mention", "triple"), strict=True):
        for name, label in (("dev", "dev"), ("real", "real, kept out")):
            values = [getattr(point, f"{name}_{what}_f1") for point in points]
            axes.plot(triples, values, marker="o", label=label)
        if triples and triples[0] > 0:
            axes.set_xscale("log", base=2)  # each point has twice the data of the last
        axes.set_xticks(triples, [f"{count:,}" for count in triples])
        axes.minorticks_off()
        axes.set_xlabel("training triples")
        axes.set_ylabel(f"{what} F1")
        axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(path, dpi=150)
