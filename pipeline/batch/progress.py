"""How far a run is: for the terminal, and in parts/progress.json for `zongheng status`."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from pipeline.batch.manifest import PARTS, PLAN, is_locked, read_manifest
from pipeline.batch.parts import Counts, Part, Report, part_files
from pipeline.errors import RunError
from pipeline.files import PARTIAL

PROGRESS = "progress.json"
_EVERY = 1.0  # seconds


@dataclass(slots=True)
class Progress:
    """What a driver has read and what came of it.

    bytes_total: of the inputs as they lie on the disk, 0 where unknown. limit: of items, 0 for
    none. kept: what earlier drivers did. complete: whether the input is read to its end. started,
    updated: seconds since 1970; rates are of this driver alone.
    """

    engine: str = ""
    workers: int = 1
    bytes_total: int = 0
    limit: int = 0
    clock: Callable[[], float] = time.time
    bytes_read: int = 0
    items_read: int = 0
    parts_read: int = 0
    parts_done: int = 0
    complete: bool = False
    kept: Counts = field(default_factory=Counts)
    started: float = 0.0
    updated: float = 0.0
    _whole: Counts = field(default_factory=Counts)
    _open: dict[int, Counts] = field(default_factory=dict)
    _written: float = 0.0

    def __post_init__(self) -> None:
        self.started = self.updated = self.clock()

    def advance(self, count: int) -> None:
        """So many bytes of the inputs are read."""
        self.bytes_read += count

    def read(self, part: Part) -> None:
        """The items of `part` are read."""
        self.items_read += len(part.items)
        self.parts_read += 1

    def keep(self, counts: Counts) -> None:
        """A part that an earlier driver did is kept."""
        self.kept.add_all(counts)
        self._whole.add_all(counts)
        self.parts_done += 1

    def report(self, report: Report) -> None:
        """A part has come so far."""
        self.updated = self.clock()
        self._open[report.part] = report.counts
        if report.done:
            self._whole.add_all(self._open.pop(report.part))
            self.parts_done += 1

    @property
    def counts(self) -> Counts:
        """What came of all items that are done, whole parts or not."""
        counts = Counts()
        for some in (self._whole, *self._open.values()):
            counts.add_all(some)
        return counts

    def write(self, folder: Path) -> None:
        """Write the record to the folder of the parts, if a second has passed since the last."""
        if self.updated - self._written < _EVERY:
            return
        self._written = self.updated
        partial = folder / (PROGRESS + PARTIAL)
        partial.write_bytes(orjson.dumps(self.record(), option=orjson.OPT_APPEND_NEWLINE))
        partial.rename(folder / PROGRESS)

    def record(self) -> dict[str, Any]:
        """All of it as JSON. fraction: of the items, 0..1; seconds_left: null where unknown."""
        counts = self.counts
        seconds = max(self.updated - self.started, 1e-9)
        own = counts.items - self.kept.items
        fraction = self._fraction(counts.items)
        left = None
        if own and fraction:
            left = (counts.items / fraction - counts.items) * seconds / own
        return {
            "engine": self.engine,
            "workers": self.workers,
            "started": self.started,
            "updated": self.updated,
            "bytes_read": self.bytes_read,
            "bytes_total": self.bytes_total,
            "items_read": self.items_read,
            "items_done": counts.items,
            "items_kept": self.kept.items,
            "parts_read": self.parts_read,
            "parts_done": self.parts_done,
            "complete": self.complete,
            "articles": counts.articles,
            "rejected": counts.rejected,
            "characters": counts.characters,
            "triples": counts.triples,
            "rejects": dict(sorted(counts.rejects.items())),
            "articles_per_second": (counts.articles - self.kept.articles) / seconds,
            "characters_per_second": (counts.characters - self.kept.characters) / seconds,
            "fraction": fraction,
            "seconds_left": left,
        }

    def _fraction(self, items_done: int) -> float:
        """The share of the input that is done, supposing that its unread rest is like the rest."""
        if not self.items_read:
            return float(self.complete)
        done = items_done / self.items_read
        if self.complete:
            return done
        by_limit = items_done / self.limit if self.limit else 0.0
        by_bytes = done * self.bytes_read / self.bytes_total if self.bytes_total else 0.0
        return min(1.0, max(by_limit, by_bytes))


@dataclass(frozen=True, slots=True)
class Status:
    """How a run folder stands. state: "finished", "running" or "stopped". parts_done: whole ones;
    0 where the run is finished. record: as of Progress.record, or the counts of a finished run;
    empty where no driver came so far."""

    state: str
    parts_done: int
    record: dict[str, Any]


def status_of(out: Path) -> Status:
    """How the run in `out` stands. Raises RunError where there is none."""
    parts = out / PARTS
    manifest = read_manifest(out)
    if manifest:
        return Status("finished", 0, manifest["counts"])
    try:
        (parts / PLAN).stat()
    except OSError as error:
        raise RunError(
            f"{out} holds no run; make one with: zongheng run PATH --out {shlex.quote(str(out))}"
        ) from error
    try:
        record = orjson.loads((parts / PROGRESS).read_bytes())
    except (OSError, orjson.JSONDecodeError):
        record = {}
    return Status("running" if is_locked(out) else "stopped", len(part_files(parts)), record)
