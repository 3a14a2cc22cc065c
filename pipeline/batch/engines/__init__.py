"""Who does the parts of a run: this process, others on this machine, or a cluster.

All give the same files; they differ in speed and in what they survive.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final, Protocol

from pipeline.batch.engines.processes import Processes
from pipeline.batch.engines.serial import Serial
from pipeline.batch.parts import Part, Report, Work

ENGINES: Final = ("serial", "processes", "ray")


class Engine(Protocol):
    """Does parts in whatever order; drawn from `parts` no faster than they are done.

    A report's counts may change after it is given. Where the caller stops early (or an error does)
    no worker is left.
    """

    def run(self, work: Work, parts: Iterator[Part]) -> Iterator[Report]: ...


@dataclass(frozen=True, slots=True)
class Automatic:
    """Other processes where there is more than one part; for one, starting them costs more than it
    saves."""

    workers: int

    def run(self, work: Work, parts: Iterator[Part]) -> Iterator[Report]:
        first = list(islice(parts, 2))
        engine: Engine = Serial() if len(first) < 2 else Processes(self.workers)
        return engine.run(work, chain(first, parts))


def make_engine(name: str, workers: int, *, ray_address: str = "") -> Engine:
    """The engine of that `name`, one of ENGINES; "" for what suits. ray_address: of a cluster that
    runs; "" starts one on this machine."""
    if name == "ray":
        from pipeline.batch.engines.ray import Ray

        return Ray(workers, ray_address)
    engines: dict[str, Engine] = {
        "": Automatic(workers),
        "serial": Serial(),
        "processes": Processes(workers),
    }
    return engines[name]
