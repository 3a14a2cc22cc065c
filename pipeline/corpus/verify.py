"""The faults of a corpus that no single line shows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from pipeline.corpus.duplicates import near_duplicates, shared_runs
from pipeline.corpus.passages import Passage, names_in

# Traditional characters that a text declared Simplified may hold, at least, and as a share of it: a
# quotation, or a name that keeps its form (昇腾), may stand in the other script.
MAX_FOREIGN_CHARS = 2
MAX_FOREIGN_SHARE = 0.04
# A passage shorter than this may have no character that differs between the scripts.
MIN_SCRIPT_CHARS = 30

_LATIN = re.compile(r"[A-Za-z0-9]")


def faults(
    passages: Sequence[Passage],
    *,
    simplify: Callable[[str], str],
    seeds: Iterable[str] = (),
) -> Iterator[str]:
    """Every fault as a `file:line: what` message: twice the same text, near-duplicates, a script
    that is not the declared one, a run of characters shared with one of `seeds`.

    simplify: Traditional → Simplified of the same length.
    """
    seen: dict[str, Passage] = {}
    for passage in passages:
        first = seen.setdefault(passage.id, passage)
        if first is not passage:
            yield f"{passage.where}: the same text as {first.where}"
        yield from _script_faults(passage, simplify)
    for similarity, one, other in near_duplicates(list(seen.values()), simplify=simplify):
        yield f"{other.where}: near-duplicate of {one.where} (similarity {similarity:.2f})"
    for passage, run in shared_runs(passages, seeds, simplify=simplify):
        yield f"{passage.where}: shares {run!r} with a seed"


def traditional_characters(text: str, simplify: Callable[[str], str]) -> int:
    """How many characters of `text` its Simplified form writes otherwise."""
    return sum(before != after for before, after in zip(text, simplify(text), strict=True))


def most_traditional(text: str) -> float:
    """How many Traditional characters a Simplified text of this length may hold."""
    return max(MAX_FOREIGN_CHARS, MAX_FOREIGN_SHARE * len(text))


def _script_faults(passage: Passage, simplify: Callable[[str], str]) -> Iterator[str]:
    traditional = traditional_characters(passage.text, simplify)
    if passage.script == "Hans" and traditional > most_traditional(passage.text):
        yield f"{passage.where}: declared hans, but {traditional} characters are Traditional"
    if passage.script == "Hant" and not traditional and len(passage.text) >= MIN_SCRIPT_CHARS:
        yield f"{passage.where}: declared hant, but no character is Traditional"


def shared_names(
    train: Iterable[Passage], dev: Iterable[Passage], *, known: Callable[[str], bool]
) -> Iterator[str]:
    """Names that both mark and the registry does not know: dev would reward remembering them."""
    for kind, name in sorted(names_in(train) & names_in(dev)):
        if not known(name):
            yield f"{kind} {name!r} is marked in train and in dev, and is no known name"


def doubts(passages: Iterable[Passage]) -> Iterator[str]:
    """Places to look at again: a marked name that stands unmarked elsewhere in its passage. Not a
    fault: 百度网盘 beside 百度 is right."""
    for passage in passages:
        marked = [mention.span for mention in passage.mentions]
        for _, name in sorted(passage.names()):
            for match in re.finditer(re.escape(name), passage.text):
                start, end = match.span()
                if len(name) < 2 or any(s.start < end and start < s.end for s in marked):
                    continue
                if _is_inside_a_word(passage.text, start, end):
                    continue
                around = passage.text[max(0, start - 8) : end + 8].replace("\n", " ")
                yield f"{passage.where}: {name!r} is not marked in …{around}…"


def _is_inside_a_word(text: str, start: int, end: int) -> bool:
    before = text[start - 1 : start] + text[start]
    after = text[end - 1] + text[end : end + 1]
    return any(len(pair) == 2 and all(map(_LATIN.match, pair)) for pair in (before, after))
