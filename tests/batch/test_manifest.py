from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline import __version__
from pipeline.batch.manifest import (
    PARTS,
    check_folder,
    check_plan,
    folder_digest,
    is_locked,
    make_plan,
    opened,
    read_manifest,
)
from pipeline.errors import RunError


@pytest.fixture(scope="module")
def plan() -> dict[str, Any]:
    return make_plan({"limit": 0})


def test_a_plan_holds_the_settings_and_digests_of_all_that_ships(plan: dict[str, Any]) -> None:
    assert plan["zongheng"] == __version__
    assert plan["settings"] == {"limit": 0}
    digests = ("code_sha256", "registry_sha256", "character_model_sha256")
    assert all(len(plan[name]) == 64 for name in digests)


def test_a_run_of_other_code_is_told_so(plan: dict[str, Any], tmp_path: Path) -> None:
    with opened(tmp_path, plan, fresh=False) as parts:
        (parts / "00000.jsonl").touch()
    with pytest.raises(RunError, match=r"code_sha256 \(was [0-9a-f]{12}, now 0{12}\)"):
        check_plan(tmp_path, {**plan, "code_sha256": "0" * 64})


def test_partial_files_of_another_driver_are_dropped(plan: dict[str, Any], tmp_path: Path) -> None:
    with opened(tmp_path, plan, fresh=False) as parts:
        (parts / "00000.jsonl").touch()
        (parts / "00001.jsonl.ab12.partial").touch()
    with opened(tmp_path, plan, fresh=False) as parts:
        assert {path.name for path in parts.iterdir()} == {"00000.jsonl", "plan.json", "lock"}


def test_a_run_is_locked_while_it_is_written(plan: dict[str, Any], tmp_path: Path) -> None:
    assert not is_locked(tmp_path)
    with opened(tmp_path, plan, fresh=False):
        assert is_locked(tmp_path)
    assert not is_locked(tmp_path)


@pytest.mark.parametrize("name", ["论文.docx", f"{PARTS}/论文.docx", f"{PARTS}/1.txt"])
def test_files_of_others_are_named(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).touch()
    with pytest.raises(RunError, match=rf"no run wrote \({name}\)"):
        check_folder(tmp_path)


def test_a_damaged_manifest_is_none(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_bytes(b'{"zongheng": ')
    assert read_manifest(tmp_path) is None


def test_the_digest_of_a_folder_is_that_of_names_and_contents(tmp_path: Path) -> None:
    digests = set()
    for name, text in (("a.jsonl", "1"), ("b.jsonl", "1"), ("b.jsonl", "2")):
        for path in tmp_path.iterdir():
            path.unlink()
        (tmp_path / name).write_text(text, encoding="utf-8")
        (tmp_path / "c.txt").touch()
        digests.add(folder_digest(tmp_path, "*.jsonl"))
    assert len(digests) == 3
