"""`zongheng study`: variants of a recipe, trained and compared."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.app import app
from pipeline.cli.terminal import (
    DATA,
    Backbone,
    Corpus,
    NamesFile,
    Threads,
    clone_folder,
    figures,
    safe,
)
from pipeline.cli.train import DEFAULT_BACKBONE, require_torch
from pipeline.errors import InputError

if TYPE_CHECKING:
    from pipeline.training.train import Step


@app.command()
def study(
    config: Annotated[
        Path, typer.Argument(metavar="CONFIG", help="TOML file with [variants.NAME] tables.")
    ],
    data: Annotated[Path, DATA],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the study.")],
    backbone: Backbone = DEFAULT_BACKBONE,
    corpus: Corpus = None,
    dev: Annotated[
        list[Path] | None, typer.Option(help="Passages to score on; corpus/dev when not given.")
    ] = None,
    names: NamesFile = None,
    start_from: Annotated[
        Path | None,
        typer.Option(help="A training of public sets alone, to start each variant from."),
    ] = None,
    threads: Threads = 2,
) -> None:
    """Train variants of one recipe for the same number of steps and compare them: a learning curve,
    and what each part is worth. Needs `pip install 'zongheng[train]'`.

    CONFIG is a training's configuration with `steps`, and tables of changed fields for each
    variant:

        [variants.no-augmentation.training]
        renamed_share = 0.0

    Each variant is trained from the bare encoder, or from a training of public sets alone, into
    OUT/NAME and scored on dev and on the real passages that are kept out of training. Stop it
    whenever you like: the same command goes on. Writes OUT/study.csv and OUT/curve.png, prints a
    Markdown table.

    Example:

        zongheng study models/zongheng-small/study.toml --data public-data --out outputs/study
    """
    require_torch()
    _require_matplotlib()
    import torch

    from pipeline.training.config import load_study
    from pipeline.training.data import load_data
    from pipeline.training.study import CURVE_NAME, TABLE_NAME, load_real, markdown, run_study

    torch.set_num_threads(threads)
    settings = load_study(config)
    real = load_real(data)
    sets = load_data(
        corpus or [clone_folder("train", "--corpus")], dev or [clone_folder("dev", "--dev")], data
    )
    order = list(settings.variants)
    steps = next(iter(settings.variants.values())).training.steps

    def tell(name: str, said: str) -> None:
        print(f"{name} ({order.index(name) + 1}/{len(order)}) {said}", file=sys.stderr, flush=True)

    def show(name: str, step: Step) -> None:
        if step.losses and step.position.step % 50 == 0:
            tell(name, f"step {step.position.step}  {figures(step.losses)}")

    outcomes = run_study(
        settings, sets, real, backbone, out, start_from=start_from, names=names, progress=show,
        ended=lambda one: tell(
            one.variant,
            f"triple F1 dev {one.dev_triple_f1:.3f} real {one.real_triple_f1:.3f}",
        ),
    )  # fmt: skip
    print(markdown(outcomes))
    print()
    print(f"{len(outcomes)} variants, {steps} steps each")
    print(f"→ {safe(str(out / TABLE_NAME))}, {CURVE_NAME}")


def _require_matplotlib() -> None:
    # Asked for now: the curve is drawn hours later.
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise InputError("this needs more packages: pip install 'zongheng[train]'") from error
