"""N-Quads: entities, the relations between them and, as PROV-O, what each relation rests on."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, Quad, RdfFormat, Triple, serialize

from pipeline.errors import RunError
from pipeline.files import replacing
from pipeline.graph.lines import counted
from pipeline.graph.model import Edge, Node, Progress, Source
from pipeline.graph.terms import (
    BASE,
    Names,
    dated,
    owl,
    own,
    prov,
    rdf,
    rdfs,
    schema_org,
    url,
)
from pipeline.run_folder import Record, RunFolder
from pipeline.schema import BUY, CHIP, COMPANY, COMPETE, INVEST, PERSON, SYMMETRIC

NQUADS_NAME: Final = "graph.nq"

_TYPE: Final = rdf("type")
_LABEL: Final = rdfs("label")
_ENTITY: Final = prov("Entity")
_DERIVED: Final = prov("wasDerivedFrom")
_CLASSES: Final = {
    COMPANY: schema_org("Organization"),
    PERSON: schema_org("Person"),
    CHIP: schema_org("Product"),
}
_RELATION_LABELS: Final = {
    INVEST: ("invests in", "投资"),
    BUY: ("buys, or buys from", "收购或采购"),
    COMPETE: ("competes with", "竞争"),
}


def write_nquads(
    source: Source,
    out: Path,
    *,
    progress: Progress,
    base: str = BASE,
    rdf12: bool = False,
) -> list[Path]:
    """Write `out`/graph.nq and return its path; nothing is held in memory.

    base: what the IRIs of entities, statements and articles start with. rdf12: name a statement by
    a triple term of RDF 1.2 instead of by rdf:subject, rdf:predicate and rdf:object. progress: told
    how many nodes and edges have just been written. Raises InputError where `base` is no absolute
    IRI or there is no writing, RunError where the run is damaged.
    """
    names = Names.under(base)
    with replacing(out / NQUADS_NAME) as partial:
        serialize(_quads(source, names, rdf12=rdf12, progress=progress), partial, RdfFormat.N_QUADS)
    return [out / NQUADS_NAME]


def _quads(source: Source, names: Names, *, rdf12: bool, progress: Progress) -> Iterator[Quad]:
    yield from _vocabulary()
    yield from _activity(source.run, names)
    for _, triples in groupby(source.triples(), key=itemgetter("article_id")):
        yield from _article(next(triples), names)
    for node in counted(source.graph.nodes(), progress):
        yield from _node(node, names)
    run = names.run(source.run)
    for edge in counted(source.graph.edges(), progress):
        yield from _edge(edge, names, rdf12=rdf12)
        yield Quad(names.statement(edge), prov("wasGeneratedBy"), run)
        yield from _evidence(edge, names)


def _vocabulary() -> Iterator[Quad]:
    for relation, (english, chinese) in _RELATION_LABELS.items():
        yield Quad(own(relation), _TYPE, rdf("Property"))
        yield Quad(own(relation), _LABEL, Literal(english, language="en"))
        yield Quad(own(relation), _LABEL, Literal(chinese, language="zh-Hans"))
        if relation in SYMMETRIC:
            yield Quad(own(relation), _TYPE, owl("SymmetricProperty"))


def _activity(run: RunFolder, names: Names) -> Iterator[Quad]:
    try:
        activity, agent = names.run(run), names.extractor(run)
    except (KeyError, TypeError) as error:
        raise RunError(f"{run.path}: the manifest lacks {error}; make the run anew") from error
    yield Quad(activity, _TYPE, prov("Activity"))
    yield Quad(activity, prov("wasAssociatedWith"), agent)
    yield Quad(agent, _TYPE, prov("SoftwareAgent"))
    yield Quad(agent, schema_org("name"), Literal("zongheng"))
    yield Quad(agent, schema_org("softwareVersion"), Literal(run.manifest["zongheng"]))


def _article(triple: Record, names: Names) -> Iterator[Quad]:
    """The article of `triple`, a record of triples.jsonl."""
    article = names.article(triple["article_id"])
    yield Quad(article, _TYPE, _ENTITY)
    yield Quad(article, _TYPE, schema_org("Article"))
    yield Quad(article, schema_org("identifier"), Literal(triple["article_id"]))
    yield Quad(article, own("sha256"), Literal(triple["article_sha256"]))
    if triple["title"]:
        yield Quad(article, schema_org("headline"), Literal(triple["title"]))
    if triple["published"]:
        yield Quad(article, schema_org("datePublished"), dated(triple["published"]))
    address = url(triple["source"])
    if address:
        yield Quad(article, schema_org("url"), address)
    elif triple["source"]:
        yield Quad(article, own("source"), Literal(triple["source"]))


def _node(node: Node, names: Names) -> Iterator[Quad]:
    entity, name = names.entity(node.id), schema_org("name")
    tagged = {"zh-Hans": node.zh_hans, "zh-Hant": node.zh_hant, "en": node.en}
    yield Quad(entity, _TYPE, _CLASSES[node.type])
    yield Quad(entity, schema_org("identifier"), Literal(node.id))
    yield Quad(entity, _LABEL, Literal(node.name))
    for language, text in tagged.items():
        if text:
            yield Quad(entity, name, Literal(text, language=language))
    if node.name not in tagged.values():
        yield Quad(entity, name, Literal(node.name))
    yield Quad(entity, own("articles"), Literal(node.articles))
    yield Quad(entity, own("triples"), Literal(node.triples))


def _edge(edge: Edge, names: Names, *, rdf12: bool) -> Iterator[Quad]:
    statement = names.statement(edge)
    head, relation, tail = names.entity(edge.head), own(edge.relation), names.entity(edge.tail)
    yield Quad(head, relation, tail, names.graph(edge.status))
    yield Quad(statement, _TYPE, _ENTITY)
    if rdf12:
        yield Quad(statement, rdf("reifies"), Triple(head, relation, tail))
    else:
        yield Quad(statement, _TYPE, rdf("Statement"))
        yield Quad(statement, rdf("subject"), head)
        yield Quad(statement, rdf("predicate"), relation)
        yield Quad(statement, rdf("object"), tail)
    yield Quad(statement, own("status"), Literal(edge.status))
    yield Quad(statement, own("confidence"), Literal(edge.confidence))
    yield Quad(statement, own("triples"), Literal(edge.triples))
    yield Quad(statement, own("articles"), Literal(edge.articles))
    for status, count in edge.statuses:
        yield Quad(statement, own(f"{status}Triples"), Literal(count))
    if edge.first_date:
        yield Quad(statement, own("firstDate"), dated(edge.first_date))
    if edge.last_date:
        yield Quad(statement, own("lastDate"), dated(edge.last_date))
    if edge.stake_percent is not None:
        yield Quad(statement, own("stakePercent"), Literal(edge.stake_percent))
    if edge.object:
        yield Quad(statement, own("object"), Literal(edge.object))
    if edge.amount_value is not None:
        yield from _amount(edge, edge.amount_value, names)


def _amount(edge: Edge, value: float, names: Names) -> Iterator[Quad]:
    amount = names.amount(edge)
    yield Quad(names.statement(edge), own("amount"), amount)
    yield Quad(amount, _TYPE, schema_org("MonetaryAmount"))
    if edge.amount_value_max is None:
        yield Quad(amount, schema_org("value"), Literal(value))
    else:
        yield Quad(amount, schema_org("minValue"), Literal(value))
        yield Quad(amount, schema_org("maxValue"), Literal(edge.amount_value_max))
    if edge.amount_currency:
        yield Quad(amount, schema_org("currency"), Literal(edge.amount_currency))


def _evidence(edge: Edge, names: Names) -> Iterator[Quad]:
    """A sentence that several edges rest on is written with each of them, in the same words: a
    store keeps it once."""
    stated = names.statement(edge)
    for article_id in dict.fromkeys(statement.article_id for statement in edge.evidence):
        yield Quad(stated, _DERIVED, names.article(article_id))
    for statement in edge.evidence:
        quotation = names.quotation(statement)
        yield Quad(stated, _DERIVED, quotation)
        yield Quad(quotation, _TYPE, _ENTITY)
        yield Quad(quotation, _TYPE, schema_org("Quotation"))
        yield Quad(quotation, prov("wasQuotedFrom"), names.article(statement.article_id))
        yield Quad(quotation, schema_org("text"), Literal(statement.text))
        yield Quad(quotation, own("start"), Literal(statement.start))
        yield Quad(quotation, own("end"), Literal(statement.end))
