"""Mentions: what the model reads, what registry and patterns see besides, and who they are."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Set
from typing import TYPE_CHECKING

from pipeline.cleaning.sentences import by_sentence
from pipeline.dictionary import dictionary
from pipeline.entities.ordinary_words import is_common_word, is_ordinary
from pipeline.entities.patterns import PatternRecogniser
from pipeline.entities.registry import Match, Registry
from pipeline.entities.segment import segment
from pipeline.model.hints import hints_of
from pipeline.model.tokens import UNKNOWN
from pipeline.schema import ENTITY_TYPES
from pipeline.types import CleanSpan, CleanText, Mention

if TYPE_CHECKING:
    from pipeline.model.session import Model, Reading

# How likely the model must find it that a stretch is in a name, on average over its tokens, for
# what registry and patterns see there to count where the model's best reading has nothing.
MIN_PATTERN_SCORE = 0.1
# The same for a name that the registry knows in one sense: the model doubts those written in ways
# that it has hardly seen (open ai).
MIN_KNOWN_SCORE = 0.02
# How likely the model must find a name that the registry does not know, at least once in the text.
# On corpus/dev fewer than half of those below are names.
MIN_NAME_SCORE = 0.6

_NUMBER = re.compile(r"\s?\d+(?:\.\d+)?")
_UNIT = re.compile(
    r"\s?(?:[TP]OPS|[TP]?FLOPS|[KMGT]B|[GMk]?W|nm|[GM]Hz|纳米|瓦|核|[颗片块枚个台]|[万亿]|美?元|%|倍)",
    re.IGNORECASE,
)


class Recogniser:
    """CleanText → mentions; knows no relation."""

    def __init__(self, registry: Registry, model: Model) -> None:
        self._registry = registry
        self._model = model
        self._patterns = PatternRecogniser(registry)

    def __call__(self, cleaned: CleanText) -> tuple[tuple[Mention[CleanSpan], ...], Reading]:
        """The mentions of `cleaned`, ascending, not overlapping, and the reading they come from.

        `entity` is set where the registry knows the name.
        """
        matches = self._registry.find(cleaned.text)
        tokens = self._model.tokenize(cleaned.text)
        reading = self._model.read(tokens, cleaned.sentences, hints_of(tokens, matches))
        certain = {match.span.start: match for match in matches if match.is_certain}
        found = _likely(cleaned, self._read(cleaned.text, reading, certain))
        taken = [mention.span for mention in found]
        seen = self._patterns(cleaned, matches)
        found += self._overlooked(reading, seen, taken, {m.span for m in certain.values()})
        return tuple(sorted(found, key=lambda mention: mention.span)), reading

    def _read(
        self, text: str, reading: Reading, certain: Mapping[int, Match]
    ) -> Iterator[Mention[CleanSpan]]:
        """What the model reads, corrected where the registry has a name of one sense there;
        certain: these names by where they start."""
        for first, last, kind, score in reading.spans:
            span = CleanSpan(reading.tokens.starts[first], reading.tokens.ends[last - 1])
            known = certain.get(span.start)
            behind = certain.get(known.span.end) if known else None
            if known and behind and behind.span.end == span.end:  # 英特尔Mobileye read as one
                for one in (known, behind):
                    entity = one.ids[0]
                    name, entity_type = one.span.of(text), entity.partition(":")[0]
                    yield Mention(one.span, name, entity_type, round(score, 4), "model", entity)
                continue
            if known and known.span.end < span.end and self._is_part(text, known, span):
                span = known.span
            elif known and known.span.end > span.end and not _overlaps(known.span, reading, last):
                span = known.span  # 华为云, of which 华为 was read
            name, entity_type = span.of(text), ENTITY_TYPES[kind]
            entity = self._entity_of(name, entity_type)
            if known and known.span == span and not entity:
                entity = known.ids[0]
                entity_type = entity.partition(":")[0]
            # What the model cannot read at all it takes for a name.
            legible = any(token != UNKNOWN for token in reading.tokens.ids[first:last])
            if entity or (legible and not _is_word(name)):
                yield Mention(span, name, entity_type, round(score, 4), "model", entity)

    def _is_part(self, text: str, known: Match, span: CleanSpan) -> bool:
        """Whether `span` is the known name and a word of its own, or the number of a quantity:
        特斯拉|车, Orin| 256 TOPS."""
        rest = text[known.span.end : span.end]
        counts = _NUMBER.fullmatch(rest) and _UNIT.match(text, span.end)
        return not self._registry.ids_of(span.of(text)) and bool(counts or _is_word(rest))

    def _overlooked(
        self,
        reading: Reading,
        seen: tuple[Mention[CleanSpan], ...],
        taken: list[CleanSpan],
        certain: Set[CleanSpan],
    ) -> Iterator[Mention[CleanSpan]]:
        """What registry and patterns see where the best reading has nothing, unless the model is
        sure that there is nothing; certain: names that the registry knows in one sense."""
        starts = reading.tokens.starts
        at = 0
        for mention in seen:
            while at < len(taken) and taken[at].end <= mention.span.start:
                at += 1
            if at < len(taken) and taken[at].overlaps(mention.span):
                continue
            first = bisect_left(starts, mention.span.start)
            last = bisect_left(starts, mention.span.end)
            least = MIN_KNOWN_SCORE if mention.span in certain else MIN_PATTERN_SCORE
            if last > first and 1 - float(reading.outside[first:last].mean()) >= least:
                yield mention

    def _entity_of(self, name: str, entity_type: str) -> str:
        """The entity of `entity_type` that the registry knows by `name`; "" where it knows none."""
        ids = self._registry.ids_of(name)
        return next((i for i in ids if i.startswith(entity_type + ":")), "")


def _likely(cleaned: CleanText, mentions: Iterable[Mention[CleanSpan]]) -> list[Mention[CleanSpan]]:
    """`mentions` without unknown names that cut a word, or of which the model is nowhere in the
    text sure enough."""
    read = list(mentions)
    sure = {m.text for m in read if m.score >= MIN_NAME_SCORE}
    unknown = [m for m in read if not m.entity and m.text in sure]
    cutting = {
        mention.span
        for sentence, inside in by_sentence(cleaned.sentences, unknown)
        for mention in inside
        if _cuts_a_word(
            sentence.of(cleaned.text), mention.span.start - sentence.start, mention.text
        )
    }
    return [m for m in read if m.entity or (m.text in sure and m.span not in cutting)]


def _cuts_a_word(sentence: str, first: int, name: str) -> bool:
    """Whether `name`, at `first` in `sentence`, begins or ends inside a word of the dictionary:
    虎头蛇|尾, 但|凡和AI.

    Of the unknown names on corpus/dev that do, 7 of 36 are right, of the others 88 in a hundred.
    """
    last = first + len(name)
    return any(
        (start < first < end or start < last < end) and dictionary().get(word)
        for start, end, word in segment(sentence)
    )


def _overlaps(span: CleanSpan, reading: Reading, behind: int) -> bool:
    """Whether a span that was read at or behind the token `behind` begins inside `span`."""
    starts = reading.tokens.starts
    return any(first >= behind and starts[first] < span.end for first, *_ in reading.spans)


def _is_word(name: str) -> bool:
    """Whether `name` is a word that running text uses (梦想, 画蛇添足), or no word at all.

    Training, which replaces names by invented ones, teaches the model to take rare words for names.
    """
    lower = name.lower()
    if is_ordinary(lower) or is_common_word(lower):
        return True
    return not any(character.isalnum() for character in name)
