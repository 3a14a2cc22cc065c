from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.cleaning.language_model import CharacterModel, train
from pipeline.errors import InputError, ResourceError
from pipeline.training.characters import read_texts, train_character_model

TEXT = "今天的天气很好，明天的天气也很好。"


def test_what_was_seen_is_likelier_than_what_was_not() -> None:
    model = train([TEXT] * 5, {})
    assert model.log_probability("的", "天", "气") > model.log_probability("的", "天", "空")


def test_the_words_of_the_dictionary_count_inside_words_only() -> None:
    model = train([TEXT], {"空调": 5_000})
    assert model.log_probability("\n", "空", "调") > model.log_probability("\n", "空", "气")


def test_the_shares_after_a_history_sum_to_no_more_than_one() -> None:
    model = train([TEXT], {"空调": 500})
    characters = sorted(set(TEXT + "空调\n"))
    total = sum(2.718281828 ** model.log_probability("天", "的", c) for c in characters)
    assert 0.5 < total <= 1.0


def test_an_answer_that_was_forgotten_is_given_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.cleaning.language_model.MAX_HISTORIES", 1)
    model = train([TEXT], {})
    asked = [model.log_probability(*"的天气"), model.log_probability(*"今天的")]
    assert asked == [model.log_probability(*"的天气"), model.log_probability(*"今天的")]


def test_a_saved_model_is_the_same_when_loaded_and_saved_again(tmp_path: Path) -> None:
    model = train([TEXT], {"空调": 500})
    model.save(tmp_path / "one")
    again = CharacterModel.load(tmp_path / "one")
    again.save(tmp_path / "two")
    assert again.log_probability("的", "天", "气") == model.log_probability("的", "天", "气")
    names = ("one", "two")
    assert len({(tmp_path / name / "trigrams.npz").read_bytes() for name in names}) == 1


def test_a_broken_model_says_where_it_lies(tmp_path: Path) -> None:
    (tmp_path / "trigrams.npz").write_bytes(b"no model")
    with pytest.raises(ResourceError, match=r"trigrams\.npz"):
        CharacterModel.load(tmp_path)


def test_texts_come_from_lines_columns_and_fields_each_once(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("甲\n乙\n甲\n", encoding="utf-8")
    (tmp_path / "b.tsv").write_text("头\t尾\t关系\t丙\n", encoding="utf-8")
    (tmp_path / "c.jsonl").write_text('{"content": "丁"}\n{"text": "乙"}\n', encoding="utf-8")
    paths = [tmp_path / name for name in ("a.txt", "b.tsv", "c.jsonl")]
    assert list(read_texts(paths)) == ["甲", "乙", "丙", "丁"]


def test_a_line_without_a_text_field_is_named(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    path.write_text('{"text": "丁"}\n{"title": "乙"}\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"c\.jsonl:2"):
        list(read_texts([path]))


def test_files_without_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("\n\n", encoding="utf-8")
    with pytest.raises(InputError, match="no text"):
        train_character_model([path])
