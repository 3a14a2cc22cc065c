from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline.batch.engines import make_engine
from pipeline.batch.engines.ray import Ray, _reports, import_ray
from pipeline.batch.engines.serial import Serial
from pipeline.batch.items import Item
from pipeline.batch.parts import Job
from pipeline.errors import ResourceError, RunError
from pipeline.extractor import Extractor
from tests.batch.test_engines import TEXTS, done, files, rejects
from tests.batch.workers import deadly, job, stillborn, text_items, unloadable

CPUS = 3

pytestmark = pytest.mark.usefixtures("small_parts")


@pytest.fixture(scope="class")
def cluster() -> Iterator[Any]:
    """A cluster of this machine alone, which engines use instead of one of their own."""
    pytest.importorskip("ray")
    ray = import_ray()
    ray.init(num_cpus=CPUS, include_dashboard=False, log_to_driver=False)
    yield ray
    ray.shutdown()


@pytest.mark.full
@pytest.mark.usefixtures("cluster")
class TestRay:
    @pytest.mark.parametrize("workers", [1, 3])
    def test_actors_write_the_bytes_that_this_process_writes(
        self, tmp_path: Path, workers: int
    ) -> None:
        items: list[Item] = list(text_items(8))
        done(Serial(), tmp_path / "1", items, job())
        reports = done(Ray(workers), tmp_path / "2", items, job())
        assert files(tmp_path / "2") == files(tmp_path / "1")
        assert sorted(report.part for report in reports if report.done) == [0, 1, 2]

    def test_so_does_the_shipped_extractor(self, tmp_path: Path) -> None:
        items = text_items(7, **{f"a{number}": TEXTS[number * number % 4] for number in range(7)})
        done(Serial(), tmp_path / "1", list(items), Job(Extractor.load))
        done(Ray(2), tmp_path / "2", list(items), Job(Extractor.load))
        assert files(tmp_path / "2") == files(tmp_path / "1")

    def test_an_article_that_always_kills_is_a_reject_and_the_others_are_read(
        self, tmp_path: Path
    ) -> None:
        done(Ray(2), tmp_path, list(text_items(5)), job(deadly, None, "a1"))
        assert rejects(tmp_path) == [("a1", "worker_crashed")]
        assert len(files(tmp_path)) == 2

    def test_an_article_that_kills_once_leaves_no_trace(self, tmp_path: Path) -> None:
        items: list[Item] = list(text_items(7))
        done(Serial(), tmp_path / "1", items, job())
        done(Ray(2), tmp_path / "2", items, job(deadly, tmp_path / "killed", "a4"))
        assert (tmp_path / "killed").exists()
        assert files(tmp_path / "2") == files(tmp_path / "1")

    def test_actors_that_die_while_they_load_stop_the_run(self, tmp_path: Path) -> None:
        with pytest.raises(RunError, match="die while they load"):
            done(Ray(1), tmp_path, list(text_items(1)), job(stillborn))

    def test_an_extractor_that_cannot_be_loaded_stops_the_run(self, tmp_path: Path) -> None:
        with pytest.raises(ResourceError, match="the model is gone"):
            done(Ray(1), tmp_path, list(text_items(1)), job(unloadable))

    def test_a_part_that_cannot_be_written_stops_the_run(self, tmp_path: Path) -> None:
        (tmp_path / "00000.jsonl.driver.partial").mkdir()
        with pytest.raises(RunError, match="cannot write"):
            done(Ray(1), tmp_path, list(text_items(1)), job())

    def test_more_workers_than_cpus_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(RunError, match=f"cluster has {CPUS}: --workers {CPUS}"):
            done(Ray(CPUS + 1), tmp_path, list(text_items(1)), job())


class Lost(Exception):
    """Of an actor that died, or that does not answer."""


class OutOfMemory(Exception):
    """Of an actor that Ray killed to make room; in Ray it is none of the above."""


@pytest.mark.parametrize("error", [Lost("gone"), OutOfMemory("killed\nmuch more")])
def test_a_lost_actor_is_killed_before_another_is_given_its_part(error: Exception) -> None:
    happened: list[tuple[object, ...]] = []

    def get(_: object) -> None:
        raise error

    exceptions = SimpleNamespace(RayActorError=Lost, OutOfMemoryError=OutOfMemory)
    ray = SimpleNamespace(
        wait=lambda calls: (calls, []),
        get=get,
        kill=lambda actor: happened.append(("kill", actor)),
        exceptions=exceptions,
    )
    handle = SimpleNamespace(actor="actor", calls=["call"])
    pool: Any = SimpleNamespace(
        members=[handle], bury=lambda member, status: happened.append(("bury", member, status))
    )
    assert list(_reports(ray, pool)) == []
    assert happened == [("kill", "actor"), ("bury", handle, str(error).splitlines()[0])]


@pytest.mark.full
def test_a_cluster_that_does_not_answer_is_told_at_once(tmp_path: Path) -> None:
    pytest.importorskip("ray")
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # and does not listen
        address = f"127.0.0.1:{bound.getsockname()[1]}"
        with pytest.raises(RunError, match=f"no Ray cluster answers at {address}"):
            done(Ray(1, address), tmp_path, list(text_items(1)), job())


def test_where_ray_is_missing_it_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(RunError, match=r"pip install 'zongheng\[scale\]'"):
        done(make_engine("ray", 1), tmp_path, list(text_items(1)), job())
