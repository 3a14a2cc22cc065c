from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import resources
from pipeline.errors import PipelineError, ResourceError


def test_the_registry_of_the_clone_is_found(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(resources.ENVIRONMENT_VARIABLE, raising=False)
    assert resources.find("registry") == root / "corpus" / "registry"


def test_the_environment_variable_goes_before_the_clone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "registry").mkdir()
    monkeypatch.setenv(resources.ENVIRONMENT_VARIABLE, str(tmp_path))
    assert resources.find("registry") == tmp_path / "registry"


def test_a_folder_that_the_named_place_lacks_is_still_found_in_the_clone(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(resources.ENVIRONMENT_VARIABLE, str(tmp_path))
    assert resources.find("registry") == root / "corpus" / "registry"


def test_an_empty_variable_counts_as_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "registry").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(resources.ENVIRONMENT_VARIABLE, "")
    assert resources.find("registry") != tmp_path / "registry"


def test_the_error_lists_every_place_and_the_way_out(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(resources.ENVIRONMENT_VARIABLE, str(tmp_path))
    with pytest.raises(ResourceError) as caught:
        resources.find("no-such")
    message = str(caught.value)
    for place in (
        tmp_path / "no-such",
        root / "corpus" / "no-such",
        root / "pipeline" / "shipped" / "no-such",
    ):
        assert str(place) in message
    assert resources.ENVIRONMENT_VARIABLE in message


def test_a_file_of_that_name_is_no_resource_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "only-a-file").write_text("", encoding="utf-8")
    monkeypatch.setenv(resources.ENVIRONMENT_VARIABLE, str(tmp_path))
    with pytest.raises(ResourceError):
        resources.find("only-a-file")


def test_a_missing_resource_is_an_error_that_the_command_prints() -> None:
    assert issubclass(ResourceError, PipelineError)
