"""Mention and triple scores, counted per article from the gold side and pooled by addition."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pipeline.evaluation.gold import Key, MarkedArticle, triple_key

BOOTSTRAP_DRAWS = 2_000
BOOTSTRAP_SEED = 20_260_101


@dataclass(frozen=True, slots=True)
class Prf:
    """Counts of right, wrongly given and missed things; add them to pool."""

    right: int = 0
    false: int = 0
    missed: int = 0

    def __add__(self, other: Prf) -> Prf:
        return Prf(self.right + other.right, self.false + other.false, self.missed + other.missed)

    @property
    def precision(self) -> float:
        """0..1; 0 when nothing was given."""
        return self.right / (self.right + self.false) if self.right + self.false else 0.0

    @property
    def recall(self) -> float:
        """0..1; 0 when there was nothing to find."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 0.0

    @property
    def f1(self) -> float:
        total = 2 * self.right + self.false + self.missed
        return 2 * self.right / total if total else 0.0


@dataclass(frozen=True, slots=True)
class ArticleScore:
    """One article compared with its gold.

    mentions: by type; exact raw span and type. triples: by relation. status_right of the right
    triples.
    reachable: gold triples whose pair was judged at all. missed, false: triple keys, in gold's
        entity ids for missed and in the run's for false.
    """

    article: MarkedArticle
    mentions: dict[str, Prf]
    triples: dict[str, Prf]
    status_right: int
    reachable: int
    missed: tuple[Key, ...]
    false: tuple[Key, ...]


def score_article(gold: MarkedArticle, found: MarkedArticle | None) -> ArticleScore:
    """`found` against `gold`; None (the article is not in the run) misses everything."""
    if found is None:
        found = MarkedArticle(gold.id, gold.sha256, gold.script, gold.damaged, {}, ())
    mentions = _score_mentions(gold, found)
    same = match_entities(gold, found)
    wanted = {triple_key(t.head, t.relation, t.tail): t.status for t in gold.triples}
    given: dict[Key, tuple[Key, str]] = {}
    false: list[Key] = []
    for triple in found.triples:
        own = (triple.head, triple.relation, triple.tail)
        head, tail = same.get(triple.head, ""), same.get(triple.tail, "")
        key = triple_key(head, triple.relation, tail)
        if head and tail and key in wanted and key not in given:
            given[key] = (own, triple.status)
        else:
            false.append(own)
    missed = [key for key in wanted if key not in given]
    triples: Counter[tuple[str, str]] = Counter()
    triples.update((key[1], "right") for key in given)
    triples.update((key[1], "false") for key in false)
    triples.update((key[1], "missed") for key in missed)
    relations = {relation for relation, _ in triples}
    judged = {frozenset(same.get(entity, "") for entity in pair) for pair in found.candidates}
    return ArticleScore(
        article=gold,
        mentions=mentions,
        triples={
            r: Prf(triples[r, "right"], triples[r, "false"], triples[r, "missed"])
            for r in sorted(relations)
        },
        status_right=sum(wanted[key] == status for key, (_, status) in given.items()),
        reachable=sum(frozenset((head, tail)) in judged for head, _, tail in wanted),
        missed=tuple(missed),
        false=tuple(false),
    )


def _score_mentions(gold: MarkedArticle, found: MarkedArticle) -> dict[str, Prf]:
    wanted = {(span, kind) for span, (kind, _) in gold.mentions.items()}
    given = {(span, kind) for span, (kind, _) in found.mentions.items()}
    types = sorted({kind for _, kind in wanted | given})
    return {
        kind: Prf(
            sum(k == kind for _, k in wanted & given),
            sum(k == kind for _, k in given - wanted),
            sum(k == kind for _, k in wanted - given),
        )
        for kind in types
    }


def match_entities(gold: MarkedArticle, found: MarkedArticle) -> dict[str, str]:
    """Found entity id → gold entity id, one to one, by the mention spans they share, most shared
    first.

    Names and ids play no part: an entity is who its mentions are.
    """
    shared: Counter[tuple[str, str]] = Counter()
    for span, (kind, entity) in found.mentions.items():
        wanted = gold.mentions.get(span)
        if wanted and wanted[0] == kind:
            shared[entity, wanted[1]] += 1
    pairs: dict[str, str] = {}
    taken: set[str] = set()
    for (mine, theirs), _ in sorted(shared.items(), key=lambda item: (-item[1], item[0])):
        if mine not in pairs and theirs not in taken:
            pairs[mine] = theirs
            taken.add(theirs)
    return pairs


def score_all(
    gold: Iterable[MarkedArticle], found: dict[str, MarkedArticle]
) -> tuple[ArticleScore, ...]:
    """One score for every gold article; what the run has beyond the gold is not looked at."""
    return tuple(score_article(article, found.get(article.id)) for article in gold)


def pool(counts: Iterable[Prf]) -> Prf:
    return sum(counts, Prf())


def mention_prf(score: ArticleScore) -> Prf:
    return pool(score.mentions.values())


def triple_prf(score: ArticleScore) -> Prf:
    return pool(score.triples.values())


def interval(
    scores: Sequence[ArticleScore], counts: Callable[[ArticleScore], Prf]
) -> tuple[float, float]:
    """95 % bootstrap interval of the pooled F1, articles drawn with replacement (percentile
    method).

    With few articles it is wide, and rightly so.
    """
    if not scores:
        return 0.0, 0.0
    each = [counts(score) for score in scores]
    draw = random.Random(BOOTSTRAP_SEED)  # noqa: S311 - resampling, not a secret
    f1s = sorted(pool(draw.choices(each, k=len(each))).f1 for _ in range(BOOTSTRAP_DRAWS))
    return f1s[int(0.025 * BOOTSTRAP_DRAWS)], f1s[int(0.975 * BOOTSTRAP_DRAWS) - 1]
