"""The entities with the most triples and the edges between them, and where they are drawn."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from pipeline.graph.dates import span
from pipeline.graph.model import Edge, Graph, Node, Statement
from pipeline.report.embedding import utf16_offsets

if TYPE_CHECKING:
    import networkx as nx
    import numpy as np
    from numpy.typing import NDArray

    Points = NDArray[np.float64]

# Larger components need scipy to be laid out, and show nothing.
MOST_ENTITIES = 499
_SEED = 20_260_101
_ROUNDS = 300
_PUSHES = 60
# In the distance that two entities keep: half the width of a component is _SCALE × its entities to
# the power of _GROWTH; _GAP is between two components.
_SCALE, _GROWTH = 0.45, 0.65
_GAP = 1.4
_SPREAD = 3.0
# Width by height, of the whole and of a component.
_SHAPE, _STRETCH = 1.5, 1.3

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Drawing:
    """nodes: the most triples first. edges: between them, in the graph's order. all_nodes,
    all_edges: of the whole graph."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    all_nodes: int
    all_edges: int


def choose(graph: Graph, most: int) -> Drawing:
    """The `most` entities with the most triples, and the edges that have both ends there."""
    nodes = heapq.nsmallest(most, graph.nodes(), key=lambda node: (-node.triples, node.id))
    kept = {node.id for node in nodes}
    edges = tuple(edge for edge in graph.edges() if edge.head in kept and edge.tail in kept)
    return Drawing(tuple(nodes), edges, graph.count_nodes(), graph.count_edges())


def graph_data(drawing: Drawing) -> dict[str, Any]:
    """What the page draws; an edge names its ends by their place among the nodes."""
    places = {node.id: place for place, node in enumerate(drawing.nodes)}
    points = positions(list(places), ((edge.head, edge.tail) for edge in drawing.edges))
    return {
        "all_nodes": drawing.all_nodes,
        "all_edges": drawing.all_edges,
        "nodes": [{**asdict(node), "at": points[node.id]} for node in drawing.nodes],
        "edges": [_edge(edge, places) for edge in drawing.edges],
    }


def _edge(edge: Edge, places: dict[str, int]) -> dict[str, Any]:
    return {
        "head": places[edge.head],
        "relation": edge.relation,
        "tail": places[edge.tail],
        "status": edge.status,
        "statuses": edge.statuses,
        "confidence": edge.confidence,
        "triples": edge.triples,
        "articles": edge.articles,
        "dates": (edge.first_date, edge.last_date),
        "days": _days(edge.first_date, edge.last_date),
        "amount": (edge.amount_value, edge.amount_value_max, edge.amount_currency),
        "stake": edge.stake_percent,
        "object": edge.object,
        "evidence": [_statement(statement) for statement in edge.evidence],
    }


def _days(first: str, last: str) -> tuple[str, str]:
    """The first day of `first` and the last of `last`, as strings that compare like days."""
    begin, end = span(first), span(last)
    if begin is None or end is None:
        return "", ""
    return _day(begin[0]), _day(end[1])


def _day(day: tuple[int, int, int]) -> str:
    return "{:04}-{:02}-{:02}".format(*day)


def _statement(statement: Statement) -> dict[str, Any]:
    """A sentence with its two mentions, as UTF-16 offsets in it; one that lies outside, None."""
    units = utf16_offsets(statement.text)

    def inside(start: int, end: int) -> tuple[int, int] | None:
        if not statement.start <= start <= end <= statement.end:
            return None
        return units(start - statement.start), units(end - statement.start)

    return {
        "triple": statement.triple_id,
        "article": statement.article_id,
        **{key: getattr(statement, key) for key in ("title", "source", "published", "status")},
        "confidence": statement.confidence,
        "text": statement.text,
        "head": inside(statement.head_start, statement.head_end),
        "tail": inside(statement.tail_start, statement.tail_end),
        "head_text": statement.head_text,
        "tail_text": statement.tail_text,
        **{key: getattr(statement, key) for key in ("amount", "date", "stake", "object")},
    }


def positions(names: Sequence[str], pairs: Iterable[tuple[str, str]]) -> dict[str, Point]:
    """A point for each of `names`: connected ones near each other, components side by side, the
    largest first. The same for the same input."""
    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from(names)
    graph.add_edges_from(pairs)
    order = {name: place for place, name in enumerate(names)}
    components = sorted(
        (sorted(component, key=order.__getitem__) for component in nx.connected_components(graph)),
        key=lambda component: (-len(component), order[component[0]]),
    )
    drawn = [_laid_out(graph, component) for component in components]
    sizes = [(max(x for x, _ in one), max(y for _, y in one)) for one in drawn]
    return {
        name: (round(left + x, 3), round(-top - y, 3))
        for component, points, (left, top) in zip(components, drawn, _packed(sizes), strict=True)
        for name, (x, y) in zip(component, points, strict=True)
    }


def _laid_out(graph: nx.Graph[str], names: list[str]) -> list[Point]:
    """A point for each of `names`, which are one component, from (0, 0) on."""
    import networkx as nx
    import numpy as np

    # A graph of its own, whose order of nodes and edges does not depend on a set's. An entity with
    # many neighbours pulls less at each, or all would lie on top of it.
    component = nx.Graph()
    component.add_nodes_from(names)
    for name in names:
        for other in sorted(graph[name]):
            pull = 1 / math.sqrt(max(graph.degree[name], graph.degree[other]))
            component.add_edge(name, other, weight=pull)
    spread = _SPREAD / math.sqrt(len(names))
    found = nx.spring_layout(component, k=spread, iterations=_ROUNDS, seed=_SEED)
    points = np.array([found[name] for name in names]) * (_STRETCH, 1.0)
    points *= _SCALE * len(names) ** _GROWTH
    points = _parted(points)
    points -= points.min(axis=0)
    return [(float(x), float(y)) for x, y in points]


def _parted(points: Points) -> Points:
    """`points` pushed from each other until hardly any two are nearer than one unit."""
    import numpy as np

    for _ in range(_PUSHES):
        apart = points[:, None] - points[None]
        distances = np.hypot(apart[..., 0], apart[..., 1])
        np.fill_diagonal(distances, np.inf)
        lacking = np.clip(1 - distances, 0, None)
        if not lacking.any():
            break
        push = apart * (lacking / np.maximum(distances, 1e-6) / 2)[..., None]
        points = points + push.sum(axis=1)
    return points


def _packed(sizes: Sequence[Point]) -> Iterator[Point]:
    """Where rectangles begin that are laid in columns, so that the whole is shaped like a
    screen."""
    area = sum((width + _GAP) * (height + _GAP) for width, height in sizes)
    most = max([math.sqrt(area / _SHAPE), *(height for _, height in sizes)], default=0.0)
    left = top = column = 0.0
    for width, height in sizes:
        if top and top + height > most:
            left, top, column = left + column + _GAP, 0.0, 0.0
        yield left, top
        top += height + _GAP
        column = max(column, width)
