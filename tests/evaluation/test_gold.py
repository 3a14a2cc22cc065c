from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from pipeline.errors import GoldError
from pipeline.evaluation.gold import digest, load_gold, triple_key, verify
from pipeline.types import RawSpan

TEXT = "微软以2亿美元投资英特尔。黄仁勋没有评论。"

RECORD: dict[str, Any] = {
    "schema": "zongheng/1",
    "id": "one",
    "sha256": hashlib.sha256(TEXT.encode()).hexdigest(),
    "script": "Hans",
    "damaged": False,
    "entities": [
        {"id": "company:ms", "type": "company", "name": "微软"},
        {"id": "company:intel", "type": "company", "name": "英特尔"},
        {"id": "person:jensen", "type": "person", "name": "黄仁勋"},
    ],
    "mentions": [
        {"entity": "company:ms", "type": "company", "text": "微软", "start": 0, "end": 2},
        {"entity": "company:intel", "type": "company", "text": "英特尔", "start": 9, "end": 12},
        {"entity": "person:jensen", "type": "person", "text": "黄仁勋", "start": 13, "end": 16},
    ],
    "triples": [
        {
            "head": "company:ms",
            "relation": "invest",
            "tail": "company:intel",
            "status": "actual",
            "evidence": [{"text": TEXT[:13], "start": 0, "end": 13}],
            "qualifiers": {"amount": "2亿美元", "amount_value": 2e8, "amount_currency": "USD"},
        }
    ],
}

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def gold(*records: dict[str, Any]) -> Path:
        path = tmp_path / "gold.jsonl"
        path.write_bytes(b"".join(orjson.dumps(record) + b"\n" for record in records))
        return path

    return gold


def _faults(path: Path) -> list[str]:
    return list(verify(path, {"one": TEXT}.__getitem__))


def _changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    record = copy.deepcopy(RECORD)
    change(record)
    return record


def test_a_record_is_read_as_it_was_marked(write: Write) -> None:
    (article,) = load_gold(write(RECORD))
    assert article.mentions[RawSpan(9, 12)] == ("company", "company:intel")
    (triple,) = article.triples
    assert (triple.head, triple.relation, triple.tail) == ("company:ms", "invest", "company:intel")
    assert triple.sentences == (TEXT[:13],)


def test_a_sound_record_has_no_fault(write: Write) -> None:
    assert _faults(write(RECORD)) == []


def test_the_digest_is_that_of_the_file(write: Write) -> None:
    path = write(RECORD)
    assert digest(path) == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_second_record_of_an_article_is_a_fault(write: Write) -> None:
    (fault,) = _faults(write(RECORD, RECORD))
    assert "gold.jsonl:2: one: a second record" in fault


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda r: r.update(id="two"), "no such article"),
        (lambda r: r.update(sha256="0" * 64), "sha256 is 000000000000"),
        (lambda r: r["entities"].append(dict(r["entities"][0])), "an entity id stands twice"),
        (
            lambda r: r["entities"].append({"id": "chip:x", "type": "chip", "name": "X1"}),
            "entity chip:x has no mention",
        ),
        (lambda r: r["mentions"][0].update(end=3), "the raw text there is '微软以'"),
        (lambda r: r["mentions"][0].update(text="苹果"), "the raw text there is '微软'"),
        (lambda r: r["mentions"][0].update(start=900, end=902), "the raw text there is ''"),
        (lambda r: r["mentions"][0].update(type="chip"), "type chip is not that of entity"),
        (lambda r: r["mentions"][0].update(entity="company:x"), "is not that of entity company:x"),
        (lambda r: r["mentions"].reverse(), "overlaps or precedes the one before it"),
        (
            lambda r: r["mentions"].insert(1, dict(r["mentions"][0])),
            "overlaps or precedes the one before it",
        ),
        (lambda r: r["triples"][0].update(head="company:x"), "names an entity that the record"),
        (lambda r: r["triples"][0].update(tail="company:ms"), "invest does not hold from company"),
        (lambda r: r["triples"][0].update(tail="person:jensen"), "from company to person"),
        (lambda r: r["triples"].append(dict(r["triples"][0])), "annotated twice"),
        (lambda r: r["triples"][0]["evidence"][0].update(start=1), "evidence at 1 is not the raw"),
        (
            lambda r: r["triples"][0]["qualifiers"].update(amount="3亿美元"),
            "amount '3亿美元' is not written",
        ),
        (lambda r: r["triples"][0]["qualifiers"].update(date="去年"), "date '去年' is not written"),
        (lambda r: r["triples"][0]["qualifiers"].update(stake="9%"), "stake '9%' is not written"),
        (
            lambda r: r["triples"][0]["qualifiers"].update(object="芯片"),
            "object '芯片' is not written",
        ),
    ],
)
def test_every_fault_is_told(
    write: Write, change: Callable[[dict[str, Any]], object], told: str
) -> None:
    faults = _faults(write(_changed(change)))
    assert any(told in fault for fault in faults), faults


def test_rivalry_annotated_in_both_directions_is_annotated_twice(write: Write) -> None:
    record = copy.deepcopy(RECORD)
    one = {**record["triples"][0], "relation": "compete", "qualifiers": {}}
    record["triples"] = [one, {**one, "head": one["tail"], "tail": one["head"]}]
    (fault,) = _faults(write(record))
    assert "annotated twice" in fault


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda r: r.pop("mentions"), "'mentions' is a required property"),
        (lambda r: r.update(script="Latn"), "script: 'Latn'"),
        (lambda r: r.update(extra=1), "extra"),
        (lambda r: r["mentions"][0].update(start=-1), "mentions/0/start"),
        (lambda r: r["mentions"][0].update(type="country"), "mentions/0/type"),
        (lambda r: r["triples"][0].update(relation="owns"), "triples/0/relation"),
        (lambda r: r["triples"][0].update(status="maybe"), "triples/0/status"),
        (lambda r: r["triples"][0].update(evidence=[]), "triples/0/evidence"),
        (lambda r: r.update(schema="zongheng/0"), "schema"),
    ],
)
def test_a_record_outside_the_schema_is_named_by_line_and_field(
    write: Write, change: Callable[[dict[str, Any]], object], told: str
) -> None:
    path = write(RECORD, _changed(change))
    with pytest.raises(GoldError, match=r"gold\.jsonl:2: .*" + told):
        load_gold(path)


@pytest.mark.parametrize("line", [b"{", b"\xff", b""])
def test_a_line_that_is_no_json_is_named(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_bytes(orjson.dumps(RECORD) + b"\n" + line + b"\n")
    with pytest.raises(GoldError, match=r"gold\.jsonl:2: not JSON"):
        load_gold(path)


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match="cannot be read"):
        load_gold(tmp_path / "none.jsonl")


def test_only_rivalry_has_one_key_for_both_directions() -> None:
    assert triple_key("b", "compete", "a") == triple_key("a", "compete", "b")
    assert triple_key("b", "invest", "a") != triple_key("a", "invest", "b")


@pytest.mark.parametrize("name", ["gold.jsonl", "passes/first.jsonl", "passes/second.jsonl"])
def test_the_shipped_gold_is_sound(root: Path, name: str) -> None:
    texts = {
        path.stem: path.read_bytes().decode("utf-8")
        for path in (root / "corpus" / "seeds").glob("*.txt")
    }
    path = root / "corpus" / "gold" / name
    assert list(verify(path, texts.__getitem__)) == []
    assert {article.id for article in load_gold(path)} == set(texts)
