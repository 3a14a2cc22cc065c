from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations, product
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pipeline.schema import (
    ACTUAL,
    BUY,
    CHIP,
    COMPANY,
    COMPETE,
    ENTITY_TYPES,
    INVEST,
    JSON_SCHEMAS,
    NEGATED,
    PERSON,
    PLANNED,
    RELATIONS,
    RUMORED,
    SIGNATURES,
    STATUS_STRENGTH,
    STATUSES,
    SYMMETRIC,
    admissible,
    admits,
    strongest,
)

ADMITTED = {
    (INVEST, COMPANY, COMPANY),
    (INVEST, PERSON, COMPANY),
    (BUY, COMPANY, COMPANY),
    (BUY, COMPANY, CHIP),
    (BUY, PERSON, COMPANY),
    (BUY, PERSON, CHIP),
    (COMPETE, COMPANY, COMPANY),
    (COMPETE, CHIP, CHIP),
}


def test_the_relations_admit_these_signatures_and_no_other() -> None:
    every = product(RELATIONS, ENTITY_TYPES, ENTITY_TYPES)
    assert {signature for signature in every if admits(*signature)} == ADMITTED


def test_a_symmetric_relation_admits_both_directions() -> None:
    for relation in SYMMETRIC:
        assert all((tail, head) in SIGNATURES[relation] for head, tail in SIGNATURES[relation])


def test_the_relations_between_two_types_come_in_table_order() -> None:
    assert admissible(COMPANY, COMPANY) == (INVEST, BUY, COMPETE)
    assert admissible(PERSON, CHIP) == (BUY,)
    assert admissible(CHIP, COMPANY) == ()


def test_actual_outweighs_negated_outweighs_planned_outweighs_rumored() -> None:
    assert STATUS_STRENGTH == (ACTUAL, NEGATED, PLANNED, RUMORED)
    assert set(STATUS_STRENGTH) == set(STATUSES)


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_the_strongest_status_holds_in_whatever_order_they_stand(size: int) -> None:
    for statuses in permutations(STATUS_STRENGTH, size):
        first = next(status for status in STATUS_STRENGTH if status in statuses)
        assert strongest(list(statuses)) == first


@pytest.fixture(params=JSON_SCHEMAS, ids=str)
def schema(request: pytest.FixtureRequest) -> dict[str, Any]:
    return JSON_SCHEMAS[request.param]


def nodes(schema: object) -> Iterator[dict[str, Any]]:
    """Every object inside a schema, itself first."""
    if isinstance(schema, dict):
        yield schema
        for value in schema.values():
            yield from nodes(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from nodes(value)


def records(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (node for node in nodes(schema) if node.get("type") == "object")


def test_every_schema_is_itself_valid_draft_2020_12(schema: dict[str, Any]) -> None:
    assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    Draft202012Validator.check_schema(schema)


def test_every_record_admits_only_the_keys_it_names(schema: dict[str, Any]) -> None:
    assert all(record["additionalProperties"] is False for record in records(schema))


@pytest.mark.parametrize("name", [name for name in JSON_SCHEMAS if name != "gold"])
def test_every_record_requires_all_its_keys(name: str) -> None:
    for record in records(JSON_SCHEMAS[name]):
        assert record["required"] == list(record["properties"])


def test_only_gold_qualifiers_may_be_left_out() -> None:
    optional = [
        record
        for record in records(JSON_SCHEMAS["gold"])
        if record["required"] != list(record["properties"])
    ]
    assert len(optional) == 1
    assert optional[0]["required"] == []
    assert "amount_currency" in optional[0]["properties"]


def test_only_numbers_may_be_null(schema: dict[str, Any]) -> None:
    for node in nodes(schema):
        kinds = node.get("type")
        if isinstance(kinds, list) and "null" in kinds:
            assert kinds == ["number", "null"]
        assert None not in node.get("enum", [])
