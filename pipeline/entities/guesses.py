"""Names that the registry does not know, by the shape and company they keep. Precision before recall."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.types import CleanSpan

# Verbs of saying: what stands before one speaks, and is a person or a company.
SPEECH = r"(?:表示|认为|指出|透露|坦言|强调|宣布|宣称|称|说|回应|回忆|补充|解释|写道|预计|预测|曾|告诉|接受|在接受)"


@dataclass(frozen=True, slots=True)
class Guess:
    """A span that looks like a name, in the sentence's own offsets.

    rank: higher wins where guesses overlap.
    """

    span: CleanSpan
    type: str
    score: float
    rank: int


Guesses = Iterator[Guess]
