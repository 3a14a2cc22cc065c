"""Columns of tables of nodes, edges and triples, and these as Parquet, a row group at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import RunError
from pipeline.files import replacing
from pipeline.graph.lines import counted
from pipeline.graph.model import Progress, Source
from pipeline.graph.rows import Row, edge_row, node_row, statement_row
from pipeline.schema import STATUSES, TRIPLE_SCHEMA

NODES_NAME: Final = "nodes.parquet"
EDGES_NAME: Final = "edges.parquet"
TRIPLES_NAME: Final = "triples.parquet"

# A row group ends with so many rows or so many sentences, whichever comes first.
MAX_ROWS: Final = 8_192
MAX_SENTENCES: Final = 8_192

_TEXT, _COUNT, _NUMBER = pa.string(), pa.int64(), pa.float64()


def _fields(kind: pa.DataType, *names: str, unknown: bool = False) -> list[pa.Field]:
    """unknown: may be null."""
    return [pa.field(name, kind, nullable=unknown) for name in names]


def _list_of(fields: list[pa.Field]) -> pa.DataType:
    return pa.list_(pa.field("element", pa.struct(fields), nullable=False))


NODES: Final = pa.schema(
    [
        *_fields(_TEXT, "id", "type", "name", "zh_hans", "zh_hant", "en"),
        *_fields(_COUNT, "articles", "triples"),
    ]
)

_STATEMENT: Final = [
    *_fields(_TEXT, "triple_id", "article_id", "article_sha256", "title", "source", "published"),
    *_fields(_TEXT, "status"),
    *_fields(_NUMBER, "confidence"),
    *_fields(_TEXT, "text"),
    *_fields(_COUNT, "start", "end"),
    *_fields(_TEXT, "head_text"),
    *_fields(_COUNT, "head_start", "head_end"),
    *_fields(_TEXT, "tail_text"),
    *_fields(_COUNT, "tail_start", "tail_end"),
    *_fields(_TEXT, "amount", "date", "stake", "object"),
]

EDGES: Final = pa.schema(
    [
        *_fields(_TEXT, "id", "article_id", "head", "relation", "tail", "status"),
        *_fields(_COUNT, *STATUSES),
        *_fields(_NUMBER, "confidence"),
        *_fields(_COUNT, "triples", "articles"),
        *_fields(_TEXT, "first_date", "last_date"),
        *_fields(_NUMBER, "amount_value", "amount_value_max", unknown=True),
        *_fields(_TEXT, "amount_currency"),
        *_fields(_NUMBER, "stake_percent", unknown=True),
        *_fields(_TEXT, "object"),
        *_fields(_list_of(_STATEMENT), "evidence"),
    ]
)


def _typed(schema: dict[str, Any]) -> list[pa.Field]:
    """The columns of records of a JSON Schema."""
    return [_column(name, value) for name, value in schema["properties"].items()]


def _column(name: str, schema: dict[str, Any]) -> pa.Field:
    kind = schema.get("type", "string")
    if kind == "array":
        return pa.field(name, _list_of(_typed(schema["items"])), nullable=False)
    types = {"string": _TEXT, "integer": _COUNT, "number": _NUMBER}
    unknown = isinstance(kind, list)
    return pa.field(name, types[kind[0] if unknown else kind], nullable=unknown)


TRIPLES: Final = pa.schema(_typed(TRIPLE_SCHEMA))


def write_parquet(source: Source, out: Path, *, progress: Progress) -> list[Path]:
    """Write nodes.parquet, edges.parquet and triples.parquet into `out`; see model.Writer."""
    graph = source.graph
    edges = (
        edge_row(edge) | {"evidence": [statement_row(sentence) for sentence in edge.evidence]}
        for edge in graph.edges()
    )
    tables: list[tuple[str, pa.Schema, Iterable[Row]]] = [
        (NODES_NAME, NODES, map(node_row, graph.nodes())),
        (EDGES_NAME, EDGES, edges),
        (TRIPLES_NAME, TRIPLES, source.triples()),
    ]
    for name, schema, rows in tables:
        _write(out / name, schema, counted(rows, progress))
    return [out / name for name, _, _ in tables]


def _write(path: Path, schema: pa.Schema, rows: Iterable[Row]) -> None:
    with replacing(path) as partial, pq.ParquetWriter(partial, schema, compression="zstd") as file:
        for group in _groups(rows):
            try:
                file.write_table(pa.Table.from_pylist(group, schema))
            except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
                raise RunError(
                    f"{path.name}: the run holds a value of the wrong type: {error}; "
                    "make the run anew"
                ) from error


def _groups(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """`rows`, as many at a time as memory should hold."""
    group: list[Row] = []
    sentences = 0
    for row in rows:
        group.append(row)
        sentences += len(row.get("evidence", ()))
        if len(group) == MAX_ROWS or sentences >= MAX_SENTENCES:
            yield group
            group, sentences = [], 0
    if group:
        yield group
