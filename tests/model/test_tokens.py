from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer as WordTokenizer
from tokenizers import models, pre_tokenizers

from pipeline.errors import ResourceError
from pipeline.model.tokens import END, MAX_WORD_CHARS, SPECIALS, UNKNOWN, Tokenizer


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    pieces = [
        *SPECIALS,
        "▁",
        "▁Open",
        "AI",
        "英",
        "伟",
        "▁达",
        "1",
        "。",
        ",",
        ".",
        *"abcdefgO▁penAI",
    ]
    words = WordTokenizer(
        models.Unigram([(p, -1.0) for p in dict.fromkeys(pieces)], unk_id=UNKNOWN)
    )
    words.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    return Tokenizer(words)


def test_chinese_is_read_by_character_and_words_in_pieces(tokenizer: Tokenizer) -> None:
    text = "英伟达1OpenAI。"
    tokens = tokenizer(text)
    cut = [text[a:b] for a, b in zip(tokens.starts, tokens.ends, strict=True)]
    assert cut[:4] == ["英", "伟", "达", "1"]
    assert "".join(cut) == text
    assert cut[-1] == "。"


def test_a_character_that_is_a_piece_only_at_a_words_start_is_known(tokenizer: Tokenizer) -> None:
    assert tokenizer("达").ids != [UNKNOWN]


@pytest.mark.parametrize(("wide", "narrow"), [("，", ","), ("１", "1"), ("…", "."), ("ａ", "a")])
def test_full_width_signs_are_read_as_narrow_ones(
    tokenizer: Tokenizer, wide: str, narrow: str
) -> None:
    assert tokenizer(f"英{wide}伟").ids == tokenizer(f"英{narrow}伟").ids
    assert UNKNOWN not in tokenizer(wide).ids


def test_a_sign_for_several_characters_is_unknown(tokenizer: Tokenizer) -> None:
    assert tokenizer("㎡").ids == [UNKNOWN]


def test_blanks_are_no_tokens_and_a_line_end_is_one(tokenizer: Tokenizer) -> None:
    assert tokenizer("英 \t\n伟").ids[1] == END


def test_a_word_as_long_as_a_key_is_unknown(tokenizer: Tokenizer) -> None:
    tokens = tokenizer("a" * (MAX_WORD_CHARS + 1))
    assert tokens.ids == [UNKNOWN]
    assert tokens.ends == [MAX_WORD_CHARS + 1]


@given(st.text())
def test_tokens_cover_all_but_blanks_in_order(tokenizer: Tokenizer, text: str) -> None:
    tokens = tokenizer(text)
    covered = [False] * len(text)
    before = 0
    for start, end in zip(tokens.starts, tokens.ends, strict=True):
        assert before <= start < end
        before = end
        covered[start:end] = [True] * (end - start)
    assert all(done or text[at].isspace() for at, done in enumerate(covered))


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ResourceError, match=r"tokenizer\.json"):
        Tokenizer.load(tmp_path)


def test_a_broken_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ResourceError, match="not a tokenizer"):
        Tokenizer.load(tmp_path)
