"""CSV files: for Neo4j's bulk import, and plain ones with the Cypher script that loads them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from pipeline.files import replacing
from pipeline.graph.lines import counted
from pipeline.graph.model import Edge, Progress, Source, Statement
from pipeline.graph.rows import Row, edge_row, node_row, statement_row
from pipeline.graph.tables import EDGES, NODES
from pipeline.schema import ENTITY_TYPES, RELATIONS

NODES_NAME: Final = "nodes.csv"
EDGES_NAME: Final = "edges.csv"
EVIDENCE_NAME: Final = "evidence.csv"
SCRIPT_NAME: Final = "load.cypher"

# Between the elements of an array stands the unit separator, which no text needs; the usual `;`
# would cut sentences and addresses in two.
ARRAY_DELIMITER: Final = "\x1f"
# One character for one, so that offsets into a sentence stay right.
_BLANKED: Final = str.maketrans(dict.fromkeys("\n\r\0" + ARRAY_DELIMITER, " "))

_NODE_COLUMNS: Final = tuple(NODES.names)
_EDGE_COLUMNS: Final = tuple(name for name in EDGES.names if name != "evidence")
_STATEMENT_COLUMNS: Final = tuple(Statement.__dataclass_fields__)
_ENDS: Final = ("head", "tail", "relation")
# Neo4j keeps no list of records on a relationship, but lists of the same length.
_ARRAYS: Final = {
    "evidence:string[]": "text",
    "evidence_articles:string[]": "article_id",
    "evidence_starts:long[]": "start",
    "evidence_ends:long[]": "end",
}
_NEO4J_TYPES: Final = {"int64": ":long", "double": ":double", "string": ""}


def write_csv(source: Source, out: Path, *, progress: Progress) -> list[Path]:
    """Write nodes.csv, edges.csv, evidence.csv (a sentence a row) and load.cypher into `out`; see
    model.Writer."""
    nodes = (_cells(node_row(node), _NODE_COLUMNS) for node in source.graph.nodes())
    edges = (_cells(edge_row(edge), _EDGE_COLUMNS) for edge in source.graph.edges())
    sentences = (
        [edge.id, *_cells(statement_row(sentence), _STATEMENT_COLUMNS)]
        for edge in source.graph.edges()
        for sentence in edge.evidence
    )
    _write(out / NODES_NAME, _NODE_COLUMNS, counted(nodes, progress))
    _write(out / EDGES_NAME, _EDGE_COLUMNS, counted(edges, progress))
    _write(out / EVIDENCE_NAME, ("edge", *_STATEMENT_COLUMNS), counted(sentences, progress))
    with replacing(out / SCRIPT_NAME) as partial:
        partial.write_text(_script(), encoding="utf-8", newline="")
    return [out / name for name in (NODES_NAME, EDGES_NAME, EVIDENCE_NAME, SCRIPT_NAME)]


def write_neo4j(source: Source, out: Path, *, progress: Progress) -> list[Path]:
    """Write nodes.csv and edges.csv for `neo4j-admin database import` into `out`; see
    model.Writer."""
    kept = [name for name in _EDGE_COLUMNS if name not in _ENDS]
    node_head = ["id:ID", *_typed(NODES, _NODE_COLUMNS[1:]), ":LABEL"]
    edge_head = [":START_ID", ":END_ID", ":TYPE", *_typed(EDGES, kept), *_ARRAYS]
    nodes = (
        [*_cells(node_row(node), _NODE_COLUMNS), _array(("Entity", node.type.capitalize()))]
        for node in source.graph.nodes()
    )
    edges = (_neo4j_edge(edge, kept) for edge in source.graph.edges())
    _write(out / NODES_NAME, node_head, counted(nodes, progress))
    _write(out / EDGES_NAME, edge_head, counted(edges, progress))
    return [out / NODES_NAME, out / EDGES_NAME]


def _neo4j_edge(edge: Edge, kept: Sequence[str]) -> list[Any]:
    arrays = [
        _array(getattr(sentence, field) for sentence in edge.evidence) for field in _ARRAYS.values()
    ]
    ends = [_plain(edge.head), _plain(edge.tail), edge.relation.upper()]
    return [*ends, *_cells(edge_row(edge), kept), *arrays]


def _typed(schema: pa.Schema, names: Iterable[str]) -> list[str]:
    """Heads of columns with the types of Neo4j's importer."""
    return [name + _NEO4J_TYPES[str(schema.field(name).type)] for name in names]


def _cells(row: Row, columns: Iterable[str]) -> list[Any]:
    return [_plain(row[name]) for name in columns]


def _plain(value: Any) -> Any:
    """A text on one line; a number as it is."""
    return value.translate(_BLANKED) if isinstance(value, str) else value


def _array(values: Iterable[Any]) -> str:
    return ARRAY_DELIMITER.join(str(_plain(value)) for value in values)


def _write(path: Path, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with replacing(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(head)
        lines.writerows(rows)


def _script() -> str:
    """Cypher that loads nodes.csv and edges.csv of Neo4j's import folder; it may be run again."""
    steps = [
        "// For Neo4j 5.23 and later: copy nodes.csv and edges.csv into its import folder, then\n"
        "//   cypher-shell -f load.cypher\n"
        "// In Neo4j Browser, put :auto before each statement that begins with LOAD CSV.",
        "CREATE CONSTRAINT entity_id IF NOT EXISTS\n"
        "FOR (entity:Entity) REQUIRE entity.id IS UNIQUE;",
        _load(
            NODES_NAME,
            "MERGE (entity:Entity {id: row.id})",
            "entity",
            NODES,
            [name for name in _NODE_COLUMNS if name != "id"],
        ),
    ]
    for kind in ENTITY_TYPES:
        label = kind.capitalize()
        steps.append(f"MATCH (entity:Entity {{type: '{kind}'}}) SET entity:{label};")
    kept = [name for name in _EDGE_COLUMNS if name not in (*_ENDS, "id")]
    for relation in RELATIONS:
        merge = (
            "MATCH (head:Entity {id: row.head}), (tail:Entity {id: row.tail})\n"
            f"  MERGE (head)-[edge:{relation.upper()} {{id: row.id}}]->(tail)"
        )
        steps.append(_load(EDGES_NAME, merge, "edge", EDGES, kept, only=relation))
    return "\n\n".join(steps) + "\n"


def _load(
    file: str, merge: str, thing: str, schema: pa.Schema, columns: Iterable[str], only: str = ""
) -> str:
    """A statement that makes a `thing` of each row, in transactions of a bearable size."""
    makers = {"int64": "toInteger({})", "double": "toFloat({})", "string": "{}"}
    values = ",\n      ".join(
        f"{thing}.{name} = " + makers[str(schema.field(name).type)].format(f"row.{name}")
        for name in columns
    )
    chosen = f"WITH row WHERE row.relation = '{only}'\n" if only else ""
    return (
        f"LOAD CSV WITH HEADERS FROM 'file:///{file}' AS row\n"
        f"{chosen}"
        "CALL (row) {\n"
        f"  {merge}\n"
        f"  SET {values}\n"
        "} IN TRANSACTIONS OF 10000 ROWS;"
    )
