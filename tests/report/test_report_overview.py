from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson
import pytest

from pipeline.errors import GoldError, InputError
from pipeline.report.overview import Tally, rejects_by_reason, scores
from pipeline.run_folder import RunFolder
from tests.report.conftest import ARTICLES, MakeRun


def gold_record(article: dict[str, Any]) -> dict[str, Any]:
    """A run's article as gold, mentions only."""
    entities = [{key: one[key] for key in ("id", "type", "name")} for one in article["entities"]]
    keys = ("entity", "type", "text", "start", "end")
    return {
        "schema": "zongheng/1",
        "id": article["id"],
        "sha256": article["sha256"],
        "script": article["script"],
        "damaged": False,
        "entities": entities,
        "mentions": [{key: one[key] for key in keys} for one in article["mentions"]],
        "triples": [],
    }


def write_gold(path: Path, records: Iterable[dict[str, Any]]) -> Path:
    path.write_bytes(b"".join(orjson.dumps(record) + b"\n" for record in records))
    return path


def test_all_is_counted(run: RunFolder) -> None:
    tally = Tally()
    for article in run.articles():
        tally.add_article(article)
    for triple in run.triples():
        tally.add_triple(triple)
    record = tally.record()
    assert record["articles"] == len(ARTICLES)
    assert record["characters"] == sum(len(article.text) for article in ARTICLES)
    assert record["damaged"] == 2  # HOSTILE's tags, DAMAGED's annotations
    assert ("buy", "negated", 1) in record["triples"]
    assert sum(count for *_, count in record["triples"]) == len(list(run.triples()))


def dated(date: str, published: str = "") -> dict[str, str]:
    status = {"relation": "buy", "status": "actual"}
    return {**status, "date_iso": date, "published": published}


def test_a_triple_counts_under_its_own_date_else_under_its_articles() -> None:
    tally = Tally()
    for record in (
        dated("2024-05-01", "2026-01-01"),
        dated("", "2026-01-31T10:00:00"),
        dated("2025-Q3"),
        dated("2025"),
        dated(""),
        dated("", "yesterday"),
    ):
        tally.add_triple(record)
    assert tally.record()["years"] == [("2024", "buy", 1), ("2025", "buy", 2), ("2026", "buy", 1)]
    assert tally.record()["months"] == [("2024-05", "buy", 1), ("2026-01", "buy", 1)]
    assert tally.record()["undated"] == 2


def test_rejects_are_counted_by_reason(run: RunFolder) -> None:
    assert rejects_by_reason(run) == [("article", "empty", 1)]


def test_gold_that_covers_the_run_is_used_without_being_asked_for(
    run: RunFolder, tmp_path: Path
) -> None:
    gold = write_gold(tmp_path / "gold.jsonl", map(gold_record, run.articles()))
    found = scores(run, gold, asked=False)
    assert found is not None
    assert found["figures"]["mention_f1"] == 1
    assert found["mentions"][-1][:4] == ("all", 1.0, 1.0, 1.0)


def test_gold_of_other_articles_is_not_used(
    run: RunFolder, make_run: MakeRun, tmp_path: Path
) -> None:
    gold = write_gold(tmp_path / "gold.jsonl", map(gold_record, list(run.articles())[:2]))
    assert scores(run, gold, asked=False) is None
    other = make_run(tmp_path / "empty", [])
    assert scores(other, gold, asked=False) is None


def test_gold_that_was_asked_for_may_cover_the_run_in_part(run: RunFolder, tmp_path: Path) -> None:
    gold = write_gold(tmp_path / "gold.jsonl", map(gold_record, list(run.articles())[:1]))
    found = scores(run, gold, asked=True)
    assert found is not None
    assert found["articles"] == 1


def test_gold_that_was_asked_for_and_shares_no_article_is_an_error(
    run: RunFolder, tmp_path: Path
) -> None:
    record = gold_record(next(iter(run.articles())))
    gold = write_gold(tmp_path / "gold.jsonl", [{**record, "sha256": "0" * 64}])
    with pytest.raises(InputError, match="no article in common"):
        scores(run, gold, asked=True)


def test_gold_that_is_missing_is_an_error(run: RunFolder, tmp_path: Path) -> None:
    with pytest.raises(GoldError, match=r"none\.jsonl"):
        scores(run, tmp_path / "none.jsonl", asked=True)
