"""The figures of a run: what it holds, when, and how good it is where gold is known."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import InputError
from pipeline.evaluation.gold import digest, load_gold
from pipeline.evaluation.report import Report
from pipeline.evaluation.run_reader import load_run
from pipeline.graph.dates import normal
from pipeline.run_folder import Record, RunFolder

if TYPE_CHECKING:
    import pandas as pd

_YEAR, _MONTH = len("2026"), len("2026-11")


@dataclass(slots=True)
class Tally:
    """What is counted while a run is read. entities: one of the registry once, however many
    articles name it; an unknown name once an article."""

    articles: int = 0
    characters: int = 0
    mentions: Counter[str] = field(default_factory=Counter)
    scripts: Counter[str] = field(default_factory=Counter)
    damaged: int = 0
    entities: dict[str, set[str]] = field(default_factory=dict)
    triples: Counter[tuple[str, str]] = field(default_factory=Counter)
    years: Counter[tuple[str, str]] = field(default_factory=Counter)
    months: Counter[tuple[str, str]] = field(default_factory=Counter)
    undated: int = 0

    def add_article(self, article: Record) -> None:
        self.articles += 1
        self.characters += article["characters"]
        self.scripts[article["script"]] += 1
        self.damaged += bool(article["repairs"])
        self.mentions.update(mention["type"] for mention in article["mentions"])
        for entity in article["entities"]:
            self.entities.setdefault(entity["type"], set()).add(entity["id"])

    def add_triple(self, triple: Record) -> None:
        """Counted under the day, month or year of its own date, else of its article's."""
        relation = triple["relation"]
        self.triples[relation, triple["status"]] += 1
        date = normal(triple["date_iso"]) or normal(triple["published"])
        if not date:
            self.undated += 1
            return
        self.years[date[:_YEAR], relation] += 1
        if len(date) >= _MONTH and "Q" not in date:
            self.months[date[:_MONTH], relation] += 1

    def record(self) -> dict[str, Any]:
        return {
            "articles": self.articles,
            "characters": self.characters,
            "damaged": self.damaged,
            "scripts": dict(sorted(self.scripts.items())),
            "mentions": dict(sorted(self.mentions.items())),
            "entities": {kind: len(ids) for kind, ids in sorted(self.entities.items())},
            "triples": [(*key, count) for key, count in sorted(self.triples.items())],
            "years": [(*key, count) for key, count in sorted(self.years.items())],
            "months": [(*key, count) for key, count in sorted(self.months.items())],
            "undated": self.undated,
        }


def rejects_by_reason(run: RunFolder) -> list[tuple[str, str, int]]:
    """Part, reason and number, the most first."""
    counts = Counter((reject["part"], reject["reason"]) for reject in run.rejects())
    return [(*key, count) for key, count in sorted(counts.items(), key=lambda c: (-c[1], c[0]))]


def scores(run: RunFolder, gold: Path, *, asked: bool) -> dict[str, Any] | None:
    """The tables of `zongheng check`. None where `gold` was not `asked` for and does not hold every
    article of the run.

    Raises GoldError where `gold` cannot be read, InputError where it was asked for and shares no
    article with the run.
    """
    marked = load_gold(gold)
    if not asked and run.manifest["counts"]["articles"] > len(marked):
        return None
    found = load_run(run.path)
    texts = {article.id: article.sha256 for article in marked}
    shared = sum(texts.get(article.id) == article.sha256 for article in found.values())
    if asked and not shared:
        raise InputError(
            f"{gold} and {run.path} have no article in common, by id and text; "
            "name the gold of these articles with --gold, or leave it out"
        )
    if not asked and (not found or shared < len(found)):
        return None
    report = Report.of(marked, found, digest(gold))
    return {
        "gold": gold.name,
        "sha256": report.gold_sha256,
        "articles": len(report.scores),
        "figures": report.figures(),
        "mentions": _rows(report.mention_table()),
        "triples": _rows(report.triple_table()),
    }


def _rows(table: pd.DataFrame) -> list[tuple[str, float, float, float, int, int]]:
    return [
        (str(name), float(row[0]), float(row[1]), float(row[2]), int(row[3]), int(row[4]))
        for name, row in zip(table.index, table.itertuples(index=False), strict=True)
    ]
