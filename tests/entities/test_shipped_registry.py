from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator

from pipeline.cleaning import Cleaner
from pipeline.entities import Registry
from pipeline.entities.registry import MIN_NAME_CHARS, fold
from pipeline.schema import REGISTRY_SCHEMA

Line = tuple[str, dict[str, Any]]


@pytest.fixture(scope="module")
def lines(root: Path) -> list[Line]:
    """Every line with where it stands."""
    return [
        (f"{path.name}:{number}", orjson.loads(line))
        for path in sorted((root / "corpus" / "registry").glob("*.jsonl"))
        for number, line in enumerate(path.read_bytes().splitlines(), start=1)
    ]


@pytest.fixture(scope="module")
def records(lines: list[Line]) -> list[Line]:
    return [(place, line) for place, line in lines if "id" in line]


def _names(record: dict[str, Any]) -> list[str]:
    return [
        name
        for name in (record["zh_hans"], record["zh_hant"], record["en"], *record["aliases"])
        if name
    ]


def test_every_line_is_a_record_or_a_name_that_is_none(lines: list[Line]) -> None:
    validator = Draft202012Validator(REGISTRY_SCHEMA)
    faults = [
        place
        for place, line in lines
        if not (set(line) == {"name", "why"} and line["name"] and line["why"])
        and not validator.is_valid(line)
    ]
    assert faults == []


def test_ids_are_unique(records: list[Line]) -> None:
    counts = Counter(record["id"] for _, record in records)
    assert [entity for entity, count in counts.items() if count > 1] == []


def test_ids_begin_with_their_type(records: list[Line]) -> None:
    faults = [p for p, record in records if not record["id"].startswith(record["type"] + ":")]
    assert faults == []


@pytest.mark.parametrize("key", ["ambiguous", "services"])
def test_marked_names_are_names_of_their_record(
    records: list[Line], cleaner: Cleaner, key: str
) -> None:
    faults = []
    for place, record in records:
        names = {fold(cleaner.simplify(name)) for name in _names(record)}
        faults += [(place, n) for n in record[key] if fold(cleaner.simplify(n)) not in names]
    assert faults == []


def test_no_name_is_shorter_than_what_is_looked_up(lines: list[Line]) -> None:
    faults = [
        (place, name)
        for place, line in lines
        for name in (_names(line) if "id" in line else [line["name"]])
        if len(name) < MIN_NAME_CHARS
    ]
    assert faults == []


def test_every_record_has_a_name(records: list[Line]) -> None:
    assert [place for place, record in records if not _names(record)] == []


@pytest.mark.parametrize(("kind", "least"), [("company", 300), ("person", 150), ("chip", 150)])
def test_it_knows_enough_of_each_type(records: list[Line], kind: str, least: int) -> None:
    assert sum(record["type"] == kind for _, record in records) >= least


def test_a_name_of_two_records_is_never_certain(
    records: list[Line], shipped: Registry, cleaner: Cleaner
) -> None:
    owners: dict[str, set[str]] = {}
    for _, record in records:
        for name in _names(record):
            owners.setdefault(cleaner.simplify(name), set()).add(record["id"])
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
