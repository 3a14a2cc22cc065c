from __future__ import annotations

import hashlib
import tracemalloc

from pipeline.batch.digests import DigestSet


def digest(number: int) -> bytes:
    return hashlib.sha256(str(number).encode()).digest()


def test_a_digest_is_new_once() -> None:
    digests = DigestSet()
    assert digests.add(digest(1))
    assert digests.add(digest(2))
    assert not digests.add(digest(1))
    assert len(digests) == 2


def test_it_agrees_with_a_set_over_many_growths() -> None:
    digests, known = DigestSet(), set()
    for number in range(20_000):
        one = digest(number * number % 7_919)
        assert digests.add(one) == (one not in known)
        known.add(one)
    assert len(digests) == len(known)


def test_digests_that_belong_in_one_place_are_told_apart() -> None:
    digests = DigestSet()
    alike = [bytes(8) + number.to_bytes(8) for number in range(1, 500)]
    assert all(digests.add(one) for one in alike)
    assert not any(digests.add(one) for one in alike)


def test_it_takes_no_object_for_each_digest() -> None:
    tracemalloc.start()
    try:
        digests = DigestSet()
        for number in range(10_000):
            digests.add(number.to_bytes(8) * 2)
        size, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size < 10_000 * 48 + 10_000
