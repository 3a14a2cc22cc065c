"""Whole runs of the command over generated records: how it scales, and whether it stays flat."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median

import numpy as np
import pandas as pd

from tests.speed.watching import COMMAND, Sample, Watched, watch

DECILES = 10


@dataclass(frozen=True, slots=True)
class Scale:
    """A run by an engine with so many workers. wall: seconds, start included. rate: articles a
    second of wall time, from the first that is done to the last. driver_mb, worker_mb: the most
    resident memory, 10^6 bytes, of the driver and of any worker."""

    engine: str
    workers: int
    articles: int
    wall: float
    rate: float
    driver_mb: float
    worker_mb: float


@dataclass(frozen=True, slots=True)
class Decile:
    """A tenth of a run's articles. seconds: of wall time; memory: resident, 10^6 bytes, the mean of
    its samples; worker_mb is the largest worker's."""

    number: int
    articles: float
    seconds: float
    driver_mb: float
    worker_mb: float


def run_over(
    source: Path, out: Path, model: Path | None, engine: str, workers: int, *, every: float
) -> Watched:
    """`zongheng run source`, written to `out`, which is removed before; a sample `every` so many
    seconds."""
    shutil.rmtree(out, ignore_errors=True)
    command = [str(COMMAND), "run", str(source), "--out", str(out), "--quiet"]
    command += ["--engine", engine, "--workers", str(workers)]
    if model:
        command += ["--model", str(model)]
    return watch(command, out, out.with_name(f"{out.name}.log"), every=every)


def scale_of(engine: str, workers: int, articles: int, run: Watched) -> Scale:
    """What `run` over so many articles, by so many workers, comes to."""
    working = working_samples(run.samples)
    first, last = working[0], working[-1]
    spent = last.seconds - first.seconds
    return Scale(
        engine,
        workers,
        articles,
        run.wall,
        (last.items - first.items) / spent if spent else float("nan"),
        max(sample.driver_mb for sample in run.samples),
        max(sample.worker_mb for sample in run.samples),
    )


def working_samples(samples: Sequence[Sample]) -> list[Sample]:
    """Those of `samples` from the first item that is done to the last; never empty."""
    last = samples[-1].items
    started = [sample for sample in samples if sample.items]
    ended = next((n for n, sample in enumerate(started) if sample.items == last), 0)
    return started[: ended + 1] or [samples[-1]]


def scale_medians(scales: Iterable[Scale]) -> list[Scale]:
    """One Scale for each engine and number of workers: median times, the largest memory."""
    groups: dict[tuple[str, int], list[Scale]] = {}
    for one in scales:
        groups.setdefault((one.engine, one.workers), []).append(one)
    return [
        Scale(
            engine,
            workers,
            group[0].articles,
            median(one.wall for one in group),
            median(one.rate for one in group),
            max(one.driver_mb for one in group),
            max(one.worker_mb for one in group),
        )
        for (engine, workers), group in groups.items()
    ]


def scaling_table(scales: Sequence[Scale]) -> pd.DataFrame:
    """A row for each of `scales`.

    times_one: how many times as fast as one worker of the same engine. overhead: how many times the
    wall time, start included, of `processes` with as many workers.
    """
    rates = {(one.engine, one.workers): one.rate for one in scales}
    walls = {(one.engine, one.workers): one.wall for one in scales}
    nothing = float("nan")
    return pd.DataFrame(
        [
            {
                "engine": one.engine,
                "workers": one.workers,
                "articles": one.articles,
                "wall_s": one.wall,
                "articles_per_s": one.rate,
                "times_one": one.rate / rates.get((one.engine, 1), nothing),
                "overhead": one.wall / walls.get(("processes", one.workers), nothing),
                "driver_mb": one.driver_mb,
                "worker_mb": one.worker_mb,
            }
            for one in scales
        ]
    )


def deciles(samples: Sequence[Sample]) -> list[Decile]:
    """The run that was sampled, cut into ten by the articles that were done; loading, before the
    first, and merging, after the last, are left out."""
    working = working_samples(samples)
    items = [sample.items for sample in working]
    edges = np.linspace(items[0], items[-1], DECILES + 1)
    # Of samples with the same number of items the first tells when it was reached.
    reached = {sample.items: sample.seconds for sample in reversed(working)}
    known = sorted(reached)
    times = np.interp(edges, known, [reached[count] for count in known])
    found = []
    for number in range(DECILES):
        low, high = edges[number], edges[number + 1]
        inside = [sample for sample in working if low <= sample.items <= high]
        # A quick run may have none: the next one tells as much.
        inside = inside or [next(sample for sample in working if sample.items >= high)]
        found.append(
            Decile(
                number + 1,
                float(high - low),
                float(times[number + 1] - times[number]),
                mean(sample.driver_mb for sample in inside),
                mean(sample.worker_mb for sample in inside),
            )
        )
    return found


def last_over_first(some: Sequence[Decile]) -> dict[str, float]:
    """How many times the first decile's seconds and memory the last one's are."""
    first, last = some[0], some[-1]
    return {
        "seconds": last.seconds / first.seconds if first.seconds else float("nan"),
        "driver memory": last.driver_mb / first.driver_mb,
        "worker memory": last.worker_mb / first.worker_mb if first.worker_mb else float("nan"),
    }
