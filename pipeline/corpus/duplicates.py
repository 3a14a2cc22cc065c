"""Passages that say the same, and runs of characters that they share with other texts."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from pipeline.corpus.passages import Passage

# Character shingles of a passage whose names, digits and punctuation are blanked, so that one
# template filled with other names is found too.
SHINGLE_CHARS = 4
# Jaccard similarity of two passages' shingles from which they count as near-duplicates. Among 3,956
# passages written for this corpus the nearest two, notices of shareholders' meetings, reach 0.23;
# among 1,746 collected ones, pairs above 0.3 are one headline printed twice.
MAX_SIMILARITY = 0.3
# A shingle in more passages than this (的公司表示 and the like) proposes no pair; it counts in the
# similarity all the same.
MAX_SHARERS = 60
# Characters in a row, names and figures included, that a passage may share with a seed.
MAX_SHARED_RUN = 12

_NOT_TEXT = re.compile(r"[\W\d_]+")


def shingles(passage: Passage, simplify: Callable[[str], str]) -> frozenset[str]:
    """The runs of SHINGLE_CHARS characters of the Simplified text, names and figures blanked."""
    text = list(simplify(passage.text))
    spans = [mention.span for mention in passage.mentions]
    spans += [qualifier.span for qualifier in passage.qualifiers]
    for span in spans:
        text[span.start : span.end] = " " * (span.end - span.start)
    pieces = _NOT_TEXT.sub(" ", "".join(text)).split()
    joined = "".join(pieces)
    return frozenset(joined[i : i + SHINGLE_CHARS] for i in range(len(joined) - SHINGLE_CHARS + 1))


def near_duplicates(
    passages: Sequence[Passage], *, simplify: Callable[[str], str], least: float = MAX_SIMILARITY
) -> Iterator[tuple[float, Passage, Passage]]:
    """Every pair of at least `least` Jaccard similarity, the earlier passage first.

    Pairs whose common shingles all have more than MAX_SHARERS sharers are not looked at.
    """
    sets = [shingles(passage, simplify) for passage in passages]
    holders: dict[str, list[int]] = defaultdict(list)
    for place, items in enumerate(sets):
        for item in items:
            holders[item].append(place)
    for place, items in enumerate(sets):
        shared = Counter(
            other
            for item in items
            if len(holders[item]) <= MAX_SHARERS
            for other in holders[item]
            if other > place
        )
        for other in sorted(shared):
            common = len(items & sets[other])
            similarity = common / (len(items) + len(sets[other]) - common)
            if similarity >= least:
                yield similarity, passages[place], passages[other]


def shared_runs(
    passages: Iterable[Passage], texts: Iterable[str], *, simplify: Callable[[str], str]
) -> Iterator[tuple[Passage, str]]:
    """Passages that share more than MAX_SHARED_RUN characters in a row with one of `texts`, and the
    first such run; both compared in Simplified characters, without punctuation."""
    length = MAX_SHARED_RUN + 1
    known: set[str] = set()
    for text in texts:
        bare = _NOT_TEXT.sub("", simplify(text))
        known.update(bare[i : i + length] for i in range(len(bare) - length + 1))
    for passage in passages:
        bare = _NOT_TEXT.sub("", simplify(passage.text))
        runs = (bare[i : i + length] for i in range(len(bare) - length + 1))
        found = next((run for run in runs if run in known), None)
        if found:
            yield passage, found
