"""The stages in order: a raw article in, everything found in it out, in raw coordinates."""

from __future__ import annotations

import gc
import os
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TypeVar

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

T = TypeVar("T")
R = TypeVar("R")

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
    """Article → Extraction. Owns its tables; make one with `load` and keep it. Thread-safe.

    >>> from pipeline import Extractor
    >>> extractor = Extractor.load()
    >>> extraction = extractor("微软投资了OpenAI。")
    >>> [(triple.head, triple.relation, triple.tail) for triple in extraction.triples]
    [('company:microsoft', 'invest', 'company:openai')]
    """

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
        """Everything found in `article`; a plain string is the text of an article that has
        `article_id(text)` as its id.

        Raises UnfitArticle where nothing can be extracted (empty, too long, not Unicode text, not
        Chinese), InputError where the article has no id.

        >>> text = "软银收购了Graphcore。"
        >>> extraction = Extractor.load()(text)
        >>> [mention.text for entity in extraction.entities for mention in entity.mentions]
        ['软银', 'Graphcore']
        >>> evidence = extraction.triples[0].evidence[0]
        >>> evidence.head.of(text), evidence.head.start, evidence.head.end
        ('软银', 0, 2)
        """
        if isinstance(article, str):
            article = Article(article_id(article), article)
        self._check(article)
        cleaned = self._cleaner(article)
        # Asked of the repaired text: damage may hide every Han character.
        if not is_chinese(cleaned.text):
            raise UnfitArticle("not_chinese", "")
        mentions, reading = self._recognise(cleaned)
        entities = link(article.id, cleaned, mentions, self._registry, self._cleaner.traditional)
        triples, candidates = relate(cleaned, entities, self._classify, reading)
        return validate(_in_raw(article, cleaned, entities, triples, candidates))

    def pipe(
        self, articles: Iterable[Article | str], *, batch_size: int = 1
    ) -> Iterator[Extraction | UnfitArticle]:
        """The extractions of `articles`, lazily and in order; an unfit article gives its error
        instead. What comes out is what single calls give, whatever the `batch_size`.

        batch_size: how many articles are taken from `articles` ahead and read at the same time, by
        as many threads, at most one for each CPU. With 1, each article is read in the caller's
        thread when it is asked for. Each article is encoded alone in any case: see
        `pipeline.model.session` for why. Raises InputError where it is below 1.

        >>> extractor = Extractor.load()
        >>> for found in extractor.pipe(["高通与联发科竞争。", ""], batch_size=2):
        ...     print(found if isinstance(found, UnfitArticle) else len(found.entities))
        2
        the article holds no visible character
        """
        return map_ahead(self._attempt, articles, batch_size)

    def _attempt(self, article: Article | str) -> Extraction | UnfitArticle:
        try:
            return self(article)
        except UnfitArticle as error:
            return error

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


def map_ahead(function: Callable[[T], R], items: Iterable[T], batch_size: int) -> Iterator[R]:
    """`function` of each of `items`, in order; `batch_size` of them are taken ahead and worked on
    at the same time, by at most one thread for each CPU.

    With 1 it is `map`. Raises InputError where `batch_size` is below 1.
    """
    if batch_size < 1:
        raise InputError(f"batch_size is {batch_size}; it must be at least 1")
    return map(function, items) if batch_size == 1 else _threaded(function, items, batch_size)


def _threaded(function: Callable[[T], R], items: Iterable[T], batch_size: int) -> Iterator[R]:
    # Threads, not processes: nine tenths of the time are ONNX Runtime's, which holds no lock.
    waiting = iter(items)
    pool = ThreadPoolExecutor(min(batch_size, available_cpus()), "zongheng")
    try:
        ahead = deque(pool.submit(function, item) for item in islice(waiting, batch_size))
        while ahead:
            yield ahead.popleft().result()
            ahead.extend(pool.submit(function, item) for item in islice(waiting, 1))
    finally:
        pool.shutdown(cancel_futures=True)


def article_id(text: str) -> str:
    """The id of an article of which the text is all that is known: 16 hex digits of its sha256."""
    return Article("", text).sha256[:16]


def available_cpus() -> int:
    """How many CPUs this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


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
