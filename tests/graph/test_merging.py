from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from pipeline.errors import InputError, RunError
from pipeline.graph.merging import gather
from pipeline.graph.model import Edge, Node, Selection
from pipeline.run_folder import TRIPLES_NAME
from tests.graph.graphs import (
    ARM,
    H100,
    ODD,
    ODD_ID,
    SOFTBANK,
    WORLD,
    Record,
    entity,
    run_of,
    sentence,
    source_of,
    triple,
)


def edges_of(
    folder: Path, *triples: Record, per: str = "graph", selection: Selection | None = None
) -> list[Edge]:
    with source_of(folder, *triples, per=per, selection=selection) as source:
        assert source.graph.count_edges() == len(list(source.graph.edges()))
        return list(source.graph.edges())


def only_edge(folder: Path, *triples: Record) -> Edge:
    (edge,) = edges_of(folder, *triples)
    return edge


def nodes_of(folder: Path, *triples: Record) -> list[Node]:
    with source_of(folder, *triples) as source:
        assert source.graph.count_nodes() == len(list(source.graph.nodes()))
        return list(source.graph.nodes())


class TestEdges:
    def test_triples_of_the_same_ends_and_relation_are_one(self, tmp_path: Path) -> None:
        edges = edges_of(tmp_path, *WORLD)
        keys = [(edge.head, edge.relation, edge.tail) for edge in edges]
        assert keys == sorted(set(keys))
        (merged,) = (edge for edge in edges if edge.triples > 1)
        assert (merged.head, merged.relation, merged.tail) == (
            "company:软银",
            "invest",
            "company:Arm",
        )
        assert (merged.triples, merged.articles, merged.confidence) == (2, 2, 0.9)

    def test_the_strongest_status_holds_and_all_are_counted(self, tmp_path: Path) -> None:
        statuses = ("rumored", "planned", "negated", "planned")
        edge = only_edge(
            tmp_path,
            *(triple(ARM, "buy", H100, article=str(n), status=s) for n, s in enumerate(statuses)),
        )
        assert edge.status == "negated"
        assert edge.statuses == (("planned", 2), ("rumored", 1), ("negated", 1))

    def test_two_triples_of_one_article_count_it_once(self, tmp_path: Path) -> None:
        edge = only_edge(tmp_path, triple(ARM, "buy", H100), triple(ARM, "buy", H100))
        assert (edge.triples, edge.articles) == (2, 1)

    def test_values_come_from_the_most_confident_triple_that_has_them(self, tmp_path: Path) -> None:
        edge = only_edge(
            tmp_path,
            triple(ARM, "buy", H100, article="1", amount_value=1.5, amount_currency="USD"),
            triple(ARM, "buy", H100, article="2", confidence=0.6, amount_value=2.5, object="芯片"),
            triple(ARM, "buy", H100, article="3", confidence=0.6, amount_value=3.5),
            triple(ARM, "buy", H100, article="4", confidence=0.9, stake_percent=5.0),
        )
        assert (edge.amount_value, edge.amount_currency) == (2.5, "")
        assert (edge.amount_value_max, edge.stake_percent, edge.object) == (None, 5.0, "芯片")

    def test_a_triple_without_a_date_has_that_of_its_article(self, tmp_path: Path) -> None:
        edge = only_edge(
            tmp_path,
            triple(ARM, "buy", H100, article="1", date_iso="2026", published="2026-11-20"),
            triple(ARM, "buy", H100, article="2", published="2027-01-02T08:00"),
            triple(ARM, "buy", H100, article="3"),
        )
        assert (edge.first_date, edge.last_date) == ("2026", "2027-01-02")

    def test_evidence_stands_in_the_order_of_the_run_up_to_its_cap(self, tmp_path: Path) -> None:
        run = run_of(
            tmp_path,
            *(
                triple(
                    ARM,
                    "buy",
                    H100,
                    article=str(number),
                    evidence=[sentence(f"{number}{place}", "Arm", "H100") for place in "甲乙丙"],
                )
                for number in range(3)
            ),
        )
        for most, texts in ((1, ["0甲"]), (4, ["0甲", "0乙", "0丙", "1甲"])):
            with gather(run, max_evidence=most) as graph:
                (edge,) = graph.edges()
            assert [statement.text for statement in edge.evidence] == texts
            assert edge.triples == 3

    def test_a_statement_tells_where_it_stands(self, tmp_path: Path) -> None:
        edge = only_edge(tmp_path, *(record for record in WORLD if record["stake"]))
        first, second = edge.evidence
        assert (first.article_id, first.title, first.published) == ("甲", "标题", "2026-11-21")
        assert (first.text, first.start, first.end) == ("软银投资Arm。", 10, 18)
        assert (first.amount, first.stake, second.text) == (
            "6亿至7亿美元",
            "5.5%",
            "后者获软银注资。",
        )

    def test_per_article_each_triple_is_an_edge_of_its_own(self, tmp_path: Path) -> None:
        edges = edges_of(tmp_path, *WORLD, per="article")
        assert sorted(edge.id for edge in edges) == sorted(record["id"] for record in WORLD)
        assert all((edge.triples, edge.articles) == (1, 1) for edge in edges)
        invests = [
            edge for edge in edges if edge.head == "company:软银" and edge.relation == "invest"
        ]
        assert [edge.article_id for edge in invests] == ["甲", "乙"]

    def test_the_id_of_an_edge_depends_on_ends_and_relation_alone(self, tmp_path: Path) -> None:
        one = only_edge(tmp_path / "1", triple(ARM, "buy", H100, article="1"))
        other = only_edge(tmp_path / "2", triple(ARM, "buy", H100, article="2", status="negated"))
        assert one.id == other.id != only_edge(tmp_path / "3", triple(ARM, "invest", H100)).id
        assert (len(one.id), one.article_id) == (32, "")


