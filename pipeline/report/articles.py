"""Articles as the page shows them: raw and cleaned text, and where in both things stand.

All offsets that leave this module are half-open UTF-16 code units, as JavaScript counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from pipeline.cleaning import Cleaner
from pipeline.offsets import OffsetMap
from pipeline.report.embedding import utf16_offsets
from pipeline.run_folder import Record
from pipeline.types import Article, RawSpan

# start and end in the raw text, start and end in the cleaned one.
Place = tuple[int, int, int, int]


class EntityTable:
    """Entities of all articles, once each; an article names them by their place."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, str, str, str, str]] = []
        self._places: dict[tuple[str, ...], int] = {}

    def place(self, entity: Record) -> int:
        """Of an entity of articles.jsonl; the row is id, type, name, zh-Hans, zh-Hant, en."""
        names = entity["names"]
        row = (
            entity["id"],
            entity["type"],
            entity["name"],
            names["zh-Hans"],
            names["zh-Hant"],
            names["en"],
        )
        place = self._places.setdefault(row, len(self.rows))
        if place == len(self.rows):
            self.rows.append(row)
        return place


class ArticleBlocks:
    """Records of articles.jsonl and triples.jsonl → what the page holds of an article."""

    def __init__(self, entities: EntityTable) -> None:
        self._entities = entities
        self._cleaner = Cleaner()

    def __call__(
        self, article: Record, triples: Iterable[Record]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """The line of the list of articles, and the block that is read when it is opened."""
        raw = article["text"]
        cleaned = self._cleaner(Article(article["id"], raw))
        places = _places(raw, cleaned.text, cleaned.offsets)
        entities = {entity["id"]: self._entities.place(entity) for entity in article["entities"]}
        shown = [_triple(triple, places) for triple in triples]
        line = {
            **{key: article[key] for key in ("id", "title", "source", "published", "script")},
            "characters": article["characters"],
            "entities": sorted(set(entities.values())),
            "mentions": len(article["mentions"]),
            "relations": sorted({triple["relation"] for triple in shown}),
            "triples": len(shown),
            "repairs": len(article["repairs"]),
        }
        block = {
            "text": raw,
            "clean": None if cleaned.text == raw else cleaned.text,
            "mentions": [
                (
                    entities[mention["entity"]],
                    mention["confidence"],
                    mention["recogniser"],
                    places(mention["start"], mention["end"]),
                )
                for mention in article["mentions"]
            ],
            "boilerplate": [
                (mark["kind"], places(mark["start"], mark["end"]))
                for mark in article["boilerplate"]
            ],
            "repairs": [
                (
                    repair["kind"],
                    repair["before"],
                    repair["after"],
                    repair["certain"],
                    places(repair["start"], repair["end"]),
                )
                for repair in article["repairs"]
            ],
            "triples": [
                {
                    **triple,
                    "head": entities[triple["head"]],
                    "tail": entities[triple["tail"]],
                }
                for triple in shown
            ],
        }
        return line, block


def _places(raw: str, clean: str, offsets: OffsetMap) -> Callable[[int, int], Place]:
    in_raw, in_clean = utf16_offsets(raw), utf16_offsets(clean)

    def places(start: int, end: int) -> Place:
        span = offsets.to_clean(RawSpan(start, end))
        return in_raw(start), in_raw(end), in_clean(span.start), in_clean(span.end)

    return places


def _triple(triple: Record, places: Callable[[int, int], Place]) -> dict[str, Any]:
    return {
        "id": triple["id"],
        "head": triple["head_id"],
        "relation": triple["relation"],
        "tail": triple["tail_id"],
        **{key: triple[key] for key in ("status", "confidence", "amount", "date", "stake")},
        "object": triple["object"],
        "evidence": [
            tuple(
                places(evidence[f"{role}start"], evidence[f"{role}end"])
                for role in ("", "head_", "tail_")
            )
            for evidence in triple["evidence"]
        ],
    }
