"""The cleaning steps in their order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pipeline.cleaning.annotations import strip_annotations
from pipeline.cleaning.boilerplate import mark_boilerplate
from pipeline.cleaning.script import ScriptConverter
from pipeline.cleaning.sentences import split_sentences
from pipeline.offsets import OffsetMap
from pipeline.types import Article, CleanSpan, CleanText, Repair

# A repair step: text → (repaired text, map back to the step's own input, repairs in that input's
# coordinates).
# Each must run before OpenCC; steps for further damage are added here, most evidence-hungry first.
RepairStep = Callable[[str], tuple[str, OffsetMap, tuple[Repair, ...]]]
REPAIR_STEPS: tuple[RepairStep, ...] = (strip_annotations,)


class Cleaner:
    """Raw article → CleanText. Holds OpenCC's tables, so make one and keep it."""

    def __init__(self) -> None:
        self._script = ScriptConverter()

    def __call__(self, article: Article) -> CleanText:
        """`article` repaired and Simplified; len(offsets) == len(text)."""
        text = article.text
        offsets = OffsetMap.identity(len(text))
        repairs: list[Repair] = []
        for step in REPAIR_STEPS:
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
            script=self._script.detect(text),
        )

    def simplify(self, text: str) -> str:
        """`text` in Simplified characters, of the same length."""
        return self._script.simplify(text)

    def traditional(self, text: str) -> str:
        """`text` in Traditional characters, for display."""
        return self._script.traditional(text)
