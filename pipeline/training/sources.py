"""The data sets that training reads, each as examples: our corpus, and what lies in a data folder.

A data folder holds any of `real/passages.jsonl` (articles annotated by our guidelines),
`finre/*.tsv` (FinRE, Li et al., ACL 2019), `cluener/train.jsonl` (CLUENER2020) and
`fewfc/train_*.jsonl` (FewFC); what is missing is left out, and said so in the manifest.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from pipeline.corpus.passages import Passage
from pipeline.errors import InputError
from pipeline.schema import BUY, COMPANY, COMPETE, INVEST, PERSON, PLANNED, RELATIONS
from pipeline.training.examples import CLUENER, OURS, Example, Marked

Simplify = Callable[[str], str]

# One source in this many is kept out of training, and is what the model card's figures on real
# text are measured on.
HELD_OUT_PART: Final = 5
# CLUENER and FinRE: one sentence in this many is kept out.
HELD_OUT_SENTENCES: Final = 10

# FinRE's label of (head, tail) → what it says of our relations: +1 it holds, −1 it does not, from
# head to tail; a relation that is left out is not decided by the label.
_NO: Final = dict.fromkeys(RELATIONS, -1)
_FINRE: Final[dict[str, dict[str, int]]] = {
    **dict.fromkeys(("unknown", "自己", "合作", "分析", "纠纷", "合并", "帮助", "欠款"), _NO),
    **{label: {BUY: 1, COMPETE: -1} for label in ("收购", "拟收购")},
    **{label: {INVEST: 1, COMPETE: -1} for label in ("入股", "注资", "增持", "持股", "减持")},
    "竞争": {COMPETE: 1, INVEST: -1, BUY: -1},
    "拥有": {BUY: -1, COMPETE: -1},
}
_FINRE_STATUS: Final = {"拟收购": PLANNED}
_PASSIVE: Final = "被"

# FewFC calls both investments and takeovers 投资; the trigger tells them apart.
_TAKEOVER: Final = re.compile(r"收购|并购|买下|购买|受让|要约")


def is_held_out(source: str, *, parts: int = HELD_OUT_PART) -> bool:
    """Whether texts of `source` are kept out of training: by its md5, so always the same ones."""
    return int(hashlib.md5(source.encode(), usedforsecurity=False).hexdigest(), 16) % parts == 0


def corpus_examples(
    passages: Iterable[Passage], simplify: Simplify, *, source: str
) -> Iterator[Example]:
    """Passages of our corpus: everything in them is annotated."""
    for passage in passages:
        yield Example(
            text=simplify(passage.text),
            mentions=tuple(
                Marked(m.span.start, m.span.end, m.type, m.entity) for m in passage.mentions
            ),
            triples={(t.head, t.relation, t.tail): t.status for t in passage.triples},
            tagged=OURS,
            judged=None,
            labels={},
            source=source,
        )


def real_records(path: Path, *, held_out: bool) -> Iterator[dict[str, Any]]:
    """The annotated real articles that are kept out of training, or those that are not."""
    for record in _json_lines(path):
        if is_held_out(record["source"]) == held_out:
            yield record


def real_examples(path: Path, simplify: Simplify, *, held_out: bool) -> Iterator[Example]:
    """The same as examples; everything in them is annotated."""
    for record in real_records(path, held_out=held_out):
        yield Example(
            text=simplify(record["text"]),
            mentions=tuple(
                Marked(m["start"], m["end"], m["type"], m["entity"]) for m in record["mentions"]
            ),
            triples={(t["head"], t["relation"], t["tail"]): t["status"] for t in record["triples"]},
            tagged=OURS,
            judged=None,
            labels={},
            source="real",
        )


def finre_pairs(path: Path) -> dict[str, dict[tuple[str, str], list[str]]]:
    """Every pair of FinRE's part `path` (train.tsv, valid.tsv): sentence → (head, tail) → its
    labels, as the file has them.

    Raises InputError for a line of other columns.
    """
    sentences: dict[str, dict[tuple[str, str], list[str]]] = {}
    for number, line in enumerate(_text(path).splitlines(), start=1):
        fields = line.split("\t")
        if len(fields) != 4:
            raise InputError(f"{path}:{number}: expected head, tail, relation and sentence")
        head, tail, label, sentence = fields
        sentences.setdefault(sentence, {}).setdefault((head, tail), []).append(label)
    return sentences


def finre_examples(path: Path, simplify: Simplify) -> Iterator[Example]:
    """FinRE, a sentence an example: its 44 labels, and what they say of our relations. Left out are
    pairs of a name with itself, and names that stand inside longer ones only."""
    for sentence, pairs in finre_pairs(path).items():
        example = _finre_example(simplify(sentence), pairs, simplify)
        if example:
            yield example


def _finre_example(
    text: str, pairs: dict[tuple[str, str], list[str]], simplify: Simplify
) -> Example | None:
    names = dict.fromkeys(simplify(name) for pair in pairs for name in pair)
    numbers = {name: number for number, name in enumerate(names, start=1)}
    mentions: list[Marked] = []
    for name in sorted(numbers, key=len, reverse=True):  # 平安银行 before 平安
        for match in re.finditer(re.escape(name), text):
            start, end = match.span()
            if all(end <= m.start or m.end <= start for m in mentions):
                mentions.append(Marked(start, end, COMPANY, numbers[name]))
    found = {mention.entity for mention in mentions}
    triples: dict[tuple[int, str, int], str] = {}
    judged: set[tuple[int, str, int]] = set()
    labels: dict[tuple[int, int], tuple[str, ...]] = {}
    for (head_name, tail_name), given in pairs.items():
        head, tail = numbers[simplify(head_name)], numbers[simplify(tail_name)]
        if head == tail or not {head, tail} <= found:
            continue
        labels[head, tail] = tuple(given)
        for label in given:
            backward = label.startswith(_PASSIVE) and label[1:] in _FINRE
            source, target = (tail, head) if backward else (head, tail)
            plain = label[1:] if backward else label
            for relation, holds in _FINRE.get(plain, {}).items():
                judged.add((source, relation, target))
                if holds > 0:
                    triples[source, relation, target] = _FINRE_STATUS.get(plain, "")
    if not labels:
        return None
    return Example(
        text, tuple(sorted(mentions, key=lambda m: m.start)), triples, "", frozenset(judged),
        labels, "finre",
    )  # fmt: skip


def cluener_examples(path: Path, simplify: Simplify, *, held_out: bool) -> Iterator[Example]:
    """CLUENER, its ten types; its ends are inclusive."""
    for record in _json_lines(path):
        text = record["text"]
        if is_held_out(text, parts=HELD_OUT_SENTENCES) != held_out:
            continue
        spans = {
            (start, end + 1, kind)
            for kind, names in record["label"].items()
            for places in names.values()
            for start, end in places
        }
        kept: list[Marked] = []
        for start, end, kind in sorted(spans, key=lambda s: (s[0], -s[1])):
            if not kept or start >= kept[-1].end:  # a few of its spans overlap
                kept.append(Marked(start, end, kind, len(kept) + 1))
        yield Example(simplify(text), tuple(kept), {}, CLUENER, frozenset(), {}, "cluener")


def fewfc_examples(paths: Iterable[Path], simplify: Simplify) -> Iterator[Example]:
    """FewFC's investments and takeovers: who, in whom; nothing else of these sentences is known."""
    for path in paths:
        for record in _json_lines(path):
            example = _fewfc_example(record, simplify)
            if example:
                yield example


