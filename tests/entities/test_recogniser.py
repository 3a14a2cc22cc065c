"""What becomes of a model's spans, with a model made by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

import numpy as np
import pytest

from pipeline.cleaning import Cleaner
from pipeline.entities import Recogniser, Registry
from pipeline.model.session import Model, Reading
from pipeline.model.tokens import Tokens
from pipeline.types import Article

Names = list[tuple[str, str, str, str]]


class HandMade:
    """One token a character; finds `spans`, and thinks `likely` places to be in names, with a
    probability of `score`."""

    def __init__(
        self,
        spans: Sequence[tuple[int, int, int]],
        likely: Sequence[int] = (),
        score: float = 0.9,
    ) -> None:
        self.spans = tuple((*span, 0.9) for span in spans)
        self.likely = list(likely)
        self.score = score

    def tokenize(self, text: str) -> Tokens:
        return Tokens([5] * len(text), list(range(len(text))), list(range(1, len(text) + 1)))

    def read(self, tokens: Tokens, _: object, __: object) -> Reading:
        outside = np.ones(len(tokens.ids), dtype=np.float32)
        outside[self.likely] = 1 - self.score
        return Reading(tokens, (), (), outside, self.spans)


@pytest.fixture
def found(shipped: Registry, cleaner: Cleaner) -> Callable[[str, HandMade], Names]:
    """(name, type, registry id, source) of a text's mentions."""

    def run(text: str, model: HandMade) -> Names:
        recognise = Recogniser(shipped, cast(Model, model))
        mentions, _ = recognise(cleaner(Article("article", text)))
        return [(m.text, m.type, m.entity, m.source) for m in mentions]

    return run


def test_a_known_name_gets_the_registrys_id(found: Callable[..., Names]) -> None:
    assert found("英伟达涨了。", HandMade([(0, 3, 0)])) == [
        ("英伟达", "company", "company:nvidia", "model")
    ]


def test_an_unknown_name_is_a_mention_without_an_id(found: Callable[..., Names]) -> None:
    assert found("砚石微大涨了。", HandMade([(0, 3, 0)])) == [("砚石微", "company", "", "model")]


@pytest.mark.parametrize(
    ("text", "span"), [("雖然虎頭蛇尾告終。", (2, 5)), ("但凡和AI沾邊。", (1, 5))]
)
def test_an_unknown_name_does_not_end_or_begin_inside_a_word(
    found: Callable[..., Names], text: str, span: tuple[int, int]
) -> None:
    assert found(text, HandMade([(*span, 0)])) == []


def test_an_unknown_name_must_be_likely_once_in_a_text(found: Callable[..., Names]) -> None:
    text = "砚石微大涨了。砚石微又大涨了。"
    doubtful, twice = HandMade([(0, 3, 0)]), HandMade([(0, 3, 0), (7, 10, 0)])
    doubtful.spans = ((0, 3, 0, 0.5),)
    twice.spans = ((0, 3, 0, 0.5), (7, 10, 0, 0.9))
    assert found(text, doubtful) == []
    assert [name for name, *_ in found(text, twice)] == ["砚石微", "砚石微"]


def test_a_name_of_one_sense_read_as_another_type_is_what_it_is(
    found: Callable[..., Names],
) -> None:
    assert found("英伟达涨了。", HandMade([(0, 3, 1)])) == [
        ("英伟达", "company", "company:nvidia", "model")
    ]


def test_a_known_name_with_a_word_behind_it_is_cut(found: Callable[..., Names]) -> None:
    assert found("特斯拉车涨了。", HandMade([(0, 4, 0)])) == [
        ("特斯拉", "company", "company:tesla", "model")
    ]


def test_a_known_name_that_is_longer_than_what_was_read_is_taken(
    found: Callable[..., Names],
) -> None:
    assert found("华为云涨了。", HandMade([(0, 2, 0)])) == [
        ("华为云", "company", "company:huawei-cloud", "model")
    ]


def test_the_number_of_a_quantity_is_no_part_of_a_known_name(found: Callable[..., Names]) -> None:
    assert [name for name, *_ in found("英伟达 256 TOPS", HandMade([(0, 7, 0)]))] == ["英伟达"]
    assert [name for name, *_ in found("英伟达 256 涨了。", HandMade([(0, 7, 0)]))] == [
        "英伟达 256"
    ]


def test_two_known_names_read_as_one_are_two(found: Callable[..., Names]) -> None:
    assert found("英伟达AMD涨了。", HandMade([(0, 6, 0)])) == [
        ("英伟达", "company", "company:nvidia", "model"),
        ("AMD", "company", "company:amd", "model"),
    ]


def test_a_longer_known_name_swallows_no_other(found: Callable[..., Names]) -> None:
    read = HandMade([(0, 2, 0), (2, 4, 0)])
    assert [name for name, *_ in found("华为云从涨了。", read)] == ["华为", "云从"]


@pytest.mark.parametrize("word", ["画蛇添足", "梦想", "，"])
def test_a_word_that_names_nobody_is_no_mention(word: str, found: Callable[..., Names]) -> None:
    assert found(word + "涨了。", HandMade([(0, len(word), 0)])) == []


def test_a_sure_name_that_the_model_only_suspects_is_taken(found: Callable[..., Names]) -> None:
    assert found("英伟达涨了。", HandMade([], likely=[0, 1, 2])) == [
        ("英伟达", "company", "company:nvidia", "registry")
    ]


def test_a_name_of_one_sense_may_be_doubted_more_than_what_looks_like_a_name(
    found: Callable[..., Names],
) -> None:
    text = "open ai涨了，恒远科技宣布涨价。"
    assert [name for name, *_ in found(text, HandMade([], range(15), 0.2))] == [
        "open ai",
        "恒远科技",
    ]
    assert [name for name, *_ in found(text, HandMade([], range(15), 0.05))] == ["open ai"]
    assert found(text, HandMade([], range(15), 0.01)) == []


@pytest.mark.parametrize("text", ["英伟达涨了。", "苹果涨了。"])
def test_a_name_that_the_model_takes_for_none_is_none(
    text: str, found: Callable[..., Names]
) -> None:
    assert found(text, HandMade([])) == []


def test_an_ambiguous_name_needs_the_models_reading(found: Callable[..., Names]) -> None:
    assert found("苹果涨了。", HandMade([], likely=[0, 1])) == []
