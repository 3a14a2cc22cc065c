"""Fresh processes of the command: CPU time, wall time and peak memory of each.

Run as a module it is the launcher: a small process that starts the command given, waits, and prints
what it took as JSON. A process counts the memory of the one it was forked from as its own peak, so
that one started by the bench itself, which holds torch, would seem to need as much.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.speed.watching import COMMAND


@dataclass(frozen=True, slots=True)
class Process:
    """One run of the command. size: the input as a multiple of its series' smallest; 0 outside a
    series. bytes: of the input files, UTF-8. cpu, wall: seconds, start included. peak_mb: resident
    memory, 10^6 bytes."""

    series: str
    size: int
    characters: int
    bytes: int
    cpu: float
    wall: float
    peak_mb: float


def write_texts(folder: Path, texts: Iterable[str]) -> Path:
    """`folder`, made, with one file for each of `texts`."""
    folder.mkdir(parents=True)
    for number, text in enumerate(texts):
        (folder / f"article-{number:04}.txt").write_text(text, encoding="utf-8")
    return folder


def measure(folder: Path, out: Path, model: Path | None, series: str, size: int) -> Process:
    """`zongheng run folder` in a process of its own, written to `out`."""
    command = [str(COMMAND), "run", str(folder), "--out", str(out), "--fresh", "--quiet"]
    command += ["--engine", "serial"]
    if model:
        command += ["--model", str(model)]
    launcher = [sys.executable, "-m", "tests.speed.processes", *command]
    done = subprocess.run(
        launcher, cwd=Path(__file__).parents[2], capture_output=True, encoding="utf-8", check=False
    )
    if done.returncode:
        raise SystemExit(f"zongheng run failed on {series}: {done.stderr.strip()[-500:]}")
    took = json.loads(done.stdout.splitlines()[-1])
    contents = [path.read_bytes() for path in folder.glob("*.txt")]
    return Process(
        series,
        size,
        sum(len(content.decode("utf-8")) for content in contents),
        sum(map(len, contents)),
        took["cpu"],
        took["wall"],
        took["peak_mb"],
    )


def summary(runs: Sequence[Process]) -> list[Process]:
    """One Process for each series and size: median times, the largest peak."""
    groups: dict[tuple[str, int], list[Process]] = {}
    for run in runs:
        groups.setdefault((run.series, run.size), []).append(run)
    return [
        Process(
            series,
            size,
            group[0].characters,
            group[0].bytes,
            median(run.cpu for run in group),
            median(run.wall for run in group),
            max(run.peak_mb for run in group),
        )
        for (series, size), group in groups.items()
    ]


def _launch(command: Sequence[str]) -> int:
    started = time.perf_counter()
    child = os.spawnv(os.P_NOWAIT, command[0], list(command))  # noqa: S606 - subprocess cannot wait4
    _, status, usage = os.wait4(child, 0)
    # Kibibytes on Linux, bytes on macOS.
    unit = 1 if sys.platform == "darwin" else 1024
    took = {
        "cpu": usage.ru_utime + usage.ru_stime,
        "wall": time.perf_counter() - started,
        "peak_mb": usage.ru_maxrss * unit / 1e6,
    }
    sys.stdout.write(json.dumps(took) + "\n")
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(_launch(sys.argv[1:]))
