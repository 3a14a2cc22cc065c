"""A run in a process of its own, watched from outside: its processes by /proc, its articles by the
lines of its parts. Linux alone has the former."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.batch.manifest import PARTS
from pipeline.files import PARTIAL

COMMAND = Path(sys.executable).parent / "zongheng"
# What tells workers from their helpers (multiprocessing's tracker, Ray's own processes).
WORKER_MARKS = ("multiprocessing.spawn", "ray::_Actor")
_PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 1e6


@dataclass(frozen=True, slots=True)
class Seen:
    """A process that lives. resident_mb: memory, 10^6 bytes, with pages that it shares."""

    pid: int
    command: str
    resident_mb: float

    @property
    def is_worker(self) -> bool:
        return any(mark in self.command for mark in WORKER_MARKS)


@dataclass(frozen=True, slots=True)
class Sample:
    """A run at one moment. seconds: since its start. items: that are on the disk. worker_mb: of
    the largest of its workers."""

    seconds: float
    items: int
    driver_mb: float
    worker_mb: float


@dataclass(frozen=True, slots=True)
class Watched:
    """A run that has ended. wall: seconds."""

    wall: float
    samples: tuple[Sample, ...]


def start(command: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    """`command` in a session of its own, by which all its processes are found, whoever their
    parent is; what it says is added to `log`."""
    with log.open("ab") as said:
        return subprocess.Popen(command, stdout=said, stderr=said, start_new_session=True)


def processes_of(session: int) -> list[Seen]:
    """The processes of `session` (the pid of the one that was started), in the order of pids."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # gone meanwhile
            # The name, in brackets, may hold anything.
            state, _, _, its_session, *_ = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(its_session) != session or state in "ZX":
                continue
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
            pages = int((folder / "statm").read_text().split()[1])
            found.append(Seen(int(folder.name), command, pages * _PAGE_MB))
    return sorted(found, key=lambda seen: seen.pid)


@dataclass(slots=True)
class Items:
    """How many items of the run in `out` are on the disk."""

    out: Path
    _whole: dict[str, int] = field(default_factory=dict)

    def __call__(self, *, with_open_parts: bool = True) -> int:
        """So many lines are in the parts, headers left out; what was last known, once the parts
        are merged and gone."""
        held = 0
        with suppress(OSError):
            for path in (self.out / PARTS).iterdir():
                if ".jsonl" not in path.suffixes:
                    continue
                if path.suffix != PARTIAL:
                    if path.name not in self._whole:
                        self._whole[path.name] = _lines(path)
                elif with_open_parts:
                    held += _lines(path)
        return sum(self._whole.values()) + held


def _lines(path: Path) -> int:
    with suppress(OSError):
        return max(0, path.read_bytes().count(b"\n") - 1)
    return 0


def watch(command: Sequence[str], out: Path, log: Path, *, every: float) -> Watched:
    """Run `command`, which writes the run folder `out`, to its end, with a sample `every` so many
    seconds. Raises SystemExit where it fails."""
    begun = time.perf_counter()
    driver = start(command, log)
    items, done = Items(out), 0
    samples = []
    while driver.poll() is None:
        seen = processes_of(driver.pid)
        # A part that gets its name between two looks is missed once.
        done = max(done, items())
        samples.append(
            Sample(
                time.perf_counter() - begun,
                done,
                sum(one.resident_mb for one in seen if one.pid == driver.pid),
                max((one.resident_mb for one in seen if one.is_worker), default=0.0),
            )
        )
        time.sleep(every)
    if driver.returncode:
        raise SystemExit(f"{' '.join(command)}: {log.read_text('utf-8').strip()[-500:]}")
    return Watched(time.perf_counter() - begun, tuple(samples))


def wait_until(holds: Callable[[], bool], seconds: float, *, every: float = 0.01) -> bool:
    """Whether `holds` within so many seconds."""
    limit = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > limit:
            return False
        time.sleep(every)
    return True
