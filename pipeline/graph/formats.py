"""What `zongheng export` can write."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from pipeline.errors import InputError
from pipeline.graph.model import Progress, Source, Writer


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write a run.

    what: in one line. module, function: the Writer, imported when it is needed. reading: a command
        or line of code that reads what was written; {out} stands for its folder. package: that it
        needs beside the core's, with the extra that brings it; "" for none.
    """

    what: str
    module: str
    function: str
    reading: str
    package: str = ""
    extra: str = ""

    def writer(self) -> Writer:
        """Raises InputError where the package that it needs is not installed."""
        if self.package and find_spec(self.package) is None:
            raise InputError(
                f"this format needs {self.package}; install it with: "
                f"pip install 'zongheng[{self.extra}]'"
            )
        found: Writer = getattr(import_module(f"pipeline.graph.{self.module}"), self.function)
        return found


NQUADS: Final = "nquads"

FORMATS: Final[dict[str, Format]] = {
    "parquet": Format(
        "nodes, edges and triples as typed tables: pandas, DuckDB, Polars, Spark, ladybug",
        "tables",
        "write_parquet",
        "python -c \"import pandas as pd; print(pd.read_parquet('{out}/edges.parquet'))\"",
    ),
    "csv": Format(
        "nodes.csv, edges.csv, evidence.csv, and load.cypher for Neo4j's LOAD CSV",
        "cypher",
        "write_csv",
        "cypher-shell -f {out}/load.cypher  # with nodes.csv, edges.csv in Neo4j's import folder",
    ),
    "neo4j": Format(
        "nodes.csv and edges.csv for neo4j-admin's bulk import",
        "cypher",
        "write_neo4j",
        "neo4j-admin database import full neo4j --array-delimiter=U+001F "
        "--nodes={out}/nodes.csv --relationships={out}/edges.csv",
    ),
    "graphml": Format(
        "graph.graphml for Gephi, yEd, Cytoscape and networkx; held in memory whole",
        "networks",
        "write_graphml",
        'python -c "import networkx as nx; '
        "print(nx.read_graphml('{out}/graph.graphml', force_multigraph=True))\"",
        "networkx",
        "graph",
    ),
    "node-link": Format(
        "graph.json, node-link JSON of networkx and D3; held in memory whole",
        "networks",
        "write_node_link",
        'python -c "import json, networkx as nx; '
        "print(nx.node_link_graph(json.load(open('{out}/graph.json')), edges='edges'))\"",
        "networkx",
        "graph",
    ),
    NQUADS: Format(
        "graph.nq, RDF with provenance (PROV-O) for SPARQL stores",
        "rdf",
        "write_nquads",
        'python -c "import pyoxigraph as ox; store = ox.Store(); '
        "store.bulk_load(path='{out}/graph.nq'); print(len(store))\"",
        "pyoxigraph",
        "graph",
    ),
    "kgx": Format(
        "graph_nodes.jsonl and graph_edges.jsonl of the Knowledge Graph Exchange",
        "kgx",
        "write_kgx",
        "kgx validate -i jsonl {out}/graph_nodes.jsonl {out}/graph_edges.jsonl",
    ),
    "duie": Format(
        "duie.jsonl, a sentence a line with its triples, as in the data set DuIE",
        "duie",
        "write_duie",
        "head -n 1 {out}/duie.jsonl",
    ),
}


def find_formats(names: Iterable[str]) -> dict[str, Writer]:
    """The writers of the formats `names`, in that order, each once.

    Raises InputError where there is no such format, or a package is missing.
    """
    wanted = list(dict.fromkeys(names))
    unknown = [name for name in wanted if name not in FORMATS]
    if unknown or not wanted:
        told = f"no such format: {', '.join(unknown)}" if unknown else "no format was named"
        raise InputError(f"{told}; there are: {', '.join(FORMATS)}")
    return {name: FORMATS[name].writer() for name in wanted}


def write(
    writers: dict[str, Writer], source: Source, out: Path, progress: Progress
) -> dict[str, list[Path]]:
    """Write each format into a folder of its name below `out`; the files written, by format."""
    written = {}
    for name, writer in writers.items():
        folder = make_folder(out / name)
        written[name] = writer(source, folder, progress=progress)
    return written


def make_folder(path: Path) -> Path:
    """Raises InputError where there can be no such folder."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"{path}: {error.strerror}; choose a folder to write into as --out"
        ) from error
    return path
