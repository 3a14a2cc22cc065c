"""Rounds to medians, medians to ratios, and both to the tables that are printed and kept."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import isnan
from statistics import median

import pandas as pd

OURS = "zongheng"
MEMORY_BAR_MB = 600
# What is measured against a lower bar is a ratio of which the decimals tell.
SMALL_BAR = 10


@dataclass(slots=True)
class Seconds:
    """Time spent: cpu, of all threads of the process, and wall."""

    cpu: float = 0.0
    wall: float = 0.0

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Add what the body takes."""
        cpu, wall = time.process_time(), time.perf_counter()
        try:
            yield
        finally:
            self.cpu += time.process_time() - cpu
            self.wall += time.perf_counter() - wall

    def times(self, factor: float) -> Seconds:
        return Seconds(self.cpu * factor, self.wall * factor)

    def plus(self, other: Seconds) -> Seconds:
        return Seconds(self.cpu + other.cpu, self.wall + other.wall)


@dataclass(frozen=True, slots=True)
class Round:
    """What an engine took for all of some texts in one round."""

    engine: str
    texts: str
    characters: int
    seconds: Seconds


@dataclass(frozen=True, slots=True)
class Speed:
    """The median of an engine's rounds over the same texts.

    spread: the slowest round's CPU time over the fastest's.
    """

    engine: str
    texts: str
    characters: int
    rounds: int
    cpu: float
    wall: float
    spread: float

    @property
    def rate(self) -> float:
        """Characters per CPU-second."""
        return self.characters / self.cpu


def medians(rounds: Iterable[Round]) -> list[Speed]:
    """One Speed for each engine and texts, in the order in which they first come."""
    groups: dict[tuple[str, str], list[Round]] = {}
    for one in rounds:
        groups.setdefault((one.engine, one.texts), []).append(one)
    return [
        Speed(
            engine,
            texts,
            group[0].characters,
            len(group),
            median(one.seconds.cpu for one in group),
            median(one.seconds.wall for one in group),
            max(one.seconds.cpu for one in group) / min(one.seconds.cpu for one in group),
        )
        for (engine, texts), group in groups.items()
    ]


def median_stages(rounds: Sequence[dict[str, float]]) -> dict[str, float]:
    """The median of each stage over all rounds; a stage that a round lacks took 0 there."""
    names = dict.fromkeys(name for one in rounds for name in one)
    return {name: median(one.get(name, 0.0) for one in rounds) for name in names}


def ratio(speeds: Sequence[Speed], engine: str, texts: str) -> float | None:
    """How many times as fast as `engine` we are on `texts`; None where either was not measured."""
    rates = {speed.engine: speed.rate for speed in speeds if speed.texts == texts}
    if engine not in rates or OURS not in rates:
        return None
    return rates[OURS] / rates[engine]


def speed_table(speeds: Sequence[Speed], missing: Iterable[str] = ()) -> pd.DataFrame:
    """A row for each of `speeds`, and one for each engine that is `missing`.

    times_ours: how many times as fast as this engine we are.
    """
    rows: list[dict[str, object]] = [
        {
            "engine": speed.engine,
            "texts": speed.texts,
            "characters": speed.characters,
            "rounds": speed.rounds,
            "cpu_s": speed.cpu,
            "wall_s": speed.wall,
            "spread": speed.spread,
            "chars_per_cpu_s": speed.rate,
            "times_ours": ratio(speeds, speed.engine, speed.texts),
        }
        for speed in speeds
    ]
    rows += [{"engine": engine, "texts": "not installed"} for engine in missing]
    return pd.DataFrame(rows)


def stage_table(stages: dict[str, dict[str, float]], characters: dict[str, int]) -> pd.DataFrame:
    """CPU milliseconds a thousand characters, and the share of the whole, of each stage and texts.

    stages: CPU seconds by texts and stage.
    """
    return pd.DataFrame(
        [
            {
                "texts": texts,
                "stage": name,
                "cpu_ms_per_1000_chars": seconds * 1e6 / characters[texts],
                "share": seconds / sum(spent.values()),
            }
            for texts, spent in stages.items()
            for name, seconds in spent.items()
        ]
    )


def verdict(label: str, value: float | None, bar: float, *, at_least: bool) -> str:
    """One line: what was measured, the bar, and whether it is reached."""
    sign = "≥" if at_least else "<"
    if value is None or isnan(value):
        return f"{label}: not measured (bar {sign} {bar:g})"
    reached = value >= bar if at_least else value < bar
    shown = f"{value:,.2f}" if bar < SMALL_BAR else f"{value:,.0f}"
    return f"{label}: {shown} (bar {sign} {bar:g}): {'reached' if reached else 'MISSED'}"
