from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pipeline.cleaning.script import ScriptConverter
from pipeline.corpus import doccano, label_studio
from pipeline.corpus.convert import READABLE, WRITERS, form_of, read
from pipeline.corpus.passages import Passage
from pipeline.corpus.records import gold_record
from pipeline.corpus.sequences import bio_lines, docbin
from pipeline.errors import CorpusError
from pipeline.evaluation.gold import verify
from pipeline.schema import GOLD_SCHEMA


def bare(passages: list[Passage]) -> list[Passage]:
    return [replace(passage, where="") for passage in passages]


@pytest.mark.parametrize("form", READABLE)
def test_there_and_back_loses_nothing(form: str, specimens: list[Passage], tmp_path: Path) -> None:
    out = tmp_path / "file"
    WRITERS[form](specimens, out)
    assert bare(list(read([out], form))) == bare(specimens)


def in_utf16(text: str, offset: int) -> int:
    return len(text[:offset].encode("utf-16-le")) // 2


def test_utf16_offsets_of_label_studio_are_put_right(specimens: list[Passage]) -> None:
    task = label_studio.to_task(specimens[1])
    for region in task["annotations"][0]["result"]:
        if region["type"] == "labels":
            value = region["value"]
            value["start"] = in_utf16(specimens[1].text, value["start"])
            value["end"] = in_utf16(specimens[1].text, value["end"])
    assert label_studio.from_task(task, where="").mentions == specimens[1].mentions


def test_a_task_whose_text_was_changed_is_an_error(specimens: list[Passage]) -> None:
    task = label_studio.to_task(specimens[1])
    task["data"]["text"] = "新的" + task["data"]["text"]
    with pytest.raises(CorpusError, match=r"t: .*should be '輝達'"):
        label_studio.from_task(task, where="t")


def test_a_new_region_without_a_number_is_an_entity_of_its_own(specimens: list[Passage]) -> None:
    task = label_studio.to_task(specimens[2])
    del task["annotations"][0]["result"][1]["meta"]
    passage = label_studio.from_task(task, where="")
    assert len({mention.entity for mention in passage.mentions}) == 3


def test_a_relation_without_a_status_is_an_error(specimens: list[Passage]) -> None:
    task = label_studio.to_task(specimens[1])
    task["annotations"][0]["result"][-1]["labels"] = ["buy"]
    with pytest.raises(CorpusError, match="needs a label"):
        label_studio.from_task(task, where="")


def test_mentions_that_doccano_joins_are_one_entity(specimens: list[Passage]) -> None:
    record = doccano.to_record(specimens[2])
    record["relations"].append({"id": 9, "from_id": 0, "to_id": 1, "type": "same"})
    passage = doccano.from_record(record, where="")
    assert passage.mentions[0].entity == passage.mentions[1].entity


@pytest.mark.parametrize(
    "change",
    [
        {"entities": [{"id": 0, "label": "firm", "start_offset": 0, "end_offset": 2}]},
        {"entities": [{"id": 0, "label": "company", "start_offset": 0, "end_offset": 999}]},
        {"relations": [{"id": 0, "from_id": 0, "to_id": 1, "type": "owns"}]},
        {"relations": [{"id": 0, "from_id": 0, "to_id": 77, "type": "buy actual"}]},
        {"text": None},
    ],
)
def test_a_broken_record_of_doccano_is_an_error(
    change: dict[str, Any], specimens: list[Passage], tmp_path: Path
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(doccano.to_record(specimens[2]) | change), encoding="utf-8")
    with pytest.raises(CorpusError, match=r"a\.jsonl:1"):
        list(read([path], "doccano"))


def test_overlapping_spans_are_an_error(specimens: list[Passage], tmp_path: Path) -> None:
    record = doccano.to_record(specimens[2])
    record["entities"].append({"id": 8, "label": "company", "start_offset": 1, "end_offset": 3})
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(CorpusError, match="overlap"):
        list(read([path], "doccano"))


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_what_is_no_json_is_an_error(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text("{", encoding="utf-8")
    with pytest.raises(CorpusError, match="not JSON"):
        list(read([path], form_of(path)))


def test_gold_records_keep_the_golds_rules(specimens: list[Passage], tmp_path: Path) -> None:
    WRITERS["gold"](specimens, tmp_path)
    texts = {path.stem: path.read_text(encoding="utf-8") for path in tmp_path.glob("texts/*.txt")}
    assert len(texts) == 3
    assert list(verify(tmp_path / "gold.jsonl", texts.__getitem__)) == []


def test_an_amount_is_given_in_units_of_its_currency(specimens: list[Passage]) -> None:
    record = gold_record(specimens[0], simplify=ScriptConverter().simplify)
    Draft202012Validator(GOLD_SCHEMA).validate(record)
    first, second = (triple["qualifiers"] for triple in record["triples"])
    assert first == {
        "amount": "3.5亿美元", "amount_value": 350_000_000, "amount_currency": "USD",
        "stake": "两成", "date": "昨日",
    }  # fmt: skip
    assert second == {"date": "昨日", "object": "算力"}


def test_bio_labels_every_visible_character(specimens: list[Passage]) -> None:
    lines = list(bio_lines(specimens[2:]))
    assert lines[:4] == ["远\tB-company", "山\tI-company", "与\tO", "青\tB-company"]
    assert lines[-1] == ""
    assert sum("B-chip" in line for line in lines) == 1


def test_docbin_holds_text_entities_and_their_ids(specimens: list[Passage]) -> None:
    spacy = pytest.importorskip("spacy")
    from spacy.tokens import DocBin

    packed = DocBin(store_user_data=True).from_bytes(docbin(specimens).to_bytes())
    docs = list(packed.get_docs(spacy.blank("zh").vocab))
    assert [doc.text for doc in docs] == [passage.text for passage in specimens]
    assert [(ent.text, ent.label_, ent.id_) for ent in docs[2].ents] == [
        ("远山", "company", "company:1"),
        ("青穹", "company", "company:2"),
        ("Q7", "chip", "chip:3"),
    ]
