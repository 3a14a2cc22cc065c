from __future__ import annotations

from collections import Counter

import jieba
import pytest

from pipeline.dictionary import Dictionary, dictionary, parse


@pytest.fixture
def small() -> Dictionary:
    return parse("上海 30 ns\n上海滩 4 n\n上 9 f\n海外市场 5 l\n上海 2 nz\n")


def test_counts_and_tags_are_those_of_the_words_last_line(small: Dictionary) -> None:
    assert [small.get(word) for word in ("上", "上海", "上海滩", "海外市场")] == [9, 2, 4, 5]
    assert [small.tag(word) for word in ("上", "上海", "上海滩", "海外市场")] == [
        "f",
        "nz",
        "n",
        "l",
    ]
    assert small.total == 50


@pytest.mark.parametrize("text", ["", "海", "海外", "滩", "上海滩上", "😀", "\x00", "上\U00024e0a"])
def test_what_is_no_word_has_neither(small: Dictionary, text: str) -> None:
    assert small.get(text) == 0
    assert small.tag(text) == ""


def test_words_from_a_place_are_told_shortest_first(small: Dictionary) -> None:
    codes = [*map(ord, "在上海滩涂")]
    assert small.words_from(codes, 1) == [(1, 9), (2, 2), (3, 4)]
    assert small.words_from(codes, 0) == small.words_from(codes, 4) == []


def test_it_says_of_every_word_and_beginning_what_jieba_says() -> None:
    tokenizer = jieba.Tokenizer()
    counts, total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    assert dictionary().total == total
    assert {word: dictionary().get(word) for word in counts} == counts


def test_it_has_the_tag_of_every_line() -> None:
    with jieba.get_dict_file() as lines:
        tags = {word: tag for word, _, tag in (line.decode("utf-8").split() for line in lines)}
    assert Counter(dictionary().tag(word) for word in tags) == Counter(tags.values())
    assert all(dictionary().tag(word) == tag for word, tag in tags.items())
