"""Files that have their name only once they are whole."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.files import replacing


def test_a_link_stays_and_what_it_points_to_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    link, file = tmp_path / "link", tmp_path / "far" / "file"
    link.symlink_to(file)
    for content in ("new", "newer"):
        with replacing(link) as partial:
            partial.write_text(content)
        assert link.is_symlink()
        assert file.read_text() == content
    assert sorted(path.name for path in tmp_path.iterdir()) == ["far", "link"]


def test_what_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    (tmp_path / "link").symlink_to(pipe)
    for name in ("pipe", "link"):
        told = f"{name} is no regular file; name another --out"
        with pytest.raises(InputError, match=told), replacing(tmp_path / name):
            pass
    assert pipe.is_fifo()


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    path = tmp_path / "none" / "file"
    with pytest.raises(InputError, match="none: no such folder; make it first"), replacing(path):
        pass
