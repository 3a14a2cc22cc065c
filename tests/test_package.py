"""The wheel, installed where the repository is not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

pytestmark = pytest.mark.full


def run_in(folder: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    """`command` run in `folder`, without anything that could lead back to the repository."""
    leads = ("PYTHONPATH", "VIRTUAL_ENV", "ZONGHENG_RESOURCES")
    environment = {name: value for name, value in os.environ.items() if name not in leads}
    return subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def must(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def binaries(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the commands in a fresh environment that holds the wheel and what it needs."""
    folder = tmp_path_factory.mktemp("package")
    wheels = folder / "wheels"
    must(run_in(folder, sys.executable, "-m", "pip", "wheel", "--no-deps", "-w", wheels, root))
    (wheel,) = wheels.glob("zongheng-*.whl")
    venv.create(folder / "venv", with_pip=True)
    binaries = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    constraints = root / ".ci" / "constraints.txt"
    pip = (binaries / "python", "-m", "pip", "install", "--quiet")
    must(run_in(folder, *pip, "--constraint", constraints, wheel))
    return binaries


@pytest.fixture(scope="module")
def finished(binaries: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An otherwise empty folder in which the installed command has run one article."""
    folder = tmp_path_factory.mktemp("empty")
    (folder / "article.txt").write_text("軟銀去年收購了Graphcore。\n", encoding="utf-8")
    must(run_in(folder, binaries / "zongheng", "run", "article.txt", "--out", "out"))
    return folder


def test_the_package_comes_from_the_wheel(binaries: Path, finished: Path, root: Path) -> None:
    done = run_in(finished, binaries / "python", "-c", "import pipeline; print(pipeline.__file__)")
    assert Path(done.stdout.strip()).is_relative_to(binaries.parent)
    assert not Path(done.stdout.strip()).is_relative_to(root)


def test_the_registry_travels_in_the_wheel_so_that_triples_come_out(finished: Path) -> None:
    lines = (finished / "out" / "triples.jsonl").read_text("utf-8").splitlines()
    heads = [(json.loads(line)["head_id"], json.loads(line)["tail_id"]) for line in lines]
    assert heads == [("company:softbank", "company:graphcore")]


def test_check_says_how_to_name_the_gold_that_the_wheel_lacks(
    binaries: Path, finished: Path
) -> None:
    done = run_in(finished, binaries / "zongheng", "check", "out")
    assert done.returncode == 1
    assert done.stderr.startswith("zongheng: corpus/gold is in the source repository only")
    assert "--gold" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_wheel_needs_no_training_package(binaries: Path, finished: Path) -> None:
    code = "import importlib.util as u; print([n for n in ('torch', 'ray') if u.find_spec(n)])"
    assert run_in(finished, binaries / "python", "-c", code).stdout.strip() == "[]"
