"""What every repair step must keep, whatever the text."""

from __future__ import annotations

from itertools import pairwise

from pipeline.cleaning.cleaner import RepairStep


def assert_keeps_account(step: RepairStep, text: str) -> None:
    """The map is as long as the repaired text and ascends; the repairs say what stood in `text`, in
    order."""
    fixed, offsets, repairs = step(text)
    assert len(offsets) == len(fixed)
    assert all(a <= b for a, b in pairwise(offsets.starts))
    assert all(a <= b for a, b in pairwise(offsets.ends))
    assert all(repair.span.of(text) == repair.before for repair in repairs)
    assert all(a.span.end <= b.span.start for a, b in pairwise(repairs))
