"""N-Quads, loaded into a real store and asked in SPARQL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, RdfFormat, Store

from pipeline.errors import InputError, RunError
from pipeline.graph.model import Source
from pipeline.graph.rdf import write_nquads
from pipeline.run_folder import TRIPLES_NAME, RunFolder
from tests.graph.graphs import (
    ARM,
    ODD,
    ODD_ID,
    SOFTBANK,
    SON,
    WORLD,
    Record,
    entity,
    nothing,
    source_of,
    triple,
)

PREFIXES = """
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX schema: <https://schema.org/>
PREFIX z: <urn:zongheng:vocabulary:>
"""

# The queries of docs/graph.md.
INVESTMENTS = """
SELECT ?investor ?company ?status ?sentence ?article WHERE {
  ?statement rdf:subject/rdfs:label ?investor ;
             rdf:predicate z:invest ;
             rdf:object/rdfs:label ?company ;
             z:status ?status ;
             prov:wasDerivedFrom ?quotation .
  ?quotation schema:text ?sentence ;
             z:start ?start ;
             prov:wasQuotedFrom/schema:identifier ?article .
}
ORDER BY ?investor ?company ?article ?start
"""
INVESTMENTS_RDF12 = """
SELECT ?investor ?company ?status ?sentence ?article WHERE {
  ?statement rdf:reifies <<( ?head z:invest ?tail )>> ;
             z:status ?status ;
             prov:wasDerivedFrom ?quotation .
  ?head rdfs:label ?investor .
  ?tail rdfs:label ?company .
  ?quotation schema:text ?sentence ;
             z:start ?start ;
             prov:wasQuotedFrom/schema:identifier ?article .
}
ORDER BY ?investor ?company ?article ?start
"""
STATUSES = """
SELECT ?status (COUNT(?statement) AS ?statements) WHERE { ?statement z:status ?status }
GROUP BY ?status ORDER BY ?status
"""

both_ways = pytest.mark.parametrize("rdf12", [False, True], ids=["rdf11", "rdf12"])


def loaded(folder: Path, *triples: Record, per: str = "graph", **options: Any) -> Store:
    with source_of(folder, *triples, per=per) as source:
        (path,) = write_nquads(source, folder, progress=nothing, **options)
    store = Store()
    store.bulk_load(path=path, format=RdfFormat.N_QUADS)
    return store


def answers(store: Store, query: str) -> list[tuple[str, ...]]:
    found = store.query(PREFIXES + query)
    assert isinstance(found, QuerySolutions)
    return [tuple(getattr(term, "value", "") for term in row) for row in found]


def quads(store: Store, subject: str) -> list[Quad]:
    return list(store.quads_for_pattern(NamedNode(subject), None, None))


def values(store: Store, subject: str, predicate: str) -> set[Any]:
    return {quad.object for quad in quads(store, subject) if quad.predicate.value == predicate}


class TestQueries:
    @both_ways
    def test_who_invests_in_whom_with_sentence_and_article(
        self, rdf12: bool, tmp_path: Path
    ) -> None:
        query = INVESTMENTS_RDF12 if rdf12 else INVESTMENTS
        assert answers(loaded(tmp_path, *WORLD, rdf12=rdf12), query) == [
            ("孙正义", "Arm", "rumored", "孙正义 invest Arm", "乙"),
            ("软银", "Arm", "actual", "软银 invest Arm", "乙"),
            ("软银", "Arm", "actual", "软银投资Arm。", "甲"),
            ("软银", "Arm", "actual", "后者获软银注资。", "甲"),
        ]

    @both_ways
    def test_how_many_statements_there_are_by_status(self, rdf12: bool, tmp_path: Path) -> None:
        assert answers(loaded(tmp_path, *WORLD, rdf12=rdf12), STATUSES) == [
            ("actual", "2"),
            ("negated", "1"),
            ("planned", "1"),
            ("rumored", "1"),
        ]

    @both_ways
    def test_only_what_is_a_fact_is_asserted_in_the_default_graph(
        self, rdf12: bool, tmp_path: Path
    ) -> None:
        store = loaded(tmp_path, *WORLD, rdf12=rdf12)
        asserted = "SELECT ?head ?tail WHERE { ?head z:invest|z:buy|z:compete ?tail }"
        assert set(answers(store, asserted)) == {
            ("urn:zongheng:entity:company:%E8%BD%AF%E9%93%B6", "urn:zongheng:entity:company:Arm"),
            (odd_entity(), "urn:zongheng:entity:company:Arm"),
        }
        graphs = "SELECT DISTINCT ?graph WHERE { GRAPH ?graph { ?s ?p ?o } } ORDER BY ?graph"
        assert answers(store, graphs) == [
            ("urn:zongheng:graph:negated",),
            ("urn:zongheng:graph:planned",),
            ("urn:zongheng:graph:rumored",),
        ]

    def test_names_are_found_by_their_script(self, tmp_path: Path) -> None:
        query = """SELECT ?name WHERE {
            ?entity a schema:Organization ; rdfs:label "软银" ; schema:name ?name
            FILTER langMatches(lang(?name), "zh-Hant")
        }"""
        assert answers(loaded(tmp_path, *WORLD), query) == [("軟銀",)]

    def test_a_name_that_fits_no_language_has_no_tag(self, tmp_path: Path) -> None:
        store = loaded(tmp_path, *WORLD)
        names = values(store, "urn:zongheng:entity:chip:H100", "https://schema.org/name")
        assert names == {Literal("H100")}

    def test_competition_is_symmetric_and_asserted_once(self, tmp_path: Path) -> None:
        store = loaded(tmp_path, triple(SOFTBANK, "compete", ARM))
        symmetric = NamedNode("http://www.w3.org/2002/07/owl#SymmetricProperty")
        assert symmetric in {
            quad.object for quad in quads(store, "urn:zongheng:vocabulary:compete")
        }
        assert len(answers(store, "SELECT * WHERE { ?head z:compete ?tail }")) == 1


class TestStatement:
    def test_amount_is_a_range_with_its_currency(self, tmp_path: Path) -> None:
        query = """SELECT ?least ?most ?currency WHERE {
            ?amount a schema:MonetaryAmount ; schema:minValue ?least ; schema:maxValue ?most ;
                    schema:currency ?currency
        }"""
        (row,) = answers(loaded(tmp_path, *WORLD), query)
        assert (float(row[0]), float(row[1]), row[2]) == (6e8, 7e8, "USD")

    def test_one_amount_is_a_value_and_has_no_currency_where_none_is_known(
        self, tmp_path: Path
    ) -> None:
        query = """SELECT ?value ?currency WHERE {
            ?amount schema:value ?value OPTIONAL { ?amount schema:currency ?currency }
        }"""
        assert answers(loaded(tmp_path, *WORLD), query) == [("1.5", "")]

    def test_dates_are_typed_by_their_precision(self, tmp_path: Path) -> None:
        query = "SELECT ?date (DATATYPE(?date) AS ?type) WHERE { ?s z:firstDate ?date }"
        schema = "http://www.w3.org/2001/XMLSchema#"
        assert set(answers(loaded(tmp_path, *WORLD), query)) == {
            ("2026-11-20", schema + "date"),
            ("2026-Q3", schema + "string"),
            ("2026-11", schema + "gYearMonth"),
        }

    def test_counts_stake_and_confidence_are_numbers(self, tmp_path: Path) -> None:
        query = """SELECT ?confidence ?triples ?articles ?actual ?rumored ?stake WHERE {
            ?s z:stakePercent ?stake ; z:confidence ?confidence ; z:triples ?triples ;
               z:articles ?articles ; z:actualTriples ?actual ; z:rumoredTriples ?rumored
        }"""
        (row,) = answers(loaded(tmp_path, *WORLD), query)
        assert row == ("0.9", "2", "2", "1", "1", "5.5")

    def test_an_edge_of_one_article_is_a_statement_of_its_own(self, tmp_path: Path) -> None:
        store = loaded(tmp_path, *WORLD, per="article")
        statements = answers(store, "SELECT ?s WHERE { ?s z:status ?status }")
        assert set(statements) == {(f"urn:zongheng:statement:{record['id']}",) for record in WORLD}


class TestProvenance:
    def test_an_article_has_headline_address_date_and_digest(self, tmp_path: Path) -> None:
        article = "urn:zongheng:article:%E7%94%B2"
        found = {
            quad.predicate.value: quad.object.value
            for quad in quads(loaded(tmp_path, *WORLD), article)
        }
        assert found["https://schema.org/headline"] == "标题"
        assert found["https://schema.org/url"] == "https://example.org/a?b=1"
        assert found["https://schema.org/datePublished"] == "2026-11-21"
        assert found["urn:zongheng:vocabulary:sha256"] == WORLD[0]["article_sha256"]

    @pytest.mark.parametrize("source", ["晨报", "https://", "https://a b", "javascript:alert(1)"])
    def test_a_source_that_is_no_address_is_text(self, source: str, tmp_path: Path) -> None:
        store = loaded(tmp_path, triple(SON, "invest", ARM, source=source))
        article = "urn:zongheng:article:%E7%94%B2"
        assert values(store, article, "urn:zongheng:vocabulary:source") == {Literal(source)}
        assert values(store, article, "https://schema.org/url") == set()

    def test_a_quotation_stands_at_its_offsets_in_the_article(self, tmp_path: Path) -> None:
        query = """SELECT ?text ?start ?end WHERE {
            ?quotation a schema:Quotation ; schema:text ?text ; z:start ?start ; z:end ?end
            FILTER(STRLEN(?text) != ?end - ?start || ?text = "软银投资Arm。")
        }"""
        assert answers(loaded(tmp_path, *WORLD), query) == [("软银投资Arm。", "10", "18")]

    def test_every_statement_comes_from_the_run_and_its_version(self, tmp_path: Path) -> None:
        query = """SELECT (COUNT(?s) AS ?statements) ?version WHERE {
            ?s z:status ?status ; prov:wasGeneratedBy/prov:wasAssociatedWith ?agent .
            ?agent a prov:SoftwareAgent ; schema:softwareVersion ?version
        } GROUP BY ?version"""
        assert answers(loaded(tmp_path, *WORLD), query) == [("5", "0")]


def odd_entity() -> str:
    return "urn:zongheng:entity:local:company:a%20b%2F%22%3C%3E%2541%5C%C3%A9%01%F0%9F%98%80%0A"


class TestFile:
    @both_ways
    def test_odd_characters_come_back_as_they_were(self, rdf12: bool, tmp_path: Path) -> None:
        store = loaded(tmp_path, *WORLD, rdf12=rdf12)
        assert values(store, odd_entity(), "https://schema.org/identifier") == {Literal(ODD_ID)}
        assert Literal(ODD) in values(
            store, odd_entity(), "http://www.w3.org/2000/01/rdf-schema#label"
        )
        headlines = "SELECT ?title WHERE { ?article schema:headline ?title }"
        assert (ODD,) in answers(store, headlines)

    def test_ids_that_differ_stay_different(self, tmp_path: Path) -> None:
        ids = ("company:a b", "company:a%20b", "company:a+b", "company:a/b", "company:a")
        heads = [entity(f"甲{place}", id=entity_id) for place, entity_id in enumerate(ids)]
        store = loaded(tmp_path, *(triple(head, "invest", ARM) for head in heads))
        assert len(answers(store, "SELECT ?head WHERE { ?head z:invest ?tail }")) == len(ids)

    @pytest.mark.parametrize("base", ["urn:example:", "https://example.org/graph/"])
    def test_names_start_with_the_base_that_is_given(self, base: str, tmp_path: Path) -> None:
        store = loaded(tmp_path, triple(SON, "invest", ARM), base=base)
        (row,) = answers(store, "SELECT ?tail WHERE { ?s rdf:object ?tail }")
        assert row == (f"{base}entity:company:Arm",)

    @pytest.mark.parametrize("base", ["", "graph/", "https://a b/"])
    def test_a_base_that_is_no_iri_is_told_before_anything_is_written(
        self, base: str, tmp_path: Path
    ) -> None:
        with pytest.raises(InputError, match="no absolute IRI"):
            loaded(tmp_path, base=base)
        assert not list(tmp_path.glob("graph.nq*"))

    def test_a_run_without_triples_gives_its_vocabulary_alone(self, tmp_path: Path) -> None:
        store = loaded(tmp_path)
        assert answers(store, STATUSES) == []
        assert answers(store, "SELECT ?s WHERE { ?s a rdf:Property } ORDER BY ?s") == [
            ("urn:zongheng:vocabulary:buy",),
            ("urn:zongheng:vocabulary:compete",),
            ("urn:zongheng:vocabulary:invest",),
        ]

    def test_a_manifest_without_digests_is_told(self, tmp_path: Path) -> None:
        with source_of(tmp_path) as source:
            damaged = Source(RunFolder(source.run.path, {}), source.graph)
            with pytest.raises(RunError, match="the manifest lacks"):
                write_nquads(damaged, tmp_path, progress=nothing)

    def test_a_run_that_turns_out_damaged_leaves_no_file(self, tmp_path: Path) -> None:
        with source_of(tmp_path, *WORLD) as source:
            (source.run.path / TRIPLES_NAME).write_bytes(b"{")
            with pytest.raises(RunError, match=f"{TRIPLES_NAME}:1: not JSON"):
                write_nquads(source, tmp_path, progress=nothing)
        assert not list(tmp_path.glob("graph.nq*"))

    def test_the_same_graph_gives_the_same_bytes(self, tmp_path: Path) -> None:
        written = []
        for _ in range(2):
            with source_of(tmp_path, *WORLD) as source:
                (path,) = write_nquads(source, tmp_path, progress=nothing)
            written.append(path.read_bytes())
        assert written[0] == written[1]

    def test_progress_is_told_of_every_node_and_edge(self, tmp_path: Path) -> None:
        told: list[int] = []
        with source_of(tmp_path, *WORLD) as source:
            write_nquads(source, tmp_path, progress=told.append)
            assert sum(told) == source.graph.count_nodes() + source.graph.count_edges()
