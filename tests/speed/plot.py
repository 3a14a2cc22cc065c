"""The bench's figures as pictures, one for each of its sections."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.speed.figures import MEMORY_BAR_MB, OURS, Speed
from tests.speed.processes import Process
from tests.speed.runs import Decile, Scale

# Seeds and long articles; ours stands out against the grey of the others.
COLOURS = {"seeds": "#1b4f72", "long": "#5dade2"}
GREYS = {"seeds": "#6e6e6e", "long": "#b3b3b3"}
SERIES = {"more articles": ("#1b4f72", "o"), "a longer article": ("#ca6f1e", "s")}
ENGINES = {"processes": "#1b4f72", "ray": "#ca6f1e"}
# Of a bar in the picture of scaling.
WIDTH = 0.35
BAR_COLOUR = "#922b21"
WORDS = {"seeds": "the five seeds", "long": "long articles"}


def draw_speed(path: Path, speeds: Sequence[Speed], stages: dict[str, dict[str, float]]) -> None:
    """Write a picture (PNG) of speeds and stages to `path`."""
    with _panels(path) as (left, right):
        _speeds(left, speeds)
        _stages(right, stages, {speed.texts: speed.characters for speed in speeds})


def draw_growth(path: Path, processes: Sequence[Process]) -> None:
    """Write a picture (PNG) of how time and memory grow with the input to `path`."""
    with _panels(path) as (left, right):
        _growth(left, processes, "cpu", "CPU seconds, start included")
        _growth(right, processes, "peak_mb", "peak memory, MB")


def draw_scaling(path: Path, scales: Sequence[Scale]) -> None:
    """Write a picture (PNG) of the speed of engines by their workers to `path`."""
    rates = {(one.engine, one.workers): one.rate for one in scales}
    with _panels(path) as (left, right):
        _by_workers(left, scales, "rate", "articles a second, first to last")
        _by_workers(right, scales, "wall", "wall seconds, start included")
        # As often as there are workers what one of the same engine does.
        for place, (engine, workers) in _places(scales).items():
            if (engine, 1) not in rates:
                continue
            ideal = rates[engine, 1] * workers
            left.plot([place - WIDTH / 2, place + WIDTH / 2], [ideal, ideal], "k:", linewidth=1)
        left.set_title("Speed by workers (dotted: as many times one worker)")
        right.set_title("The whole run by workers")


def _by_workers(axes: Any, scales: Sequence[Scale], field: str, label: str) -> None:
    places = _places(scales)
    for engine, colour in ENGINES.items():
        some = [one for one in scales if one.engine == engine]
        if not some:
            continue
        across = [at for at, (name, _) in places.items() if name == engine]
        up = [getattr(one, field) for one in sorted(some, key=lambda one: one.workers)]
        bars = axes.bar(across, up, WIDTH, color=colour, label=engine)
        axes.bar_label(bars, fmt="{:,.1f}", label_type="center", color="white")
    axes.set_xticks(sorted({one.workers for one in scales}))
    axes.margins(y=0.15)
    axes.set_xlabel("workers")
    axes.set_ylabel(label)
    axes.legend(frameon=False, loc="upper center", ncols=len(ENGINES))


def _places(scales: Sequence[Scale]) -> dict[float, tuple[str, int]]:
    """Engine and workers by where their bar stands, from left to right."""
    names = list(ENGINES)
    found = {
        one.workers + (names.index(one.engine) - 0.5) * WIDTH: (one.engine, one.workers)
        for one in scales
    }
    return dict(sorted(found.items()))


def draw_soak(path: Path, some: Sequence[Decile]) -> None:
    """Write a picture (PNG) of time and memory in the course of a long run to `path`."""
    with _panels(path) as (left, right):
        numbers = [decile.number for decile in some]
        left.bar(numbers, [decile.seconds for decile in some], color=COLOURS["long"])
        right.plot(numbers, [d.worker_mb for d in some], "o-", color=COLOURS["seeds"])
        right.plot(numbers, [d.driver_mb for d in some], "s-", color=COLOURS["long"])
        right.legend(["largest worker", "driver"], frameon=False)
        right.set_ylim(0, max(MEMORY_BAR_MB * 1.15, right.get_ylim()[1]))
        _memory_bar(right)
        articles = sum(decile.articles for decile in some)
        for axes, label in ((left, "wall seconds"), (right, "resident memory, MB")):
            axes.set_xticks(numbers)
            axes.set_xlabel(f"tenths of {articles:,.0f} articles")
            axes.set_ylabel(label)
            axes.set_title(f"A long run: {label.split(',')[0]}")


@contextmanager
def _panels(path: Path) -> Iterator[tuple[Any, Any]]:
    """Two panels side by side, written to `path`."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    style = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False}
    with mpl.rc_context(style):
        figure, axes = pyplot.subplots(1, 2, figsize=(13, 4.3), layout="constrained")
        yield tuple(axes)
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
        _memory_bar(axes)
    axes.set_xlabel("characters of input (log)")
    axes.set_ylabel(label)
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.set_title(f"Growth: {label.split(',')[0]} of a fresh process")
    axes.legend(frameon=False, loc="upper left" if field == "cpu" else "lower right")


def _memory_bar(axes: Any) -> None:
    axes.axhline(MEMORY_BAR_MB, color=BAR_COLOUR, linestyle="--", linewidth=1)
    axes.text(
        axes.get_xlim()[0],
        MEMORY_BAR_MB + 8,
        f" bar: {MEMORY_BAR_MB} MB",
        color=BAR_COLOUR,
        fontsize=8,
    )