def _fewfc_example(record: dict[str, Any], simplify: Simplify) -> Example | None:
    text = simplify(record["content"])
    mentions: dict[tuple[int, int], Marked] = {}
    numbers: dict[str, int] = {}
    triples: dict[tuple[int, str, int], str] = {}
    judged: set[tuple[int, str, int]] = set()

    def number(mention: dict[str, Any]) -> int:
        start, end = mention["span"]
        entity = numbers.setdefault(simplify(mention["word"]), len(numbers) + 1)
        kind = PERSON if mention["role"].endswith("-per") else COMPANY
        mentions.setdefault((start, end), Marked(start, end, kind, entity))
        return entity

    for event in record["events"]:
        if event["type"] not in ("投资", "收购", "减持"):
            continue
        roles: dict[str, list[dict[str, Any]]] = {}
        for mention in event["mentions"]:
            roles.setdefault(mention["role"].split("-")[0], []).append(mention)
        trigger = roles["trigger"][0]["word"] if "trigger" in roles else ""
        takeover = event["type"] == "收购" or _TAKEOVER.search(trigger)
        holds, not_so = (BUY, INVEST) if takeover else (INVEST, BUY)
        for subject in roles.get("sub", ()):
            for target in roles.get("obj", ()):
                head, tail = number(subject), number(target)
                if head == tail:
                    continue
                triples[head, holds, tail] = ""
                judged |= {(head, r, tail) for r in (holds, not_so, COMPETE)}
                judged |= {(tail, r, head) for r in RELATIONS}
    ordered = sorted(mentions.values(), key=lambda m: m.start)
    overlap = any(b.start < a.end for a, b in pairwise(ordered))
    if not triples or overlap or any(text[m.start : m.end] == "" for m in ordered):
        return None
    judged -= {key for key in judged if key not in triples and _reverse_holds(key, triples)}
    return Example(text, tuple(ordered), triples, "", frozenset(judged), {}, "fewfc")


def _reverse_holds(key: tuple[int, str, int], triples: dict[tuple[int, str, int], str]) -> bool:
    head, relation, tail = key
    return relation == COMPETE and (tail, relation, head) in triples


def _json_lines(path: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(_text(path).splitlines(), start=1):
        try:
            yield json.loads(line)
        except ValueError as error:
            raise InputError(f"{path}:{number}: not JSON: {error}") from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from error
