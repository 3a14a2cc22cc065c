"""The bench's figures as one picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.speed.figures import MEMORY_BAR_MB, OURS, Speed
from tests.speed.processes import Process

# Seeds and long articles; ours stands out against the grey of the others.
COLOURS = {"seeds": "#1b4f72", "long": "#5dade2"}
GREYS = {"seeds": "#6e6e6e", "long": "#b3b3b3"}
SERIES = {"more articles": ("#1b4f72", "o"), "a longer article": ("#ca6f1e", "s")}
WORDS = {"seeds": "the five seeds", "long": "long articles"}


def draw(
    path: Path,
    speeds: Sequence[Speed],
    stages: dict[str, dict[str, float]],
    processes: Sequence[Process],
) -> None:
    """Write the picture (PNG) to `path`: speed, stages, and growth of time and of memory."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    style = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False}
    with mpl.rc_context(style):
        figure, axes = pyplot.subplots(2, 2, figsize=(13, 8.5), layout="constrained")
        _speeds(axes[0, 0], speeds)
        _stages(axes[0, 1], stages, {speed.texts: speed.characters for speed in speeds})
        _growth(axes[1, 0], processes, "cpu", "CPU seconds, start included")
        _growth(axes[1, 1], processes, "peak_mb", "peak memory, MB")
        figure.savefig(path, dpi=130)
        pyplot.close(figure)


def _speeds(axes: Any, speeds: Sequence[Speed]) -> None:
    # Drawn from the bottom up: we come last, on top.
    for place, speed in enumerate(reversed(speeds)):
        palette = COLOURS if speed.engine == OURS else GREYS
        axes.barh(place, speed.rate, color=palette[speed.texts])
        axes.text(speed.rate * 1.08, place, f"{speed.rate:,.0f}", va="center")
    labels = [f"{speed.engine}, {WORDS[speed.texts]}" for speed in reversed(speeds)]
    axes.set_yticks(range(len(speeds)), labels)
    axes.set_xscale("log")
    axes.set_xlim(min(speed.rate for speed in speeds) / 3, max(s.rate for s in speeds) * 4)
    axes.set_xlabel("characters per CPU-second, one thread (log)")
    axes.set_title("Speed (zongheng, BERT: names and relations; jieba: words; cutword: names)")


def _stages(axes: Any, stages: dict[str, dict[str, float]], characters: dict[str, int]) -> None:
    names = list(next(iter(stages.values())))
    height = 0.4
    most = 0.0
    for number, (texts, spent) in enumerate(stages.items()):
        for place, name in enumerate(reversed(names)):
            cost = spent[name] * 1e6 / characters[texts]
            most = max(most, cost)
            at = place + (0.5 - number) * height
            label = WORDS[texts] if not place else None
            axes.barh(at, cost, height, color=COLOURS[texts], label=label)
            share = spent[name] / sum(spent.values())
            axes.text(cost, at, f" {cost:.1f} ({share:.0%})", va="center", fontsize=8)
    axes.set_yticks(range(len(names)), list(reversed(names)))
    axes.set_xlim(0, most * 1.25)
    axes.set_xlabel("CPU milliseconds a thousand characters (share of the whole)")
    axes.set_title("Where zongheng's time goes")
    axes.legend(frameon=False, loc="lower right")


def _growth(axes: Any, processes: Sequence[Process], field: str, label: str) -> None:
    for series, (colour, marker) in SERIES.items():
        points = sorted((p for p in processes if p.series == series), key=lambda p: p.size)
        across = [point.characters for point in points]
        up = [getattr(point, field) for point in points]
        axes.plot(across, up, color=colour, marker=marker, label=series)
        for point, value in zip(points, up, strict=True):
            text = f"{point.size}x: {value:,.0f}" if value >= 10 else f"{point.size}x: {value:.1f}"
            below = (series == "a longer article") == (field == "cpu")
            axes.annotate(
                text,
                (point.characters, value),
                xytext=(0, -14 if below else 8),
                textcoords="offset points",
                ha="center",
                color=colour,
                fontsize=8,
            )
    axes.set_xscale("log")
    axes.margins(x=0.12, y=0.2)
    if field == "cpu":
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_minor_formatter("")
    else:
        axes.set_ylim(0, max(MEMORY_BAR_MB * 1.15, axes.get_ylim()[1]))
        axes.axhline(MEMORY_BAR_MB, color="#922b21", linestyle="--", linewidth=1)
        axes.text(
            axes.get_xlim()[0],
            MEMORY_BAR_MB + 8,
            f" bar: {MEMORY_BAR_MB} MB",
            color="#922b21",
            fontsize=8,
        )
    axes.set_xlabel("characters of input (log)")
    axes.set_ylabel(label)
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.set_title(f"Growth: {label.split(',')[0]} of a fresh process")
    axes.legend(frameon=False, loc="upper left" if field == "cpu" else "lower right")
