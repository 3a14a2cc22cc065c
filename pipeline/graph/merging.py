"""Triples of a run, merged into a graph that is kept on disk: constant memory for any number."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import orjson

from pipeline.errors import InputError
from pipeline.graph.folding import edge_of, name_content, node_of, triple_content
from pipeline.graph.model import (
    GRAPH,
    MAX_EVIDENCE,
    PER,
    Edge,
    Node,
    Progress,
    Selection,
    Statement,
)
from pipeline.run_folder import TRIPLES_NAME, Record, RunFolder

# What SQLite may hold of the database, and of a sort before it goes to disk.
_CACHE_KIBIBYTES = 32 * 1024
_BATCH = 1000

_TABLES = (
    "CREATE TABLE triple (place INTEGER PRIMARY KEY, article INTEGER, head TEXT, relation TEXT,"
    " tail TEXT, content BLOB)",
    "CREATE TABLE name (node TEXT, place INTEGER, article INTEGER, content BLOB)",
    "CREATE TABLE node (place INTEGER PRIMARY KEY, content BLOB)",
    "CREATE TABLE edge (place INTEGER PRIMARY KEY, content BLOB)",
)

Row = tuple[Any, ...]


@contextmanager
def gather(
    run: RunFolder,
    *,
    per: str = GRAPH,
    max_evidence: int = MAX_EVIDENCE,
    selection: Selection | None = None,
    folder: Path | None = None,
    progress: Progress = lambda _: None,
) -> Iterator[MergedGraph]:
    """The graph of the triples of `run` that `selection` takes, good inside the `with` block.

    per: "graph" for one edge a head, relation and tail; "article" for one edge a triple.
    max_evidence: sentences that an edge keeps, at least 1. folder: on whose disk the database is
    kept meanwhile, about twice as large as triples.jsonl; that of temporary files when not given.
    It has no name there, and so is gone with the process, however that ends.
    progress: is told how many more triples were read.

    Raises RunError where the run is damaged, InputError where the disk is full.
    """
    if per not in PER or max_evidence < 1:
        raise ValueError(f"per is one of {PER}, max_evidence at least 1")
    with _database() as database:
        try:
            _prepare(database, folder)
            _fill(database, run, selection or Selection(), max_evidence, progress)
            _merge_names(database)
            _merge_triples(database, per, max_evidence)
            graph = MergedGraph(database, _count(database, "node"), _count(database, "edge"))
        except sqlite3.OperationalError as error:
            raise InputError(
                f"the temporary database in {folder or tempfile.gettempdir()}: {error}; "
                "make room there, or choose another --out"
            ) from error
        yield graph


@dataclass(frozen=True, slots=True)
class MergedGraph:
    """See model.Graph; made by `gather`."""

    _database: sqlite3.Connection
    _nodes: int
    _edges: int

    def count_nodes(self) -> int:
        return self._nodes

    def count_edges(self) -> int:
        return self._edges

    def nodes(self) -> Iterator[Node]:
        """In the order of their ids."""
        for fields in self._read("node"):
            yield Node(**fields)

    def edges(self) -> Iterator[Edge]:
        """In the order of head, relation, tail and, for edges of articles, the run's order."""
        for fields in self._read("edge"):
            fields["statuses"] = tuple((status, count) for status, count in fields["statuses"])
            fields["evidence"] = tuple(Statement(**statement) for statement in fields["evidence"])
            yield Edge(**fields)

    def _read(self, table: str) -> Iterator[Record]:
        query = f"SELECT content FROM {table} ORDER BY place"  # noqa: S608  (one of two words)
        for (content,) in self._database.execute(query):
            yield orjson.loads(content)


@contextmanager
def _database() -> Iterator[sqlite3.Connection]:
    """A database without a name, which SQLite keeps in a file that it deletes as soon as it has
    opened it."""
    with closing(sqlite3.connect("", isolation_level=None)) as database:
        try:
            yield database
        finally:
            # The setting is the whole process's.
            database.execute("PRAGMA temp_store_directory = ''")


def _prepare(database: sqlite3.Connection, folder: Path | None) -> None:
    """Make the tables of `database`, which is to keep its file in `folder`."""
    place = str(folder or "").replace("'", "''")
    for setting in (
        "temp_store = FILE",
        f"temp_store_directory = '{place}'",
        "journal_mode = OFF",
        "synchronous = OFF",
        f"cache_size = -{_CACHE_KIBIBYTES}",
    ):
        database.execute(f"PRAGMA {setting}")
    for table in _TABLES:
        database.execute(table)


def _fill(
    database: sqlite3.Connection,
    run: RunFolder,
    selection: Selection,
    max_evidence: int,
    progress: Progress,
) -> None:
    def make(record: Record) -> tuple[str, Row, list[Row]] | None:
        """The article of a record, its row and those of its ends, but for place and article."""
        if not selection.takes(record):
            return None
        edge = record["head_id"], record["relation"], record["tail_id"]
        ends = [(record[f"{role}_id"], name_content(record, role)) for role in ("head", "tail")]
        return record["article_id"], (*edge, triple_content(record, max_evidence)), ends

    triples: list[Row] = []
    names: list[Row] = []
    article, number, last = 0, 0, None

    def flush() -> None:
        database.executemany("INSERT INTO triple VALUES (?, ?, ?, ?, ?, ?)", triples)
        database.executemany("INSERT INTO name VALUES (?, ?, ?, ?)", names)
        triples.clear()
        names.clear()

    database.execute("BEGIN")
    for number, made in enumerate(run.read(TRIPLES_NAME, make), start=1):
        if made is not None:
            article_id, row, ends = made
            article, last = article + (article_id != last), article_id
            triples.append((number, article, *row))
            names.extend((node, number, article, content) for node, content in ends)
        if number % _BATCH == 0:
            flush()
            progress(_BATCH)
    flush()
    progress(number % _BATCH)
    database.execute("COMMIT")


def _merge_names(database: sqlite3.Connection) -> None:
    """Fill the table of nodes, and drop that of names."""
    rows = database.execute("SELECT node, article, content FROM name ORDER BY node, place")
    groups = groupby(rows, key=itemgetter(0))
    nodes = (node_of(node, (row[1:] for row in group)) for node, group in groups)
    _insert(database, "node", nodes)
    database.execute("DROP TABLE name")


def _merge_triples(database: sqlite3.Connection, per: str, max_evidence: int) -> None:
    """Fill the table of edges, and drop that of triples."""
    rows = database.execute(
        "SELECT head, relation, tail, place, article, content FROM triple"
        " ORDER BY head, relation, tail, place"
    )
    width = 3 if per == GRAPH else 4
    groups = groupby(rows, key=lambda row: row[:width])
    edges = (
        edge_of(key[:3], (row[4:] for row in group), max_evidence, whole=per == GRAPH)
        for key, group in groups
    )
    _insert(database, "edge", edges)
    database.execute("DROP TABLE triple")


def _insert(database: sqlite3.Connection, table: str, things: Iterable[Node | Edge]) -> None:
    database.execute("BEGIN")
    database.executemany(
        f"INSERT INTO {table} (content) VALUES (?)",  # noqa: S608  (one of two words)
        ((orjson.dumps(thing),) for thing in things),
    )
    database.execute("COMMIT")


def _count(database: sqlite3.Connection, table: str) -> int:
    (count,) = database.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
    return int(count)
