"""A set of digests that millions of articles fit in, in memory that does not grow."""

from __future__ import annotations

import sqlite3

from pipeline.errors import RunError

DIGEST_BYTES = 16
# So much of it stays in memory; the rest is a file of the system's temporary folder that has no
# name, so that it goes when the process does.
CACHE_KIB = 1_024


class DigestSet:
    """Which digests were seen, 16 bytes of each. Two texts meet in 128 bits of sha256 by chance
    only once in 10^19 articles."""

    def __init__(self) -> None:
        # The name "" is that of a temporary database. Whoever reads the input may do so in another
        # thread than he who opened it, but no two at once.
        self._base = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        # Nothing of it outlives the process, so that there is nothing to be safe from.
        for pragma in ("journal_mode=OFF", f"cache_size=-{CACHE_KIB}"):
            self._base.execute(f"PRAGMA {pragma}")
        self._base.execute("CREATE TABLE seen (digest BLOB PRIMARY KEY) WITHOUT ROWID")
        # One transaction without end, as each end would write what is in memory.
        self._base.execute("BEGIN")

    def add(self, digest: bytes) -> bool:
        """Whether `digest` (16 bytes or more, of which the first 16 count) is new; it is known from
        now on. Raises RunError where the temporary folder is full."""
        try:
            added = self._base.execute(
                "INSERT OR IGNORE INTO seen VALUES (?)", (digest[:DIGEST_BYTES],)
            )
        except sqlite3.Error as error:
            raise RunError(
                f"cannot write to the temporary folder, which holds digests of the articles: "
                f"{error}; make room there, or set TMPDIR to another folder, and run the same "
                "command again"
            ) from error
        return added.rowcount == 1