class TestNodes:
    def test_the_name_used_most_is_the_nodes(self, tmp_path: Path) -> None:
        named = [{**ARM, "name": name, "en": name} for name in ("Arm", "ARM", "ARM", "安谋")]
        *_, node = nodes_of(
            tmp_path, *(triple(n, "buy", H100, article=str(i)) for i, n in enumerate(named))
        )
        assert (node.id, node.name, node.en) == ("company:Arm", "ARM", "ARM")
        assert (node.articles, node.triples) == (4, 4)

    def test_of_names_used_equally_often_the_first_counts(self, tmp_path: Path) -> None:
        named = [{**ARM, "name": name} for name in ("安谋", "Arm", "Arm", "安谋")]
        *_, node = nodes_of(tmp_path, *(triple(name, "buy", H100) for name in named))
        assert (node.name, node.articles) == ("安谋", 1)

    def test_an_absent_name_does_not_outvote_a_given_one(self, tmp_path: Path) -> None:
        given = {**ARM, "zh_hant": "安謀"}
        *_, node = nodes_of(tmp_path, *(triple(n, "buy", H100) for n in (ARM, ARM, given)))
        assert (node.zh_hans, node.zh_hant) == ("", "安謀")

    def test_nodes_stand_in_the_order_of_their_ids(self, tmp_path: Path) -> None:
        nodes = nodes_of(tmp_path, *WORLD)
        ids = {record[f"{role}_id"] for record in WORLD for role in ("head", "tail")}
        assert [node.id for node in nodes] == sorted(ids)

    def test_odd_characters_come_through(self, tmp_path: Path) -> None:
        (node,) = (node for node in nodes_of(tmp_path, *WORLD) if node.id == ODD_ID)
        assert node.name == node.zh_hans == node.zh_hant == node.en == ODD


