"""Our own pipeline, timed whole and by stage."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import orjson

import pipeline.extractor
from pipeline.extractor import Extractor
from pipeline.relations import Candidate
from pipeline.triples import article_record, triple_records
from pipeline.types import Article, CleanText, Extraction

REST = "rest"
ENCODER = "entities: encoder"
# Stage, module, and the function or method whose time it is; time spent in another stage that it
# calls is that stage's alone.
PROBES = (
    ("cleaning", "pipeline.cleaning", "Cleaner.__call__"),
    ("entities: tokens", "pipeline.model.session", "Model.tokenize"),
    (ENCODER, "pipeline.model.session", "Model._encode"),
    ("entities: decoding", "pipeline.model.session", "decode"),
    ("entities: patterns", "pipeline.entities", "PatternRecogniser.__call__"),
    ("entities: names, windows", "pipeline.entities", "Recogniser.__call__"),
    ("linking", "pipeline.extractor", "link"),
    ("relations: judge", "pipeline.model.session", "Model.judge"),
    ("relations: pairs, triples", "pipeline.extractor", "relate"),
    ("output", "pipeline.extractor", "_in_raw"),
    ("output", "pipeline.extractor", "validate"),
    ("output", "tests.speed.stages", "lines_of"),
)
STAGES = (*dict.fromkeys(stage for stage, _, _ in PROBES), REST)


class Stopwatch:
    """CPU seconds by stage; a stage inside another stops the outer one's clock."""

    def __init__(self, clock: Callable[[], float] = time.process_time) -> None:
        self._clock = clock
        self._running: list[str] = []
        self._since = 0.0
        self.spent: dict[str, float] = {}

    @contextmanager
    def of(self, stage: str) -> Iterator[None]:
        """Count the body as `stage`."""
        self._turn()
        self._running.append(stage)
        try:
            yield
        finally:
            self._turn()
            self._running.pop()

    def _turn(self) -> None:
        now = self._clock()
        if self._running:
            stage = self._running[-1]
            self.spent[stage] = self.spent.get(stage, 0.0) + now - self._since
        self._since = now


@contextmanager
def probes(watch: Stopwatch) -> Iterator[list[str]]:
    """Inside, every PROBES runs under `watch`; gives those that this version of the pipeline does
    not have, whose time counts to the stage around them."""
    kept: list[tuple[Any, str, Any]] = []
    missing: list[str] = []
    try:
        for stage, module, path in PROBES:
            owner: Any = importlib.import_module(module)
            *outer, name = path.split(".")
            for part in outer:
                owner = getattr(owner, part, None)
            function = getattr(owner, name, None)
            if function is None:
                missing.append(f"{module}.{path}")
                continue
            kept.append((owner, name, function))
            setattr(owner, name, _watched(function, stage, watch))
        yield missing
    finally:
        for owner, name, function in reversed(kept):
            setattr(owner, name, function)


def _watched(function: Callable[..., Any], stage: str, watch: Stopwatch) -> Callable[..., Any]:
    @wraps(function)
    def call(*arguments: Any, **named: Any) -> Any:
        with watch.of(stage):
            return function(*arguments, **named)

    return call


def lines_of(extraction: Extraction) -> bytes:
    """The JSON lines that a run writes for an article."""
    records = [*triple_records(extraction), article_record(extraction)]
    return b"".join(orjson.dumps(r, option=orjson.OPT_APPEND_NEWLINE) for r in records)


class Zongheng:
    """The whole pipeline: a raw article in, its JSON lines out."""

    name = "zongheng"

    def __init__(self, model: Path | None) -> None:
        self.extract = Extractor.load(model=model)
        self.watch = Stopwatch()

    def __call__(self, article: Article) -> None:
        with self.watch.of(REST):
            lines_of(self.extract(article))

    def judged(self, article: Article) -> tuple[CleanText, tuple[Candidate, ...]]:
        """The cleaned article and the pairs that the pipeline judges in it."""
        related = pipeline.extractor.relate
        caught: list[tuple[CleanText, tuple[Candidate, ...]]] = []

        def relate(cleaned: CleanText, *rest: Any, **named: Any) -> Any:
            found = related(cleaned, *rest, **named)
            caught.append((cleaned, found[1]))
            return found

        pipeline.extractor.relate = relate
        try:
            self.extract(article)
        finally:
            pipeline.extractor.relate = related
        return caught[0]
