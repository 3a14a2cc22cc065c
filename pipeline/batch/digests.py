"""A set of digests that millions of articles fit in."""

from __future__ import annotations

DIGEST_BYTES = 16
_EMPTY = bytes(DIGEST_BYTES)
_FIRST_SLOTS = 1_024


class DigestSet:
    """Which digests were seen, in one table of 16 bytes a slot (at most 48 bytes a digest) and no
    Python object for each. Two texts meet in 128 bits of sha256 by chance only once in 10^19
    articles."""

    def __init__(self) -> None:
        self._slots = _FIRST_SLOTS
        self._table = bytearray(self._slots * DIGEST_BYTES)
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def add(self, digest: bytes) -> bool:
        """Whether `digest` (16 bytes or more, of which the first 16 count, evenly distributed) is
        new; it is known from now on."""
        digest = digest[:DIGEST_BYTES]
        place = self._place(digest)
        if self._table[place : place + DIGEST_BYTES] == digest:
            return False
        self._table[place : place + DIGEST_BYTES] = digest
        self._size += 1
        if 3 * self._size > 2 * self._slots:
            self._grow()
        return True

    def _place(self, digest: bytes) -> int:
        """Where `digest` stands in the table or, if it does not, belongs (open addressing)."""
        slot = int.from_bytes(digest[:8]) % self._slots
        while True:
            place = slot * DIGEST_BYTES
            if self._table[place : place + DIGEST_BYTES] in (_EMPTY, digest):
                return place
            slot = (slot + 1) % self._slots

    def _grow(self) -> None:
        old = self._table
        self._slots *= 2
        self._table = bytearray(self._slots * DIGEST_BYTES)
        for start in range(0, len(old), DIGEST_BYTES):
            digest = bytes(old[start : start + DIGEST_BYTES])
            if digest != _EMPTY:
                place = self._place(digest)
                self._table[place : place + DIGEST_BYTES] = digest
