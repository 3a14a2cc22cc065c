"""Articles marked by hand: a text, the names in it, and who is whom."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import pytest

from pipeline.evaluation.gold import MarkedArticle, MarkedTriple
from pipeline.types import RawSpan

Mark = Callable[..., MarkedArticle]


@pytest.fixture(scope="session")
def mark() -> Mark:
    """An annotation. mentions: (start, end, type, entity). triples: (head, relation, tail, status).

    candidates: pairs of entity ids, for what a run found.
    """

    def build(
        mentions: Iterable[tuple[int, int, str, str]] = (),
        triples: Iterable[Sequence[str]] = (),
        *,
        candidates: Iterable[tuple[str, str]] = (),
        name: str = "one",
        script: str = "Hans",
        damaged: bool = False,
    ) -> MarkedArticle:
        return MarkedArticle(
            id=name,
            sha256="0" * 64,
            script=script,
            damaged=damaged,
            mentions={RawSpan(start, end): (kind, who) for start, end, kind, who in mentions},
            triples=tuple(MarkedTriple(h, r, t, s, (f"{h}{r}{t}",)) for h, r, t, s in triples),
            candidates=frozenset(frozenset(pair) for pair in candidates),
        )

    return build
