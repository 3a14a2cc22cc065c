from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import pipeline
from pipeline import frames, load_triples
from pipeline.errors import InputError, RunError
from pipeline.graph.tables import write_parquet
from pipeline.run_folder import MANIFEST_NAME, TRIPLES_NAME
from pipeline.schema import ENTITY_TYPES, RELATIONS, STATUSES, TRIPLE_SCHEMA
from tests.graph.graphs import WORLD, nothing, run_of, source_of


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return run_of(tmp_path / "run", *WORLD).path


class TestColumns:
    def test_they_are_those_of_triples_jsonl(self, run: Path) -> None:
        assert list(load_triples(run).columns) == list(TRIPLE_SCHEMA["properties"])

    def test_texts_are_strings_and_numbers_floats(self, run: Path) -> None:
        dtypes = load_triples(run).dtypes
        assert {str(dtypes[name]) for name in ("head", "title", "date_iso")} == {"string"}
        numbers = ("confidence", "amount_value", "amount_value_max", "stake_percent")
        assert {str(dtypes[name]) for name in numbers} == {"float64"}

    def test_vocabularies_are_categories_with_all_their_values(self, run: Path) -> None:
        triples = load_triples(run)
        assert tuple(triples["relation"].cat.categories) == RELATIONS
        assert tuple(triples["status"].cat.categories) == STATUSES
        assert tuple(triples["head_type"].cat.categories) == ENTITY_TYPES

    def test_a_null_is_not_a_number(self, run: Path) -> None:
        triples = load_triples(run)
        assert triples["amount_value"].isna().tolist() == [False, False, True, True, True, True]
        assert not triples["amount"].isna().any()

    def test_evidence_is_a_list_of_dicts(self, run: Path) -> None:
        evidence = load_triples(run)["evidence"]
        assert evidence.tolist() == [record["evidence"] for record in WORLD]

    def test_a_run_without_triples_has_them_too(self, run: Path, tmp_path: Path) -> None:
        empty = load_triples(run_of(tmp_path / "empty").path)
        assert len(empty) == 0
        assert empty.dtypes.equals(load_triples(run).dtypes)


class TestPaths:
    def test_folder_jsonl_and_parquet_give_the_same_table(self, run: Path, tmp_path: Path) -> None:
        with source_of(tmp_path, *WORLD) as source:
            *_, parquet = write_parquet(source, tmp_path, progress=nothing)
        expected = load_triples(run)
        pd.testing.assert_frame_equal(load_triples(run / TRIPLES_NAME), expected)
        pd.testing.assert_frame_equal(load_triples(parquet), expected)
        assert load_triples(parquet)["evidence"].tolist() == expected["evidence"].tolist()

    def test_an_empty_parquet_gives_an_empty_table(self, tmp_path: Path) -> None:
        with source_of(tmp_path) as source:
            *_, parquet = write_parquet(source, tmp_path, progress=nothing)
        assert load_triples(parquet).dtypes.equals(load_triples(tmp_path / "run").dtypes)

    def test_a_path_may_be_a_string(self, run: Path) -> None:
        assert len(load_triples(str(run))) == len(WORLD)

    def test_many_records_are_loaded_a_part_at_a_time(
        self, run: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole = load_triples(run)
        monkeypatch.setattr(frames, "_RECORDS", 2)
        pd.testing.assert_frame_equal(load_triples(run), whole)


class TestErrors:
    def test_a_folder_that_is_no_finished_run_is_told(self, run: Path) -> None:
        (run / MANIFEST_NAME).unlink()
        with pytest.raises(RunError, match="not a finished run"):
            load_triples(run)

    def test_a_file_that_is_not_there_is_told(self, tmp_path: Path) -> None:
        for name in ("triples.jsonl", "triples.parquet", "run"):
            with pytest.raises(RunError, match=name):
                load_triples(tmp_path / name)

    @pytest.mark.parametrize("line", ["{", '{"schema": "zongheng/1"}', '{"schema": "zongheng/0"}'])
    def test_a_damaged_line_is_named(self, run: Path, line: str) -> None:
        with (run / TRIPLES_NAME).open("a", encoding="utf-8") as file:
            file.write(line + "\n")
        with pytest.raises(RunError, match=r"triples\.jsonl:7: "):
            load_triples(run)

    def test_a_value_of_the_wrong_type_is_told(self, tmp_path: Path) -> None:
        wrong = run_of(tmp_path, {**WORLD[0], "confidence": "high"})
        with pytest.raises(RunError, match="confidence: a triple has a value of the wrong type"):
            load_triples(wrong.path)

    def test_another_kind_of_file_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "triples.csv").write_text("id\n", encoding="utf-8")
        with pytest.raises(InputError, match="give the folder of a run"):
            load_triples(tmp_path / "triples.csv")

    def test_another_table_is_refused(self, tmp_path: Path) -> None:
        pq.write_table(pa.table({"id": ["a"]}), tmp_path / "other.parquet")
        with pytest.raises(InputError, match="not the triples of a run"):
            load_triples(tmp_path / "other.parquet")

    def test_a_damaged_table_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "triples.parquet").write_bytes(b"PAR1 and no more")
        with pytest.raises(RunError, match="cannot be read"):
            load_triples(tmp_path / "triples.parquet")


def test_it_is_a_public_name_of_the_package() -> None:
    assert "load_triples" in pipeline.__all__
    assert pipeline.load_triples is frames.load_triples
