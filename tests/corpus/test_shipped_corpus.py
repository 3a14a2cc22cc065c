"""The corpus in the repository keeps its format, its rules and its plan."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.cleaning.script import ScriptConverter
from pipeline.corpus.inline import read_passages
from pipeline.corpus.passages import Passage
from pipeline.corpus.stats import CorpusStats
from pipeline.corpus.verify import faults, shared_names
from pipeline.entities import Registry, load_registry


@pytest.fixture(scope="module")
def simplify() -> Callable[[str], str]:
    return ScriptConverter().simplify


@pytest.fixture(scope="module")
def known(root: Path, simplify: Callable[[str], str]) -> Callable[[str], bool]:
    registry: Registry = load_registry([root / "corpus" / "registry"], simplify)
    return lambda name: registry.knows(simplify(name))


@pytest.fixture(scope="module")
def train(root: Path) -> list[Passage]:
    return list(read_passages([root / "corpus" / "train"]))


@pytest.fixture(scope="module")
def dev(root: Path) -> list[Passage]:
    return list(read_passages([root / "corpus" / "dev"]))


def test_no_passage_breaks_a_rule(
    root: Path, train: list[Passage], dev: list[Passage], simplify: Callable[[str], str]
) -> None:
    seeds = [path.read_text(encoding="utf-8") for path in (root / "corpus/seeds").glob("*.txt")]
    assert len(seeds) == 5
    assert list(faults([*train, *dev], simplify=simplify, seeds=seeds)) == []


def test_dev_shares_no_rare_name_with_train(
    train: list[Passage], dev: list[Passage], known: Callable[[str], bool]
) -> None:
    assert list(shared_names(train, dev, known=known)) == []


def test_train_is_what_it_was_planned_to_be(
    train: list[Passage], known: Callable[[str], bool]
) -> None:
    stats = CorpusStats.of(train, known=known)
    assert stats.passages >= 5_000
    assert stats.median_characters >= 80
    assert stats.traditional >= 0.40
    assert stats.converted > 0
    assert stats.without_triples >= 0.35
    assert stats.hard_negatives > 0.5
    assert min(stats.triples[relation] for relation in ("invest", "buy", "compete")) >= 1_800
    assert stats.statuses["planned"] >= 0.15
    assert stats.statuses["rumored"] >= 0.08
    assert stats.statuses["negated"] >= 0.08
    assert stats.inverted >= 0.20
    assert stats.cross_sentence >= 0.15
    assert stats.unknown_names >= 0.30


def test_dev_is_large_enough_to_tell(dev: list[Passage], known: Callable[[str], bool]) -> None:
    stats = CorpusStats.of(dev, known=known)
    assert stats.passages >= 600
    assert set(stats.statuses) == {"actual", "planned", "rumored", "negated"}
