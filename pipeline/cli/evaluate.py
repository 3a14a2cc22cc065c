"""`zongheng evaluate`: the whole pipeline on annotated texts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.app import app
from pipeline.cli.check import print_report
from pipeline.cli.terminal import clone_folder, safe
from pipeline.errors import InputError

if TYPE_CHECKING:
    from pipeline.evaluation.benchmarks import Benchmark


@app.command()
def evaluate(
    benchmark: Annotated[
        str, typer.Option(help="dev, real, or a file or folder of passages.")
    ] = "dev",
    data: Annotated[Path | None, typer.Option(help="Folder with public sets, for real.")] = None,
    model: Annotated[
        Path | None,
        typer.Option(help="Folder of a trained model; registry and rules when not given."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Figures as JSON.")] = False,
) -> None:
    """Extract annotated texts and score what was found, as `zongheng check` does for a run.

    real: the annotated real articles of DATA/real/passages.jsonl whose sources training never sees
    (a fifth, by a hash of the source).

    Examples:

        zongheng evaluate

        zongheng evaluate --benchmark real --data public-data

        zongheng evaluate --benchmark mine.passages --model outputs/my-model
    """
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
        raise InputError(f"{safe(name)}: no such benchmark or file; there are: dev, real")
    simplify = _simplify()
    return (
        passages_benchmark(read_passages([path]), simplify=simplify),
        folder_digest(path, "*.passages"),
    )


def _simplify() -> Callable[[str], str]:
    from pipeline.cleaning.script import ScriptConverter

    return ScriptConverter().simplify
