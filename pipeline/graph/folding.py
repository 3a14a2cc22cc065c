"""Triples of one node, or of one edge, made into that node or edge."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from typing import Any, TypeAlias

import orjson

from pipeline.graph.dates import first_and_last, normal
from pipeline.graph.model import Edge, Node, Statement
from pipeline.run_folder import Record
from pipeline.schema import STATUSES, strongest

# The number of an article, and some content.
Row: TypeAlias = tuple[int, bytes]


def name_content(record: Record, role: str) -> bytes:
    """What a node needs of the triple of which it is head or tail."""
    keys = (f"{role}_type", role, f"{role}_zh_hans", f"{role}_zh_hant", f"{role}_en")
    return orjson.dumps([record[key] for key in keys])


def triple_content(record: Record, max_evidence: int) -> bytes:
    """What an edge needs of a triple, with so many of its sentences at most."""
    if record["status"] not in STATUSES:
        raise KeyError(record["status"])  # to whoever reads the run, this is a damaged line
    statements = [
        [
            *(record[key] for key in ("id", "article_id", "article_sha256", "title", "source")),
            *(record[key] for key in ("published", "status", "confidence")),
            *(evidence[key] for key in ("text", "start", "end")),
            *(evidence[key] for key in ("head_text", "head_start", "head_end")),
            *(evidence[key] for key in ("tail_text", "tail_start", "tail_end")),
            *(record[key] for key in ("amount", "date", "stake", "object")),
        ]
        for evidence in record["evidence"][:max_evidence]
    ]
    content = [
        *(record[key] for key in ("id", "article_id", "status", "confidence")),
        normal(record["date_iso"]) or normal(record["published"]),
        [record[key] for key in ("amount_value", "amount_value_max", "amount_currency")],
        record["stake_percent"],
        record["object"],
        statements,
    ]
    return orjson.dumps(content)


def node_of(node: str, rows: Iterable[Row]) -> Node:
    """The node of the id `node`. rows: for each of its triples, in the run's order, what tells its
    article from the one before, and what `name_content` made."""
    used: tuple[Counter[str], ...] = tuple(Counter() for _ in range(5))
    articles, triples, last = 0, 0, None
    for article, content in rows:
        articles, last, triples = articles + (article != last), article, triples + 1
        for names, name in zip(used, orjson.loads(content), strict=True):
            if name:
                names[name] += 1
    # Of names used equally often a Counter gives the one it met first.
    kind, name, zh_hans, zh_hant, en = (
        names.most_common(1)[0][0] if names else "" for names in used
    )
    return Node(node, kind, name, zh_hans, zh_hant, en, articles, triples)


def edge_of(
    key: tuple[str, str, str], rows: Iterable[Row], max_evidence: int, *, whole: bool
) -> Edge:
    """The edge of a head, relation and tail. rows: for each of its triples, in the run's order,
    what tells its article from the one before, and what `triple_content` made. whole: of all
    articles; else of the one triple."""
    head, relation, tail = key
    statuses: Counter[str] = Counter()
    first = last = triple_id = article_id = ""
    articles, before, highest = 0, None, 0.0
    # The values of the most confident triple that has them, behind its confidence.
    amount: tuple[float, list[Any]] = (-1.0, [None, None, ""])
    stake: tuple[float, float | None] = (-1.0, None)
    bought: tuple[float, str] = (-1.0, "")
    evidence: list[Any] = []
    for article, content in rows:
        triple_id, article_id, status, confidence, date, *values = orjson.loads(content)
        articles, before = articles + (article != before), article
        statuses[status] += 1
        highest = max(highest, confidence)
        if date:
            first, last = first_and_last((first, date))[0], first_and_last((last, date))[1]
        its_amount, its_stake, its_object, statements = values
        if its_amount[0] is not None and confidence > amount[0]:
            amount = confidence, its_amount
        if its_stake is not None and confidence > stake[0]:
            stake = confidence, its_stake
        if its_object and confidence > bought[0]:
            bought = confidence, its_object
        evidence += statements[: max_evidence - len(evidence)]
    return Edge(
        id=edge_id(head, relation, tail) if whole else triple_id,
        article_id="" if whole else article_id,
        head=head,
        relation=relation,
        tail=tail,
        status=strongest(list(statuses)),
        statuses=tuple((status, statuses[status]) for status in STATUSES if statuses[status]),
        confidence=highest,
        triples=statuses.total(),
        articles=articles,
        first_date=first,
        last_date=last,
        amount_value=amount[1][0],
        amount_value_max=amount[1][1],
        amount_currency=amount[1][2],
        stake_percent=stake[1],
        object=bought[1],
        evidence=tuple(Statement(*statement) for statement in evidence),
    )


def edge_id(head: str, relation: str, tail: str) -> str:
    """32 hex digits that name the edge of a whole run."""
    return hashlib.sha256("\n".join((head, relation, tail)).encode()).hexdigest()[:32]
