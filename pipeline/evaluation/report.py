"""Scores as tables, figures and error lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.evaluation.gold import Key, MarkedArticle
from pipeline.evaluation.scores import (
    ArticleScore,
    Prf,
    interval,
    mention_prf,
    pool,
    score_all,
    triple_prf,
)
from pipeline.schema import ENTITY_TYPES, RELATIONS
from pipeline.types import RawSpan

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Report:
    """A run compared with a gold set, article by article."""

    scores: tuple[ArticleScore, ...]
    found: dict[str, MarkedArticle]
    gold_sha256: str

    @classmethod
    def of(
        cls, gold: Sequence[MarkedArticle], found: dict[str, MarkedArticle], gold_sha256: str
    ) -> Report:
        return cls(score_all(gold, found), found, gold_sha256)

    def mention_table(self) -> pd.DataFrame:
        """Precision, recall, F1 and number of gold mentions by type; exact raw span and type."""
        rows = {
            kind: pool(score.mentions.get(kind, Prf()) for score in self.scores)
            for kind in ENTITY_TYPES
        }
        return prf_table({**rows, "all": pool(mention_prf(score) for score in self.scores)})

    def triple_table(self) -> pd.DataFrame:
        """The same for triples: by relation, by script, damaged and clean articles, all."""
        rows = {
            relation: pool(score.triples.get(relation, Prf()) for score in self.scores)
            for relation in RELATIONS
        }
        for script in sorted({score.article.script for score in self.scores} - {""}):
            rows[f"script {script}"] = self._triples(lambda a, script=script: a.script == script)  # type: ignore[misc]
        rows["damaged"] = self._triples(lambda article: article.damaged)
        rows["clean"] = self._triples(lambda article: not article.damaged)
        return prf_table({**rows, "all": self._triples(lambda _: True)})

    def _triples(self, wanted: Callable[[MarkedArticle], bool]) -> Prf:
        return pool(triple_prf(score) for score in self.scores if wanted(score.article))

    def figures(self) -> dict[str, float]:
        """The numbers that floors are pinned to, each 0..1, and the ends of the 95 % bootstrap
        intervals."""
        mentions = pool(mention_prf(score) for score in self.scores)
        triples = self._triples(lambda _: True)
        gold_triples = triples.right + triples.missed
        mention_low, mention_high = interval(self.scores, mention_prf)
        triple_low, triple_high = interval(self.scores, triple_prf)
        right = sum(score.status_right for score in self.scores)
        reachable = sum(score.reachable for score in self.scores)
        return {
            "mention_precision": mentions.precision,
            "mention_recall": mentions.recall,
            "mention_f1": mentions.f1,
            "mention_f1_low": mention_low,
            "mention_f1_high": mention_high,
            "triple_precision": triples.precision,
            "triple_recall": triples.recall,
            "triple_f1": triples.f1,
            "triple_f1_low": triple_low,
            "triple_f1_high": triple_high,
            "status_accuracy": right / triples.right if triples.right else 0.0,
            "candidate_ceiling": reachable / gold_triples if gold_triples else 0.0,
        }

    def below(self, floors: dict[str, float]) -> list[str]:
        """What is below its floor, in words. Raises KeyError for a floor of an unknown figure."""
        figures = self.figures()
        return [
            f"{name} is {figures[name]:.4f}, its floor is {floor:.4f}"
            for name, floor in floors.items()
            if figures[name] < floor
        ]

    def errors(self, texts: dict[str, str]) -> Iterator[tuple[str, str, str, str]]:
        """Every miss and false alarm as (article, kind, what, sentence); sentence "" without the
        article's text."""
        for score in self.scores:
            gold = score.article
            found = self.found.get(gold.id) or MarkedArticle(gold.id, "", "", False, {}, ())
            text = texts.get(gold.id, "")
            wanted = {(span, kind) for span, (kind, _) in gold.mentions.items()}
            given = {(span, kind) for span, (kind, _) in found.mentions.items()}
            for label, items in (
                ("missed mention", wanted - given),
                ("false mention", given - wanted),
            ):
                for span, kind in sorted(items):
                    yield (
                        gold.id,
                        label,
                        f"{span.of(text)} ({kind}) {span.start}..{span.end}",
                        _line(text, span),
                    )
            for label, keys, article in (
                ("missed triple", score.missed, gold),
                ("false triple", score.false, found),
            ):
                for key in keys:
                    yield gold.id, label, _name(key, article, text), _stated(key, article)


def prf_table(rows: dict[str, Prf]) -> pd.DataFrame:
    """Precision, recall, F1, and how many there are in gold and were found, a row a name."""
    import pandas as pd  # half a second that only reports need

    return pd.DataFrame.from_dict(
        {
            name: {
                "precision": prf.precision,
                "recall": prf.recall,
                "F1": prf.f1,
                "gold": prf.right + prf.missed,
                "found": prf.right + prf.false,
            }
            for name, prf in rows.items()
        },
        orient="index",
    ).astype({"gold": int, "found": int})


def _line(text: str, span: RawSpan, reach: int = 40) -> str:
    start = max(text.rfind("\n", 0, span.start) + 1, span.start - reach)
    end = text.find("\n", span.end)
    end = min(len(text) if end < 0 else end, span.end + reach)
    return text[start:end]


def _name(key: Key, article: MarkedArticle, text: str) -> str:
    first = {entity: span for span, (_, entity) in sorted(article.mentions.items(), reverse=True)}
    head, relation, tail = key
    shown = [first[end].of(text) if end in first and text else end for end in (head, tail)]
    return f"({shown[0]}, {relation}, {shown[1]})"


def _stated(key: Key, article: MarkedArticle) -> str:
    head, relation, tail = key
    for triple in article.triples:
        if triple.relation == relation and {triple.head, triple.tail} == {head, tail}:
            return " ".join(triple.sentences)
    return ""
