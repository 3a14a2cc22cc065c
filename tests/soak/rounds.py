"""One round: a run that is killed, resumed until it ends, and compared with an undisturbed one."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.batch.manifest import MANIFEST, OUTPUTS
from tests.speed.watching import COMMAND, Items, Seen, processes_of, start, wait_until, watch

# Seconds in which the workers of a driver that is gone have to be gone, and all that Ray starts
# beside them: two of its helpers try for a minute to tell the dead cluster that it is dead.
PATIENCE = 30.0
RAY_PATIENCE = 120.0
RAY_HELPERS = ("ray::DashboardAgent", "ray::RuntimeEnvAgent")
# A run that takes so many times as long as an undisturbed one, and at least so many seconds, hangs.
HANGING, HANGING_SECONDS = 10.0, 180.0
POLL = 0.01


@dataclass(frozen=True, slots=True)
class Victim:
    """What is killed, and in a run by which engine."""

    name: str
    engine: str
    is_driver: bool
    most_kills: int


# One item survives two deaths of its worker; the driver may die as often as it likes.
VICTIMS = (
    Victim("worker", "processes", is_driver=False, most_kills=2),
    Victim("driver", "processes", is_driver=True, most_kills=3),
    Victim("ray-worker", "ray", is_driver=False, most_kills=2),
    Victim("ray-driver", "ray", is_driver=True, most_kills=3),
)


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """How a run goes that nobody kills. first, last: seconds from the start until the first and the
    last item were on the disk; wall: until the end. digests: sha256 by name of file."""

    items: int
    first: float
    last: float
    wall: float
    digests: dict[str, str]


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """When to kill. position: 0..1, the start until the first item is done; 1..2, the items; 2..3,
    what comes after the last. at_once: whether a driver is started again before its workers have
    noticed."""

    position: float
    at_once: bool

    def __str__(self) -> str:
        phase = ("start", "items", "end")[int(self.position)]
        return f"{phase} {self.position % 1:.0%}"


@dataclass(frozen=True, slots=True)
class Round:
    """What came of a round. kills: the moments that were meant; missed: of these, because the run
    was over before. gone: the most seconds that it took until the workers of a killed driver were
    gone. differing: outputs of a run that came to its end. left: commands of processes that
    outlived their driver. error: of the command itself."""

    number: int
    victim: str
    kills: tuple[str, ...]
    missed: int
    wall: float
    gone: float
    differing: tuple[str, ...]
    left: tuple[str, ...]
    error: str

    @property
    def passed(self) -> bool:
        return not (self.differing or self.left or self.error)


def draw_moments(chance: random.Random, most: int) -> list[Moment]:
    """One to `most` moments in the order in which they come; most of them among the items."""
    positions = [
        chance.choices((0, 1, 2), weights=(1, 4, 1))[0] + chance.random()
        for _ in range(chance.randint(1, most))
    ]
    return sorted(Moment(position, chance.random() < 0.5) for position in positions)


def digests_of(out: Path) -> dict[str, str]:
    """sha256 of the outputs and of the manifest of the run in `out`; "" for one that is missing."""
    found = {}
    for name in (*OUTPUTS, MANIFEST):
        path = out / name
        found[name] = hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""
    return found


@dataclass(slots=True)
class Soak:
    """Runs over the file `source` into folders of `folder`. The rounds depend on `seed` and their
    number alone, but for when exactly a signal arrives."""

    source: Path
    folder: Path
    workers: int
    seed: int
    sessions: list[int] = field(default_factory=list)

    def undisturbed(self, engine: str) -> Undisturbed:
        """A run by `engine`. Raises SystemExit where it fails."""
        out = self.folder / f"undisturbed-{engine}"
        log = self._log(out)
        seen = watch(self._command(engine, out), out, log, every=0.1)
        # The very last items may be done and merged between two samples.
        items = json.loads((out / MANIFEST).read_bytes())["counts"]["items"]
        most = max(sample.items for sample in seen.samples)
        return Undisturbed(
            items,
            next(sample.seconds for sample in seen.samples if sample.items),
            next(sample.seconds for sample in seen.samples if sample.items == most),
            seen.wall,
            digests_of(out),
        )

    def round(self, number: int, victim: Victim, usual: Undisturbed) -> Round:
        """Kill, resume, compare; the folder stays where something is wrong."""
        chance = random.Random(f"{self.seed}/{number}")
        moments = draw_moments(chance, victim.most_kills)
        out = self.folder / f"round-{number:02}"
        log = self._log(out)
        command = self._command(victim.engine, out)
        begun = time.monotonic()
        sessions: list[int] = []
        gone, missed, error = 0.0, 0, ""

        def begin() -> _Driver:
            driver = _Driver(start(command, log), out, usual)
            sessions.append(driver.pid)
            return driver

        driver = begin()
        for moment in moments:
            target = driver.target(moment, victim, chance)
            if target is None:
                missed += 1
                continue
            os.kill(target, signal.SIGKILL)
            if victim.is_driver:
                driver.process.wait()
                if not moment.at_once:
                    gone = max(gone, _seconds_until_gone(driver.pid))
                driver = begin()
        try:
            limit = max(HANGING_SECONDS, HANGING * usual.wall)
            if driver.process.wait(limit):
                said = log.read_text("utf-8").strip()[-500:]
                error = f"exit status {driver.process.returncode}: {said}"
        except subprocess.TimeoutExpired:
            error = f"hangs: not done after {limit:.0f} seconds"
            driver.process.kill()
            driver.process.wait()
        left = [one.command for session in sessions for one in _outlived(session, _workers_left)]
        self.sessions += sessions
        found = usual.digests if error else digests_of(out)
        result = Round(
            number,
            victim.name,
            tuple(map(str, moments)),
            missed,
            time.monotonic() - begun,
            gone,
            tuple(name for name, digest in usual.digests.items() if found[name] != digest),
            tuple(left),
            error,
        )
        if result.passed:
            shutil.rmtree(out)
        return result

    def left_at_last(self) -> list[str]:
        """The commands of all processes, Ray's helpers too, that are still there of any round."""
        return [
            one.command
            for session in self.sessions
            for one in _outlived(session, processes_of, RAY_PATIENCE)
        ]

    def _command(self, engine: str, out: Path) -> list[str]:
        command = [str(COMMAND), "run", str(self.source), "--out", str(out), "--quiet"]
        return [*command, "--engine", engine, "--workers", str(self.workers)]

    def _log(self, out: Path) -> Path:
        """What the command says goes here; `out` and what was said of it before are removed."""
        shutil.rmtree(out, ignore_errors=True)
        log = out.with_name(f"{out.name}.log")
        log.write_bytes(b"")
        return log


