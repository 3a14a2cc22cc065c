"""Parts done by processes of this machine, under a supervisor that replaces those that die.

Not concurrent.futures: its pool breaks as a whole when one of its processes is killed.
"""

from __future__ import annotations

import multiprocessing
import signal
import threading
import time
import traceback
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from queue import SimpleQueue

from pipeline.batch.engines.pool import Pool
from pipeline.batch.parts import Part, Report, Work, Worker
from pipeline.errors import PipelineError

# Between a worker's limit for an article, which it keeps itself, and the driver's patience with a
# worker that is stuck outside Python.
PATIENCE = 30.0
# Seconds in which a worker that was asked to has to be gone.
GRACE = 5.0


@dataclass(frozen=True, slots=True)
class Processes:
    """`workers` processes at most."""

    workers: int

    def run(self, work: Work, parts: Iterator[Part]) -> Iterator[Report]:
        """Raises RunError where workers die while they load, and whatever stops one of them."""
        pool = Pool(work, parts, self.workers, lambda: _start(work))
        try:
            while pool.hand_out():
                for process in _wait(pool.members, work.job.max_seconds):
                    try:
                        message = process.connection.recv()
                    except (EOFError, OSError):
                        process.end()
                        pool.bury(process, f"exit status {process.process.exitcode}")
                        continue
                    process.loaded, process.heard = True, time.monotonic()
                    if isinstance(message, Exception):
                        raise message
                    if message is not None:  # None: it has loaded
                        if message.done:
                            process.parts.popleft()
                        yield message
        finally:
            # What they are at is not finished, and done again by the next run.
            for process in pool.members:
                process.process.terminate()
            for process in pool.members:
                process.end()


@dataclass(slots=True, eq=False)
class _Process:
    """A worker. heard: when it last said anything or was given the first of its parts, in seconds
    of time.monotonic."""

    process: SpawnProcess
    connection: Connection
    parts: deque[Part] = field(default_factory=deque)
    loaded: bool = False
    heard: float = 0.0

    def give(self, part: Part) -> None:
        if not self.parts:
            self.heard = time.monotonic()
        self.parts.append(part)
        with suppress(OSError):  # that it is gone shows when it is listened to
            self.connection.send(part)

    def end(self) -> None:
        """Wait until it is gone, and see to it."""
        self.process.join(GRACE)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self.connection.close()


def _wait(processes: list[_Process], max_seconds: float) -> list[_Process]:
    """Those that said something or died, if any did within a second; those that are stuck are
    killed."""
    by_connection = {process.connection: process for process in processes}
    ready = [
        by_connection[one]
        for one in wait(list(by_connection), timeout=1.0)
        if isinstance(one, Connection)
    ]
    for process in processes:
        # One that said something may have done so long ago, while the driver waited for input.
        if not max_seconds or process in ready or not (process.loaded and process.parts):
            continue
        if time.monotonic() - process.heard > max_seconds + PATIENCE:
            process.process.kill()
    return ready


def _start(work: Work) -> _Process:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(work, theirs), daemon=True)
    with _without_interrupts():
        process.start()
    theirs.close()
    return _Process(process, ours)


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Ctrl-C goes to every process of a terminal; one that is started here never sees it, and the
    driver does after the body."""
    # multiprocessing's own helper, were it started in the body, would unblock the signal.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(work: Work, connection: Connection) -> None:
    """A worker's life: it loads, does the parts that come, and says how far it is."""
    parts: SimpleQueue[Part] = SimpleQueue()
    threading.Thread(target=_receive, args=(connection, parts), daemon=True).start()
    try:
        worker = Worker(work)
        connection.send(None)
        while True:
            for report in worker(parts.get()):
                connection.send(report)
    except PipelineError as error:
        connection.send(error)
    except Exception:  # told as text: its traceback is of this process, and it may not pickle
        connection.send(RuntimeError(traceback.format_exc()))


def _receive(connection: Connection, parts: SimpleQueue[Part]) -> None:
    """Take parts as they come, so that the driver never waits to be rid of one; a driver that is
    gone takes its workers with it, in whatever they are at."""
    try:
        while True:
            parts.put(connection.recv())
    finally:  # a part that could not be taken, for want of memory, would be waited for in vain
        signal.raise_signal(signal.SIGKILL)
