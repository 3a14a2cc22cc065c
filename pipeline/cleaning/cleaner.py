"""The cleaning steps in their order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property, partial

from pipeline import resources
from pipeline.cleaning.annotations import PinyinPages
from pipeline.cleaning.boilerplate import mark_boilerplate
from pipeline.cleaning.characters import normalise_characters
from pipeline.cleaning.codepages import repair_codepages
from pipeline.cleaning.escapes import decode_escapes
from pipeline.cleaning.language_model import CharacterModel
from pipeline.cleaning.markup import remove_markup
from pipeline.cleaning.missing_bytes import MissingBytes
from pipeline.cleaning.realignment import Realigner
from pipeline.cleaning.script import converter
from pipeline.cleaning.sentences import split_sentences
from pipeline.cleaning.spacing import repair_spacing
from pipeline.offsets import OffsetMap
from pipeline.types import Article, CleanSpan, CleanText, Repair

# A repair step: text → (repaired text, map back to the step's own input, repairs in that input's
# coordinates).
RepairStep = Callable[[str], tuple[str, OffsetMap, tuple[Repair, ...]]]


class Cleaner:
    """Raw article → CleanText. Holds OpenCC's tables, and the language model once a page needs it;
    make one and keep it."""

    def __init__(self) -> None:
        self._script = converter()
        # Most evidence-hungry first; all of them before OpenCC, which would overwrite what they
        # read.
        self._steps: tuple[RepairStep, ...] = (
            PinyinPages(self._realigner),
            decode_escapes,
            remove_markup,
            partial(repair_codepages, missing=lambda: self._missing),
            normalise_characters,
            repair_spacing,
        )

    def __call__(self, article: Article) -> CleanText:
        """`article` repaired and Simplified; len(offsets) == len(text)."""
        text = article.text
        offsets = OffsetMap.identity(len(text))
        repairs: list[Repair] = []
        for step in self._steps:
            text, back, made = step(text)
            for repair in made:
                here = CleanSpan(repair.span.start, repair.span.end)
                repairs.append(replace(repair, span=offsets.to_raw(here)))
            offsets = offsets.then(back)
        simplified = self._script.simplify(text)
        return CleanText(
            text=simplified,
            offsets=offsets,
            repairs=tuple(repairs),
            boilerplate=mark_boilerplate(simplified),
            sentences=split_sentences(simplified),
            script=self._script.detect(text, simplified),
        )

    @cached_property
    def _model(self) -> CharacterModel:
        return CharacterModel.load(resources.find("char-trigram"))

    @cached_property
    def _missing(self) -> MissingBytes:
        return MissingBytes(self._model, self._script.simplify)

    def _realigner(self) -> Realigner:
        return Realigner(self._model, self._script.simplify, self._script.traditional)

    def simplify(self, text: str) -> str:
        """`text` in Simplified characters, of the same length."""
        return self._script.simplify(text)

    def traditional(self, text: str) -> str:
        """`text` in Traditional characters, for display."""
        return self._script.traditional(text)
