from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from pipeline.cleaning import Cleaner
from pipeline.cleaning.script import ScriptConverter
from pipeline.entities import Registry
from pipeline.entities.registry import Line, names_of, read_lines
from pipeline.entities.registry_checks import faults


@pytest.fixture(scope="module")
def lines(root: Path) -> list[Line]:
    return list(read_lines([root / "corpus" / "registry"]))


@pytest.fixture(scope="module")
def records(lines: list[Line]) -> list[Line]:
    return [line for line in lines if "id" in line.entry]


def test_the_verifier_finds_nothing(lines: list[Line]) -> None:
    assert [str(fault) for fault in faults(lines, script=ScriptConverter())] == []


@pytest.mark.parametrize(("kind", "least"), [("company", 2_000), ("person", 700), ("chip", 700)])
def test_it_knows_enough_of_each_type(records: list[Line], kind: str, least: int) -> None:
    assert sum(line.entry["type"] == kind for line in records) >= least


@pytest.mark.parametrize(
    ("kind", "key", "least"), [("chip", "maker", 0.9), ("person", "company", 0.6)]
)
def test_most_chips_have_a_maker_and_most_people_a_company(
    records: list[Line], kind: str, key: str, least: float
) -> None:
    filled = Counter(bool(line.entry[key]) for line in records if line.entry["type"] == kind)
    assert filled[True] / filled.total() >= least


@pytest.mark.parametrize(
    ("entity", "key", "value"),
    [
        ("company:nvidia", "zh_hk", "英偉達"),
        ("company:nvidia", "tickers", ["NVDA"]),
        ("chip:h100", "maker", "company:nvidia"),
        ("person:jensen-huang", "company", "company:nvidia"),
        ("person:donald-trump", "zh_hk", "特朗普"),
    ],
)
def test_it_holds_what_everybody_knows(
    records: list[Line], entity: str, key: str, value: object
) -> None:
    (entry,) = [line.entry for line in records if line.entry["id"] == entity]
    assert entry[key] == value


def test_a_name_of_two_records_is_never_certain(
    records: list[Line], shipped: Registry, cleaner: Cleaner
) -> None:
    owners: dict[str, set[str]] = {}
    for line in records:
        for name in names_of(line.entry):
            owners.setdefault(cleaner.simplify(name), set()).add(line.entry["id"])
    shared = [name for name, ids in owners.items() if len(ids) > 1]
    certain = [
        name
        for name in shared
        for match in shipped.find(name)
        if match.span.end == len(name) and not match.ambiguous
    ]
    assert shared
    assert certain == []


@pytest.mark.parametrize("name", ["苹果", "小米", "联想", "甲骨文", "亚马逊", "Arm", "Meta"])
def test_names_that_also_mean_something_else_are_marked(shipped: Registry, name: str) -> None:
    assert shipped.find(name)[0].ambiguous


@pytest.mark.parametrize("name", ["英伟达", "台积电", "OpenAI", "黄仁勋", "H100"])
def test_names_that_mean_one_thing_are_certain(shipped: Registry, name: str) -> None:
    (match,) = shipped.find(name)
    assert not match.ambiguous
