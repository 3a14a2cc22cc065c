"""GraphML and node-link JSON, by way of a networkx graph: the whole graph is held in memory."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import networkx as nx
import orjson

from pipeline.files import replacing
from pipeline.graph.lines import counted
from pipeline.graph.model import Edge, Graph, Node, Progress, Source
from pipeline.graph.rows import Row, edge_row, node_row
from pipeline.schema import SYMMETRIC

GRAPHML_NAME: Final = "graph.graphml"
NODE_LINK_NAME: Final = "graph.json"

# What XML 1.0 has no way to write: Char of its grammar, the other way round.
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NOT_XML_OR_ESCAPE: Final = re.compile(r"\\|" + _NOT_XML.pattern)


def write_graphml(source: Source, out: Path, *, progress: Progress) -> list[Path]:
    """Write `out`/graph.graphml and return its path.

    GraphML has no lists: the evidence of an edge is JSON in a string. A character that XML cannot
    hold is U+FFFD in text and \\uXXXX in an id. progress: told how many nodes and edges have just
    been read. Raises InputError where there is no writing, RunError where the run is damaged.
    """
    network = nx.MultiDiGraph()
    for node in counted(source.graph.nodes(), progress):
        network.add_node(_xml_id(node.id), **_xml(_node_attributes(node)))
    for edge in counted(source.graph.edges(), progress):
        # In JSON the escape stands for the character, so nothing of the evidence is lost.
        evidence = _NOT_XML.sub(_escape, orjson.dumps(edge.evidence).decode())
        network.add_edge(
            _xml_id(edge.head),
            _xml_id(edge.tail),
            key=edge.id,
            **_xml({**_edge_attributes(edge), "evidence": evidence}),
        )
    with replacing(out / GRAPHML_NAME) as partial:
        nx.write_graphml(network, partial)
    return [out / GRAPHML_NAME]


def write_node_link(source: Source, out: Path, *, progress: Progress) -> list[Path]:
    """Write `out`/graph.json, for networkx.node_link_graph(data, edges="edges"), and return its
    path. progress and errors as of `write_graphml`."""
    data = nx.node_link_data(_network(source.graph, progress), edges="edges")
    with replacing(out / NODE_LINK_NAME) as partial:
        partial.write_bytes(orjson.dumps(data, option=orjson.OPT_APPEND_NEWLINE))
    return [out / NODE_LINK_NAME]


def _network(graph: Graph, progress: Progress) -> nx.MultiDiGraph:
    network = nx.MultiDiGraph()
    for node in counted(graph.nodes(), progress):
        network.add_node(node.id, **_node_attributes(node))
    for edge in counted(graph.edges(), progress):
        attributes = {**_edge_attributes(edge), "evidence": list(edge.evidence)}
        network.add_edge(edge.head, edge.tail, key=edge.id, **attributes)
    return network


def _node_attributes(node: Node) -> Row:
    return _without(node_row(node), "id")


def _edge_attributes(edge: Edge) -> Row:
    others = _without(edge_row(edge), "id", "head", "relation", "tail")
    return {"relation": edge.relation, "symmetric": edge.relation in SYMMETRIC, **others}


def _without(row: Row, *names: str) -> Row:
    return {name: value for name, value in row.items() if name not in names}


def _xml(attributes: Row) -> Row:
    """Without the numbers that are not known, for which GraphML has no value."""
    return {
        key: _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", value) if isinstance(value, str) else value
        for key, value in attributes.items()
        if value is not None
    }


def _xml_id(text: str) -> str:
    """No two ids become one: hence the backslash is escaped too."""
    return _NOT_XML_OR_ESCAPE.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"
