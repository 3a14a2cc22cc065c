from __future__ import annotations

import json
import math
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from pipeline.batch.engines import Automatic, Engine, make_engine
from pipeline.batch.engines.processes import Processes, _Process, _start, _wait
from pipeline.batch.engines.serial import Serial
from pipeline.batch.items import Item
from pipeline.batch.parts import Job, Part, Report, Work, cut
from pipeline.errors import ResourceError, RunError
from pipeline.extractor import Extractor
from tests.batch.workers import deadly, job, slow, stillborn, telling, text_items, unloadable, wrong

pytestmark = pytest.mark.usefixtures("small_parts")

TEXTS = (
    "去年秋天，软银以10亿美元收购了Graphcore。\n三星与SK海力士在存储芯片上竞争。\n",
    "輝達宣布向OpenAI投資1000億美元。",
    "小林在公园里散步。",
    "华为与中兴通讯竞争，腾讯投资了京东。",
)


def done(engine: Engine, folder: Path, items: list[Item], job: Job) -> list[Report]:
    folder.mkdir(exist_ok=True)
    return list(engine.run(Work(job, folder, "driver"), cut(items)))


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def rejects(folder: Path) -> list[tuple[str, str]]:
    """Article and reason of all rejects in the parts of `folder`."""
    lines = [line for content in files(folder).values() for line in content.splitlines()]
    found = [reject for line in lines for reject in json.loads(line).get("rejects", ())]
    return [(reject["article_id"], reject["reason"]) for reject in found]


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_processes_write_the_bytes_that_this_process_writes(tmp_path: Path, workers: int) -> None:
    items: list[Item] = list(text_items(8))
    done(Serial(), tmp_path / "1", items, job())
    done(Processes(workers), tmp_path / "2", items, job())
    assert files(tmp_path / "2") == files(tmp_path / "1")
    assert len(files(tmp_path / "1")) == 3


def test_the_shipped_extractor_gives_the_same_bytes_in_other_processes(tmp_path: Path) -> None:
    # More articles than texts: what a process has read before must not show in what it reads next.
    items = text_items(7, **{f"a{number}": TEXTS[number * number % 4] for number in range(7)})
    real = Job(Extractor.load)
    done(Serial(), tmp_path / "1", list(items), real)
    done(Processes(2), tmp_path / "2", list(items), real)
    assert files(tmp_path / "2") == files(tmp_path / "1")
    assert b"company:softbank" in files(tmp_path / "1")["00000.jsonl"]


@pytest.mark.parametrize("engine", [Serial(), Processes(2)], ids=["serial", "processes"])
class TestReports:
    def test_every_part_is_reported_done_once(self, tmp_path: Path, engine: Engine) -> None:
        reports = done(engine, tmp_path, list(text_items(7)), job())
        assert sorted(report.part for report in reports if report.done) == [0, 1, 2]

    def test_nothing_to_do_is_done(self, tmp_path: Path, engine: Engine) -> None:
        assert done(engine, tmp_path, [], job(unloadable)) == []

    def test_an_extractor_that_cannot_be_loaded_stops_the_run(
        self, tmp_path: Path, engine: Engine
    ) -> None:
        with pytest.raises(ResourceError, match="the model is gone"):
            done(engine, tmp_path, list(text_items(1)), job(unloadable))

    def test_a_part_that_cannot_be_written_stops_the_run(
        self, tmp_path: Path, engine: Engine
    ) -> None:
        work = Work(job(), tmp_path / "没有", "driver")
        with pytest.raises(RunError, match="cannot write"):
            list(engine.run(work, cut(text_items(1))))


class TestDeaths:
    def test_an_article_that_always_kills_is_a_reject_and_the_others_are_read(
        self, tmp_path: Path
    ) -> None:
        done(Processes(1), tmp_path, list(text_items(5)), job(deadly, None, "a1"))
        assert rejects(tmp_path) == [("a1", "worker_crashed")]
        assert len(files(tmp_path)) == 2

    def test_an_article_that_kills_once_leaves_no_trace(self, tmp_path: Path) -> None:
        items = list(text_items(7))
        done(Serial(), tmp_path / "1", items, job())
        done(Processes(2), tmp_path / "2", items, job(deadly, tmp_path / "killed", "a4"))
        assert (tmp_path / "killed").exists()
        assert files(tmp_path / "2") == files(tmp_path / "1")

    def test_workers_that_die_while_they_load_stop_the_run(self, tmp_path: Path) -> None:
        with pytest.raises(RunError, match=r"die while they load \(exit status -9\)"):
            done(Processes(1), tmp_path, list(text_items(1)), job(stillborn))

    def test_a_mistake_of_ours_in_a_worker_comes_with_its_traceback(self, tmp_path: Path) -> None:
        with pytest.raises(RuntimeError, match="ZeroDivisionError: of ours"):
            done(Processes(1), tmp_path, list(text_items(1)), job(wrong))


class TestProcesses:
    def test_parts_are_drawn_as_they_are_needed(self, tmp_path: Path) -> None:
        drawn = 0

        def parts() -> Iterator[Part]:
            nonlocal drawn
            for part in cut(text_items(300)):
                drawn += 1
                yield part

        reports = Processes(1).run(Work(job(), tmp_path, "driver"), parts())
        next(reports)
        assert drawn == 2
        reports.close()

    def test_no_process_is_left_where_the_caller_stops(self, tmp_path: Path) -> None:
        reports = Processes(2).run(Work(job(slow, 0.1), tmp_path, "driver"), cut(text_items(300)))
        next(reports)
        reports.close()
        assert multiprocessing.active_children() == []
        assert len(files(tmp_path)) < 100


@dataclass(slots=True)
class Killable:
    """What of a process shows whether it was killed."""

    killed: bool = False

    def kill(self) -> None:
        self.killed = True


@pytest.mark.parametrize("says", [False, True])
def test_a_worker_is_stuck_only_if_nothing_of_it_is_left_to_hear(says: bool) -> None:
    ours, theirs = multiprocessing.Pipe()
    # As after a long wait for input: nobody listened to what it said meanwhile.
    parts = deque([Part(0, tuple(text_items(1)))])
    worker = _Process(cast("Any", Killable()), ours, parts, loaded=True, heard=-math.inf)
    if says:
        theirs.send(None)
    assert _wait([worker], 1.0) == [worker] * says
    assert worker.process.killed is not says
    ours.close(), theirs.close()


def test_a_worker_that_cannot_take_a_part_dies(tmp_path: Path) -> None:
    worker = _start(Work(job(), tmp_path, "driver"))
    assert worker.connection.recv() is None
    worker.connection.send_bytes(b"no pickle")
    worker.process.join(30)
    assert worker.process.exitcode == -signal.SIGKILL
    worker.end()


def test_one_part_is_done_in_this_process_and_more_in_others(tmp_path: Path) -> None:
    assert process_of(Automatic(2), tmp_path / "1", 3) == os.getpid()
    assert process_of(Automatic(2), tmp_path / "2", 4) != os.getpid()


def process_of(engine: Engine, folder: Path, count: int) -> int:
    """The process in which `engine` reads so many articles, or the last of them."""
    mark = folder.with_suffix(".pid")
    done(engine, folder, list(text_items(count)), job(telling, mark))
    return int(mark.read_text())


@pytest.mark.parametrize("name", ["", "serial", "processes"])
def test_an_engine_is_made_by_its_name(name: str) -> None:
    assert type(make_engine(name, 2)).__name__.lower() == (name or "automatic")
