from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.graph.formats import FORMATS
from tests.command import Command, Done
from tests.graph.graphs import WORLD, run_of

pytestmark = pytest.mark.usefixtures("folder")

TEXT = "软银去年收购了Graphcore。\n"


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*"))


class TestExport:
    def test_each_format_gets_a_folder_beside_the_run(self, zongheng: Command) -> None:
        run_of(Path("出"), *WORLD)
        done = zongheng("export", "出", "--format", "parquet", "--format", "neo4j")
        assert (done.status, done.err) == (0, "")
        assert names(Path("出-export")) == [
            "neo4j/edges.csv",
            "neo4j/nodes.csv",
            "parquet/edges.parquet",
            "parquet/nodes.parquet",
            "parquet/triples.parquet",
        ]

    def test_what_was_written_is_told_with_a_line_that_reads_it(self, zongheng: Command) -> None:
        run_of(Path("出"), *WORLD)
        out = zongheng("export", "出", "-f", "parquet").out
        assert out.startswith("5 nodes, 5 edges → 出-export\nparquet: parquet/nodes.parquet, ")
        assert "read_parquet('出-export/parquet/edges.parquet')" in out

    @pytest.mark.parametrize(
        "name", [name for name in FORMATS if FORMATS[name].reading.startswith("python")]
    )
    def test_the_line_that_reads_it_does(self, zongheng: Command, name: str) -> None:
        run_of(Path("出"), *WORLD)
        *_, line = zongheng("export", "出", "-f", name).out.splitlines()
        command = [sys.executable, *shlex.split(line)[1:]]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout != ""

    def test_quiet_says_nothing(self, zongheng: Command) -> None:
        run_of(Path("出"), *WORLD)
        assert zongheng("export", "出", "-f", "csv", "--quiet") == Done(0, "", "")

    @pytest.mark.parametrize("name", FORMATS)
    def test_every_format_writes_files_and_leaves_no_other(
        self, zongheng: Command, name: str
    ) -> None:
        run_of(Path("出"), *WORLD)
        done = zongheng("export", "出", "-f", name, "-o", "图")
        assert done.status == 0
        assert names(Path("图")) != []
        assert all(f"{file}" in done.out for file in names(Path("图")))

    @pytest.mark.parametrize("name", FORMATS)
    def test_a_run_without_triples_can_be_written_in_every_format(
        self, zongheng: Command, name: str
    ) -> None:
        run_of(Path("出"))
        done = zongheng("export", "出", "-f", name)
        assert (done.status, done.err) == (0, "")
        assert done.out.startswith("0 nodes, 0 edges")

    def test_the_options_choose_triples(self, zongheng: Command) -> None:
        run_of(Path("出"), *WORLD)
        chosen = ("--relation", "invest", "--status", "rumored", "--status", "planned")
        assert zongheng("export", "出", "-f", "csv", *chosen).out.startswith("3 nodes, 2 edges")
        done = zongheng("export", "出", "-f", "csv", "--min-confidence", "0.95")
        assert done.out.startswith("0 nodes, 0 edges")

    def test_per_article_gives_an_edge_a_triple(self, zongheng: Command) -> None:
        run_of(Path("出"), *WORLD)
        done = zongheng("export", "出", "-f", "csv", "--per", "article")
        assert done.out.startswith("5 nodes, 6 edges")

    def test_the_cap_of_evidence_holds(self, zongheng: Command) -> None:
        run_of(Path("出"), *WORLD)
        zongheng("export", "出", "-f", "parquet", "--max-evidence", "1")
        edges = pq.read_table("出-export/parquet/edges.parquet").to_pylist()
        assert {len(edge["evidence"]) for edge in edges} == {1}

    def test_an_earlier_export_is_replaced(self, zongheng: Command) -> None:
        run_of(Path("出"), *WORLD)
        zongheng("export", "出", "-f", "csv")
        before = Path("出-export/csv/edges.csv").read_bytes()
        zongheng("export", "出", "-f", "csv", "--relation", "buy")
        assert len(Path("出-export/csv/edges.csv").read_bytes()) < len(before)
        zongheng("export", "出", "-f", "csv")
        assert Path("出-export/csv/edges.csv").read_bytes() == before

    def test_the_run_itself_stays_one_that_can_be_run_again(self, zongheng: Command) -> None:
        Path("甲.txt").write_text(TEXT, encoding="utf-8")
        zongheng("run", "甲.txt", "-o", "出")
        before = names(Path("出"))
        zongheng("export", "出", "-f", "parquet")
        assert names(Path("出")) == before
        assert "already holds this run" in zongheng("run", "甲.txt", "-o", "出").err
        assert zongheng("run", "甲.txt", "-o", "出", "--fresh").status == 0


