"""zongheng: Chinese tech articles in, checked triples of companies, people and chips out."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from pipeline.errors import PipelineError
from pipeline.types import Article, Extraction, Triple

if TYPE_CHECKING:
    from pipeline.extractor import Extractor, UnfitArticle
    from pipeline.frames import load_triples

__version__ = "0.1.0"
__all__ = [
    "Article",
    "Extraction",
    "Extractor",
    "PipelineError",
    "Triple",
    "UnfitArticle",
    "__version__",
    "load_triples",
]


# The extractor brings OpenCC and the automaton with it, the tables pandas; `import pipeline` alone
# should cost nothing.
_LATE = {
    "Extractor": "pipeline.extractor",
    "UnfitArticle": "pipeline.extractor",
    "load_triples": "pipeline.frames",
}


def __getattr__(name: str) -> object:
    if name in _LATE:
        return getattr(import_module(_LATE[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
