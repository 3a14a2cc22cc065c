"""What docs/graph.md shows, and the SQL of docs/output-format.md, is run as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from pipeline.graph.formats import FORMATS
from pipeline.graph.model import Edge, Node, Statement
from tests.command import Command
from tests.graph.graphs import WORLD, run_of

ROOT = Path(__file__).resolve().parents[2]
GRAPH = (ROOT / "docs" / "graph.md").read_text("utf-8")
FORMAT = (ROOT / "docs" / "output-format.md").read_text("utf-8")


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


@pytest.fixture
def exported(folder: Path, zongheng: Command) -> Path:
    """A folder in which outputs/seeds is a run, exported in every format."""
    run_of(folder / "outputs" / "seeds", *WORLD)
    every = [word for name in FORMATS for word in ("--format", name)]
    assert zongheng("export", "outputs/seeds", *every).status == 0
    return folder


@pytest.mark.usefixtures("exported")
@pytest.mark.parametrize("query", blocks(GRAPH, "sql") + blocks(FORMAT, "sql"))
def test_duckdb_answers_the_queries(query: str) -> None:
    assert duckdb.sql(query).fetchall() != []


@pytest.mark.usefixtures("exported")
@pytest.mark.parametrize("code", blocks(GRAPH, "python"))
def test_the_python_runs(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(code, "docs", "exec"), {})  # noqa: S102  (our own text)
    assert "print" not in code or capsys.readouterr().out != ""


def test_every_format_is_listed() -> None:
    assert all(re.search(rf"^\| .*`{name}`", GRAPH, re.MULTILINE) for name in FORMATS)


def test_every_field_is_described() -> None:
    names = {*Node.__annotations__, *Edge.__annotations__, *Statement.__annotations__}
    assert [name for name in sorted(names - {"statuses"}) if f"`{name}`" not in GRAPH] == []
