"""What passes between the stages: frozen values, nothing edited in place.

Two coordinate systems exist, both half-open and in Unicode code points: *raw* (the article as it
was collected) and *clean* (repaired and Simplified). A value is generic over the one it speaks, so
that `Mention[CleanSpan]` where `Mention[RawSpan]` is due is a type error.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from pipeline.offsets import OffsetMap


@dataclass(frozen=True, slots=True, order=True)
class _Span:
    start: int
    end: int

    def of(self, text: str) -> str:
        """The slice of `text` that this span covers."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True, order=True)
class RawSpan(_Span):
    """Half-open code points of the raw article."""


@dataclass(frozen=True, slots=True, order=True)
class CleanSpan(_Span):
    """Half-open code points of the cleaned text."""

    def holds(self, other: CleanSpan) -> bool:
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: CleanSpan) -> bool:
        return self.start < other.end and other.start < self.end


S = TypeVar("S", RawSpan, CleanSpan)


@dataclass(frozen=True)
class Article:
    """One article as it was collected; `text` is never changed after decoding.

    id: unique within a run. title, source, published (ISO 8601 date): "" where unknown.
    encoding: what the bytes were decoded as; "" where the text came as a string.
    """

    id: str
    text: str
    title: str = ""
    source: str = ""
    published: str = ""
    encoding: str = ""

    @cached_property
    def sha256(self) -> str:
        """Hex digest of `text` as UTF-8: that of the file, where the file is UTF-8 without a
        mark."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Repair:
    """One change that cleaning made: raw[span] read `before` and became `after`.

    certain: False where the bytes left more than one reading open and one was chosen, and where
        something is lost (U+FFFD). gain: how much more plausible the text became, in nats per
        character; 0 where no model was asked.
    """

    kind: str
    span: RawSpan
    before: str
    after: str
    certain: bool
    gain: float = 0.0


@dataclass(frozen=True, slots=True)
class Boilerplate(Generic[S]):
    """A stretch that is not the article's own prose; it is kept, but states no triple."""

    kind: str
    span: S


@dataclass(frozen=True, slots=True)
class CleanText:
    """An article's text, repaired and Simplified, with the way back to raw.

    sentences: ascending, not overlapping; together with the blanks between them they cover the
    text.
    script: "Hans", "Hant", "mixed" or "none" (no character tells) of the raw text.
    """

    text: str
    offsets: OffsetMap
    repairs: tuple[Repair, ...]
    boilerplate: tuple[Boilerplate[CleanSpan], ...]
    sentences: tuple[CleanSpan, ...]
    script: str


@dataclass(frozen=True, slots=True)
class Mention(Generic[S]):
    """A span that names an entity. `text` is the slice of the text that `span` speaks of.

    score: 0..1. source: which recogniser proposed it. entity: the registry's id, or "" when the
        registry does not know the name; after linking, the id of its entity, never "".
    """

    span: S
    text: str
    type: str
    score: float
    source: str
    entity: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """Display names; "" where the entity has none in that script or language."""

    zh_hans: str = ""
    zh_hant: str = ""
    en: str = ""


@dataclass(frozen=True, slots=True)
class Entity(Generic[S]):
    """All mentions of one company, person or chip in one article, in text order."""

    id: str
    type: str
    name: str
    names: Names
    mentions: tuple[Mention[S], ...]


@dataclass(frozen=True, slots=True)
class Qualifiers(Generic[S]):
    """What the article adds to a triple; None where it says nothing.

    amount, date, stake, object: where it is written. amount_value (.. amount_value_max for a range)
        in units of amount_currency (ISO 4217, "" where the text leaves it open). stake_percent:
        0..100. date_iso: the day, month, quarter or year that `date` names (2026-11-20, 2026-11,
        2026-Q3, 2026), "" where that is open.
    """

    amount: S | None = None
    amount_value: float | None = None
    amount_value_max: float | None = None
    amount_currency: str = ""
    date: S | None = None
    date_iso: str = ""
    stake: S | None = None
    stake_percent: float | None = None
    object: S | None = None


@dataclass(frozen=True, slots=True)
class Evidence(Generic[S]):
    """A sentence that states a triple, with the mentions of its head and tail.

    Where a name is only understood (后者, a dropped subject), the mention is the nearest one that
    names it, and may lie outside the sentence.
    """

    sentence: S
    head: S
    tail: S


@dataclass(frozen=True, slots=True)
class Triple(Generic[S]):
    """head and tail are entity ids; `score` is 0..1; evidence is in text order and never empty."""

    head: str
    relation: str
    tail: str
    status: str
    score: float
    evidence: tuple[Evidence[S], ...]
    qualifiers: Qualifiers[S]


@dataclass(frozen=True, slots=True)
class Reject:
    """Something that did not become output, and why. part: "article" or "triple"."""

    article_id: str
    part: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Extraction:
    """Everything found in one article, in raw coordinates.

    candidates: pairs of entity ids that were judged, each pair and the whole sorted; what is not
        among them cannot have become a triple.
    """

    article: Article
    script: str
    entities: tuple[Entity[RawSpan], ...]
    candidates: tuple[tuple[str, str], ...]
    triples: tuple[Triple[RawSpan], ...]
    boilerplate: tuple[Boilerplate[RawSpan], ...]
    repairs: tuple[Repair, ...]
    rejects: tuple[Reject, ...]
