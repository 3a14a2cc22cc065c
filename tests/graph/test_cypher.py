"""CSV files, read back by Python, pandas, DuckDB and ladybug, and by the rules of Neo4j's
importer."""

# ruff: noqa: S608  (the queries are ours)

from __future__ import annotations

import csv
import re
from pathlib import Path

import duckdb
import ladybug
import pandas as pd
import pytest

from pipeline.graph.cypher import ARRAY_DELIMITER, write_csv, write_neo4j
from pipeline.graph.tables import EDGES, NODES
from tests.graph.graphs import (
    ARM,
    SOFTBANK,
    WORLD,
    Record,
    entity,
    nothing,
    sentence,
    source_of,
    triple,
)

# What a text may hold and a careless CSV would lose.
TRICKY = "他說\"好\";''一;二,三\t四|五\\六😀\x1f七\r\n八"
ON_ONE_LINE = "他說\"好\";''一;二,三\t四|五\\六😀 七  八"
TRICKY_ID = 'local:company:a;b"c,d'
TRICKY_ONE = entity(TRICKY, id=TRICKY_ID)
TRICKY_TRIPLE = triple(
    TRICKY_ONE,
    "invest",
    ARM,
    article="https://example.org/a;b?c,d",
    object=TRICKY,
    evidence=[sentence(TRICKY, "好", "二"), sentence("第二句;", "第", "二", start=90)],
)


def written(folder: Path, *records: Record, neo4j: bool = False) -> list[Path]:
    with source_of(folder, *records) as source:
        write = write_neo4j if neo4j else write_csv
        return write(source, folder, progress=nothing)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


class TestCsv:
    def test_the_columns_are_those_of_the_other_tables(self, tmp_path: Path) -> None:
        nodes, edges, evidence, _ = written(tmp_path, *WORLD)
        assert list(rows(nodes)[0]) == NODES.names
        assert [*rows(edges)[0], "evidence"] == EDGES.names
        assert list(rows(evidence)[0])[:3] == ["edge", "triple_id", "article_id"]

    def test_a_run_without_triples_gives_headings_alone(self, tmp_path: Path) -> None:
        for path in written(tmp_path)[:3]:
            assert path.read_text("utf-8").count("\n") == 1

    def test_odd_characters_come_through_but_line_ends(self, tmp_path: Path) -> None:
        nodes, edges, evidence, _ = written(tmp_path, TRICKY_TRIPLE)
        (node,) = (row for row in rows(nodes) if row["id"] == TRICKY_ID)
        assert node["name"] == ON_ONE_LINE
        assert rows(edges)[0]["object"] == ON_ONE_LINE
        assert rows(evidence)[0]["text"] == ON_ONE_LINE

    def test_a_record_is_one_line(self, tmp_path: Path) -> None:
        nodes, edges, evidence, _ = written(tmp_path, TRICKY_TRIPLE, *WORLD)
        for path in (nodes, edges, evidence):
            assert re.split("\r|\n", path.read_text("utf-8"))[1:-1] != []
            assert len(re.split("\r|\n", path.read_text("utf-8"))) == len(rows(path)) + 2

    def test_a_sentence_keeps_its_length(self, tmp_path: Path) -> None:
        _, _, evidence, _ = written(tmp_path, TRICKY_TRIPLE, *WORLD)
        for row in rows(evidence):
            assert len(row["text"]) == int(row["end"]) - int(row["start"])

    def test_every_sentence_names_its_edge(self, tmp_path: Path) -> None:
        _, edges, evidence, _ = written(tmp_path, *WORLD)
        assert {row["edge"] for row in rows(evidence)} == {row["id"] for row in rows(edges)}
        assert len(rows(evidence)) == sum(len(record["evidence"]) for record in WORLD)

    def test_an_unknown_number_is_empty(self, tmp_path: Path) -> None:
        _, edges, *_ = written(tmp_path, *WORLD)
        amounts = {row["amount_value"] for row in rows(edges)}
        assert amounts == {"", "1.5", "600000000.0"}

    def test_pandas_reads_what_was_written(self, tmp_path: Path) -> None:
        nodes, *_ = written(tmp_path, TRICKY_TRIPLE)
        table = pd.read_csv(nodes, keep_default_na=False)
        assert ON_ONE_LINE in set(table["name"])
        assert table["triples"].dtype == "int64"

    def test_duckdb_reads_what_was_written(self, tmp_path: Path) -> None:
        _, edges, evidence, _ = written(tmp_path, TRICKY_TRIPLE, *WORLD)
        found = duckdb.sql(
            f"SELECT text FROM read_csv('{evidence}', header = true, sample_size = -1) sentence"
            f" JOIN read_csv('{edges}', header = true, sample_size = -1) edge"
            f" ON sentence.edge = edge.id WHERE edge.head = '{TRICKY_ID}' AND start = 10"
        ).fetchall()
        assert found == [(ON_ONE_LINE,)]

    def test_ladybug_reads_what_was_written(self, tmp_path: Path) -> None:
        nodes, edges, *_ = written(tmp_path, TRICKY_TRIPLE, triple(SOFTBANK, "invest", ARM))
        database = ladybug.Database(str(tmp_path / "graph.lbug"))
        connection = ladybug.Connection(database)
        # Its own CSV escapes quotes by backslashes.
        how = "(header = true, escape = '\"')"
        for statement in (
            "CREATE NODE TABLE Entity(id STRING PRIMARY KEY, name STRING)",
            "CREATE REL TABLE Edge(FROM Entity TO Entity, relation STRING)",
            f"COPY Entity FROM (LOAD FROM '{nodes}' {how} RETURN id, name)",
            f"COPY Edge FROM (LOAD FROM '{edges}' {how} RETURN head, tail, relation)",
        ):
            connection.execute(statement)
        found = connection.execute(
            "MATCH (head)-[:Edge {relation: 'invest'}]->(tail) RETURN head.name ORDER BY head.name"
        )
        assert found.get_all() == [[ON_ONE_LINE], ["软银"]]
        connection.close()
        database.close()


