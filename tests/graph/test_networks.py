"""GraphML and node-link JSON, read back by networkx."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from pipeline.graph.networks import write_graphml, write_node_link
from tests.graph.graphs import ODD, ODD_ID, WORLD, Record, entity, nothing, source_of, triple


def graphml(folder: Path, *triples: Record) -> Any:
    with source_of(folder, *triples) as source:
        (path,) = write_graphml(source, folder, progress=nothing)
    return nx.read_graphml(path, force_multigraph=True)


def node_link(folder: Path, *triples: Record) -> Any:
    with source_of(folder, *triples) as source:
        (path,) = write_node_link(source, folder, progress=nothing)
    return nx.node_link_graph(json.loads(path.read_bytes()), edges="edges")


def edge(network: Any, head: str, tail: str) -> Record:
    """The attributes of the one edge between them."""
    (attributes,) = network.get_edge_data(head, tail).values()
    return dict(attributes)


@pytest.mark.parametrize("read", [graphml, node_link])
class TestBoth:
    def test_nodes_and_edges_are_those_of_the_graph(self, read: Any, tmp_path: Path) -> None:
        network = read(tmp_path, *WORLD)
        with source_of(tmp_path, *WORLD) as source:
            nodes, edges = list(source.graph.nodes()), list(source.graph.edges())
        assert network.is_directed()
        assert network.is_multigraph()
        assert network.number_of_nodes() == len(nodes)
        assert {key for _, _, key in network.edges(keys=True)} == {edge.id for edge in edges}

    def test_a_node_has_its_type_names_and_counts(self, read: Any, tmp_path: Path) -> None:
        assert read(tmp_path, *WORLD).nodes["company:软银"] == {
            "type": "company",
            "name": "软银",
            "zh_hans": "软银",
            "zh_hant": "軟銀",
            "en": "SoftBank",
            "articles": 2,
            "triples": 4,
        }

    def test_an_edge_has_relation_statuses_amount_stake_and_dates(
        self, read: Any, tmp_path: Path
    ) -> None:
        found = edge(read(tmp_path, *WORLD), "company:软银", "company:Arm")
        del found["evidence"]
        assert found == {
            "relation": "invest",
            "symmetric": False,
            "article_id": "",
            "status": "actual",
            "actual": 1,
            "planned": 0,
            "rumored": 1,
            "negated": 0,
            "confidence": 0.9,
            "triples": 2,
            "articles": 2,
            "first_date": "2026-11-20",
            "last_date": "2026-11-20",
            "amount_value": 6e8,
            "amount_value_max": 7e8,
            "amount_currency": "USD",
            "stake_percent": 5.5,
            "object": "",
        }

    def test_competition_is_one_edge_that_says_it_goes_both_ways(
        self, read: Any, tmp_path: Path
    ) -> None:
        network = read(tmp_path, *WORLD)
        assert edge(network, "company:Arm", "company:软银")["symmetric"] is True

    def test_two_relations_of_one_pair_are_two_edges(self, read: Any, tmp_path: Path) -> None:
        first, second = entity("甲"), entity("乙")
        triples = [triple(first, relation, second) for relation in ("invest", "buy", "compete")]
        assert read(tmp_path, *triples).number_of_edges("company:甲", "company:乙") == 3

    def test_a_run_without_triples_gives_an_empty_network(self, read: Any, tmp_path: Path) -> None:
        network = read(tmp_path)
        assert (network.number_of_nodes(), network.number_of_edges()) == (0, 0)


class TestGraphML:
    def test_evidence_is_json_in_a_string(self, tmp_path: Path) -> None:
        found = edge(graphml(tmp_path, *WORLD), "company:软银", "company:Arm")["evidence"]
        assert [statement["text"] for statement in json.loads(found)] == [
            "软银投资Arm。",
            "后者获软银注资。",
            "软银 invest Arm",
        ]

    def test_a_number_that_is_not_known_is_left_out(self, tmp_path: Path) -> None:
        found = edge(graphml(tmp_path, *WORLD), "person:孙正义", "company:Arm")
        assert not found.keys() & {"amount_value", "amount_value_max", "stake_percent"}

    def test_what_xml_cannot_hold_is_replaced_in_text_and_the_rest_kept(
        self, tmp_path: Path
    ) -> None:
        network = graphml(tmp_path, *WORLD)
        (odd,) = (node for node in network if node.startswith("local:"))
        kept = ODD.replace("\x01", "\ufffd").replace("\x1b", "\ufffd").replace("\ufffe", "\ufffd")
        assert network.nodes[odd]["name"] == kept
        (statement,) = json.loads(edge(network, odd, "company:Arm")["evidence"])
        assert statement["title"] == ODD

    def test_ids_that_differ_in_what_xml_cannot_hold_stay_different(self, tmp_path: Path) -> None:
        ids = ("company:\x01", "company:\x02", "company:\ufffd", r"company:\u0001")
        heads = [entity(f"甲{place}", id=entity_id) for place, entity_id in enumerate(ids)]
        network = graphml(tmp_path, *(triple(head, "invest", entity("乙")) for head in heads))
        assert len(network) == len(ids) + 1
        assert r"company:\u0001" in network


class TestNodeLink:
    def test_evidence_is_a_list_of_statements(self, tmp_path: Path) -> None:
        evidence = edge(node_link(tmp_path, *WORLD), "company:软银", "company:Arm")["evidence"]
        assert [statement["start"] for statement in evidence] == [10, 30, 10]

    def test_a_number_that_is_not_known_is_null(self, tmp_path: Path) -> None:
        found = edge(node_link(tmp_path, *WORLD), "person:孙正义", "company:Arm")
        assert found["amount_value"] is None

    def test_odd_characters_come_back_as_they_were(self, tmp_path: Path) -> None:
        network = node_link(tmp_path, *WORLD)
        assert network.nodes[ODD_ID]["name"] == ODD
        assert edge(network, ODD_ID, "company:Arm")["object"] == ODD


@pytest.mark.parametrize("write", [write_graphml, write_node_link])
def test_progress_is_told_of_every_node_and_edge(write: Any, tmp_path: Path) -> None:
    told: list[int] = []
    with source_of(tmp_path, *WORLD) as source:
        write(source, tmp_path, progress=told.append)
        assert sum(told) == source.graph.count_nodes() + source.graph.count_edges()


@pytest.mark.parametrize("write", [write_graphml, write_node_link])
def test_the_same_graph_gives_the_same_bytes(write: Any, tmp_path: Path) -> None:
    written = []
    for _ in range(2):
        with source_of(tmp_path, *WORLD) as source:
            (path,) = write(source, tmp_path, progress=nothing)
        written.append(path.read_bytes())
    assert written[0] == written[1]
