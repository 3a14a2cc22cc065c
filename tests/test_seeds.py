"""The five texts that the project stands on, from the raw bytes to the last offset."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pipeline.batch import Job, find_inputs, make_engine, read_items, run
from pipeline.batch.manifest import OUTPUTS
from pipeline.extractor import Extractor
from pipeline.schema import JSON_SCHEMAS, RELATIONS

SEEDS = 5


@pytest.fixture(scope="module")
def seeds(root: Path) -> Path:
    return root / "corpus" / "seeds"


@pytest.fixture(scope="module")
def out(extractor: Extractor, seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_seeds(extractor, seeds, tmp_path_factory.mktemp("seeds"))


def run_seeds(extractor: Extractor, seeds: Path, out: Path) -> Path:
    items = read_items(find_inputs([str(seeds)]))
    run(items, out, Job(lambda: extractor), make_engine("serial", 1), settings={})
    return out


@pytest.fixture(scope="module")
def raw(seeds: Path) -> dict[str, str]:
    return {path.stem: path.read_bytes().decode("utf-8") for path in seeds.glob("*.txt")}


def records(out: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / f"{name}.jsonl").read_bytes().splitlines()]


def test_the_seeds_are_the_bytes_that_were_given(seeds: Path) -> None:
    lines = (seeds / "SHA256SUMS").read_text("utf-8").splitlines()
    sums = dict(reversed(line.split()) for line in lines)
    assert len(sums) == SEEDS
    assert sums == {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in seeds.glob("*.txt")
    }


def test_every_seed_is_extracted_and_none_rejected(out: Path, raw: dict[str, str]) -> None:
    assert [record["id"] for record in records(out, "articles")] == sorted(raw)
    assert len(raw) == SEEDS
    assert records(out, "rejects") == []


def test_every_seed_has_mentions_and_every_relation_is_found(out: Path) -> None:
    assert all(record["mentions"] for record in records(out, "articles"))
    assert {record["relation"] for record in records(out, "triples")} == set(RELATIONS)


@pytest.mark.parametrize("name", ["triples", "articles", "rejects"])
def test_every_record_is_valid_against_its_schema(out: Path, name: str) -> None:
    validator = Draft202012Validator(JSON_SCHEMAS[name])
    faults = [
        fault.message for record in records(out, name) for fault in validator.iter_errors(record)
    ]
    assert faults == []


def test_the_digest_and_length_are_those_of_the_raw_text(out: Path, raw: dict[str, str]) -> None:
    for record in records(out, "articles"):
        text = raw[record["id"]]
        assert record["sha256"] == hashlib.sha256(text.encode()).hexdigest()
        assert record["characters"] == len(text)


@pytest.mark.parametrize("name", ["mentions", "boilerplate"])
def test_every_span_of_an_article_is_a_raw_slice(out: Path, raw: dict[str, str], name: str) -> None:
    for record in records(out, "articles"):
        for found in record[name]:
            assert found["text"]
            assert raw[record["id"]][found["start"] : found["end"]] == found["text"]


def test_every_repair_is_a_raw_slice(out: Path, raw: dict[str, str]) -> None:
    repairs = 0
    for record in records(out, "articles"):
        for repair in record["repairs"]:
            assert raw[record["id"]][repair["start"] : repair["end"]] == repair["before"]
            repairs += 1
    assert repairs


@pytest.mark.parametrize("role", ["", "head_", "tail_"])
def test_every_piece_of_evidence_is_a_raw_slice(out: Path, raw: dict[str, str], role: str) -> None:
    for record in records(out, "triples"):
        text = raw[record["article_id"]]
        for evidence in record["evidence"]:
            assert evidence[f"{role}text"]
            start, end = evidence[f"{role}start"], evidence[f"{role}end"]
            assert text[start:end] == evidence[f"{role}text"]


@pytest.mark.parametrize("name", ["amount", "date", "stake", "object"])
def test_every_qualifier_is_written_in_the_article(
    out: Path, raw: dict[str, str], name: str
) -> None:
    for record in records(out, "triples"):
        assert record[name] in raw[record["article_id"]]


def test_evidence_points_to_mentions_of_its_head_and_tail(out: Path) -> None:
    spans = {
        (record["id"], mention["entity"], mention["start"], mention["end"])
        for record in records(out, "articles")
        for mention in record["mentions"]
    }
    for record in records(out, "triples"):
        for evidence in record["evidence"]:
            for role in ("head", "tail"):
                span = (evidence[f"{role}_start"], evidence[f"{role}_end"])
                assert (record["article_id"], record[f"{role}_id"], *span) in spans


def test_every_triple_joins_its_article_and_two_of_its_entities(out: Path) -> None:
    articles = {record["id"]: record for record in records(out, "articles")}
    for record in records(out, "triples"):
        article = articles[record["article_id"]]
        types = {entity["id"]: entity["type"] for entity in article["entities"]}
        assert record["article_sha256"] == article["sha256"]
        assert types[record["head_id"]] == record["head_type"]
        assert types[record["tail_id"]] == record["tail_type"]
        pair = sorted((record["head_id"], record["tail_id"]))
        assert {"first": pair[0], "second": pair[1]} in article["candidates"]


def test_no_two_triples_have_one_id(out: Path) -> None:
    ids = [record["id"] for record in records(out, "triples")]
    assert len(set(ids)) == len(ids)


def test_a_number_is_a_float_or_null_in_every_record(out: Path) -> None:
    for record in records(out, "triples"):
        for name in ("amount_value", "amount_value_max", "stake_percent"):
            assert record[name] is None or isinstance(record[name], float)
        assert isinstance(record["confidence"], float)


def test_running_twice_gives_the_same_bytes(
    extractor: Extractor, seeds: Path, out: Path, tmp_path: Path
) -> None:
    again = run_seeds(extractor, seeds, tmp_path / "again")
    for name in (*OUTPUTS, "manifest.json"):
        assert (again / name).read_bytes() == (out / name).read_bytes()
