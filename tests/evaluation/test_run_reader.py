from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from pipeline.errors import RunError
from pipeline.evaluation.run_reader import load_run
from pipeline.extractor import Extractor
from pipeline.schema import SCHEMA_VERSION
from pipeline.triples.records import article_record, triple_records
from pipeline.types import Article, RawSpan

TEXT = "微软投资英特尔。苹果公司没有评论。"
Records = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def records(extractor: Extractor) -> Records:
    """What a run writes of one article."""
    extraction = extractor(Article("one", TEXT))
    return {
        "articles.jsonl": [article_record(extraction)],
        "triples.jsonl": list(triple_records(extraction)),
    }


@pytest.fixture
def write(tmp_path: Path, records: Records) -> Callable[..., Path]:
    """A run folder; a named file's content is replaced, or left out where it is None."""

    def run(*, manifest: bool = True, **replaced: bytes | None) -> Path:
        if manifest:
            (tmp_path / "manifest.json").write_text("{}")
        for name, lines in records.items():
            content = b"".join(orjson.dumps(line) + b"\n" for line in lines)
            content = replaced.get(name.partition(".")[0], content)  # type: ignore[assignment]
            if content is not None:
                (tmp_path / name).write_bytes(content)
        return tmp_path

    return run


def test_a_run_is_read_back_by_article_id(write: Callable[..., Path]) -> None:
    (article,) = load_run(write()).values()
    assert article.id == "one"
    assert article.script == "Hans"
    assert article.mentions[RawSpan(0, 2)] == ("company", "company:microsoft")
    (triple,) = article.triples
    assert (triple.head, triple.relation, triple.tail, triple.status) == (
        "company:microsoft",
        "invest",
        "company:intel",
        "actual",
    )
    assert triple.sentences == ("微软投资英特尔。",)


def test_candidates_are_read_as_pairs_without_direction(write: Callable[..., Path]) -> None:
    (article,) = load_run(write()).values()
    assert frozenset(("company:intel", "company:microsoft")) in article.candidates


def test_an_article_without_triples_has_none(write: Callable[..., Path]) -> None:
    assert load_run(write(triples=b""))["one"].triples == ()


def test_a_run_without_articles_is_empty(write: Callable[..., Path]) -> None:
    assert load_run(write(articles=b"", triples=b"")) == {}


def test_a_folder_without_manifest_is_no_finished_run(write: Callable[..., Path]) -> None:
    with pytest.raises(RunError, match=r"is not a finished run.*zongheng run"):
        load_run(write(manifest=False))


@pytest.mark.parametrize("content", ["{", "[]", ""])
def test_a_broken_manifest_is_a_run_error(write: Callable[..., Path], content: str) -> None:
    folder = write()
    (folder / "manifest.json").write_text(content)
    with pytest.raises(RunError, match=r"manifest\.json"):
        load_run(folder)


@pytest.mark.parametrize("missing", ["articles", "triples"])
def test_a_missing_file_is_a_run_error(write: Callable[..., Path], missing: str) -> None:
    with pytest.raises(RunError, match=rf"{missing}\.jsonl: cannot be read"):
        load_run(write(**{missing: None}))


@pytest.mark.parametrize("name", ["articles", "triples"])
def test_another_schema_version_is_named_by_line(write: Callable[..., Path], name: str) -> None:
    folder = write(**{name: b'{"schema": "zongheng/0"}\n'})
    with pytest.raises(RunError, match=rf"{name}\.jsonl:1: schema 'zongheng/0'"):
        load_run(folder)


@pytest.mark.parametrize(
    "line",
    [b"{", b"[1]", b"3", b'{"id": "one"}', orjson.dumps({"schema": SCHEMA_VERSION, "id": "one"})],
)
@pytest.mark.parametrize("name", ["articles", "triples"])
def test_a_broken_line_is_a_run_error(write: Callable[..., Path], name: str, line: bytes) -> None:
    with pytest.raises(RunError, match=rf"{name}\.jsonl"):
        load_run(write(**{name: line + b"\n"}))
