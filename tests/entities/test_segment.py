from __future__ import annotations

from itertools import pairwise

import jieba
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.dictionary import dictionary
from pipeline.entities.segment import segment


@given(st.text(alphabet="英伟达投资了OpenAI 2024，。\n😀", max_size=30))
def test_the_words_of_a_text_cover_it_in_order(text: str) -> None:
    words = segment(text)
    assert "".join(word for _, _, word in words) == text
    assert all(text[start:end] == word for start, end, word in words)
    assert all(one[1] == other[0] for one, other in pairwise(words))


@pytest.fixture(scope="module")
def jiebas_own() -> jieba.Tokenizer:
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    return tokenizer


@given(
    st.text(
        alphabet="中国上海有限公司在研究生命起源的科学家凌云·OpenAI 2024，。\n😀㐀", max_size=40
    )
)
def test_words_are_cut_as_jieba_cuts_them(jiebas_own: jieba.Tokenizer, text: str) -> None:
    assert [word for _, _, word in segment(text)] == list(jiebas_own.cut(text, HMM=True))


def test_an_ordinary_word_is_counted_and_an_unknown_one_is_not() -> None:
    frequency = dictionary().get
    assert frequency("公司") > frequency("联想") > frequency("凌云精密") == 0
