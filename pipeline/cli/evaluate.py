"""`zongheng evaluate`: the whole pipeline on annotated texts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.app import app
from pipeline.cli.check import print_report
from pipeline.cli.terminal import clone_folder, print_table, safe
from pipeline.cli.train import DEFAULT_BACKBONE, require_torch
from pipeline.errors import InputError

if TYPE_CHECKING:
    from pipeline.evaluation.benchmarks import Benchmark

# The benchmarks of a training's auxiliary heads.
HEADS = ("cluener", "finre")


@app.command()
def evaluate(
    benchmark: Annotated[
        str,
        typer.Option(help="dev, real, cluener, finre, or a file or folder of passages."),
    ] = "dev",
    data: Annotated[
        Path | None, typer.Option(help="Folder with public sets, for real, cluener and finre.")
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option(help="Folder of a trained model; the shipped one when not given."),
    ] = None,
    training: Annotated[
        Path | None, typer.Option(help="Folder of a training, for cluener and finre.")
    ] = None,
    backbone: Annotated[
        str, typer.Option(help="The encoder that the training started from.")
    ] = DEFAULT_BACKBONE,
    as_json: Annotated[bool, typer.Option("--json", help="Figures as JSON.")] = False,
) -> None:
    """Extract annotated texts and score what was found, as `zongheng check` does for a run.

    real: the annotated real articles of DATA/real/passages.jsonl whose sources training never sees
    (a fifth, by a hash of the source).

    cluener, finre: not the pipeline, but the two auxiliary heads of a training, which an exported
    model lacks; they need `pip install 'zongheng[train]'`. cluener: mentions of ten types, exact
    spans, in the tenth of DATA/cluener/train.jsonl that training never sees. finre: the labels of
    given pairs of DATA/finre/valid.tsv, without `unknown`; "any label" is the metric of FinRE's
    paper.

    Examples:

        zongheng evaluate

        zongheng evaluate --benchmark real --data public-data

        zongheng evaluate --benchmark mine.passages --model outputs/my-model

        zongheng evaluate --benchmark cluener --data public-data --training outputs/train/mine

        zongheng evaluate --benchmark finre --data public-data --training outputs/train/mine \\
            --backbone my-encoder
    """
    if benchmark in HEADS:
        _evaluate_head(benchmark, data, model, training, backbone, as_json=as_json)
        return
    if training is not None:
        raise InputError(f"--training is for the benchmarks {' and '.join(HEADS)}; give --model")
    from pipeline.evaluation.benchmarks import of_extraction
    from pipeline.evaluation.report import Report
    from pipeline.extractor import Extractor

    texts, digest = _benchmark(benchmark, data)
    extractor = Extractor.load(model=model)
    gold, found = [], {}
    for article, marked in texts:
        gold.append(marked)
        found[article.id] = of_extraction(extractor(article))
    report = Report.of(gold, found, digest)
    if as_json:
        print(json.dumps({"gold_sha256": digest, **report.figures()}, indent=1))
    else:
        print_report(report, benchmark)


def _evaluate_head(
    name: str,
    data: Path | None,
    model: Path | None,
    run: Path | None,
    backbone: str,
    *,
    as_json: bool,
) -> None:
    """Measures an auxiliary head and prints what it reaches."""
    if data is None:
        raise InputError(f"--benchmark {name} needs --data, the folder that holds {name}/")
    if run is None or model is not None:
        raise InputError(
            f"--benchmark {name} measures a training, not a model (an exported model lacks this "
            "head): give --training, the folder of `zongheng train`, and no --model"
        )
    require_torch()
    from pipeline.training.auxiliary import measure_cluener, measure_finre

    report = (measure_cluener if name == "cluener" else measure_finre)(run, backbone, data)
    figures = report.figures()
    if as_json:
        print(json.dumps({"file_sha256": report.sha256, **figures}, indent=1))
        return
    print_table(report.title, report.table())
    for figure, value in figures.items():
        if figure in report.floors:
            print(f"{figure:<20} {value:.3f}   wanted {report.floors[figure]:.2f}")
        elif figure.startswith(("micro", "macro", "any")):
            print(f"{figure:<20} {value:.3f}")
    print(f"{report.file} sha256 {report.sha256}")


def _benchmark(name: str, data: Path | None) -> tuple[Benchmark, str]:
    """The texts of a benchmark, and the digest of what they were read from."""
    from pipeline.batch import folder_digest
    from pipeline.corpus.inline import read_passages
    from pipeline.evaluation.benchmarks import passages_benchmark, records_benchmark

    if name == "real":
        from pipeline.training.sources import real_records

        if data is None:
            raise InputError("--benchmark real needs --data, the folder that holds real/")
        path = data / "real" / "passages.jsonl"
        records = list(real_records(path, held_out=True))
        return records_benchmark(records), folder_digest(path, "")
    path = clone_folder("dev", "--benchmark") if name == "dev" else Path(name)
    if not path.exists():
        raise InputError(
            f"{safe(name)}: no such benchmark or file; there are: dev, real, cluener, finre"
        )
    simplify = _simplify()
    return (
        passages_benchmark(read_passages([path]), simplify=simplify),
        folder_digest(path, "*.passages"),
    )


def _simplify() -> Callable[[str], str]:
    from pipeline.cleaning.script import converter

    return converter().simplify
