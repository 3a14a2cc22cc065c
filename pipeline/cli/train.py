"""The commands that train models and make them ready for use."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
from pipeline.errors import InputError

if TYPE_CHECKING:
    from pipeline.training.train import Step

DEFAULT_BACKBONE = "intfloat/multilingual-e5-small"


@app.command("train-characters")
def train_characters(
    paths: Annotated[
        list[Path], typer.Argument(help="Texts: lines of .txt, last column of .tsv, .jsonl.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the model.")],
) -> None:
    """Train the character model that repairs damaged pages.

    Example:

        zongheng train-characters news.txt articles.jsonl --out my-resources/char-trigram

    Set ZONGHENG_RESOURCES=my-resources to use it.
    """
    from pipeline.training.characters import train_character_model

    trained = train_character_model(paths)
    try:
        trained.model.save(out)
    except OSError as error:
        raise InputError(
            f"cannot write into {out}: {error.strerror}; choose another --out"
        ) from error
    print(f"{trained.characters:,} characters → {out}")
    print(f"{trained.entropy:.3f} nats a character on held-out text")


@app.command()
def train(
    config: Annotated[Path, typer.Option(help="TOML file, such as a shipped model's config.toml.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of this training.")],
    backbone: Backbone = DEFAULT_BACKBONE,
    corpus: Corpus = None,
    dev: Annotated[
        list[Path] | None, typer.Option(help="Passages to stop by; corpus/dev when not given.")
    ] = None,
    data: Annotated[Path | None, DATA] = None,
    names: NamesFile = None,
    start_from: Annotated[
        Path | None,
        typer.Option(help="Folder of another training, of as many layers or not, to start from."),
    ] = None,
    teacher: Annotated[
        Path | None,
        typer.Option(help="Folder of a training of more layers, to come close to and start from."),
    ] = None,
    threads: Threads = 2,
) -> None:
    """Train the extractor: one encoder, two heads. Needs `pip install 'zongheng[train]'`.

    Stop it whenever you like: the same command goes on from the last checkpoint. The folder gets
    `log.jsonl`, `manifest.json`, `best.safetensors` and the last state.

    Examples:

        zongheng train --config models/zongheng-small/config.toml --out outputs/train/mine

        zongheng train --config my.toml --corpus mine.passages --dev my-dev.passages \\
            --backbone my-encoder --out outputs/train/mine

        zongheng train --config fewer-layers.toml --teacher outputs/train/mine \\
            --out outputs/train/small
    """
    require_torch()
    import torch

    from pipeline.training.config import load_config
    from pipeline.training.data import load_data
    from pipeline.training.train import run_training

    torch.set_num_threads(threads)
    settings = load_config(config)
    sets = load_data(
        corpus or [clone_folder("train", "--corpus")],
        dev or [clone_folder("dev", "--dev")],
        data,
    )
    with _training_progress(settings.training.epochs, settings.training.steps) as show:
        last = run_training(
            settings, sets, backbone, out,
            start_from=start_from, teach=teacher, names=names, progress=show,
        )  # fmt: skip
    if last is None:
        print(f"nothing left to do: the training in {safe(str(out))} has ended")
        return
    for name, value in last.scores.items():
        print(f"{name:<18} {value:.4f}")
    print(f"best weights → {safe(str(out / 'best.safetensors'))}")


@app.command("export-model")
def export_model(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a training.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the model.")],
    name: Annotated[str, typer.Option(help="What the model calls itself.")] = "mine",
    backbone: Annotated[
        str, typer.Option(help="The encoder that the training started from.")
    ] = DEFAULT_BACKBONE,
    dev: Annotated[
        list[Path] | None,
        typer.Option(help="Passages that thresholds are set on; corpus/dev when not given."),
    ] = None,
    int8: Annotated[bool, typer.Option(help="Eight-bit weights: a quarter of the size.")] = True,
) -> None:
    """Turn a training's best weights into the ONNX model that `zongheng run --model` reads.

    Prints dev's scores, how reliable the probabilities are, and how far ONNX is from torch.

    Example:

        zongheng export-model outputs/train/mine --out models/mine --name mine
    """
    require_torch()
    from pipeline.training.packing import pack

    packed = pack(
        run, out, backbone=backbone, name=name, dev=dev or [clone_folder("dev", "--dev")], int8=int8
    )
    for figure, value in packed.scores.items():
        print(f"{figure:<18} {value:.4f}")
    print(f"temperature        {packed.temperature:.2f}")
    print("probability  true   facts")
    for one in packed.reliability:
        print(f"{one.probability:11.3f}  {one.true:.3f}  {one.count:5d}")
    print(f"largest gap between torch and ONNX, fp32: {packed.largest_gap:.2e}")
    print(f"tokens whose best tag int8 keeps: {packed.int8_agreement:.4f}")
    print(f"model → {safe(str(out))}")


@app.command("average-trainings")
def average_trainings(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a training.")],
    other: Annotated[
        Path, typer.Argument(metavar="OTHER", help="The training that it started from.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the mean, a new one.")],
    share: Annotated[float, typer.Option(help="Of RUN in the mean, 0 to 1.")] = 0.5,
) -> None:
    """Average the weights of a training and of the one it started from: often better than either.

    Example:

        zongheng average-trainings outputs/train/second outputs/train/first --share 0.7 \\
            --out outputs/train/mean
    """
    require_torch()
    from pipeline.training.averaging import average

    average(run, other, out, share=share)
    print(f"{share:g} of {safe(str(run))}, the rest of {safe(str(other))} → {safe(str(out))}")


def require_torch() -> None:
    """Raises InputError, naming the extra to install, where torch or transformers is missing."""
    try:
        import torch  # noqa: F401
        import transformers  # noqa: F401
    except ImportError as error:
        raise InputError("this needs more packages: pip install 'zongheng[train]'") from error


@contextmanager
def _training_progress(epochs: int, steps: int) -> Iterator[Callable[[Step], None]]:
    """A bar on a terminal, else a line now and then; dev's scores either way."""

    def told(step: Step) -> str:
        return figures(step.scores or step.losses)

    if not sys.stderr.isatty():

        def line(step: Step) -> None:
            if step.scores or step.position.step % 50 == 0:
                at = f"epoch {step.position.epoch + 1} step {step.position.step}"
                print(at, told(step), file=sys.stderr, flush=True)

        yield line
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("steps"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    shown = TextColumn("{task.fields[told]}", markup=False)
    with Progress(*columns, shown, console=Console(stderr=True)) as bar:
        task = bar.add_task("steps", total=None, told="")

        def advance(step: Step) -> None:
            total = steps or step.batches * epochs
            bar.update(task, completed=step.position.step, total=total, told=told(step))
            if step.scores:
                bar.console.print(f"epoch {step.position.epoch}: {told(step)}", markup=False)

        yield advance
