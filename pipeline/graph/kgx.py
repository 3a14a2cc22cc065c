"""KGX: nodes and edges as JSON Lines, with the slots of the Biolink Model where one fits."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from pipeline.graph.lines import counted, write_json_lines
from pipeline.graph.model import VOCABULARY, Edge, Node, Progress, Source
from pipeline.schema import CHIP, COMPANY, NEGATED, PERSON, SYMMETRIC

NODES_NAME: Final = "graph_nodes.jsonl"
EDGES_NAME: Final = "graph_edges.jsonl"

_CLASSES: Final = {
    COMPANY: "schema:Organization",
    PERSON: "schema:Person",
    CHIP: "schema:Product",
}


def write_kgx(source: Source, out: Path, *, progress: Progress) -> list[Path]:
    """Write `out`/graph_nodes.jsonl and `out`/graph_edges.jsonl and return their paths; nothing is
    held in memory.

    progress: told how many nodes and edges have just been written. Raises InputError where there is
    no writing, RunError where the run is damaged.
    """
    nodes, edges = out / NODES_NAME, out / EDGES_NAME
    write_json_lines(nodes, map(_node_record, counted(source.graph.nodes(), progress)))
    write_json_lines(edges, map(_edge_record, counted(source.graph.edges(), progress)))
    return [nodes, edges]


def _curie(prefix: str, name: str) -> str:
    # KGX takes no colon and no slash after the prefix.
    return f"{prefix}:{quote(name, safe='')}"


def _entity(entity_id: str) -> str:
    return _curie("zongheng", entity_id)


def _distinct(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))


def _node_record(node: Node) -> dict[str, Any]:
    names = _distinct((node.zh_hans, node.zh_hant, node.en))
    return {
        "id": _entity(node.id),
        "category": ["biolink:NamedThing"],
        "type": [_CLASSES[node.type]],
        "name": node.name,
        "synonym": [name for name in names if name not in ("", node.name)],
        "zh_hans": node.zh_hans,
        "zh_hant": node.zh_hant,
        "en": node.en,
        "entity_id": node.id,
        "entity_type": node.type,
        "articles": node.articles,
        "triples": node.triples,
    }


def _edge_record(edge: Edge) -> dict[str, Any]:
    return {
        "id": _curie("zongheng.statement", edge.id),
        "category": ["biolink:Association"],
        "subject": _entity(edge.head),
        "predicate": "biolink:related_to",
        "object": _entity(edge.tail),
        "original_predicate": VOCABULARY + edge.relation,  # Biolink has none of the three
        "negated": edge.status == NEGATED,
        "knowledge_level": "not_provided",
        "agent_type": "text_mining_agent",
        "primary_knowledge_source": "infores:zongheng",
        "publications": _distinct(
            _curie("zongheng.article", statement.article_id) for statement in edge.evidence
        ),
        "supporting_text": _distinct(statement.text for statement in edge.evidence),
        "has_confidence_score": edge.confidence,
        "evidence_count": edge.triples,
        "symmetric": edge.relation in SYMMETRIC,
        "status": edge.status,
        "statuses": dict(edge.statuses),
        "articles": edge.articles,
        "first_date": edge.first_date,
        "last_date": edge.last_date,
        "amount_value": edge.amount_value,
        "amount_value_max": edge.amount_value_max,
        "amount_currency": edge.amount_currency,
        "stake_percent": edge.stake_percent,
        "bought_object": edge.object,
    }