class TestErrors:
    def test_an_unknown_format_is_told_with_all_that_there_are(self, zongheng: Command) -> None:
        done = zongheng("export", "出", "-f", "csv", "-f", "xlsx")
        assert done.status == 1
        assert done.err.startswith("zongheng: no such format: xlsx; there are: parquet, csv, ")
        assert all(name in done.err for name in FORMATS)

    def test_what_is_no_finished_run_is_told_and_nothing_is_written(
        self, zongheng: Command
    ) -> None:
        done = zongheng("export", "出", "-f", "csv")
        assert (done.status, done.err.count("\n")) == (1, 1)
        assert "not a finished run" in done.err
        assert list(Path().iterdir()) == []

    @pytest.mark.parametrize("out", ["出", "出/图", "./出/../出/图"])
    def test_a_place_inside_the_run_is_refused(self, zongheng: Command, out: str) -> None:
        run_of(Path("出"), *WORLD)
        done = zongheng("export", "出", "-f", "csv", "-o", out)
        assert done.status == 1
        assert "in the folder of the run" in done.err

    def test_a_file_as_place_is_told(self, zongheng: Command) -> None:
        run_of(Path("出"), *WORLD)
        Path("图").write_text("", encoding="utf-8")
        done = zongheng("export", "出", "-f", "csv", "-o", "图")
        assert (done.status, done.out) == (1, "")
        assert "choose a folder" in done.err

    @pytest.mark.parametrize(
        "option", [("--status", "perhaps"), ("--relation", "sell"), ("--per", "day")]
    )
    def test_a_word_that_is_no_choice_is_wrong_usage(
        self, zongheng: Command, option: tuple[str, str]
    ) -> None:
        run_of(Path("出"), *WORLD)
        assert zongheng("export", "出", "-f", "csv", *option).status == 2

    def test_a_missing_package_is_told_with_its_extra_before_any_work(
        self, zongheng: Command, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "networkx", None)
        done = zongheng("export", "出", "-f", "graphml")
        assert done.status == 1
        assert "networkx" in done.err
        assert "pip install 'zongheng[graph]'" in done.err


def test_the_help_names_every_format_and_shows_examples(zongheng: Command) -> None:
    out = zongheng("export", "--help").out
    assert all(f"{name}: {format_.what}" in out for name, format_ in FORMATS.items())
    assert "zongheng export outputs/news --format parquet" in out


class TestRdf:
    def test_triple_terms_and_a_base_can_be_asked_for(self, zongheng: Command) -> None:
        run_of(Path("出"), *WORLD)
        base = "https://example.org/"
        done = zongheng("export", "出", "-f", "nquads", "--rdf12", "--base", base, "-o", "图")
        assert (done.status, done.err) == (0, "")
        written = Path("图/nquads/graph.nq").read_text(encoding="utf-8")
        assert "<<( <https://example.org/" in written

    @pytest.mark.parametrize("option", [("--rdf12",), ("--base", "https://example.org/")])
    def test_they_go_with_no_other_format(self, zongheng: Command, option: tuple[str, ...]) -> None:
        run_of(Path("出"), *WORLD)
        done = zongheng("export", "出", "-f", "csv", *option)
        assert done.status == 2
        assert "nquads" in done.err


@pytest.mark.parametrize("command", [("export", "-f", "csv"), ("report",), ("check",)])
def test_an_unfinished_run_says_how_it_goes_on(command: tuple[str, ...], zongheng: Command) -> None:
    Path("a run/parts").mkdir(parents=True)
    done = zongheng(*command, "a run")
    assert done.status == 1
    assert done.err == (
        "zongheng: the run in a run is not finished; the command that began it goes on with it, "
        "and this tells how far it is: zongheng status 'a run'\n"
    )
