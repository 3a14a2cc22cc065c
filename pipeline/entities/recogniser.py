"""Mentions: what the registry is certain of, what the neighbourhood confirms, what patterns
suggest."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable

from pipeline.entities import ambiguity
from pipeline.entities.chips import guess_chips
from pipeline.entities.companies import guess_companies
from pipeline.entities.people import guess_people
from pipeline.entities.registry import Match, Registry, fold
from pipeline.entities.segment import Word, frequency, segment
from pipeline.types import CleanSpan, CleanText, Mention

CERTAIN = 0.98


class Recogniser:
    """CleanText → mentions, by registry and patterns; knows no relation."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def __call__(self, cleaned: CleanText) -> tuple[Mention[CleanSpan], ...]:
        """The mentions of `cleaned`, ascending, not overlapping; `entity` is set where the registry
        knows the name."""
        text = cleaned.text
        matches = self._registry.find(text)
        certain = [match for match in matches if match.ids and not match.ambiguous]
        mentions = [self._mention(text, match, match.ids[0], CERTAIN) for match in certain]
        forms = frozenset(mention.text for mention in mentions)
        weighed: list[tuple[Match, str, float]] = []
        for sentence, inside in _by_sentence(cleaned.sentences, matches):
            words = segment(sentence.of(text))
            weighed += self._weigh(cleaned, sentence, inside, words, matches)
            mentions += _guessed(text, sentence, inside, words, forms)
        mentions += self._accepted(text, weighed)
        mentions += _repeated(text, mentions)
        return tuple(sorted(mentions, key=lambda mention: mention.span))

    def _weigh(
        self,
        cleaned: CleanText,
        sentence: CleanSpan,
        inside: list[Match],
        words: tuple[Word, ...],
        matches: tuple[Match, ...],
    ) -> Iterable[tuple[Match, str, float]]:
        """Each ambiguous match of `sentence` with the entity that it most likely names, and how
        likely."""
        doubtful = [match for match in inside if match.ids and match.ambiguous]
        if not doubtful:
            return
        text = cleaned.text
        borders = frozenset(
            (sentence.start + start, sentence.start + end) for start, end, _ in words
        )
        beside = tuple(match.span for match in inside if match.ids and not match.ambiguous)
        named = {match.ids[0] for match in matches if match.ids and not match.ambiguous}
        for match in doubtful:
            name = fold(match.span.of(text))
            occurrences = sum(fold(other.span.of(text)) == name for other in matches)
            around = [
                ambiguity.Neighbourhood(
                    text, sentence, borders, beside, entity_id in named, occurrences
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


def _by_sentence(
    sentences: tuple[CleanSpan, ...], matches: tuple[Match, ...]
) -> Iterable[tuple[CleanSpan, list[Match]]]:
    """Every sentence with the matches that start in it."""
    at = 0
    for sentence in sentences:
        inside: list[Match] = []
        while at < len(matches) and matches[at].span.start < sentence.end:
            if matches[at].span.start >= sentence.start:
                inside.append(matches[at])
            at += 1
        yield sentence, inside


def _guessed(
    text: str,
    sentence: CleanSpan,
    matches: list[Match],
    words: tuple[Word, ...],
    forms: frozenset[str],
) -> list[Mention[CleanSpan]]:
    """Pattern mentions where no registry name lies; the higher rank, then the longer span wins an
    overlap."""
    taken = [match.span for match in matches]
    kept: list[Mention[CleanSpan]] = []
    own = sentence.of(text)
    guesses = [*guess_chips(own, forms), *guess_people(own, words), *guess_companies(own, words)]
    for guess in sorted(guesses, key=lambda g: (-g.rank, g.span.start - g.span.end, g.span)):
        span = CleanSpan(sentence.start + guess.span.start, sentence.start + guess.span.end)
        if not any(span.overlaps(other) for other in taken):
            taken.append(span)
            kept.append(Mention(span, span.of(text), guess.type, guess.score, "pattern"))
    return kept


# A name found by its shape is rather the same name where it recurs without that shape.
REPEATED_SHARE = 0.9
MIN_REPEATED_CHARS = 3


def _repeated(text: str, mentions: list[Mention[CleanSpan]]) -> list[Mention[CleanSpan]]:
    """Further places of the names that patterns found: the whole name, and a foreigner's surname
    alone."""
    taken = sorted(mention.span for mention in mentions)
    found: list[Mention[CleanSpan]] = []
    names: dict[str, Mention[CleanSpan]] = {}
    for mention in mentions:
        if mention.source == "pattern":
            names.setdefault(mention.text, mention)
            if "·" in mention.text:
                names.setdefault(mention.text.rpartition("·")[2], mention)
    for name in sorted(names, key=len, reverse=True):
        if len(name) < MIN_REPEATED_CHARS and not (len(name) == 2 and frequency(name) == 0):
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
