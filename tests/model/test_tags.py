from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.tags import decode, encode, spans_of, tag_names, transitions

TYPES = 3
ALLOWED = transitions(TYPES)


@st.composite
def spans(draw: st.DrawFn) -> tuple[int, list[tuple[int, int, int]]]:
    """A length and spans inside it, ascending, without overlap."""
    found: list[tuple[int, int, int]] = []
    at = 0
    for gap, size, kind in draw(
        st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4), st.integers(0, TYPES - 1)))
    ):
        found.append((at + gap, at + gap + size, kind))
        at += gap + size
    return at + draw(st.integers(0, 3)), found


@given(spans())
def test_tags_give_their_spans_back(case: tuple[int, list[tuple[int, int, int]]]) -> None:
    length, wanted = case
    assert spans_of(encode(wanted, length)) == wanted


@given(spans())
def test_decoding_sure_scores_gives_the_spans(case: tuple[int, list[tuple[int, int, int]]]) -> None:
    length, wanted = case
    scores = np.full((length, len(tag_names())), -9, dtype=np.float32)
    scores[np.arange(length), encode(wanted, length)] = 0
    assert decode(scores, ALLOWED) == wanted


@given(st.integers(0, 12), st.integers(0, 2**32 - 1))
def test_any_scores_decode_to_spans_in_order(length: int, seed: int) -> None:
    scores = np.random.default_rng(seed).normal(size=(length, 1 + 4 * TYPES)).astype(np.float32)
    found = decode(scores, ALLOWED)
    ends = [0]
    for first, last, kind in found:
        assert ends[-1] <= first < last <= length
        assert 0 <= kind < TYPES
        ends.append(last)


@given(st.integers(1, 60), st.sampled_from((0.5, 2.0, 8.0)), st.integers(0, 2**32 - 1))
def test_no_admissible_sequence_scores_higher(length: int, sureness: float, seed: int) -> None:
    scores = np.random.default_rng(seed).normal(scale=sureness, size=(length, 5))
    allowed = transitions(1)
    best: dict[int, tuple[float, list[int]]] = {0: (0.0, [])}
    for row in scores.astype(np.float32):
        best = {
            tag: max(
                (score + float(row[tag]), [*path, tag])
                for before, (score, path) in best.items()
                if not allowed[before, tag]
            )
            for tag in range(5)
            if any(not allowed[before, tag] for before in best)
        }
    _, path = max(ended for tag, ended in best.items() if not allowed[tag, 0])
    assert decode(scores.astype(np.float32), allowed) == spans_of(path)


def test_the_best_admissible_sequence_is_found_where_the_best_tags_are_none() -> None:
    names = tag_names()
    scores = np.full((2, len(names)), -9.0, dtype=np.float32)
    scores[0, names.index("B-company")] = -0.1
    scores[1, names.index("O")] = -0.2  # after B there is no O
    scores[1, names.index("E-company")] = -0.5
    scores[0, names.index("O")] = -0.7
    assert decode(scores, ALLOWED) == [(0, 2, 0)]


@pytest.mark.parametrize(
    ("before", "after", "fits"),
    [
        ("O", "B-chip", True),
        ("O", "I-chip", False),
        ("B-chip", "E-chip", True),
        ("B-chip", "E-person", False),
        ("B-chip", "O", False),
        ("E-chip", "S-person", True),
        ("S-chip", "E-chip", False),
    ],
)
def test_what_may_follow(before: str, after: str, fits: bool) -> None:
    names = tag_names()
    assert (ALLOWED[names.index(before), names.index(after)] == 0) == fits
