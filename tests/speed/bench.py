"""Speed and memory of the whole pipeline beside jieba, cutword and a BERT-base stack, and of whole
runs by several workers; run by `make bench`.

Speed: one thread. Every round reads every text with every engine in turn, article by article, so
that what else the machine does falls on all of them; figures are medians of the rounds, in CPU
time. See docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import gc
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from pipeline import resources
from pipeline.extractor import SHIPPED_MODEL
from pipeline.model.session import ENCODER_NAME
from pipeline.types import Article
from tests.speed import articles as texts_of
from tests.speed.arithmetic import arithmetic_table, encoder_work, peak, window_lengths
from tests.speed.figures import (
    MEMORY_BAR_MB,
    Round,
    Seconds,
    median_stages,
    medians,
    ratio,
    speed_table,
    stage_table,
    verdict,
)
from tests.speed.peers import (
    BertStack,
    Cutword,
    Engine,
    JiebaPosseg,
    JiebaPossegSimplified,
    Load,
    load_of,
)
from tests.speed.plot import draw_growth, draw_scaling, draw_soak, draw_speed
from tests.speed.processes import Process, measure, summary, write_texts
from tests.speed.runs import (
    Scale,
    deciles,
    last_over_first,
    run_over,
    scale_medians,
    scale_of,
    scaling_table,
)
from tests.speed.stages import ENCODER, STAGES, Stopwatch, Zongheng, probes


class Records(NamedTuple):
    """The generated articles of a run: how many, unless an option says so; how many of a quick try;
    characters of the longest."""

    count: int
    quick: int
    longest: int


ROOT = Path(__file__).parents[2]
# The model that is timed, by extractor and command alike; None: what they use by themselves.
MODEL: Path | None = None
OUT = ROOT / "outputs" / "bench"

SEED = 20
BERT_BAR, BERT_AIM = 40, 120
# Of the speed of jieba.posseg after conversion.
POSSEG_BAR = 0.2
# Of one process; of the wall time of as many processes; of the first tenth of a long run.
TWO_PROCESSES_BAR, RAY_BAR, FLAT_BAR = 1.7, 1.25, 1.1
# Of a series' smallest input.
SIZES = (1, 4, 16)
# Characters of the articles of the corpus series' smallest input: sixteen times this is 1 MB.
CORPUS = (5_000, 20_000)
ARTICLE = 5_000
SCALING = Records(count=1_500, quick=200, longest=2_000)
SOAK = Records(count=100_000, quick=2_000, longest=300)
WORKERS = (1, 2)
SENTENCE = "輝達宣布向OpenAI投資1000億美元。"
PACKAGES = ("onnxruntime", "torch", "transformers", "jieba", "cutword", "ray")


def main() -> None:
    chosen = _options()
    chosen.out.mkdir(parents=True, exist_ok=True)
    lines = texts_of.paragraphs(article.text for article in texts_of.seed_articles())
    print(", ".join(f"{name} {_version(name)}" for name in PACKAGES))
    with tempfile.TemporaryDirectory() as folder:
        for section in chosen.only:
            MEASURED[section](chosen, lines, Path(folder))
            print(f"→ {_shown(chosen.out)}/{section}.csv, {_shown(chosen.out)}/{section}.png")


def _speed(chosen: argparse.Namespace, lines: Sequence[str], _: Path) -> None:
    """Speed and stages, beside the others."""
    seeds = texts_of.seed_articles()
    characters = sum(len(article.text) for article in seeds)
    lengths = texts_of.LONG[:2] if chosen.quick else texts_of.LONG
    texts = {"seeds": seeds, "long": texts_of.long_articles(lines, lengths, SEED)}

    ours = Zongheng(MODEL)
    engines, missing = _engines(ours)
    with window_lengths() as lengths_read:
        loads = [load_of(*ours.judged(article)) for article in seeds]
    work = encoder_work((MODEL or resources.find(SHIPPED_MODEL)) / ENCODER_NAME, lengths_read)
    bert = BertStack(loads)
    bert.warm_up()
    for engine in engines:
        engine(seeds[0])  # dictionaries that load at first need
    # What is loaded by now stays: no collection shall walk through one engine's tables in another
    # one's time.
    gc.collect()
    gc.freeze()

    rounds: list[Round] = []
    stages: dict[str, list[dict[str, float]]] = {name: [] for name in texts}
    for number in range(chosen.rounds):
        for name, some in texts.items():
            spent, unknown = _round(engines, ours, name, some, rounds)
            stages[name].append(spent)
        within, whole = bert.seconds(number, chosen.bert_parts)
        rounds.append(Round(bert.name, "seeds", characters, within))
        rounds.append(Round(bert.name_all, "seeds", characters, whole))
        _print_round("speed", number, chosen)

    speeds = medians(rounds)
    spent_in = {name: median_stages(some) for name, some in stages.items()}
    tables = {
        "speed": speed_table(speeds, missing),
        "stage": stage_table(spent_in, {speed.texts: speed.characters for speed in speeds}),
        "arithmetic": arithmetic_table(work, peak(), spent_in["seeds"][ENCODER]),
    }
    _keep(chosen.out, "speed", tables)
    draw_speed(chosen.out / "speed.png", speeds, spent_in)
    _print_table("Speed, one thread (times_ours: how many times as fast we are)", tables["speed"])
    _print_table("Our time by stage", tables["stage"])
    _print_table(
        f"The encoder's arithmetic on the seeds ({len(lengths_read)} windows) beside the best that "
        "this machine does on one thread",
        tables["arithmetic"],
    )
    for name in (BertStack.name, BertStack.name_all):
        faster = ratio(speeds, name, "seeds")
        print(verdict(f"times as fast as {name}", faster, BERT_BAR, at_least=True))
        print(f"  aim {BERT_AIM}: {'reached' if (faster or 0) >= BERT_AIM else 'not reached'}")
    name = JiebaPossegSimplified.name
    print(
        verdict(f"times as fast as {name}", ratio(speeds, name, "seeds"), POSSEG_BAR, at_least=True)
    )
    for probe in unknown:
        print(f"no such function any more: {probe}; its time counts to the stage around it")
    _print_loads(loads, chosen)


def _growth(chosen: argparse.Namespace, lines: Sequence[str], folder: Path) -> None:
    """Fresh processes on one, four and sixteen times the input."""
    processes: list[Process] = []
    inputs = _inputs(folder, lines, quick=chosen.quick)
    for number in range(chosen.rounds):
        for series, size, path in inputs:
            processes.append(measure(path, folder / "run", MODEL, series, size))
        _print_round("growth", number, chosen)
    some = summary(processes)
    table = pd.DataFrame([asdict(process) for process in some])
    _keep(chosen.out, "growth", {"process": table})
    draw_growth(chosen.out / "growth.png", some)
    _print_table("Fresh processes of `zongheng run`, start included", table)
    for series, size in (("seeds", 0), ("more articles", SIZES[-1])):
        (one,) = [p for p in some if (p.series, p.size) == (series, size)]
        label = f"peak memory in MB, {series}, {one.bytes / 1e6:.2f} MB of text"
        print(verdict(label, one.peak_mb, MEMORY_BAR_MB, at_least=False))


def _scaling(chosen: argparse.Namespace, lines: Sequence[str], folder: Path) -> None:
    """So many workers, of processes and of Ray."""
    count = _articles(chosen, SCALING)
    some = texts_of.records(lines, count, SCALING.longest, SEED)
    source = texts_of.write_compressed(folder / "scaling.jsonl.zst", some)
    engines = [name for name in ("processes", "ray") if name != "ray" or find_spec("ray")]
    scales: list[Scale] = []
    for number in range(chosen.rounds):
        for workers in chosen.workers:
            for engine in engines:
                run = run_over(source, folder / "run", MODEL, engine, workers, every=0.25)
                scales.append(scale_of(engine, workers, count, run))
        _print_round("scaling", number, chosen)
    scales = scale_medians(scales)
    table = scaling_table(scales)
    _keep(chosen.out, "scaling", {"scaling": table})
    draw_scaling(chosen.out / "scaling.png", scales)
    _print_table(
        "Workers (times_one: of the same engine's one worker; overhead: wall over processes')",
        table,
    )
    times = {(one.engine, one.workers): one for one in table.itertuples()}
    if ("processes", 2) in times:
        faster = times["processes", 2].times_one
        print(verdict("times one process, by two", faster, TWO_PROCESSES_BAR, at_least=True))
    most = max(chosen.workers)
    if ("ray", most) in times:
        label = f"wall time of {most} workers by Ray, start included, times that of processes"
        print(verdict(label, times["ray", most].overhead, RAY_BAR, at_least=False))
    if "ray" not in engines:
        print("ray: not installed, so not measured: pip install 'zongheng[scale]'")


def _soak_memory(chosen: argparse.Namespace, lines: Sequence[str], folder: Path) -> None:
    """A long run, whose memory and speed must stay what they are at its beginning."""
    count = _articles(chosen, SOAK)
    some = texts_of.records(lines, count, SOAK.longest, SEED)
    source = texts_of.write_compressed(folder / "short.jsonl.zst", some)
    every = 0.1 if chosen.quick else 0.5
    run = run_over(source, folder / "run", MODEL, "processes", WORKERS[-1], every=every)
    tenths = deciles(run.samples)
    table = pd.DataFrame([asdict(decile) for decile in tenths])
    _keep(chosen.out, "soak-memory", {"decile": table})
    draw_soak(chosen.out / "soak-memory.png", tenths)
    _print_table(f"A run of {count:,} short articles by {WORKERS[-1]} processes, in tenths", table)
    for name, times in last_over_first(tenths).items():
        print(verdict(f"{name}, last tenth over first", times, FLAT_BAR, at_least=False))
    for name in ("driver_mb", "worker_mb"):
        most = max(getattr(sample, name) for sample in run.samples)
        label = f"peak memory in MB, {name.removesuffix('_mb')}"
        print(verdict(label, most, MEMORY_BAR_MB, at_least=False))


MEASURED: dict[str, Callable[[argparse.Namespace, Sequence[str], Path], None]] = {
    "speed": _speed,
    "growth": _growth,
    "scaling": _scaling,
    "soak-memory": _soak_memory,
}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.speed.bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="rounds of everything")
    parser.add_argument(
        "--bert-parts",
        type=int,
        default=10,
        help="a round runs the BERT stack on one of so many parts of its batches; 1: on all",
    )
    parser.add_argument(
        "--quick", action="store_true", help="one round of less of everything; only a try"
    )
    parser.add_argument(
        "--only",
        default=",".join(MEASURED),
        help="sections to measure, in this order (default: %(default)s)",
    )
    parser.add_argument(
        "--articles",
        type=int,
        help=f"of a run of scaling (default: {SCALING.count:,}; quick: {SCALING.quick:,}) and of "
        f"soak-memory (default: {SOAK.count:,}; quick: {SOAK.quick:,})",
    )
    parser.add_argument(
        "--workers",
        type=int,
        nargs="+",
        default=WORKERS,
        help="of the runs of scaling (default: 1 2)",
    )
    parser.add_argument("--out", type=Path, default=OUT, help="folder of the tables and pictures")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.rounds, chosen.bert_parts = 1, 40
    counts = (chosen.rounds, chosen.bert_parts, *chosen.workers)
    if min(counts) < 1 or (chosen.articles is not None and chosen.articles < 1):
        parser.error("--rounds, --bert-parts, --articles and --workers are at least 1")
    chosen.only = chosen.only.split(",")
    unknown = [section for section in chosen.only if section not in MEASURED]
    if unknown:
        parser.error(f"--only: no section {', '.join(unknown)}; there are {', '.join(MEASURED)}")
    if not {"scaling", "soak-memory"}.isdisjoint(chosen.only) and not Path("/proc").exists():
        parser.error("scaling and soak-memory need /proc: --only speed,growth")
    return chosen


def _articles(chosen: argparse.Namespace, usual: Records) -> int:
    number: int = chosen.articles or (usual.quick if chosen.quick else usual.count)
    return number


def _engines(ours: Zongheng) -> tuple[list[Engine], list[str]]:
    """The engines that run here, ours first, and the names of those not installed."""
    engines: list[Engine] = [ours, JiebaPosseg(), JiebaPossegSimplified()]
    try:
        engines.append(Cutword())
    except ImportError:
        return engines, [Cutword.name]
    return engines, []


def _round(
    engines: Sequence[Engine],
    ours: Zongheng,
    name: str,
    articles: Sequence[Article],
    rounds: list[Round],
) -> tuple[dict[str, float], list[str]]:
    """All engines over `articles`; our CPU seconds by stage, and the probes that found nothing."""
    seconds = {engine.name: Seconds() for engine in engines}
    ours.watch = Stopwatch()
    with probes(ours.watch) as unknown:
        for article in articles:
            for engine in engines:
                with seconds[engine.name].counted():
                    engine(article)
    characters = sum(len(article.text) for article in articles)
    rounds += [Round(engine, name, characters, spent) for engine, spent in seconds.items()]
    return {stage: ours.watch.spent.get(stage, 0.0) for stage in STAGES}, unknown


def _inputs(folder: Path, lines: Sequence[str], *, quick: bool) -> list[tuple[str, int, Path]]:
    """Series, size and folder of every input that a fresh process reads."""
    shrink = 10 if quick else 1
    inputs = [
        ("one sentence", 0, write_texts(folder / "sentence", [SENTENCE])),
        ("seeds", 0, texts_of.SEEDS),
    ]
    for size in SIZES:
        lengths = [length // shrink for length in CORPUS * size]
        some = texts_of.long_articles(lines, lengths, SEED + 100)
        path = write_texts(folder / f"corpus-{size}", [article.text for article in some])
        inputs.append(("more articles", size, path))
        text = texts_of.long_text(lines, ARTICLE * size // shrink, SEED)
        inputs.append(("a longer article", size, write_texts(folder / f"article-{size}", [text])))
    return inputs


def _keep(out: Path, section: str, tables: dict[str, pd.DataFrame]) -> None:
    """Write `tables` to the section's CSV, one below the other."""
    kept = pd.concat([table.assign(table=name) for name, table in tables.items()])
    kept = kept[["table", *(column for column in kept if column != "table")]]
    kept.to_csv(out / f"{section}.csv", index=False, float_format="%.4f")


def _print_table(title: str, table: pd.DataFrame) -> None:
    print(f"\n{title}")
    print(table.to_string(index=False, na_rep="-", float_format="{:,.2f}".format))
    print()


def _print_round(section: str, number: int, chosen: argparse.Namespace) -> None:
    print(f"{section}: round {number + 1} of {chosen.rounds} done", file=sys.stderr)


def _print_loads(loads: Sequence[Load], chosen: argparse.Namespace) -> None:
    sentences = sum(len(load.sentences) for load in loads)
    within, across = (sum(len(getattr(load, n)) for load in loads) for n in ("within", "across"))
    share = min(1.0, chosen.rounds / chosen.bert_parts)
    print(
        f"BERT-base stack: {sentences} sentences, {within} pairs within one sentence; 'all pairs': "
        f"with {across} across sentences, which we judge too; {share:.0%} of its batches run, the "
        "time scaled by padded tokens"
    )


def _shown(out: Path) -> str:
    return out.name if out != OUT else OUT.relative_to(ROOT).as_posix()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


if __name__ == "__main__":
    sys.exit(main())
