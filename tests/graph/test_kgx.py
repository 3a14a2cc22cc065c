"""KGX files, held against what its specification and its validator ask of them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import unquote

from pipeline.graph.kgx import write_kgx
from tests.graph.graphs import ODD, ODD_ID, WORLD, Record, nothing, source_of

# KGX's own idea of a CURIE, in words: no colon or slash after the prefix, nothing odd in it.
CURIE = re.compile(r"[\w.]+:[^/:\s]+", re.ASCII)
KNOWLEDGE_LEVELS = {
    "knowledge_assertion",
    "logical_entailment",
    "prediction",
    "statistical_association",
    "observation",
    "not_provided",
}


def written(folder: Path, *triples: Record) -> tuple[list[Record], list[Record]]:
    with source_of(folder, *triples) as source:
        nodes, edges = write_kgx(source, folder, progress=nothing)
    assert (nodes.name, edges.name) == ("graph_nodes.jsonl", "graph_edges.jsonl")
    return records(nodes), records(edges)


def records(path: Path) -> list[Record]:
    return [json.loads(line) for line in path.read_bytes().split(b"\n") if line]


def test_a_node_has_a_curie_a_biolink_category_and_a_name(tmp_path: Path) -> None:
    nodes, _ = written(tmp_path, *WORLD)
    assert all(CURIE.fullmatch(node["id"]) for node in nodes)
    assert all(node["category"] == ["biolink:NamedThing"] for node in nodes)
    assert all(node["name"] for node in nodes)


def test_a_node_is_of_a_class_of_schema_org_since_biolink_has_none(tmp_path: Path) -> None:
    nodes, _ = written(tmp_path, *WORLD)
    types = {node["entity_id"]: node["type"] for node in nodes}
    assert types["company:软银"] == ["schema:Organization"]
    assert types["person:孙正义"] == ["schema:Person"]
    assert types["chip:H100"] == ["schema:Product"]


def test_names_in_other_scripts_are_synonyms(tmp_path: Path) -> None:
    nodes, _ = written(tmp_path, *WORLD)
    synonyms = {node["name"]: node["synonym"] for node in nodes}
    assert synonyms["软银"] == ["軟銀", "SoftBank"]
    assert synonyms["Arm"] == []


def test_an_edge_has_all_that_is_required_of_it(tmp_path: Path) -> None:
    nodes, edges = written(tmp_path, *WORLD)
    ids = {node["id"] for node in nodes}
    for edge in edges:
        assert CURIE.fullmatch(edge["id"])
        assert {edge["subject"], edge["object"]} <= ids
        assert edge["predicate"] == "biolink:related_to"
        assert edge["knowledge_level"] in KNOWLEDGE_LEVELS
        assert edge["agent_type"] == "text_mining_agent"
        assert edge["primary_knowledge_source"].startswith("infores:")
        assert edge["publications"]
        assert all(CURIE.fullmatch(article) for article in edge["publications"])


def test_the_relation_is_kept_as_the_original_predicate(tmp_path: Path) -> None:
    _, edges = written(tmp_path, *WORLD)
    relations = {edge["original_predicate"] for edge in edges}
    assert relations == {f"urn:zongheng:vocabulary:{name}" for name in ("invest", "buy", "compete")}


def test_only_what_is_negated_is_marked_so(tmp_path: Path) -> None:
    _, edges = written(tmp_path, *WORLD)
    assert [edge["status"] for edge in edges if edge["negated"]] == ["negated"]


def test_an_edge_names_its_articles_and_quotes_its_sentences(tmp_path: Path) -> None:
    _, edges = written(tmp_path, *WORLD)
    (edge,) = (edge for edge in edges if edge["amount_currency"] == "USD")
    assert [unquote(article) for article in edge["publications"]] == [
        "zongheng.article:甲",
        "zongheng.article:乙",
    ]
    assert edge["supporting_text"] == ["软银投资Arm。", "后者获软银注资。", "软银 invest Arm"]
    assert edge["statuses"] == {"actual": 1, "rumored": 1}


def test_every_record_has_every_key(tmp_path: Path) -> None:
    for kind in written(tmp_path, *WORLD):
        assert len({tuple(record) for record in kind}) == 1


def test_odd_characters_come_back_as_they_were(tmp_path: Path) -> None:
    nodes, edges = written(tmp_path, *WORLD)
    (node,) = (node for node in nodes if node["entity_id"] == ODD_ID)
    assert unquote(node["id"].partition(":")[2]) == ODD_ID
    assert node["name"] == ODD
    (edge,) = (edge for edge in edges if edge["subject"] == node["id"])
    assert edge["bought_object"] == ODD


def test_a_run_without_triples_gives_two_empty_files(tmp_path: Path) -> None:
    assert written(tmp_path) == ([], [])


def test_progress_is_told_of_every_node_and_edge(tmp_path: Path) -> None:
    told: list[int] = []
    with source_of(tmp_path, *WORLD) as source:
        write_kgx(source, tmp_path, progress=told.append)
        assert sum(told) == source.graph.count_nodes() + source.graph.count_edges()
