from __future__ import annotations

import gzip
import io
from pathlib import Path
from types import SimpleNamespace

import pytest
import zstandard

from pipeline.batch.compression import STDIN, bare_path, open_stream
from pipeline.errors import InputError

LINES = b"".join(b"line %d: %d\n" % (number, number**7) for number in range(20_000))
HALF = len(LINES) // 2


def zstd(content: bytes) -> bytes:
    return zstandard.compress(content)


SKIPPED_FRAME = b"\x5a\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"12345"
FORMS = {
    "plain": LINES,
    "gzip": gzip.compress(LINES),
    "gzip, two members": gzip.compress(LINES[:HALF]) + gzip.compress(LINES[HALF:]),
    "gzip, filled up with zeros": gzip.compress(LINES) + b"\0" * 5_000,
    "gzip, an empty member": gzip.compress(b"") + gzip.compress(LINES),
    "zstd": zstd(LINES),
    "zstd, two frames": zstd(LINES[:HALF]) + zstd(LINES[HALF:]),
    "zstd, a frame to skip": SKIPPED_FRAME + zstd(LINES),
}


def write(folder: Path, content: bytes) -> str:
    path = folder / "a"
    path.write_bytes(content)
    return str(path)


@pytest.mark.parametrize("form", FORMS)
def test_the_content_is_told_by_its_first_bytes(tmp_path: Path, form: str) -> None:
    with open_stream(write(tmp_path, FORMS[form])) as stream:
        assert stream.read() == LINES


@pytest.mark.parametrize("content", [b"", b"a", b"\x1f", gzip.compress(b""), zstd(b"")])
def test_a_file_of_next_to_nothing_is_read(tmp_path: Path, content: bytes) -> None:
    with open_stream(write(tmp_path, content)) as stream:
        assert len(stream.read()) <= 1


@pytest.mark.parametrize("form", FORMS)
def test_the_bytes_that_are_read_are_told_as_they_lie_on_the_disk(
    tmp_path: Path, form: str
) -> None:
    read: list[int] = []
    with open_stream(write(tmp_path, FORMS[form]), advance=read.append) as stream:
        stream.read()
    assert sum(read) == len(FORMS[form])


DAMAGED = {
    "gzip, cut off": gzip.compress(LINES)[:-30_000],
    "gzip, without its checksum": gzip.compress(LINES)[:-8],
    "gzip, with something behind": gzip.compress(LINES) + b"something",
    "gzip, a wrong checksum": gzip.compress(LINES)[:-8] + b"12345678",
    "zstd, cut off": zstd(LINES)[:-30_000],
    "zstd, the second frame cut off": zstd(LINES[:HALF]) + zstd(LINES[HALF:])[:-9],
    "zstd, with something behind": zstd(LINES) + b"something",
}


@pytest.mark.parametrize("form", DAMAGED)
def test_every_line_before_the_damage_is_given(tmp_path: Path, form: str) -> None:
    read: list[bytes] = []
    with (
        open_stream(write(tmp_path, DAMAGED[form])) as stream,
        pytest.raises(InputError, match=r"data is damaged or not whole .*again"),
    ):
        read.extend(iter(stream.readline, None))
    assert LINES.startswith(b"".join(read))
    assert len(read) > 20_000 // 3
    assert read[-1].endswith(b"\n")


def test_what_is_damaged_is_never_taken_for_whole(tmp_path: Path) -> None:
    with (
        open_stream(write(tmp_path, DAMAGED["gzip, cut off"])) as stream,
        pytest.raises(InputError),
    ):
        stream.read()


def test_standard_input_is_a_stream_like_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    buffer = io.BufferedReader(io.BytesIO(FORMS["zstd"]))  # type: ignore[arg-type]
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=buffer))
    assert open_stream(STDIN).read() == LINES


@pytest.mark.parametrize(
    ("path", "bare"),
    [("a/n.jsonl.gz", "a/n.jsonl"), ("n.txt.ZST", "n.txt"), ("n.txt", "n.txt"), (".gz", ".gz")],
)
def test_the_ending_of_a_compression_is_no_part_of_the_name(path: str, bare: str) -> None:
    assert bare_path(Path(path)) == Path(bare)
