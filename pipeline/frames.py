"""Triples as a pandas table with the right dtypes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import InputError, RunError
from pipeline.run_folder import TRIPLES_NAME, Record, RunFolder
from pipeline.schema import TRIPLE_SCHEMA

if TYPE_CHECKING:
    import pandas as pd

# So many records are held as Python objects at a time.
_RECORDS = 20_000


def load_triples(path: Path | str) -> pd.DataFrame:
    """The triples in `path`: the folder of a finished run, a triples.jsonl or a triples.parquet.

    A row a triple, in the run's order, with the columns of triples.jsonl in their order, also where
    there are no triples. Texts are of dtype string, head_type, tail_type, relation and status
    categories with all values that there may be, numbers float64 with NaN for null, and evidence a
    list of dicts.

    Raises RunError where `path` is no finished run or damaged, InputError where it is another kind
    of file.
    """
    import pandas as pd

    path = Path(path)
    if path.suffix == ".jsonl":
        records = RunFolder(path.parent, {}).read(path.name, _whole)
    elif path.suffix == ".parquet":
        records = _parquet_records(path)
    elif path.is_file():
        raise InputError(f"{path}: give the folder of a run, a triples.jsonl or a triples.parquet")
    else:
        records = RunFolder.open(path).read(TRIPLES_NAME, _whole)
    return pd.concat(list(_frames(records)), ignore_index=True)


def _frames(records: Iterator[Record]) -> Iterator[pd.DataFrame]:
    """`records` in tables of bearable size, at least one."""
    held = list(islice(records, _RECORDS))
    while True:
        yield _frame(held)
        held = list(islice(records, _RECORDS))
        if not held:
            return


def _frame(records: list[Record]) -> pd.DataFrame:
    import pandas as pd

    columns = {}
    for name, schema in TRIPLE_SCHEMA["properties"].items():
        try:
            columns[name] = pd.Series([record[name] for record in records], dtype=_dtype(schema))
        except (TypeError, ValueError) as error:
            raise RunError(
                f"{name}: a triple has a value of the wrong type: {error}; make the run anew"
            ) from error
    return pd.DataFrame(columns)


def _dtype(schema: dict[str, Any]) -> Any:
    import pandas as pd

    if "enum" in schema:
        return pd.CategoricalDtype(schema["enum"])
    kind = schema.get("type", "string")
    return {"string": "string", "array": "object"}.get(str(kind), "float64")


def _whole(record: Record) -> Record:
    """Raises KeyError where a key is missing."""
    return {name: record[name] for name in TRIPLE_SCHEMA["properties"]}


def _parquet_records(path: Path) -> Iterator[Record]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            _check_columns(path, file.schema_arrow.names)
            for batch in file.iter_batches(_RECORDS):
                yield from batch.to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise RunError(
            f"{path}: cannot be read: {error}; make it with: zongheng export RUN --format parquet"
        ) from error


def _check_columns(path: Path, names: Iterable[str]) -> None:
    missing = [name for name in TRIPLE_SCHEMA["properties"] if name not in set(names)]
    if missing:
        raise InputError(
            f"{path}: not the triples of a run (no column {', '.join(missing[:3])}); "
            "give the triples.parquet of zongheng export"
        )
