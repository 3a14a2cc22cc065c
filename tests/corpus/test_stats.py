from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.corpus.passages import Passage
from pipeline.corpus.stats import CorpusStats, is_cross_sentence, is_inverted

Read = Callable[[str], list[Passage]]


@pytest.mark.parametrize(
    ("text", "inverted"),
    [
        ("[A社|company:1]收购[B社|company:2]。", False),
        ("[B社|company:2]被[A社|company:1]收购。", True),
        ("[A社|company:1]在列。[B社|company:2]已由[A社|company:1]买下。", True),
    ],
)
def test_direction_is_that_of_the_closest_names(text: str, inverted: bool, read: Read) -> None:
    (passage,) = read(f"@ wire hans\n{text}\n1 buy 2 actual\n")
    assert is_inverted(passage, passage.triples[0]) == inverted


def test_a_triple_is_cross_sentence_only_where_no_sentence_names_both(read: Read) -> None:
    apart, together = read(
        "@ wire hans\n[A社|company:1]来了。它收购[B社|company:2]。\n1 buy 2 actual s1,2\n\n"
        "@ wire hans\n[A社|company:1]来了。[A社|company:1]收购[B社|company:2]。\n1 buy 2 actual\n"
    )
    assert is_cross_sentence(apart, apart.triples[0])
    assert not is_cross_sentence(together, together.triples[0])


def test_shares_are_of_what_they_say(specimens: list[Passage]) -> None:
    stats = CorpusStats.of(specimens, known=lambda name: name == "輝達")
    assert stats.passages == 3
    assert stats.traditional == pytest.approx(1 / 3)
    assert stats.without_triples == pytest.approx(1 / 3)
    assert stats.hard_negatives == 1.0
    assert stats.triples == {"buy": 2, "invest": 1}
    assert stats.statuses["planned"] == pytest.approx(1 / 3)
    assert stats.unknown_names == pytest.approx(8 / 9)


def test_nothing_counted_is_nothing_divided() -> None:
    assert CorpusStats.of([], known=bool).median_characters == 0
