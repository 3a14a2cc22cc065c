"""Two trainings, the one gone on from the other, as one network: the mean of their weights often
errs less than either (Wortsman et al., 2022)."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from pipeline.errors import InputError
from pipeline.evaluation.gold import digest
from pipeline.model.phrases import PHRASES_NAME
from pipeline.model.tokens import VOCABULARY_NAME
from pipeline.training.building import (
    BEST_NAME,
    CONFIG_NAME,
    MANIFEST_NAME,
    best_weights,
    manifest_of,
)
from pipeline.training.checkpoint import save_tensors


def average(run: Path, other: Path, out: Path, *, share: float) -> None:
    """Writes into the new folder `out` a training whose weights are `share` (0..1) of run's and the
    rest of other's; phrases, vocabulary and manifest are run's.

    Raises InputError where the two have other layers or weights of another shape, and where `out`
    is there already.
    """
    if not 0 <= share <= 1:
        raise InputError(f"--share {share}: expected a number from 0 to 1")
    if out.exists():
        raise InputError(f"{out} is there already; choose another --out, or delete it")
    manifest, layers = manifest_of(run), manifest_of(other)["config"]["model"]["layers"]
    one, two = best_weights(run), best_weights(other)
    shapes = [{name: value.shape for name, value in weights.items()} for weights in (one, two)]
    if shapes[0] != shapes[1] or manifest["config"]["model"]["layers"] != layers:
        raise InputError(f"{run} and {other}: networks of different shapes have no mean")
    manifest["averaged"] = {
        "weights": [digest(run / BEST_NAME), digest(other / BEST_NAME)],
        "share": share,
    }
    out.mkdir(parents=True)
    for name in (CONFIG_NAME, VOCABULARY_NAME, PHRASES_NAME):
        shutil.copyfile(run / name, out / name)
    mean = {name: share * value + (1 - share) * two[name] for name, value in one.items()}
    save_tensors(mean, out / BEST_NAME)
    (out / MANIFEST_NAME).write_text(
        json.dumps(manifest, indent=1, ensure_ascii=False), encoding="utf-8"
    )
