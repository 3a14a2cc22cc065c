"""Mentions: what the registry is certain of, what the neighbourhood confirms, what patterns
suggest."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.cleaning.sentences import by_sentence
from pipeline.dictionary import dictionary
from pipeline.entities import ambiguity
from pipeline.entities.chips import guess_chips, model_ends
from pipeline.entities.companies import guess_companies
from pipeline.entities.people import guess_people
from pipeline.entities.registry import Match, Registry, fold
from pipeline.entities.segment import segment
from pipeline.schema import CHIP
from pipeline.types import CleanSpan, CleanText, Mention

CERTAIN = 0.98


@dataclass(frozen=True, slots=True)
class _NamesOfArticle:
    """How often each folded name stands in the article, and the entities it names beyond doubt."""

    occurrences: Counter[str]
    certain: frozenset[str]


class PatternRecogniser:
    """CleanText → mentions, by registry and patterns; knows no relation."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def __call__(
        self, cleaned: CleanText, matches: tuple[Match, ...] | None = None
    ) -> tuple[Mention[CleanSpan], ...]:
        """The mentions of `cleaned`, ascending, not overlapping; `entity` is set where the registry
        knows the name.

        matches: what the registry finds in the text; looked up when not given.
        """
        text = cleaned.text
        matches = self._whole(text, self._registry.find(text) if matches is None else matches)
        certain = [match for match in matches if match.is_certain]
        names = _NamesOfArticle(
            Counter(fold(match.span.of(text)) for match in matches),
            frozenset(match.ids[0] for match in certain),
        )
        mentions = [self._mention(text, match, match.ids[0], CERTAIN) for match in certain]
        forms = frozenset(mention.text for mention in mentions)
        weighed: list[tuple[Match, str, float]] = []
        last: list[Match] = []
        for sentence, inside in by_sentence(cleaned.sentences, matches):
            weighed += self._weigh(text, sentence, inside, names)
            # A name may reach over the cut of an overlong sentence.
            mentions += _guessed(text, sentence, last + inside, forms)
            last = inside[-1:]
        mentions += self._accepted(text, weighed)
        mentions += _repeated(text, mentions, matches)
        return tuple(sorted(mentions, key=lambda mention: mention.span))

    def _whole(self, text: str, matches: tuple[Match, ...]) -> tuple[Match, ...]:
        """`matches` without chip families that only begin a model's name (麒麟 in 麒麟9999)."""
        ends = model_ends(text)
        return tuple(
            match
            for match in matches
            if ends.get(match.span.start, 0) <= match.span.end
            or all(self._registry.records[entity_id].type != CHIP for entity_id in match.ids)
        )

    def _weigh(
        self,
        text: str,
        sentence: CleanSpan,
        inside: list[Match],
        names: _NamesOfArticle,
    ) -> Iterable[tuple[Match, str, float]]:
        """Each ambiguous match of `sentence` with the entity that it most likely names, and how
        likely."""
        doubtful = [match for match in inside if match.ids and match.ambiguous]
        if not doubtful:
            return
        borders = frozenset(
            (sentence.start + start, sentence.start + end)
            for start, end, _ in segment(sentence.of(text))
        )
        beside = tuple(match.span for match in inside if match.is_certain)
        for match in doubtful:
            occurrences = names.occurrences[fold(match.span.of(text))]
            around = [
                ambiguity.Neighbourhood(
                    text, sentence, borders, beside, entity_id in names.certain, occurrences
                )
                for entity_id in match.ids
            ]
            scored = [
                (ambiguity.score(match, self._registry.records[entity_id].type, place), entity_id)
                for entity_id, place in zip(match.ids, around, strict=True)
            ]
            best, entity_id = max(scored, key=lambda pair: pair[0])
            yield match, entity_id, best

    def _accepted(
        self, text: str, weighed: list[tuple[Match, str, float]]
    ) -> Iterable[Mention[CleanSpan]]:
        """One sense per discourse (Gale, Church and Yarowsky 1992): a name that is clear once helps
        its others."""
        clear = {
            (fold(match.span.of(text)), entity_id)
            for match, entity_id, score in weighed
            if score >= ambiguity.CLEAR_AT and not match.service
        }
        for match, entity_id, score in weighed:
            if score > ambiguity.CUT and (fold(match.span.of(text)), entity_id) in clear:
                score += ambiguity.SAME_SENSE
            if score >= ambiguity.ACCEPT_AT:
                yield self._mention(text, match, entity_id, min(0.95, 0.5 + 0.2 * score))

    def _mention(self, text: str, match: Match, entity_id: str, score: float) -> Mention[CleanSpan]:
        record = self._registry.records[entity_id]
        return Mention(match.span, match.span.of(text), record.type, score, "registry", entity_id)


def _guessed(
    text: str,
    sentence: CleanSpan,
    matches: list[Match],
    forms: frozenset[str],
) -> list[Mention[CleanSpan]]:
    """Pattern mentions where no registry name lies; the higher rank, then the longer span wins an
    overlap."""
    taken = [match.span for match in matches]
    kept: list[Mention[CleanSpan]] = []
    own = sentence.of(text)
    guesses = [*guess_chips(own, forms), *guess_people(own), *guess_companies(own)]
    for guess in sorted(guesses, key=lambda g: (-g.rank, g.span.start - g.span.end, g.span)):
        span = CleanSpan(sentence.start + guess.span.start, sentence.start + guess.span.end)
        if not any(span.overlaps(other) for other in taken):
            taken.append(span)
            kept.append(Mention(span, span.of(text), guess.type, guess.score, "pattern"))
    return kept


# A name found by its shape is rather the same name where it recurs without that shape.
REPEATED_SHARE = 0.9
MIN_REPEATED_CHARS = 3


def _repeated(
    text: str, mentions: list[Mention[CleanSpan]], matches: tuple[Match, ...]
) -> list[Mention[CleanSpan]]:
    """Further places of the names that patterns found, outside the registry's own names: the whole
    name, and a foreigner's surname alone."""
    taken = sorted({m.span for m in mentions} | {m.span for m in matches})
    found: list[Mention[CleanSpan]] = []
    names: dict[str, Mention[CleanSpan]] = {}
    for mention in mentions:
        if mention.source == "pattern":
            names.setdefault(mention.text, mention)
            surname = mention.text[fold(mention.text).rfind("·") + 1 :]
            if surname:
                names.setdefault(surname, mention)
    for name in sorted(names, key=len, reverse=True):
        if len(name) < MIN_REPEATED_CHARS and not (len(name) == 2 and dictionary().get(name) == 0):
            continue
        border = r"(?![A-Za-z0-9])" if name[-1].isascii() else ""
        front = r"(?<![A-Za-z0-9])" if name[0].isascii() else ""
        for match in re.finditer(front + re.escape(name) + border, text):
            span = CleanSpan(*match.span())
            at = bisect_left(taken, span)
            if (at and taken[at - 1].overlaps(span)) or (
                at < len(taken) and taken[at].overlaps(span)
            ):
                continue
            taken.insert(at, span)
            model = names[name]
            found.append(
                Mention(span, match.group(), model.type, model.score * REPEATED_SHARE, "pattern")
            )
    return found
