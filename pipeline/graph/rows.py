"""Nodes, edges and statements as flat records: what tables and networks write of each."""

from __future__ import annotations

from dataclasses import fields
from operator import attrgetter
from typing import Any, Final, TypeAlias

from pipeline.graph.model import Edge, Node, Statement
from pipeline.schema import STATUSES

Row: TypeAlias = dict[str, Any]


def _names(kind: type[Node] | type[Edge] | type[Statement]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


# Many times faster than dataclasses.asdict.
_NODE: Final = _names(Node)
_node_values = attrgetter(*_NODE)
_STATEMENT: Final = _names(Statement)
_statement_values = attrgetter(*_STATEMENT)
_EDGE: Final = _names(Edge)
_edge_values = attrgetter(*_EDGE)


def node_row(node: Node) -> Row:
    return dict(zip(_NODE, _node_values(node), strict=True))


def statement_row(statement: Statement) -> Row:
    return dict(zip(_STATEMENT, _statement_values(statement), strict=True))


def edge_row(edge: Edge) -> Row:
    """A key for each status in the place of `statuses`, all else as in Edge, but without the
    evidence."""
    row: Row = {}
    for name, value in zip(_EDGE, _edge_values(edge), strict=True):
        if name == "statuses":
            row |= dict.fromkeys(STATUSES, 0) | dict(value)
        elif name != "evidence":
            row[name] = value
    return row
