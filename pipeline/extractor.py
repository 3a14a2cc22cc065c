"""The stages in order: a raw article in, everything found in it out, in raw coordinates."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline import resources
from pipeline.cleaning import Cleaner, is_chinese
from pipeline.entities import Recogniser, Registry, link, load_registry
from pipeline.errors import InputError, PipelineError
from pipeline.model.session import Model
from pipeline.relations import Candidate, ModelClassifier, RuleClassifier, relate
from pipeline.relations.dates import resolve_date
from pipeline.schema import REJECT_REASONS
from pipeline.triples import validate
from pipeline.types import (
    Article,
    Boilerplate,
    CleanSpan,
    CleanText,
    Entity,
    Evidence,
    Extraction,
    Mention,
    Qualifiers,
    RawSpan,
    Triple,
)

# A long read has 20,000 characters, a book some 300,000; what is longer is a dump, and one such
# article must not hold up a run. Raise it with --max-chars.
MAX_CHARACTERS = 1_000_000
SHIPPED_MODEL = "zongheng-small"

_SURROGATE = re.compile("[\ud800-\udfff]")


class UnfitArticle(PipelineError):
    """An article that cannot be extracted; `reason` is a key of schema.REJECT_REASONS."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(
            f"{REJECT_REASONS[reason]}: {detail}" if detail else REJECT_REASONS[reason]
        )
        self.reason = reason
        self.detail = detail


class Extractor:
    """Article → Extraction. Owns its tables; make one with `load` and keep it."""

    def __init__(
        self,
        cleaner: Cleaner,
        registry: Registry,
        model: Model,
        *,
        max_characters: int = MAX_CHARACTERS,
    ) -> None:
        self._cleaner = cleaner
        self._registry = registry
        self._recognise = Recogniser(registry, model)
        self._classify = ModelClassifier(model, RuleClassifier())
        self._max_characters = max_characters

    @classmethod
    def load(
        cls,
        *,
        model: Path | None = None,
        registries: Iterable[Path] = (),
        max_characters: int = MAX_CHARACTERS,
    ) -> Extractor:
        """An extractor with the model in the folder `model` (the shipped one when not given), the
        shipped registry and, after it, the user's own `registries` (*.jsonl files, or folders of
        them).

        Raises ResourceError where a file is missing or broken.
        """
        with _not_collecting():
            cleaner = Cleaner()
            registry = load_registry([resources.find("registry"), *registries], cleaner.simplify)
            trained = Model.load(model or resources.find(SHIPPED_MODEL))
        return cls(cleaner, registry, trained, max_characters=max_characters)

    def __call__(self, article: Article | str) -> Extraction:
        """Everything found in `article`; a plain string counts as the text of an article named
        "article".

        Raises UnfitArticle where nothing can be extracted (empty, too long, not Unicode text, not
        Chinese).
        """
        if isinstance(article, str):
            article = Article("article", article)
        self._check(article)
        cleaned = self._cleaner(article)
        # Asked of the repaired text: damage may hide every Han character.
        if not is_chinese(cleaned.text):
            raise UnfitArticle("not_chinese", "")
        mentions, reading = self._recognise(cleaned)
        entities = link(article.id, cleaned, mentions, self._registry, self._cleaner.traditional)
        triples, candidates = relate(cleaned, entities, self._classify, reading)
        return validate(_in_raw(article, cleaned, entities, triples, candidates))

    def pipe(self, articles: Iterable[Article]) -> Iterator[Extraction | UnfitArticle]:
        """The extractions of `articles`, lazily and in order; an unfit article gives its error
        instead."""
        for article in articles:
            try:
                yield self(article)
            except UnfitArticle as error:
                yield error

    def _check(self, article: Article) -> None:
        if not article.id:
            raise InputError("an article needs an id that is not empty")
        text = article.text
        if len(text) > self._max_characters:
            raise UnfitArticle(
                "too_long", f"{len(text)} characters, the limit is {self._max_characters}"
            )
        if not text.strip():
            raise UnfitArticle("empty", "")
        if "\x00" in text:
            raise UnfitArticle("nul_bytes", f"first at character {text.index(chr(0))}")
        surrogate = _SURROGATE.search(text)
        if surrogate:
            raise UnfitArticle("lone_surrogates", f"first at character {surrogate.start()}")


@contextmanager
def _not_collecting() -> Iterator[None]:
    """Without looking for garbage: what loads is there to stay, and going through it again and
    again would take a quarter of the registry's time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _in_raw(
    article: Article,
    cleaned: CleanText,
    entities: tuple[Entity[CleanSpan], ...],
    triples: tuple[Triple[CleanSpan], ...],
    candidates: tuple[Candidate, ...],
) -> Extraction:
    """The one crossing from clean to raw coordinates."""
    raw = cleaned.offsets.to_raw

    def maybe(span: CleanSpan | None) -> RawSpan | None:
        return raw(span) if span else None

    def mention(m: Mention[CleanSpan]) -> Mention[RawSpan]:
        span = raw(m.span)
        return Mention(span, span.of(article.text), m.type, m.score, m.source, m.entity)

    def entity(e: Entity[CleanSpan]) -> Entity[RawSpan]:
        return Entity(e.id, e.type, e.name, e.names, tuple(mention(m) for m in e.mentions))

    def triple(t: Triple[CleanSpan]) -> Triple[RawSpan]:
        q = t.qualifiers
        qualifiers = Qualifiers(
            amount=maybe(q.amount),
            amount_value=q.amount_value,
            amount_value_max=q.amount_value_max,
            amount_currency=q.amount_currency,
            date=maybe(q.date),
            date_iso=resolve_date(q.date.of(cleaned.text), article.published) if q.date else "",
            stake=maybe(q.stake),
            stake_percent=q.stake_percent,
            object=maybe(q.object),
        )
        evidence = tuple(Evidence(raw(e.sentence), raw(e.head), raw(e.tail)) for e in t.evidence)
        return Triple(t.head, t.relation, t.tail, t.status, t.score, evidence, qualifiers)

    pairs = {
        (min(ids), max(ids)) for ids in ((c.first.entity, c.second.entity) for c in candidates)
    }
    return Extraction(
        article=article,
        script=cleaned.script,
        entities=tuple(entity(e) for e in entities),
        candidates=tuple(sorted(pairs)),
        triples=tuple(triple(t) for t in triples),
        boilerplate=tuple(Boilerplate(mark.kind, raw(mark.span)) for mark in cleaned.boilerplate),
        repairs=cleaned.repairs,
        rejects=(),
    )