class TestSelection:
    @pytest.mark.parametrize(
        ("selection", "count"),
        [
            (Selection(), 6),
            (Selection(min_confidence=0.5), 6),
            (Selection(min_confidence=0.51), 1),
            (Selection(statuses=frozenset({"rumored", "planned"})), 3),
            (Selection(relations=frozenset({"compete"})), 2),
            (Selection(0.6, frozenset({"negated"}), frozenset({"compete"})), 0),
        ],
    )
    def test_only_what_is_wanted_is_exported(
        self, tmp_path: Path, selection: Selection, count: int
    ) -> None:
        with source_of(tmp_path, *WORLD, selection=selection) as source:
            assert len(list(source.triples())) == count
            assert sum(edge.triples for edge in source.graph.edges()) == count

    def test_a_node_of_no_wanted_triple_is_left_out(self, tmp_path: Path) -> None:
        wanted = Selection(relations=frozenset({"buy"}))
        with source_of(tmp_path, *WORLD, selection=wanted) as source:
            assert [node.id for node in source.graph.nodes()] == ["chip:H100", "company:软银"]


class TestDisk:
    def test_nodes_and_edges_are_read_as_they_are_asked_for(self, tmp_path: Path) -> None:
        with source_of(tmp_path, *WORLD) as source:
            nodes, edges = source.graph.nodes(), source.graph.edges()
            assert isinstance(nodes, Iterator)
            assert isinstance(edges, Iterator)
            # Both at once, and again from the start.
            pairs = list(zip(nodes, edges, strict=False))
            assert next(source.graph.nodes()) == pairs[0][0]

    def test_the_database_is_on_the_disk_that_was_named_and_goes_with_the_process(
        self, tmp_path: Path
    ) -> None:
        # More than SQLite's cache, so that it must go to the disk.
        text = "软银投资Arm。" * 4000
        heads = (entity(f"公司{number}") for number in range(1000))
        records = [
            triple(head, "invest", ARM, evidence=[sentence(text, "软银", "Arm")]) for head in heads
        ]
        run, place = run_of(tmp_path / "run", *records), tmp_path / "place"
        place.mkdir()
        with gather(run, folder=place) as graph:
            assert graph.count_edges() == 1000
            links = Path("/proc/self/fd").iterdir()
            files = [link.readlink() for link in links if link.is_symlink()]
            assert any(file.is_relative_to(place) for file in files)
            assert list(place.iterdir()) == []

    def test_a_folder_that_is_not_there_is_told(self, tmp_path: Path) -> None:
        run = run_of(tmp_path / "run", *WORLD)
        with (
            pytest.raises(InputError, match="choose another --out"),
            gather(run, folder=tmp_path / "none"),
        ):
            pass

    def test_the_same_run_gives_the_same_graph(self, tmp_path: Path) -> None:
        assert edges_of(tmp_path / "1", *WORLD) == edges_of(tmp_path / "2", *WORLD)

    def test_progress_is_told_of_every_triple(self, tmp_path: Path) -> None:
        told: list[int] = []
        records = [triple(ARM, "buy", SOFTBANK, article=str(number)) for number in range(2500)]
        with gather(run_of(tmp_path, *records), progress=told.append):
            assert sum(told) == 2500


class TestBrokenRuns:
    def test_a_run_without_triples_gives_an_empty_graph(self, tmp_path: Path) -> None:
        with source_of(tmp_path) as source:
            assert (source.graph.count_nodes(), source.graph.count_edges()) == (0, 0)
            assert list(source.graph.nodes()) == list(source.graph.edges()) == []

    @pytest.mark.parametrize(
        "line",
        [
            b"{",
            b'{"schema": "zongheng/1"}',
            b'{"schema": "zongheng/99"}',
            orjson.dumps({**WORLD[0], "confidence": "high"}),
            orjson.dumps({**WORLD[0], "status": "perhaps"}),
            orjson.dumps({**WORLD[0], "evidence": None}),
        ],
    )
    def test_a_damaged_line_is_named(self, tmp_path: Path, line: bytes) -> None:
        run = run_of(tmp_path, WORLD[0])
        with (tmp_path / TRIPLES_NAME).open("ab") as file:
            file.write(line + b"\n")
        with pytest.raises(RunError, match=r"triples\.jsonl:2: "), gather(run):
            pass

    def test_a_run_without_its_triples_file_is_told(self, tmp_path: Path) -> None:
        run = run_of(tmp_path)
        (tmp_path / TRIPLES_NAME).unlink()
        with pytest.raises(RunError, match="cannot be read"), gather(run):
            pass
