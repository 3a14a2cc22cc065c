"""Parts done by actors of a Ray cluster, which may be this machine alone.

All nodes need this package, and see the run folder and the input under the same paths.
"""

from __future__ import annotations

import logging
import os
import socket
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pipeline.batch.engines.pool import Pool
from pipeline.batch.parts import Part, Report, Work, Worker
from pipeline.errors import PipelineError, RunError

ADDRESS_VARIABLE = "RAY_ADDRESS"
KNOCK_SECONDS = 5.0
# A cluster of one's own has 30 seconds to come up, which Ray does not let one change, and a busy
# machine may need more; the second time its files are in memory.
STARTS = 2


@dataclass(frozen=True, slots=True)
class Ray:
    """`workers` actors of one CPU each. address: of a cluster that runs; "" for that of
    $RAY_ADDRESS or, without it, one that is started on this machine and stopped at the end."""

    workers: int
    address: str = ""

    def run(self, work: Work, parts: Iterator[Part]) -> Iterator[Report]:
        """The last report of every part.

        Raises RunError where Ray is missing, cannot be reached or has fewer CPUs than workers, and
        where actors die while they load.
        """
        ray = import_ray()
        ours = not ray.is_initialized()
        if ours:
            self._connect(ray)
        try:
            self._check(ray)
            remote = ray.remote(num_cpus=1, max_restarts=0, max_task_retries=0)(_Actor)
            pool = Pool(work, parts, self.workers, lambda: _Handle(remote.remote(work)))
            try:
                while pool.hand_out():
                    yield from _reports(ray, pool)
            finally:
                for handle in pool.members:
                    ray.kill(handle.actor)
        finally:
            if ours:
                ray.shutdown()

    def _connect(self, ray: Any) -> None:
        address = self.address or os.environ.get(ADDRESS_VARIABLE, "")
        _knock(address)
        where: dict[str, Any] = {"address": address}
        if not address:
            # Without "local" Ray would take one that somebody started here, and refuse num_cpus.
            where = {"address": "local", "num_cpus": self.workers, "include_dashboard": False}
        for left in reversed(range(STARTS if not address else 1)):
            try:
                ray.init(**where, log_to_driver=False, logging_level=logging.CRITICAL)
                return
            except Exception as error:  # Ray's own share no base; some are a bare Exception
                ray.shutdown()
                if not left:
                    cluster = f"the Ray cluster at {address}" if address else "Ray on this machine"
                    raise RunError(f"cannot reach {cluster}: {error}") from error

    def _check(self, ray: Any) -> None:
        cpus = int(ray.cluster_resources().get("CPU", 0))
        if self.workers > cpus:
            raise RunError(
                f"{self.workers} workers need as many CPUs, and the Ray cluster has {cpus}: "
                f"--workers {cpus}"
            )


def _knock(address: str) -> None:
    """Raises RunError where nobody listens at `address`, host:port; Ray itself would try for
    minutes."""
    host, _, port = address.rpartition("/")[2].rpartition(":")
    if not port.isdecimal():  # "auto"
        return
    try:
        socket.create_connection((host, int(port)), timeout=KNOCK_SECONDS).close()
    except OSError as error:
        raise RunError(
            f"no Ray cluster answers at {address} ({error.strerror or error}); "
            "start one with: ray start --head"
        ) from error


def import_ray() -> Any:
    """The module `ray`, quiet. Raises RunError where it is not installed."""
    # Read when Ray is imported or started. Nothing is reported to anyone unless the user says so,
    # and what its native half logs is for its developers.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    # Its future default, which it warns of: GPUs are left to the user.
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray
    except ImportError as error:
        raise RunError("--engine ray needs more packages: pip install 'zongheng[scale]'") from error
    return ray


class _Actor:
    """A worker in a process of the cluster."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def load(self) -> PipelineError | None:
        """Load the extractor; what stops the run is returned, as Ray would wrap it."""
        try:
            self._worker = Worker(self._work)
        except PipelineError as error:
            return error
        return None

    def do(self, part: Part) -> Report | PipelineError:
        """The last report of `part`."""
        try:
            *_, last = self._worker(part)
        except PipelineError as error:
            return error
        return last


@dataclass(slots=True, eq=False)
class _Handle:
    """An actor as the driver sees it. calls: references to the answers that are due, the next one
    first: whether it has loaded, and only then one for each of its parts, as the death of an actor
    can overtake its last answer."""

    actor: Any
    parts: deque[Part] = field(default_factory=deque)
    loaded: bool = False
    calls: deque[Any] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self.calls.append(self.actor.load.remote())

    def give(self, part: Part) -> None:
        self.parts.append(part)
        if self.loaded:
            self.calls.append(self.actor.do.remote(part))

    def begin(self) -> None:
        """It has loaded, and may do what it was given."""
        self.loaded = True
        self.calls.extend(self.actor.do.remote(part) for part in self.parts)


def _reports(ray: Any, pool: Pool[_Handle]) -> Iterator[Report]:
    """What the next actor to answer reports, if anything; one that died is buried."""
    by_call = {handle.calls[0]: handle for handle in pool.members if handle.calls}
    ready, _ = ray.wait(list(by_call))
    for call in ready:
        handle = by_call[call]
        try:
            answer = ray.get(call)
        except (ray.exceptions.RayActorError, ray.exceptions.OutOfMemoryError) as error:
            # It may only be out of reach, and would go on with the part that another is given.
            ray.kill(handle.actor)
            pool.bury(handle, str(error).splitlines()[0])
            continue
        handle.calls.popleft()
        if isinstance(answer, PipelineError):
            raise answer
        if answer is None:
            handle.begin()
        else:
            handle.parts.popleft()
            yield answer
