"""The linear model of the words around two names, without a trained one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.cleaning.sentences import split_sentences
from pipeline.errors import ResourceError
from pipeline.model.phrases import BUCKETS, Buckets, Name, PhraseModel, Surroundings
from pipeline.schema import STATUSES


def name(text: str, written: str, kind: str = "company") -> Name:
    at = text.index(written)
    return Name(at, at + len(written), kind)


def buckets(text: str, head: str, tail: str, *others: str) -> Buckets:
    names = [name(text, written) for written in (head, tail, *others)]
    return Surroundings(text, split_sentences(text), names).of(names[0], names[1], "buy")


def test_the_names_themselves_do_not_matter() -> None:
    one = buckets("据悉，远山拟收购青穹，白鹭旁观。", "远山", "青穹", "白鹭")
    other = buckets("据悉，Norvane拟收购砚石半导体，北溟旁观。", "Norvane", "砚石半导体", "北溟")
    assert np.array_equal(one, other)


def test_the_words_and_the_direction_do() -> None:
    done = buckets("远山已收购青穹。", "远山", "青穹")
    assert not np.array_equal(done, buckets("远山拟收购青穹。", "远山", "青穹"))
    assert not np.array_equal(done, buckets("远山已收购青穹。", "青穹", "远山"))


def test_other_sentences_are_out_of_reach_but_for_the_next() -> None:
    near = "远山已收购青穹。双方签了字。"
    assert np.array_equal(
        buckets("天气很好。" + near, "远山", "青穹"), buckets(near, "远山", "青穹")
    )
    assert not np.array_equal(
        buckets("远山已收购青穹。", "远山", "青穹"), buckets(near, "远山", "青穹")
    )


def test_buckets_are_ascending_places_of_the_table() -> None:
    found = buckets("远山已收购青穹。", "远山", "青穹")
    assert found.dtype == np.int64
    assert (np.diff(found) > 0).all()
    assert 0 <= found[0] <= found[-1] < BUCKETS


@pytest.fixture
def model() -> PhraseModel:
    weights = np.zeros((BUCKETS, len(STATUSES)), dtype=np.float16)
    weights[buckets("远山拟收购青穹。", "远山", "青穹"), STATUSES.index("planned")] = 1
    return PhraseModel(weights, np.zeros(len(STATUSES), dtype=np.float32))


def test_statuses_are_log_probabilities(model: PhraseModel) -> None:
    told = model(buckets("远山拟收购青穹。", "远山", "青穹"))
    assert STATUSES[int(told.argmax())] == "planned"
    assert np.exp(told).sum() == pytest.approx(1)


def test_a_model_is_the_same_after_saving(model: PhraseModel, tmp_path: Path) -> None:
    model.save(tmp_path / "phrases.npz")
    again = PhraseModel.load(tmp_path / "phrases.npz")
    assert np.array_equal(again.weights, model.weights)
    assert np.array_equal(again.bias, model.bias)


@pytest.mark.parametrize("content", [b"", b"no archive"])
def test_another_file_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "phrases.npz"
    path.write_bytes(content)
    with pytest.raises(ResourceError, match="not a phrase model"):
        PhraseModel.load(path)


def test_a_missing_file_is_a_resource_error(tmp_path: Path) -> None:
    with pytest.raises(ResourceError, match="not a phrase model"):
        PhraseModel.load(tmp_path / "phrases.npz")
