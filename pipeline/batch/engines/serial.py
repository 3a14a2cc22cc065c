"""Parts done in this process, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.batch.parts import Part, Report, Work, Worker


@dataclass(frozen=True, slots=True)
class Serial:
    """The driver is the worker: nothing to start, but what kills it stops the run."""

    def run(self, work: Work, parts: Iterator[Part]) -> Iterator[Report]:
        worker: Worker | None = None
        for part in parts:
            # Loaded late, so that a run with nothing left to do loads nothing.
            worker = worker or Worker(work)
            yield from worker(part)
