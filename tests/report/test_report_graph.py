from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

import pytest

from pipeline.graph.model import Edge, Node, Statement
from pipeline.report.figure import bokeh_code, drawing
from pipeline.report.graph import MOST_ENTITIES, choose, graph_data, positions


@dataclass
class Small:
    """A graph in memory."""

    own_nodes: Sequence[Node]
    own_edges: Sequence[Edge]

    def count_nodes(self) -> int:
        return len(self.own_nodes)

    def count_edges(self) -> int:
        return len(self.own_edges)

    def nodes(self) -> Iterator[Node]:
        return iter(self.own_nodes)

    def edges(self) -> Iterator[Edge]:
        return iter(self.own_edges)


def node(name: str, triples: int) -> Node:
    return Node(name, "company", name, name, "", "", 1, triples)


SENTENCE = Statement(
    **{"triple_id": "t", "article_id": "a", "article_sha256": "", "title": "", "source": ""},
    **{"published": "", "status": "actual", "confidence": 0.5, "text": "😀甲买乙", "start": 10},
    **{"end": 14, "head_text": "甲", "head_start": 11, "head_end": 12, "tail_text": "乙"},
    **{"tail_start": 13, "tail_end": 14, "amount": "", "date": "", "stake": "", "object": ""},
)  # type: ignore[arg-type]


def edge(head: str, tail: str, dates: tuple[str, str] = ("", "")) -> Edge:
    return Edge(
        id="",
        article_id="",
        head=head,
        relation="buy",
        tail=tail,
        status="actual",
        statuses=(("actual", 1),),
        confidence=0.5,
        triples=1,
        articles=1,
        first_date=dates[0],
        last_date=dates[1],
        amount_value=None,
        amount_value_max=None,
        amount_currency="",
        stake_percent=None,
        object="",
        evidence=(SENTENCE,),
    )


GRAPH = Small([node("甲", 3), node("乙", 5), node("丙", 3)], [edge("甲", "乙"), edge("乙", "丙")])


def test_the_entities_with_the_most_triples_are_drawn_and_the_edges_between_them() -> None:
    chosen = choose(GRAPH, 2)
    assert [one.id for one in chosen.nodes] == ["乙", "丙"]
    assert [(one.head, one.tail) for one in chosen.edges] == [("乙", "丙")]
    assert (chosen.all_nodes, chosen.all_edges) == (3, 2)


def test_an_edge_names_its_ends_by_place() -> None:
    data = graph_data(choose(GRAPH, 3))
    assert [one["id"] for one in data["nodes"]] == ["乙", "丙", "甲"]
    assert [(one["head"], one["tail"]) for one in data["edges"]] == [(2, 0), (0, 1)]


@pytest.mark.parametrize(
    ("dates", "days"),
    [
        (("", ""), ("", "")),
        (("2025-03-09", "2025-03-09"), ("2025-03-09", "2025-03-09")),
        (("2024", "2025-Q3"), ("2024-01-01", "2025-09-31")),
        (("2025-02", "2025-02"), ("2025-02-01", "2025-02-31")),
    ],
)
def test_vague_dates_become_days_that_compare(
    dates: tuple[str, str], days: tuple[str, str]
) -> None:
    graph = Small(GRAPH.own_nodes, [edge("甲", "乙", dates)])
    assert graph_data(choose(graph, 3))["edges"][0]["days"] == days


def test_mentions_are_marked_in_their_sentence_as_javascript_counts() -> None:
    statement = graph_data(choose(GRAPH, 3))["edges"][0]["evidence"][0]
    assert (statement["head"], statement["tail"]) == ((2, 3), (4, 5))


def test_a_mention_outside_the_sentence_is_told_by_its_text() -> None:
    outside = replace(SENTENCE, head_start=3, head_end=4)
    graph = Small(GRAPH.own_nodes, [replace(edge("甲", "乙"), evidence=(outside,))])
    statement = graph_data(choose(graph, 3))["edges"][0]["evidence"][0]
    assert (statement["head"], statement["head_text"]) == (None, "甲")


def test_a_graph_without_triples_has_nothing_to_draw() -> None:
    data = graph_data(choose(Small([], []), 300))
    assert (data["nodes"], data["edges"]) == ([], [])


def test_positions_are_the_same_each_time_and_no_two_are_one() -> None:
    names = [f"n{number}" for number in range(60)]
    pairs = [*pairwise(names[:40]), *((names[0], name) for name in names[1:30])]
    first = positions(names, pairs)
    assert first == positions(names, pairs)
    assert len(set(first.values())) == len(names)


def test_components_do_not_overlap() -> None:
    names = [f"n{number}" for number in range(12)]
    found = positions(names, [*pairwise(names[:5]), *pairwise(names[5:9])])
    groups = [names[:5], names[5:9], *([name] for name in names[9:])]
    for one, other in combinations(groups, 2):
        assert min(math.dist(found[a], found[b]) for a in one for b in other) > 1


def test_as_many_entities_as_may_be_asked_for_need_no_further_package() -> None:
    names = [f"n{number}" for number in range(MOST_ENTITIES)]
    assert len(positions(names, pairwise(names))) == MOST_ENTITIES


def test_the_drawing_is_the_same_each_time() -> None:
    assert drawing() == drawing()


def test_bokeh_comes_without_an_address_to_load_from() -> None:
    code = bokeh_code()
    assert "cdn.bokeh.org" not in code
    assert len(code) < 2_000_000
