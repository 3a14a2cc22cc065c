from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator

from pipeline.schema import JSON_SCHEMAS
from pipeline.triples import article_record, reject_record, triple_records
from pipeline.types import Extraction, Qualifiers, Reject


@pytest.fixture
def triple(extraction: Extraction) -> dict[str, Any]:
    return triple_records(extraction)[0]


@pytest.fixture
def article(extraction: Extraction) -> dict[str, Any]:
    return article_record(extraction)


def keys_and_kinds(record: dict[str, Any]) -> dict[str, Any]:
    """The keys of a record, and the type of each value as its JSON reads back."""
    return {key: type(value) for key, value in json.loads(orjson.dumps(record)).items()}


def test_a_triple_is_valid_against_its_schema(triple: dict[str, Any]) -> None:
    Draft202012Validator(JSON_SCHEMAS["triples"]).validate(triple)


def test_an_article_is_valid_against_its_schema(article: dict[str, Any]) -> None:
    Draft202012Validator(JSON_SCHEMAS["articles"]).validate(article)


def test_a_reject_is_valid_against_its_schema() -> None:
    record = reject_record(Reject("一", "article", "empty", ""))
    Draft202012Validator(JSON_SCHEMAS["rejects"]).validate(record)


def test_every_mention_is_the_raw_text_at_its_offsets(
    extraction: Extraction, article: dict[str, Any]
) -> None:
    text = extraction.article.text
    for record in (*article["mentions"], *article["boilerplate"]):
        assert record["text"] == text[record["start"] : record["end"]]
    assert [mention["text"] for mention in article["mentions"]] == ["晨星電子", "青禾半導(dǎo)體"]


def test_every_piece_of_evidence_is_the_raw_text_at_its_offsets(
    extraction: Extraction, triple: dict[str, Any]
) -> None:
    text = extraction.article.text
    for evidence in triple["evidence"]:
        for role in ("", "head_", "tail_"):
            start, end = evidence[f"{role}start"], evidence[f"{role}end"]
            assert evidence[f"{role}text"] == text[start:end]


def test_a_repair_tells_the_raw_text_before_it(
    extraction: Extraction, article: dict[str, Any]
) -> None:
    repair = article["repairs"][0]
    assert repair["before"] == extraction.article.text[repair["start"] : repair["end"]]


def test_qualifiers_are_written_as_the_article_writes_them(triple: dict[str, Any]) -> None:
    assert (triple["amount"], triple["date"], triple["stake"]) == ("6.5億元", "去年", "51%")
    assert triple["object"] == ""


@pytest.mark.parametrize("key", ["confidence", "amount_value", "stake_percent"])
def test_a_whole_number_stays_a_float(triple: dict[str, Any], key: str) -> None:
    assert isinstance(triple[key], float)
    assert keys_and_kinds(triple)[key] is float


def test_a_number_that_the_article_does_not_give_is_null(triple: dict[str, Any]) -> None:
    assert triple["amount_value_max"] is None


def test_a_whole_confidence_of_a_mention_is_a_float(extraction: Extraction) -> None:
    buyer = extraction.entities[0]
    certain = replace(buyer, mentions=(replace(buyer.mentions[0], score=1),))
    record = article_record(replace(extraction, entities=(certain,), triples=()))
    assert isinstance(record["mentions"][0]["confidence"], float)


def test_a_triple_without_qualifiers_has_every_key_too(
    extraction: Extraction, triple: dict[str, Any]
) -> None:
    bare = replace(extraction.triples[0], qualifiers=Qualifiers())
    record = triple_records(replace(extraction, triples=(bare,)))[0]
    assert list(record) == list(triple) == JSON_SCHEMAS["triples"]["required"]
    Draft202012Validator(JSON_SCHEMAS["triples"]).validate(record)


def test_an_article_in_which_nothing_was_found_has_every_key_too(
    extraction: Extraction, article: dict[str, Any]
) -> None:
    nothing = replace(
        extraction, entities=(), candidates=(), triples=(), boilerplate=(), repairs=()
    )
    record = article_record(nothing)
    assert list(record) == list(article) == JSON_SCHEMAS["articles"]["required"]
    Draft202012Validator(JSON_SCHEMAS["articles"]).validate(record)
    assert triple_records(nothing) == []


def test_names_stand_in_all_three_forms(triple: dict[str, Any]) -> None:
    assert triple["head_zh_hans"] == "晨星电子"
    assert triple["head_zh_hant"] == "晨星電子"
    assert triple["head_en"] == "Morningstar Electronics"
    assert (triple["tail_zh_hant"], triple["tail_en"]) == ("", "")


def test_an_article_counts_its_code_points(extraction: Extraction, article: dict[str, Any]) -> None:
    assert article["characters"] == len(extraction.article.text)
    assert article["text"] == extraction.article.text
    assert article["sha256"] == extraction.article.sha256


def test_mentions_stand_in_text_order_whatever_their_entity(extraction: Extraction) -> None:
    turned = replace(extraction, entities=extraction.entities[::-1])
    starts = [mention["start"] for mention in article_record(turned)["mentions"]]
    assert starts == sorted(starts)


def id_of(extraction: Extraction, **changes: Any) -> str:
    changed = replace(extraction.triples[0], **changes)
    return str(triple_records(replace(extraction, triples=(changed,)))[0]["id"])


def test_the_id_does_not_depend_on_status_score_or_qualifiers(extraction: Extraction) -> None:
    changed = id_of(extraction, status="rumored", score=0.1, qualifiers=Qualifiers())
    assert changed == id_of(extraction)


def test_the_id_does_not_depend_on_title_or_source(extraction: Extraction) -> None:
    moved = replace(extraction.article, title="別的題目", source="b.txt")
    assert id_of(replace(extraction, article=moved)) == id_of(extraction)


def test_the_id_depends_on_relation_direction_article_and_text(extraction: Extraction) -> None:
    article = extraction.article
    ids = {
        id_of(extraction),
        id_of(extraction, relation="invest"),
        id_of(extraction, head="company:qinghe", tail="company:morningstar"),
        id_of(replace(extraction, article=replace(article, id="晨星-二"))),
        id_of(replace(extraction, article=replace(article, text=article.text + "。"))),
    }
    assert len(ids) == 5


def test_the_id_of_today_is_the_id_of_tomorrow(extraction: Extraction) -> None:
    # Readers join runs by id: whoever changes this value breaks every graph built so far.
    assert id_of(extraction) == "9f964af24b4979f5b9bf638abdbf4d36"
