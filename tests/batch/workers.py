"""Extractors that cost nothing, and some that kill or stop the process they run in.

At the top of a module, where a process that is started can find them.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from pipeline.batch.items import TextItem
from pipeline.batch.parts import Extract, Job
from pipeline.extractor import UnfitArticle
from pipeline.types import Article, Entity, Extraction, Mention, Names, RawSpan


def text_items(count: int, **special: str) -> list[TextItem]:
    """So many articles, no two alike, with ids a0, a1, …; special: texts of some."""
    texts = {f"a{number}": f"第{number}篇。" for number in range(count)}
    return [
        TextItem(name, f"x.jsonl:{number}", special.get(name, text))
        for number, (name, text) in enumerate(texts.items(), 1)
    ]


def extract(article: Article) -> Extraction:
    """One company, 甲, at the beginning; 空 is unfit, and other words do what they say."""
    if "空" in article.text:
        raise UnfitArticle("empty", "")
    if "错" in article.text:
        raise ValueError("a mistake of ours")
    if "内存" in article.text:
        raise MemoryError
    if "慢" in article.text:
        while True:
            time.sleep(0.01)
    span = RawSpan(0, 1)
    mention = Mention(span, span.of(article.text), "company", 1.0, "registry", "company:a")
    entity = Entity("company:a", "company", "甲", Names(), (mention,))
    return Extraction(article, "Hans", (entity,), (), (), (), (), ())


def plain() -> Extract:
    return extract


def deadly(mark: Path | None, at: str) -> Extract:
    """Kills its process at the article `at`; where a file `mark` is named, only until that
    exists."""

    def kill(article: Article) -> Extraction:
        if article.id == at and not (mark and mark.exists()):
            if mark:
                mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return extract(article)

    return kill


def slow(seconds: float) -> Extract:
    def wait(article: Article) -> Extraction:
        time.sleep(seconds)
        return extract(article)

    return wait


def stillborn() -> Extract:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def unloadable() -> Extract:
    from pipeline.errors import ResourceError

    raise ResourceError("the model is gone")


def wrong() -> Extract:
    raise ZeroDivisionError("of ours")


def job(make: Callable[..., Extract] = plain, *arguments: object, max_seconds: float = 0) -> Job:
    return Job(partial(make, *arguments), max_seconds=max_seconds)


def telling(mark: Path) -> Extract:
    """Writes into the file `mark` in which process it reads."""

    def tell(article: Article) -> Extraction:
        mark.write_text(str(os.getpid()), encoding="utf-8")
        return extract(article)

    return tell