class TestScript:
    def test_every_column_that_it_reads_is_in_the_file_it_reads(self, tmp_path: Path) -> None:
        nodes, edges, _, script = written(tmp_path, *WORLD)
        for statement in script.read_text("utf-8").split(";\n"):
            if name := re.search("file:///(.+)'", statement):
                path = {nodes.name: nodes, edges.name: edges}[name[1]]
                used = set(re.findall(r"row\.(\w+)", statement))
                assert used <= set(rows(path)[0])

    def test_all_relations_and_types_are_loaded(self, tmp_path: Path) -> None:
        *_, script = written(tmp_path)
        text = script.read_text("utf-8")
        assert re.findall(r"\[edge:(\w+) ", text) == ["INVEST", "BUY", "COMPETE"]
        assert re.findall(r"SET entity:(\w+)", text) == ["Company", "Person", "Chip"]

    def test_the_constraint_comes_first(self, tmp_path: Path) -> None:
        *_, script = written(tmp_path)
        text = script.read_text("utf-8")
        assert 0 < text.index("CREATE CONSTRAINT") < text.index("LOAD CSV WITH")


class TestNeo4j:
    def test_headings_give_ids_labels_and_types(self, tmp_path: Path) -> None:
        nodes, edges = written(tmp_path, *WORLD, neo4j=True)
        assert list(rows(nodes)[0]) == [
            *("id:ID", "type", "name", "zh_hans", "zh_hant", "en"),
            *("articles:long", "triples:long", ":LABEL"),
        ]
        head = list(rows(edges)[0])
        assert head[:4] == [":START_ID", ":END_ID", ":TYPE", "id"]
        assert {"confidence:double", "actual:long", "evidence:string[]"} < set(head)

    def test_labels_and_types_are_written_as_neo4j_has_them(self, tmp_path: Path) -> None:
        nodes, edges = written(tmp_path, *WORLD, neo4j=True)
        labels = {tuple(row[":LABEL"].split(ARRAY_DELIMITER)) for row in rows(nodes)}
        assert labels == {("Entity", "Chip"), ("Entity", "Company"), ("Entity", "Person")}
        assert {row[":TYPE"] for row in rows(edges)} == {"BUY", "COMPETE", "INVEST"}

    def test_both_ends_of_every_edge_are_nodes(self, tmp_path: Path) -> None:
        nodes, edges = written(tmp_path, TRICKY_TRIPLE, *WORLD, neo4j=True)
        ids = {row["id:ID"] for row in rows(nodes)}
        assert len(ids) == len(rows(nodes))
        assert {row[end] for row in rows(edges) for end in (":START_ID", ":END_ID")} == ids

    def test_arrays_keep_semicolons_and_have_an_element_a_sentence(self, tmp_path: Path) -> None:
        _, edges = written(tmp_path, TRICKY_TRIPLE, neo4j=True)
        (row,) = rows(edges)
        arrays = {name: row[name].split(ARRAY_DELIMITER) for name in row if name.endswith("[]")}
        assert arrays == {
            "evidence:string[]": [ON_ONE_LINE, "第二句;"],
            "evidence_articles:string[]": [TRICKY_TRIPLE["article_id"]] * 2,
            "evidence_starts:long[]": ["10", "90"],
            "evidence_ends:long[]": [str(10 + len(TRICKY)), "94"],
        }

    def test_no_cell_holds_a_line_end(self, tmp_path: Path) -> None:
        # The importer takes them only with --multiline-fields.
        for path in written(tmp_path, TRICKY_TRIPLE, *WORLD, neo4j=True):
            assert not any(set("\r\n") & set(cell) for row in rows(path) for cell in row.values())

    @pytest.mark.parametrize("neo4j", [False, True])
    def test_the_same_run_gives_the_same_bytes(self, tmp_path: Path, neo4j: bool) -> None:
        one = written(tmp_path / "1", TRICKY_TRIPLE, *WORLD, neo4j=neo4j)
        other = written(tmp_path / "2", TRICKY_TRIPLE, *WORLD, neo4j=neo4j)
        assert [path.read_bytes() for path in one] == [path.read_bytes() for path in other]
