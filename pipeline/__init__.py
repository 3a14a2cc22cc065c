"""zongheng: Chinese tech articles in, checked triples of companies, people and chips out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import PipelineError
from pipeline.types import Article, Extraction, Triple

if TYPE_CHECKING:
    from pipeline.extractor import Extractor

__version__ = "0.1.0"
__all__ = ["Article", "Extraction", "Extractor", "PipelineError", "Triple", "__version__"]


def __getattr__(name: str) -> object:
    # The extractor brings OpenCC and the automaton with it; `import pipeline` alone should cost
    # nothing.
    if name == "Extractor":
        from pipeline.extractor import Extractor

        return Extractor
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
