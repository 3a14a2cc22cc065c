"""The terms of the RDF that is written: vocabularies, names of what is described, dates."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final
from urllib.parse import quote

from pyoxigraph import DefaultGraph, Literal, NamedNode

from pipeline.errors import InputError
from pipeline.graph.model import VOCABULARY, Edge, Statement
from pipeline.run_folder import TRIPLES_NAME, RunFolder
from pipeline.schema import ACTUAL

BASE: Final = "urn:zongheng:"

_ADDRESS: Final = re.compile(r"https?://[^/?#]", re.IGNORECASE)
_DATE_TYPES: Final = (
    ("date", re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")),
    ("gYearMonth", re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")),
    ("gYear", re.compile(r"[0-9]{4}")),
)


def _vocabulary(base: str) -> Callable[[str], NamedNode]:
    """The terms of a vocabulary by their names, each made once."""

    @cache
    def term(name: str) -> NamedNode:
        return NamedNode(base + name)

    return term


own = _vocabulary(VOCABULARY)  # see docs/graph.md
rdf = _vocabulary("http://www.w3.org/1999/02/22-rdf-syntax-ns#")
rdfs = _vocabulary("http://www.w3.org/2000/01/rdf-schema#")
owl = _vocabulary("http://www.w3.org/2002/07/owl#")
prov = _vocabulary("http://www.w3.org/ns/prov#")
schema_org = _vocabulary("https://schema.org/")
_xsd = _vocabulary("http://www.w3.org/2001/XMLSchema#")


@dataclass(frozen=True, slots=True)
class Names:
    """The IRIs of what is described: under `base`, with ids percent-encoded but for the colon.
    Make one with `under`."""

    base: str

    @classmethod
    def under(cls, base: str) -> Names:
        """Raises InputError where `base` is no absolute IRI."""
        try:
            NamedNode(base)
        except ValueError as error:
            raise InputError(
                f"the base {base!r} is no absolute IRI ({error}); give one like {BASE} or "
                "https://example.org/graph/"
            ) from error
        return cls(base)

    def entity(self, entity_id: str) -> NamedNode:
        return self._named("entity", entity_id)

    def article(self, article_id: str) -> NamedNode:
        return self._named("article", article_id)

    def quotation(self, statement: Statement) -> NamedNode:
        """Of a sentence: the same for all triples that rest on it."""
        span = f"{statement.start}-{statement.end}"
        return self._named("quotation", f"{statement.article_id}:{span}")

    def statement(self, edge: Edge) -> NamedNode:
        return self._named("statement", edge.id)

    def amount(self, edge: Edge) -> NamedNode:
        return self._named("amount", edge.id)

    def run(self, run: RunFolder) -> NamedNode:
        """Named by the digest of its triples, so that a rerun has the same name."""
        return self._named("run", run.manifest["outputs"][TRIPLES_NAME])

    def extractor(self, run: RunFolder) -> NamedNode:
        return self._named("extractor", run.manifest["zongheng"])

    def graph(self, status: str) -> NamedNode | DefaultGraph:
        """Where a relation of `status` is asserted: among the facts only what is one."""
        return DefaultGraph() if status == ACTUAL else self._named("graph", status)

    def _named(self, kind: str, name: str) -> NamedNode:
        return NamedNode(f"{self.base}{kind}:{quote(name, safe=':')}")


def dated(text: str) -> Literal:
    """Typed where XML Schema has a type for it: a quarter has none."""
    for name, pattern in _DATE_TYPES:
        if pattern.fullmatch(text):
            return Literal(text, datatype=_xsd(name))
    return Literal(text)


def url(source: str) -> NamedNode | None:
    """Where an article came from, if that is a proper address on the web."""
    if not _ADDRESS.match(source):
        return None
    try:
        return NamedNode(source)
    except ValueError:
        return None
