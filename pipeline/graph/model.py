"""What every format writes: nodes and edges, each in the order of its id."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, TypeAlias

from pipeline.run_folder import Record, RunFolder

# Whether an edge stands for all triples of its ends and relation, or for one of one article.
GRAPH: Final = "graph"
ARTICLE: Final = "article"
PER: Final = (GRAPH, ARTICLE)
MAX_EVIDENCE: Final = 100

# What the names of the relations become in RDF and KGX.
VOCABULARY: Final = "urn:zongheng:vocabulary:"


@dataclass(frozen=True, slots=True)
class Node:
    """An entity that is an end of some triple.

    name: the display name most often used. zh_hans, zh_hant, en: "" where no article gives one.
    articles: that hold a triple of it. triples: of which it is head or tail.
    """

    id: str
    type: str
    name: str
    zh_hans: str
    zh_hant: str
    en: str
    articles: int
    triples: int


@dataclass(frozen=True, slots=True)
class Statement:
    """One triple of one article with one of its sentences: what an edge rests on.

    triple_id, article_id, article_sha256, title, source, published, status, confidence: as in
    triples.jsonl. text, start, end: the sentence, in code points of the raw article; head_start …
    tail_end: the mentions of both ends. amount, date, stake, object: of the triple, as written.
    """

    triple_id: str
    article_id: str
    article_sha256: str
    title: str
    source: str
    published: str
    status: str
    confidence: float
    text: str
    start: int
    end: int
    head_text: str
    head_start: int
    head_end: int
    tail_text: str
    tail_start: int
    tail_end: int
    amount: str
    date: str
    stake: str
    object: str


@dataclass(frozen=True, slots=True)
class Edge:
    """All triples of one head, relation and tail: of the whole run, or of one article.

    id: 32 hex digits, of the three (of one article: the triple's own). article_id: "" where the
        edge is that of the run.
    status: the strongest, in the order of schema.STATUS_STRENGTH. statuses: how many triples have
        each status, those of none left out, in the order of schema.STATUSES.
    confidence: the highest. triples, articles: how many stand behind it.
    first_date, last_date: ISO 8601 as in date_iso, of the triples' own dates or, where one has
        none, of its article's; "" where none is known.
    amount_value, amount_value_max, amount_currency, stake_percent, object: of the most confident
        triple that has an amount, a stake, an object.
    evidence: in the run's order, no more of it than was asked for; never empty.
    """

    id: str
    article_id: str
    head: str
    relation: str
    tail: str
    status: str
    statuses: tuple[tuple[str, int], ...]
    confidence: float
    triples: int
    articles: int
    first_date: str
    last_date: str
    amount_value: float | None
    amount_value_max: float | None
    amount_currency: str
    stake_percent: float | None
    object: str
    evidence: tuple[Statement, ...]


class Graph(Protocol):
    """What a format is given: it may go through nodes and edges as often as it likes, and must not
    hold them all."""

    def count_nodes(self) -> int: ...

    def count_edges(self) -> int: ...

    def nodes(self) -> Iterator[Node]:
        """In the order of their ids."""
        ...

    def edges(self) -> Iterator[Edge]:
        """In the order of head, relation, tail and, for edges of articles, the run's order."""
        ...


@dataclass(frozen=True, slots=True)
class Selection:
    """Which triples are exported. statuses, relations: of these; all where it is empty."""

    min_confidence: float = 0.0
    statuses: frozenset[str] = frozenset()
    relations: frozenset[str] = frozenset()

    def takes(self, triple: Record) -> bool:
        """Whether a record of triples.jsonl is to be exported."""
        return (
            triple["confidence"] >= self.min_confidence
            and (not self.statuses or triple["status"] in self.statuses)
            and (not self.relations or triple["relation"] in self.relations)
        )


@dataclass(frozen=True, slots=True)
class Source:
    """What is exported: a finished run, the triples of it that are wanted, and the graph that
    these make."""

    run: RunFolder
    graph: Graph
    selection: Selection = Selection()

    def triples(self) -> Iterator[Record]:
        """The records of triples.jsonl that are exported, in the run's order."""
        return filter(self.selection.takes, self.run.triples())


# Is told, again and again, how many more nodes, edges or records are done.
Progress: TypeAlias = Callable[[int], None]


class Writer(Protocol):
    """Writes a source in one format into the existing folder `out`, and gives the files written.

    A file has its name only once it is whole (see files.replacing). Raises InputError where it
    cannot be written."""

    def __call__(self, source: Source, out: Path, *, progress: Progress) -> list[Path]: ...
