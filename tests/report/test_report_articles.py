from __future__ import annotations

from typing import Any

import pytest

from pipeline.cleaning import Cleaner
from pipeline.report.articles import ArticleBlocks, EntityTable
from pipeline.run_folder import RunFolder
from tests.report.conftest import ARTICLES, DAMAGED, HANT, HOSTILE, PLAIN

Blocks = dict[str, tuple[dict[str, Any], dict[str, Any]]]


@pytest.fixture(scope="module")
def entities() -> EntityTable:
    return EntityTable()


@pytest.fixture(scope="module")
def blocks(run: RunFolder, entities: EntityTable) -> Blocks:
    make = ArticleBlocks(entities)
    return {
        article["id"]: make(article, triples) for article, triples in run.articles_with_triples()
    }


def utf16(text: str, start: int, end: int) -> str:
    """The stretch of `text` that JavaScript finds at these offsets."""
    return text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le")


def test_every_article_comes_with_its_own_triples(run: RunFolder) -> None:
    pairs = list(run.articles_with_triples())
    assert [article["id"] for article, _ in pairs] == [article.id for article in ARTICLES]
    for article, triples in pairs:
        assert triples
        assert {triple["article_id"] for triple in triples} == {article["id"]}


def test_the_raw_text_is_kept_and_the_clean_one_only_where_it_differs(
    blocks: Blocks, cleaner: Cleaner
) -> None:
    assert blocks["plain"][1]["text"] == PLAIN.text
    assert blocks["plain"][1]["clean"] is None
    assert blocks["hant"][1]["clean"] == cleaner(HANT).text
    assert blocks["damaged"][1]["clean"] == cleaner(DAMAGED).text


def test_mentions_stand_where_javascript_finds_them_in_both_texts(blocks: Blocks) -> None:
    hostile = blocks[HOSTILE.id][1]
    names = [utf16(hostile["text"], *place[:2]) for *_, place in hostile["mentions"]]
    assert "微软" in names
    damaged = blocks["damaged"][1]
    pairs = [
        (utf16(damaged["text"], *place[:2]), utf16(damaged["clean"], *place[2:]))
        for *_, place in damaged["mentions"]
    ]
    assert ("英偉達(dá)", "英伟达") in pairs


def test_a_repair_is_marked_in_both_texts(blocks: Blocks) -> None:
    block = blocks["damaged"][1]
    kind, before, after, certain, place = block["repairs"][0]
    assert (kind, before, after, certain) == ("pinyin_annotation", "達(dá)", "達", True)
    assert utf16(block["text"], *place[:2]) == "達(dá)"
    assert utf16(block["clean"], *place[2:]) == "达"


def test_triples_name_entities_by_their_place_in_the_table(
    blocks: Blocks, entities: EntityTable
) -> None:
    (triple,) = [one for one in blocks["hant"][1]["triples"] if one["relation"] == "invest"]
    assert entities.rows[triple["head"]][0] == "company:nvidia"
    assert entities.rows[triple["tail"]][0] == "company:openai"
    sentence, head, tail = triple["evidence"][0]
    assert [utf16(HANT.text, *place[:2]) for place in (head, tail)] == ["輝達", "OpenAI"]
    assert utf16(HANT.text, *sentence[:2]).startswith("輝達宣布")


def test_an_entity_of_many_articles_is_in_the_table_once(
    blocks: Blocks, entities: EntityTable
) -> None:
    assert len(blocks) == len(ARTICLES)
    ids = [row[0] for row in entities.rows]
    assert ids.count("company:openai") == 1
