"""The soak's own workings, and a short one."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.soak.__main__ import table, told
from tests.soak.rounds import (
    VICTIMS,
    Moment,
    Round,
    Soak,
    Undisturbed,
    digests_of,
    draw_moments,
)
from tests.speed.watching import processes_of, start, wait_until

GOOD = Round(1, "driver", ("items 40%", "end 10%"), 1, 5.0, 0.5, (), (), "")


def test_the_moments_of_a_round_depend_on_its_seed_alone() -> None:
    drawn = [draw_moments(random.Random(f"6/{number}"), 3) for number in range(200)]
    assert drawn == [draw_moments(random.Random(f"6/{number}"), 3) for number in range(200)]
    assert drawn[0] != drawn[1]
    assert {len(moments) for moments in drawn} == {1, 2, 3}
    assert all(moments == sorted(moments) for moments in drawn)
    positions = [moment.position for moments in drawn for moment in moments]
    assert {int(position) for position in positions} == {0, 1, 2}


def test_a_moment_tells_the_phase_and_how_far_it_is() -> None:
    assert str(Moment(1.25, at_once=True)) == "items 25%"
    assert str(Moment(2.0, at_once=False)) == "end 0%"


def test_an_output_that_differs_or_is_missing_shows(tmp_path: Path) -> None:
    (tmp_path / "triples.jsonl").write_bytes(b"1\n")
    one = digests_of(tmp_path)
    (tmp_path / "triples.jsonl").write_bytes(b"2\n")
    assert digests_of(tmp_path)["triples.jsonl"] != one["triples.jsonl"]
    assert one["articles.jsonl"] == one["rejects.jsonl"] == one["manifest.json"] == ""


@pytest.mark.parametrize(
    "bad",
    [
        replace(GOOD, differing=("triples.jsonl",)),
        replace(GOOD, left=("zongheng",)),
        replace(GOOD, error="exit status 1"),
    ],
)
def test_a_round_passes_only_if_nothing_is_wrong(bad: Round) -> None:
    assert GOOD.passed
    assert "same bytes" in told(GOOD, 20)
    assert not bad.passed
    assert any(word in told(bad, 20) for word in ("DIFFERENT", "LEFT BEHIND", "FAILED"))


def test_the_table_has_a_row_for_each_victim() -> None:
    rows = table([GOOD, replace(GOOD, gone=2.0, differing=("x",)), replace(GOOD, victim="worker")])
    assert list(rows["victim"]) == ["driver", "worker"]
    assert list(rows["kills"]) == [2, 1]
    assert list(rows["missed"]) == [2, 1]
    assert list(rows["different"]) == [1, 0]
    assert list(rows["gone_s"]) == [2.0, 0.5]


def test_a_process_that_outlives_the_one_that_was_started_is_found(
    tmp_path: Path,
) -> None:
    code = "import subprocess; subprocess.Popen(['sleep', '60'])"
    driver = start([sys.executable, "-c", code], tmp_path / "log")
    driver.wait()
    assert wait_until(lambda: len(processes_of(driver.pid)) == 1, 10)
    (left,) = processes_of(driver.pid)
    assert left.command == "sleep 60"
    assert left.resident_mb > 0
    assert not left.is_worker
    os.kill(left.pid, signal.SIGKILL)
    assert wait_until(lambda: not processes_of(driver.pid), 10)


def test_a_command_that_fails_fails_its_round_and_leaves_its_folder(tmp_path: Path) -> None:
    soak = Soak(tmp_path / "missing.jsonl", tmp_path, workers=1, seed=1)
    usual = Undisturbed(1, 60.0, 60.0, 60.0, {"triples.jsonl": "0"})
    one = soak.round(1, VICTIMS[0], usual)
    assert "no such file" in one.error
    assert one.missed == len(one.kills)
    assert not one.passed


@pytest.mark.full
def test_a_short_soak_of_worker_and_driver(root: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.soak", "--rounds", "2", "--victims", "worker,driver"]
    command += ["--articles", "300", "--longest", "40", "--workers", "1", "--out", str(tmp_path)]
    done = subprocess.run(command, cwd=root, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((tmp_path / "soak.json").read_text("utf-8"))
    assert [one["victim"] for one in report["rounds"]] == ["worker", "driver"]
    assert all(one["passed"] and one["missed"] < len(one["kills"]) for one in report["rounds"])
    assert report["passed"]
