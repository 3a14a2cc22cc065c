"""A registry, a recogniser and cleaned texts, without the stages behind them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import orjson
import pytest

from pipeline.cleaning import Cleaner
from pipeline.entities import PatternRecogniser, Registry, load_registry
from pipeline.types import Article, CleanText

Entry = Mapping[str, object]
MakeRegistry = Callable[..., Registry]


@pytest.fixture(scope="session")
def shipped(root: Path, cleaner: Cleaner) -> Registry:
    return load_registry([root / "corpus" / "registry"], cleaner.simplify)


@pytest.fixture(scope="session")
def recognise(shipped: Registry) -> PatternRecogniser:
    return PatternRecogniser(shipped)


@pytest.fixture(scope="session")
def read(cleaner: Cleaner) -> Callable[[str], CleanText]:
    return lambda text: cleaner(Article("article", text))


@pytest.fixture
def folder_of(tmp_path: Path) -> Callable[..., Path]:
    """A registry folder that holds `lines`; entries are filled up to whole records."""

    def write(lines: Sequence[Entry | str], *, name: str = "names") -> Path:
        folder = tmp_path / name
        folder.mkdir()
        written = [line.encode() if isinstance(line, str) else _record(line) for line in lines]
        (folder / "names.jsonl").write_bytes(b"\n".join(written) + b"\n")
        return folder

    return write


@pytest.fixture
def registry_of(folder_of: Callable[..., Path], cleaner: Cleaner) -> MakeRegistry:
    """The registry of the given entries."""
    return lambda *entries: load_registry([folder_of(entries)], cleaner.simplify)


def _record(entry: Entry) -> bytes:
    if "name" in entry:
        return orjson.dumps(entry)
    empty = {"zh_hans": "", "zh_hant": "", "en": "", "aliases": [], "ambiguous": [], "services": []}
    kind = str(entry["id"]).partition(":")[0]
    return orjson.dumps({"type": kind, **empty, **entry})
