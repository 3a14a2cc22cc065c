"""Parquet, read back by pyarrow, DuckDB and ladybug."""

# ruff: noqa: S608  (the queries are ours)

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import ladybug
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.errors import InputError, RunError
from pipeline.graph import tables
from pipeline.graph.model import Selection
from pipeline.graph.tables import EDGES, NODES, TRIPLES, write_parquet
from pipeline.run_folder import TRIPLES_NAME
from pipeline.schema import TRIPLE_SCHEMA
from tests.graph.graphs import ARM, H100, ODD, WORLD, Record, nothing, source_of, triple


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the three tables of WORLD, and the run in `run`."""
    folder = tmp_path_factory.mktemp("world")
    written(folder, *WORLD)
    return folder


def written(folder: Path, *records: Record, selection: Selection | None = None) -> list[Path]:
    with source_of(folder, *records, selection=selection) as source:
        return write_parquet(source, folder, progress=nothing)


def rows(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return found


class TestParquet:
    def test_triples_come_back_as_they_were(self, world: Path) -> None:
        assert rows(world / "triples.parquet") == list(WORLD)

    def test_edges_have_their_evidence_with_them(self, world: Path) -> None:
        (edge,) = (row for row in rows(world / "edges.parquet") if row["triples"] == 2)
        assert (edge["actual"], edge["rumored"], edge["planned"], edge["negated"]) == (1, 1, 0, 0)
        assert [sentence["article_id"] for sentence in edge["evidence"]] == ["甲", "甲", "乙"]

    def test_odd_characters_come_through(self, world: Path) -> None:
        assert ODD in {row["name"] for row in rows(world / "nodes.parquet")}
        assert ODD in {row["object"] for row in rows(world / "edges.parquet")}

    @pytest.mark.parametrize("records", [(), WORLD])
    def test_the_types_are_the_same_whatever_the_run_holds(
        self, tmp_path: Path, records: tuple[Record, ...]
    ) -> None:
        paths = written(tmp_path, *records)
        assert [pq.read_schema(path) for path in paths] == [NODES, EDGES, TRIPLES]

    def test_the_table_of_triples_has_every_column_of_triples_jsonl(self) -> None:
        assert TRIPLES.names == list(TRIPLE_SCHEMA["properties"])
        assert TRIPLES.field("confidence").type == pa.float64()

    def test_rows_are_written_a_group_at_a_time(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tables, "MAX_ROWS", 2)
        *_, path = written(tmp_path, *WORLD)
        assert pq.ParquetFile(path).num_row_groups == len(WORLD) / 2
        assert rows(path) == list(WORLD)

    def test_much_evidence_ends_a_group_early(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tables, "MAX_SENTENCES", 1)
        _, path, _ = written(tmp_path, *WORLD)
        assert pq.ParquetFile(path).num_row_groups == len(rows(path))

    def test_only_selected_triples_are_written(self, tmp_path: Path) -> None:
        *_, path = written(tmp_path, *WORLD, selection=Selection(0.8))
        assert rows(path) == [WORLD[0]]

    def test_the_same_run_gives_the_same_bytes(self, world: Path, tmp_path: Path) -> None:
        for path in written(tmp_path, *WORLD):
            assert path.read_bytes() == (world / path.name).read_bytes()

    def test_a_failure_leaves_the_file_of_before(self, tmp_path: Path) -> None:
        *_, path = written(tmp_path, *WORLD)
        before = path.read_bytes()
        with source_of(tmp_path, *WORLD) as source:
            (source.run.path / TRIPLES_NAME).write_text("{")
            with pytest.raises(RunError, match="not JSON"):
                write_parquet(source, tmp_path, progress=nothing)
        assert path.read_bytes() == before
        assert list(tmp_path.glob("*.partial")) == []

    def test_a_value_of_the_wrong_type_is_told(self, tmp_path: Path) -> None:
        wrong = {**WORLD[0], "date": 2026}
        with pytest.raises(RunError, match="a value of the wrong type"):
            written(tmp_path, wrong)

    def test_a_folder_that_takes_no_file_is_told(self, tmp_path: Path) -> None:
        with (
            source_of(tmp_path, *WORLD) as source,
            pytest.raises(InputError, match="no such folder"),
        ):
            write_parquet(source, tmp_path / "none", progress=nothing)


class TestDuckDB:
    def test_jsonl_is_read_with_the_right_types(self, world: Path) -> None:
        # The late fractions and dates must not depend on what stands in the first lines.
        found = duckdb.sql(
            "SELECT head, relation, tail, status, amount_value, date_iso, len(evidence)"
            f" FROM read_json('{world}/run/triples.jsonl', sample_size = -1)"
        ).fetchall()
        assert found[0] == ("软银", "invest", "Arm", "actual", 6e8, "2026-11-20", 2)
        assert found[2][4:6] == (None, "2026-Q3")

    def test_parquet_answers_who_invests_in_whom(self, world: Path) -> None:
        found = duckdb.sql(
            "SELECT head.name, tail.name, edge.status, edge.articles"
            f" FROM '{world}/edges.parquet' edge"
            f" JOIN '{world}/nodes.parquet' head ON head.id = edge.head"
            f" JOIN '{world}/nodes.parquet' tail ON tail.id = edge.tail"
            " WHERE edge.relation = 'invest' ORDER BY ALL"
        ).fetchall()
        assert found == [("孙正义", "Arm", "rumored", 1), ("软银", "Arm", "actual", 2)]

    def test_the_evidence_of_edges_unfolds_to_a_sentence_a_row(self, world: Path) -> None:
        found = duckdb.sql(
            "SELECT sentence.article_id, sentence.text FROM (SELECT unnest(evidence) AS sentence"
            f" FROM '{world}/edges.parquet' WHERE stake_percent IS NOT NULL)"
        ).fetchall()
        assert found[0] == ("甲", "软银投资Arm。")

    def test_parquet_and_jsonl_hold_the_same_triples(self, world: Path) -> None:
        parquet = f"SELECT * FROM '{world}/triples.parquet'"
        jsonl = f"SELECT * FROM read_json('{world}/run/triples.jsonl', sample_size = -1)"
        columns = "id, head, confidence, amount_value, stake_percent, object, published"
        differing = duckdb.sql(
            f"SELECT {columns} FROM ({parquet}) EXCEPT SELECT {columns} FROM ({jsonl})"
        )
        assert differing.fetchall() == []


class TestLadybug:
    def test_cypher_on_parquet_answers_who_invests_in_whom(
        self, world: Path, tmp_path: Path
    ) -> None:
        database = ladybug.Database(str(tmp_path / "graph.lbug"))
        connection = ladybug.Connection(database)
        for statement in (
            "CREATE NODE TABLE Entity(id STRING PRIMARY KEY, type STRING, name STRING)",
            "CREATE REL TABLE Edge(FROM Entity TO Entity, relation STRING, status STRING,"
            " confidence DOUBLE)",
            f"COPY Entity FROM (LOAD FROM '{world}/nodes.parquet' RETURN id, type, name)",
            f"COPY Edge FROM (LOAD FROM '{world}/edges.parquet'"
            " RETURN head, tail, relation, status, confidence)",
        ):
            connection.execute(statement)
        found = connection.execute(
            "MATCH (head:Entity)-[edge:Edge {relation: 'invest'}]->(tail:Entity)"
            " RETURN head.name, tail.name, edge.status ORDER BY head.name"
        )
        assert found.get_all() == [["孙正义", "Arm", "rumored"], ["软银", "Arm", "actual"]]
        connection.close()
        database.close()


def test_progress_is_told_of_all_rows(tmp_path: Path) -> None:
    told: list[int] = []
    with source_of(
        tmp_path, *(triple(ARM, "buy", H100, article=str(n)) for n in range(5))
    ) as source:
        write_parquet(source, tmp_path, progress=told.append)
    assert sum(told) == 2 + 1 + 5
