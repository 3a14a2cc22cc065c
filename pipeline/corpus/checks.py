"""The inline format's rules, told to a person who has corrected a passage in another tool."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from pipeline.corpus.inline import parse, render
from pipeline.corpus.passages import Passage, StatedTriple
from pipeline.errors import CorpusError
from pipeline.schema import SIGNATURES, admits


def checked(passage: Passage, where: str) -> Passage:
    """The passage, held to the inline format's rules. Raises CorpusError that says what to mend."""
    text = passage.text
    spans = [(m.span, m.type) for m in passage.mentions]
    spans += [(q.span, q.name) for q in passage.qualifiers]
    spans.sort()
    for span, label in spans:
        words = span.of(text)
        if words != words.strip():
            raise CorpusError(
                f"{where}: {label} {words!r} begins or ends with a blank; mark the words alone"
            )
    for (one, _), (other, _) in pairwise(spans):
        if other.start < one.end:
            raise CorpusError(
                f"{where}: {one.of(text)!r} and {other.of(text)!r} overlap; keep one of them"
            )
    names: dict[int, str] = {}
    kinds: dict[int, str] = {}
    for mention in passage.mentions:
        name, number = mention.span.of(text), mention.entity
        names.setdefault(number, name)
        if kinds.setdefault(number, mention.type) != mention.type:
            raise CorpusError(
                f"{where}: {mention.type} {name!r} has number {number}, as {kinds[number]} "
                f"{names[number]!r} has; give them one type, or {name!r} a number of its own"
            )
    for triple in passage.triples:
        _check_ends(triple, passage, names, where)
    again = next(parse(render(passage), name=where), None)
    if again is None or isinstance(again, CorpusError):
        raise again or CorpusError(f"{where}: no text")
    return again


def _check_ends(
    triple: StatedTriple, passage: Passage, names: Mapping[int, str], where: str
) -> None:
    if triple.head == triple.tail:
        raise CorpusError(
            f"{where}: {names[triple.head]!r} {triple.relation} itself: both ends are entity "
            f"{triple.head}; delete the relation, or give one mention a number of its own"
        )
    kinds = passage.types[triple.head], passage.types[triple.tail]
    if not admits(triple.relation, *kinds):
        may = ", ".join(f"{one} → {other}" for one, other in sorted(SIGNATURES[triple.relation]))
        raise CorpusError(
            f"{where}: {triple.relation} from {kinds[0]} {names[triple.head]!r} to {kinds[1]} "
            f"{names[triple.tail]!r} is not allowed; turn it round, name another relation or mend "
            f"a type ({triple.relation} holds from {may})"
        )
