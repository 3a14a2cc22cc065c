"""Speed and memory of the whole pipeline beside jieba, cutword and a BERT-base stack; run by
`make bench`.

One thread. Every round reads every text with every engine in turn, article by article, so that what
else the machine does falls on all of them; figures are medians of the rounds, in CPU time. See
docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import gc
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pandas as pd

from pipeline.types import Article
from tests.speed import articles as texts_of
from tests.speed.figures import (
    MEMORY_BAR_MB,
    Round,
    Seconds,
    Speed,
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
from tests.speed.plot import draw
from tests.speed.processes import Process, measure, summary, write_texts
from tests.speed.stages import STAGES, Stopwatch, Zongheng, probes

ROOT = Path(__file__).parents[2]
# The model that is timed, by extractor and command alike; None: what they use by themselves.
MODEL: Path | None = None
OUT = ROOT / "outputs" / "bench"

SEED = 20
BERT_BAR, BERT_AIM = 40, 120
# Of a series' smallest input.
SIZES = (1, 4, 16)
# Characters of the articles of the corpus series' smallest input: sixteen times this is 1 MB.
CORPUS = (5_000, 20_000)
ARTICLE = 5_000
SENTENCE = "輝達宣布向OpenAI投資1000億美元。"
PACKAGES = ("onnxruntime", "torch", "transformers", "jieba", "cutword")


def main() -> None:
    chosen = _options()
    seeds = texts_of.seed_articles()
    lines = texts_of.paragraphs(article.text for article in seeds)
    characters = sum(len(article.text) for article in seeds)
    lengths = texts_of.LONG[:2] if chosen.quick else texts_of.LONG
    texts = {"seeds": seeds, "long": texts_of.long_articles(lines, lengths, SEED)}

    ours = Zongheng(MODEL)
    engines, missing = _engines(ours)
    loads = [load_of(*ours.judged(article)) for article in seeds]
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
    processes: list[Process] = []
    with tempfile.TemporaryDirectory() as folder:
        inputs = _inputs(Path(folder), lines, quick=chosen.quick)
        for number in range(chosen.rounds):
            for name, some in texts.items():
                spent, unknown = _round(engines, ours, name, some, rounds)
                stages[name].append(spent)
            within, whole = bert.seconds(number, chosen.bert_parts)
            rounds.append(Round(bert.name, "seeds", characters, within))
            rounds.append(Round(bert.name_all, "seeds", characters, whole))
            for series, size, path in inputs:
                processes.append(measure(path, Path(folder) / "run", MODEL, series, size))
            print(f"round {number + 1} of {chosen.rounds} done", file=sys.stderr)

    speeds = medians(rounds)
    spent_in = {name: median_stages(some) for name, some in stages.items()}
    _report(speeds, missing, spent_in, summary(processes), chosen.out)
    for probe in unknown:
        print(f"no such function any more: {probe}; its time counts to the stage around it")
    _print_notes(loads, chosen)


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
    parser.add_argument("--out", type=Path, default=OUT, help="folder of speed.csv and speed.png")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.rounds, chosen.bert_parts = 1, 40
    if min(chosen.rounds, chosen.bert_parts) < 1:
        parser.error("--rounds and --bert-parts are at least 1")
    return chosen


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


def _report(
    speeds: list[Speed],
    missing: list[str],
    stages: dict[str, dict[str, float]],
    processes: list[Process],
    out: Path,
) -> None:
    characters = {speed.texts: speed.characters for speed in speeds}
    tables = {
        "speed": speed_table(speeds, missing),
        "stage": stage_table(stages, characters),
        "process": pd.DataFrame([asdict(process) for process in processes]),
    }
    out.mkdir(parents=True, exist_ok=True)
    kept = pd.concat([table.assign(table=name) for name, table in tables.items()])
    kept = kept[["table", *(column for column in kept if column != "table")]]
    kept.to_csv(out / "speed.csv", index=False, float_format="%.4f")
    draw(out / "speed.png", speeds, stages, processes)

    print(", ".join(f"{name} {_version(name)}" for name in PACKAGES))
    for title, name in (
        ("Speed, one thread (times_ours: how many times as fast we are)", "speed"),
        ("Our time by stage", "stage"),
        ("Fresh processes of `zongheng run`, start included", "process"),
    ):
        print(f"\n{title}")
        print(tables[name].to_string(index=False, na_rep="-", float_format="{:,.2f}".format))
    print()
    for engine in (BertStack.name, BertStack.name_all):
        faster = ratio(speeds, engine, "seeds")
        print(verdict(f"times as fast as {engine}", faster, BERT_BAR, at_least=True))
        print(f"  aim {BERT_AIM}: {'reached' if (faster or 0) >= BERT_AIM else 'not reached'}")
    for series, size in (("seeds", 0), ("more articles", SIZES[-1])):
        (one,) = [p for p in processes if (p.series, p.size) == (series, size)]
        label = f"peak memory in MB, {series}, {one.bytes / 1e6:.2f} MB of text"
        print(verdict(label, one.peak_mb, MEMORY_BAR_MB, at_least=False))


def _print_notes(loads: Sequence[Load], chosen: argparse.Namespace) -> None:
    sentences = sum(len(load.sentences) for load in loads)
    within, across = (sum(len(getattr(load, n)) for load in loads) for n in ("within", "across"))
    share = min(1.0, chosen.rounds / chosen.bert_parts)
    print(
        f"BERT-base stack: {sentences} sentences, {within} pairs within one sentence; 'all pairs': "
        f"with {across} across sentences, which we judge too; {share:.0%} of its batches run, the "
        "time scaled by padded tokens"
    )
    shown = chosen.out.name if chosen.out != OUT else OUT.relative_to(ROOT).as_posix()
    print(f"→ {shown}/speed.csv, {shown}/speed.png")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


if __name__ == "__main__":
    sys.exit(main())
