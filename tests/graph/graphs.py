"""Small finished runs, written by hand, and what is exported from them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from pipeline.graph.merging import gather
from pipeline.graph.model import Selection, Source
from pipeline.run_folder import ARTICLES_NAME, MANIFEST_NAME, REJECTS_NAME, TRIPLES_NAME, RunFolder

Record = dict[str, Any]

# Quotes, markup, line ends, controls, a letter beyond the first plane, right-to-left, a combining
# mark, a separator that some readers take for a line end.
ODD = "\"'\\<script>&lt;]]>\r\n\t\x01\x1b\x7f\x85\u2028\u202e😀שלום é\ufffe"
ODD_ID = 'local:company:a b/"<>%41\\é\x01😀\n'


def entity(name: str, kind: str = "company", **fields: str) -> Record:
    names = {"zh_hans": name, "zh_hant": "", "en": ""}
    return {"id": f"{kind}:{name}", "name": name, "type": kind, **names, **fields}


def triple(
    head: Record, relation: str, tail: Record, *, article: str = "甲", **fields: Any
) -> Record:
    """A record of triples.jsonl; its one sentence is head, relation and tail in a row unless
    `fields` say otherwise."""
    text = f"{head['name']} {relation} {tail['name']}"
    key = f"{article} {head['id']} {relation} {tail['id']}"
    return {
        "schema": "zongheng/1",
        "id": hashlib.sha256(key.encode()).hexdigest()[:32],
        "article_id": article,
        "article_sha256": hashlib.sha256(article.encode()).hexdigest(),
        **_end("head", head),
        "relation": relation,
        **_end("tail", tail),
        "status": "actual",
        "confidence": 0.5,
        "amount": "",
        "amount_value": None,
        "amount_value_max": None,
        "amount_currency": "",
        "date": "",
        "date_iso": "",
        "stake": "",
        "stake_percent": None,
        "object": "",
        "evidence": [sentence(text, head["name"], tail["name"])],
        "title": "",
        "source": "",
        "published": "",
        "extractor": "zongheng 0",
        **fields,
    }


def sentence(text: str, head: str, tail: str, start: int = 10) -> Record:
    """Evidence: `text` stands at `start` of the article; a name that is not in it, before it."""
    return {
        "text": text,
        "start": start,
        "end": start + len(text),
        **_mention("head", head, text, start),
        **_mention("tail", tail, text, start),
    }


def _mention(role: str, name: str, text: str, start: int) -> Record:
    place = start + text.index(name) if name in text else 0
    return {f"{role}_text": name, f"{role}_start": place, f"{role}_end": place + len(name)}


def _end(role: str, entity: Record) -> Record:
    names = {f"{role}_{key}": entity[key] for key in ("id", "type", "zh_hans", "zh_hant", "en")}
    return {**names, role: entity["name"]}


def run_of(folder: Path, *triples: Record) -> RunFolder:
    """A finished run in `folder` with these triples."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = b"".join(orjson.dumps(record) + b"\n" for record in triples)
    (folder / TRIPLES_NAME).write_bytes(lines)
    for name in (ARTICLES_NAME, REJECTS_NAME):
        (folder / name).write_bytes(b"")
    manifest = {
        "schema": "zongheng/1",
        "zongheng": "0",
        "counts": {"triples": len(triples)},
        "outputs": {TRIPLES_NAME: hashlib.sha256(lines).hexdigest()},
    }
    (folder / MANIFEST_NAME).write_bytes(orjson.dumps(manifest))
    return RunFolder.open(folder)


@contextmanager
def source_of(
    folder: Path, *triples: Record, per: str = "graph", selection: Selection | None = None
) -> Iterator[Source]:
    """What is exported of a run with these triples, kept in `folder`/run."""
    run, taken = run_of(folder / "run", *triples), selection or Selection()
    with gather(run, per=per, selection=taken) as graph:
        yield Source(run, graph, taken)


SOFTBANK = entity("软银", zh_hant="軟銀", en="SoftBank")
ARM = entity("Arm", zh_hans="", en="Arm")
SON = entity("孙正义", "person", zh_hant="孫正義", en="Masayoshi Son")
H100 = entity("H100", "chip", zh_hans="", zh_hant="", en="")
ODD_ONE = entity(ODD, id=ODD_ID, zh_hans=ODD, zh_hant=ODD, en=ODD)

WORLD = (
    triple(
        SOFTBANK,
        "invest",
        ARM,
        confidence=0.9,
        amount="6亿至7亿美元",
        amount_value=6e8,
        amount_value_max=7e8,
        amount_currency="USD",
        stake="5.5%",
        stake_percent=5.5,
        date_iso="2026-11-20",
        title="标题",
        source="https://example.org/a?b=1",
        published="2026-11-21",
        evidence=[
            sentence("软银投资Arm。", "软银", "Arm", start=10),
            sentence("后者获软银注资。", "软银", "Arm", start=30),
        ],
    ),
    triple(SOFTBANK, "buy", H100, status="planned", amount_value=1.5, object="芯片"),
    triple(ARM, "compete", SOFTBANK, status="negated", date_iso="2026-Q3"),
    triple(SOFTBANK, "invest", ARM, article="乙", status="rumored", source="晨报"),
    triple(SON, "invest", ARM, article="乙", status="rumored", date_iso="2026-11"),
    triple(ODD_ONE, "compete", ARM, article=ODD, title=ODD, source=ODD, object=ODD),
)


def nothing(_: int) -> None:
    """Progress that nobody follows."""
