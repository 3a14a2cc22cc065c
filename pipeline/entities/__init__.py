"""CleanText → mentions → entities: what the model reads, what registry and patterns see besides,
who is whom."""

from pipeline.entities.linking import link
from pipeline.entities.patterns import PatternRecogniser
from pipeline.entities.recogniser import Recogniser
from pipeline.entities.registry import Registry, load_registry

__all__ = ["PatternRecogniser", "Recogniser", "Registry", "link", "load_registry"]
