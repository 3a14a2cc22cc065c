"""One run: items cut into parts, done by an engine, merged; only a finished run looks finished."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.batch.engines import Engine
from pipeline.batch.items import Item
from pipeline.batch.manifest import (
    PARTS,
    Plan,
    check_folder,
    check_plan,
    drop_parts,
    finish,
    input_changed,
    make_plan,
    opened,
    read_manifest,
)
from pipeline.batch.merge import InputDigest, merge
from pipeline.batch.parts import (
    Counts,
    Job,
    Part,
    Work,
    cut,
    damaged,
    id_of,
    input_digest,
    part_files,
    read_part,
    writing,
)
from pipeline.batch.progress import Progress
from pipeline.types import Reject

SHOWN_IDS = 5


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run folder holds; was_finished: it did before, and nothing was done."""

    counts: Counts
    was_finished: bool


@dataclass(frozen=True, slots=True)
class Survey:
    """What a run would do. items: of the whole input, with those that reading already rejects (by
    reason). first: ids of the first. parts_done: of `parts`, those that would be kept."""

    items: int
    rejects: Counter[str]
    first: tuple[str, ...]
    parts: int
    parts_done: int


def run(
    items: Iterable[Item],
    out: Path,
    job: Job,
    engine: Engine,
    *,
    settings: dict[str, Any],
    fresh: bool = False,
    progress: Progress | None = None,
    watch: Callable[[Progress], None] = lambda _: None,
) -> Outcome:
    """Have `engine` do `items`, and write what comes of them into the folder `out`.

    A run that was stopped is continued. The outputs are written under a `.partial` name, synced and
    renamed, the manifest last: a folder with a manifest is a whole run, and its bytes do not depend
    on engine, workers or what crashed on the way. settings: what decides the output beside `job`
    (digests of model and registries, limits of the input). progress is kept up to date, and `watch`
    called with it after each article.

    Raises RunError when `out` holds something else, or (unless `fresh`) a run with other settings
    or another input, or cannot be written.
    """
    progress = progress or Progress()
    plan = _plan(job, settings)
    check_folder(out)
    manifest = None if fresh else read_manifest(out)
    if manifest:
        check_plan(out, plan)
        _check_input(items, out, manifest)
        drop_parts(out)
        return Outcome(_counts_of(manifest), was_finished=True)
    with opened(out, plan, fresh=fresh) as folder:
        work = Work(job, folder, secrets.token_hex(8))
        for report in engine.run(work, _missing(cut(items), out, progress)):
            progress.report(report)
            with writing(out):
                progress.write(folder)
            watch(progress)
        with writing(out):
            counts, input_sha256 = merge(folder, out)
            finish(out, plan, counts, input_sha256)
    return Outcome(counts, was_finished=False)


def survey(
    items: Iterable[Item], out: Path, job: Job, *, settings: dict[str, Any], fresh: bool = False
) -> Survey:
    """What `run` would do, given the same; reads the input and writes nothing. Raises as it
    does."""
    plan = _plan(job, settings)
    check_folder(out)
    if not fresh:
        check_plan(out, plan)
    rejects: Counter[str] = Counter()
    first: list[str] = []

    def seen() -> Iterator[Item]:
        for item in items:
            if isinstance(item, Reject):
                rejects[item.reason] += 1
            elif len(first) < SHOWN_IDS:
                first.append(id_of(item))
            yield item

    progress = Progress()
    manifest = None if fresh else read_manifest(out)
    if manifest:
        _check_input(seen(), out, manifest, progress)
        progress.parts_done = progress.parts_read
    else:
        for _ in _missing(cut(seen()), out, progress, kept=not fresh):
            pass
    return Survey(
        progress.items_read, rejects, tuple(first), progress.parts_read, progress.parts_done
    )


def _plan(job: Job, settings: dict[str, Any]) -> Plan:
    limits = {
        "encoding": job.encoding,
        "max_chars": job.max_characters,
        "max_seconds": float(job.max_seconds),
    }
    return make_plan({**limits, **settings})


def _missing(
    parts: Iterable[Part], out: Path, progress: Progress, *, kept: bool = True
) -> Iterator[Part]:
    """Those of `parts` that no driver has done yet in `out`; all, unless those are kept. Raises
    RunError where one that was done was made of another input."""
    folder = out / PARTS
    done = {path.name for path in part_files(folder)} if kept else set()
    for part in parts:
        progress.read(part)
        if part.name not in done:
            yield part
            continue
        done.remove(part.name)
        records = read_part(folder / part.name)
        if next(records)["input_sha256"] != input_digest(part):
            raise input_changed(out)
        counts = Counts()
        for record in records:
            counts.add(record)
        if counts.items != len(part.items):
            raise damaged(folder / part.name, f"{counts.items} of {len(part.items)} items")
        progress.keep(counts)
    progress.complete = True
    if done:
        raise input_changed(out)


def _check_input(
    items: Iterable[Item], out: Path, manifest: dict[str, Any], progress: Progress | None = None
) -> None:
    total = InputDigest()
    for part in cut(items):
        total.add(input_digest(part))
        if progress:
            progress.read(part)
    if total.hexdigest() != manifest["input_sha256"]:
        raise input_changed(out)


def _counts_of(manifest: dict[str, Any]) -> Counts:
    counts = dict(manifest["counts"])
    return Counts(**{**counts, "rejects": Counter(counts["rejects"])})
