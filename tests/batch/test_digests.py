from __future__ import annotations

import hashlib
import os
import resource
import subprocess
import sys
from pathlib import Path

from pipeline.batch.digests import CACHE_KIB, DIGEST_BYTES, DigestSet

# So many do not fit in what stays in memory.
MORE_THAN_MEMORY = 2 * CACHE_KIB * 1_024 // DIGEST_BYTES
FILLED = f"""
from hashlib import sha256
from pipeline.batch.digests import DigestSet
from pipeline.errors import RunError
digests = DigestSet()
try:
    for number in range({MORE_THAN_MEMORY}):
        digests.add(sha256(str(number).encode()).digest())
except RunError as error:
    print(error)
"""


def digest(number: int) -> bytes:
    return hashlib.sha256(str(number).encode()).digest()


def filled(folder: Path, *, most_bytes: int = -1) -> str:
    """What is said by a process with that temporary folder, whose files take at most so much."""
    command = [sys.executable, "-c", FILLED]
    limits = (most_bytes, most_bytes)
    done = subprocess.run(
        command,
        env={**os.environ, "TMPDIR": str(folder), "SQLITE_TMPDIR": str(folder)},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limits),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_a_digest_is_new_once() -> None:
    digests = DigestSet()
    assert digests.add(digest(1))
    assert digests.add(digest(2))
    assert not digests.add(digest(1))


def test_it_agrees_with_a_set_beyond_memory() -> None:
    digests = DigestSet()
    assert all(digests.add(digest(number)) for number in range(MORE_THAN_MEMORY))
    for number in range(0, 2 * MORE_THAN_MEMORY, 1_001):
        assert digests.add(digest(number)) == (number >= MORE_THAN_MEMORY)


def test_what_is_beyond_the_first_bytes_counts_for_nothing() -> None:
    digests = DigestSet()
    assert digests.add(bytes(DIGEST_BYTES) + b"1")
    assert not digests.add(bytes(DIGEST_BYTES) + b"2")


def test_it_leaves_no_file(tmp_path: Path) -> None:
    assert filled(tmp_path) == ""
    assert not list(tmp_path.iterdir())


def test_a_full_temporary_folder_is_told(tmp_path: Path) -> None:
    said = filled(tmp_path, most_bytes=100_000)
    assert said.startswith("cannot write to the temporary folder")
    assert "TMPDIR" in said
