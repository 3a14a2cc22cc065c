"""DuIE: a sentence a line with the triples that it states, as in the Chinese data set of that name.

Made from the triples of the run, not from the merged graph: it is about sentences.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from pipeline.graph.lines import counted, write_json_lines
from pipeline.graph.model import Progress, Source
from pipeline.run_folder import Record
from pipeline.schema import BUY, CHIP, COMPANY, COMPETE, INVEST, PERSON

DUIE_NAME: Final = "duie.jsonl"
PREDICATES: Final = {INVEST: "投资", BUY: "收购或采购", COMPETE: "竞争"}
TYPES: Final = {COMPANY: "企业", PERSON: "人物", CHIP: "芯片"}


def write_duie(source: Source, out: Path, *, progress: Progress) -> list[Path]:
    """Write `out`/duie.jsonl and return its path; no more than an article's triples are held in
    memory.

    progress: told how many triples of the run have just been written. Raises InputError where there
    is no writing, RunError where the run is damaged.
    """
    write_json_lines(out / DUIE_NAME, _sentences(counted(source.triples(), progress)))
    return [out / DUIE_NAME]


def _sentences(triples: Iterable[Record]) -> Iterator[Record]:
    for _, of_article in groupby(triples, key=itemgetter("article_id")):
        yield from _article_sentences(of_article)


def _article_sentences(triples: Iterable[Record]) -> Iterator[Record]:
    """In text order; a sentence's triples in the run's order."""
    stated: dict[tuple[int, int], list[tuple[Record, Record]]] = defaultdict(list)
    for triple in triples:
        for evidence in triple["evidence"]:
            stated[evidence["start"], evidence["end"]].append((triple, evidence))
    for (start, end), pairs in sorted(stated.items(), key=itemgetter(0)):
        triple, evidence = pairs[0]
        yield {
            "text": evidence["text"],
            "spo_list": [_spo(*pair) for pair in pairs],
            "article_id": triple["article_id"],
            "article_sha256": triple["article_sha256"],
            "start": start,
            "end": end,
        }


def _spo(triple: Record, evidence: Record) -> dict[str, Any]:
    return {
        "subject": evidence["head_text"],
        "subject_type": TYPES[triple["head_type"]],
        "predicate": PREDICATES[triple["relation"]],
        "object": {"@value": evidence["tail_text"]},
        "object_type": {"@value": TYPES[triple["tail_type"]]},
        "subject_id": triple["head_id"],
        **_place("subject", "head", evidence),
        "object_id": triple["tail_id"],
        **_place("object", "tail", evidence),
        "triple_id": triple["id"],
        "status": triple["status"],
        "confidence": triple["confidence"],
    }


def _place(name: str, role: str, evidence: Record) -> dict[str, Any]:
    """Where the mention is, in the article, and whether that is in the sentence."""
    start, end = evidence[f"{role}_start"], evidence[f"{role}_end"]
    inside = evidence["start"] <= start and end <= evidence["end"]
    return {f"{name}_start": start, f"{name}_end": end, f"{name}_in_text": inside}
