"""CleanText → mentions → entities: what the registry knows, what patterns suggest, who is whom."""

from pipeline.entities.linking import link
from pipeline.entities.model_recogniser import ModelRecogniser
from pipeline.entities.recogniser import Recogniser
from pipeline.entities.registry import Registry, load_registry

__all__ = ["ModelRecogniser", "Recogniser", "Registry", "link", "load_registry"]