class _Driver:
    """A driver that was just started."""

    def __init__(self, process: subprocess.Popen[bytes], out: Path, usual: Undisturbed) -> None:
        self.process = process
        self.pid = process.pid
        self._begun = time.monotonic()
        self._out = out
        self._items = Items(out)
        self._kept = self._items(with_open_parts=False)
        self._usual = usual

    def target(self, moment: Moment, victim: Victim, chance: random.Random) -> int | None:
        """The pid to kill, at the `moment` to kill it; None where the run was over before."""
        usual, (phase, share) = self._usual, divmod(moment.position, 1)
        if phase == 0:
            self._sleep_until(self._begun + share * usual.first)
        elif phase == 1:
            goal = self._kept + share * (usual.items - self._kept)
            self._wait_until(lambda: self._items() >= goal)
        else:
            self._wait_until(self._all_done)
            self._sleep_until(time.monotonic() + share * (usual.wall - usual.last))
        if victim.is_driver:
            return self.pid if self.process.poll() is None else None
        self._wait_until(lambda: bool(self._workers()))
        workers = self._workers()
        return chance.choice(workers).pid if workers else None

    def _all_done(self) -> bool:
        return self._items() >= self._usual.items or (self._out / MANIFEST).exists()

    def _workers(self) -> list[Seen]:
        return [one for one in processes_of(self.pid) if one.is_worker]

    def _sleep_until(self, moment: float) -> None:
        self._wait_until(lambda: time.monotonic() >= moment)

    def _wait_until(self, holds: Callable[[], bool]) -> None:
        """Until `holds`, or the driver has ended."""
        while self.process.poll() is None and not holds():
            time.sleep(POLL)


def _workers_left(session: int) -> list[Seen]:
    """All of `session` but the helpers of Ray that go later."""
    return [one for one in processes_of(session) if not one.command.startswith(RAY_HELPERS)]


def _seconds_until_gone(session: int) -> float:
    begun = time.monotonic()
    wait_until(lambda: not _workers_left(session), PATIENCE)
    return time.monotonic() - begun


def _outlived(
    session: int, living: Callable[[int], list[Seen]], patience: float = PATIENCE
) -> list[Seen]:
    """What is `living` of a session that has ended, however long one waits; it is killed."""
    if wait_until(lambda: not living(session), patience, every=0.05):
        return []
    left = living(session)
    for one in left:
        os.kill(one.pid, signal.SIGKILL)
    return left
