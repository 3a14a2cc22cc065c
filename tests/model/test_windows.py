from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.tokens import Tokens
from pipeline.model.windows import MAX_WINDOW_TOKENS, windows
from pipeline.types import CleanSpan


def text_of(lengths: list[int]) -> tuple[Tokens, list[CleanSpan]]:
    """One token a character, sentences of these lengths."""
    size = sum(lengths)
    sentences, at = [], 0
    for length in lengths:
        sentences.append(CleanSpan(at, at + length))
        at += length
    return Tokens([5] * size, list(range(size)), list(range(1, size + 1))), sentences


@given(st.lists(st.integers(1, 400), max_size=40))
def test_every_token_is_owned_once_and_seen(lengths: list[int]) -> None:
    tokens, sentences = text_of(lengths)
    cut = windows(tokens, sentences)
    owned = [place for w in cut for place in range(w.own_first, w.own_last)]
    assert owned == list(range(len(tokens.ids)))
    for window in cut:
        assert window.first <= window.own_first <= window.own_last <= window.last
        assert window.last - window.first <= MAX_WINDOW_TOKENS
    for one, other in pairwise(cut):
        assert one.first < other.first
        assert one.last < other.last or other.last == len(tokens.ids)


def test_a_short_text_is_one_window() -> None:
    assert len(windows(*text_of([40, 30, 20]))) == 1


def test_a_sentence_behind_a_border_has_those_before_it_in_its_window() -> None:
    tokens, sentences = text_of([60] * 8)
    second = windows(tokens, sentences)[1]
    assert second.first < second.own_first


def test_no_text_has_no_windows() -> None:
    assert windows(*text_of([])) == ()
