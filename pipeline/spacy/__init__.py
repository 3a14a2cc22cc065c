"""The spaCy component `zongheng`: entities and triples on a `Doc`. See docs/spacy.md.

Installing the package registers the component; nothing here has to be imported for it.
"""

from pipeline.spacy.extensions import DocEvidence, DocTriple, register
from pipeline.spacy.factory import DISPLACY_OPTIONS, make_component
from pipeline.spacy.runs import run_docs

__all__ = [
    "DISPLACY_OPTIONS",
    "DocEvidence",
    "DocTriple",
    "make_component",
    "register",
    "run_docs",
]
