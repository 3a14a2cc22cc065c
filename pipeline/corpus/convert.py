"""Corpus files in other formats, and back: what each format's file holds, and how it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson

from pipeline.cleaning.script import converter
from pipeline.corpus import doccano, label_studio
from pipeline.corpus.inline import SUFFIX, parse, read_passages, render
from pipeline.corpus.passages import Passage
from pipeline.corpus.records import gold_record
from pipeline.corpus.sequences import bio_lines, docbin
from pipeline.errors import CorpusError, InputError


def write_inline(passages: Iterable[Passage], out: Path) -> None:
    """Our own format: one file."""
    _write(out, "\n".join(map(render, passages)).encode())


def write_gold(passages: Iterable[Passage], out: Path) -> None:
    """`gold.jsonl` and `texts/<id>.txt` in the folder `out`, as `zongheng run` and `zongheng check`
    read them."""
    simplify = converter().simplify
    lines: list[bytes] = []
    for passage in passages:
        _write(out / "texts" / f"{passage.id}.txt", passage.text.encode())
        lines.append(orjson.dumps(gold_record(passage, simplify=simplify)))
    _write(out / "gold.jsonl", b"".join(line + b"\n" for line in lines))


def write_bio(passages: Iterable[Passage], out: Path) -> None:
    """One file of `character TAB label` lines."""
    _write(out, "".join(line + "\n" for line in bio_lines(passages)).encode())


def write_docbin(passages: Iterable[Passage], out: Path) -> None:
    """One `.spacy` file. Raises InputError where spaCy is not installed."""
    try:
        packed = docbin(passages)
    except ImportError as error:
        raise InputError("DocBin files need spaCy: pip install 'zongheng[spacy]'") from error
    _write(out, packed.to_bytes())


def write_label_studio(passages: Iterable[Passage], out: Path) -> None:
    """One JSON list of tasks."""
    tasks = [label_studio.to_task(passage) for passage in passages]
    _write(out, orjson.dumps(tasks, option=orjson.OPT_INDENT_2))


def write_doccano(passages: Iterable[Passage], out: Path) -> None:
    """One JSON object a line."""
    records = (doccano.to_record(passage) for passage in passages)
    _write(out, b"".join(orjson.dumps(record) + b"\n" for record in records))


WRITERS: dict[str, Callable[[Iterable[Passage], Path], None]] = {
    "inline": write_inline,
    "gold": write_gold,
    "bio": write_bio,
    "docbin": write_docbin,
    "label-studio": write_label_studio,
    "doccano": write_doccano,
}


def read(paths: Iterable[Path], form: str) -> Iterator[Passage]:
    """The passages of files in `form`: inline, label-studio or doccano.

    What other tools give is held to the rules of the inline format (signatures, evidence, no
    overlaps). Raises CorpusError with file and record.
    """
    if form == "inline":
        yield from read_passages(paths)
        return
    for path in paths:
        content = _read(path)
        if form == "label-studio":
            tasks = _json(content, str(path))
            if not isinstance(tasks, list):
                raise CorpusError(f"{path}: expected Label Studio's JSON export, a list of tasks")
            for number, task in enumerate(tasks, start=1):
                where = f"{path}: task {number}"
                yield _checked(label_studio.from_task(task, where=where), where)
        else:
            for number, line in enumerate(content.splitlines(), start=1):
                if line.strip():
                    where = f"{path}:{number}"
                    record: Any = _json(line, where)
                    yield _checked(doccano.from_record(record, where=where), where)


READABLE = ("inline", "label-studio", "doccano")


def form_of(path: Path) -> str:
    """The form that a file's ending stands for; a folder holds inline files."""
    if path.is_dir() or path.suffix == SUFFIX:
        return "inline"
    return {".json": "label-studio", ".jsonl": "doccano"}.get(path.suffix, "inline")


def _checked(passage: Passage, where: str) -> Passage:
    """The passage, after the inline format's checks."""
    spans = sorted(
        [mention.span for mention in passage.mentions]
        + [qualifier.span for qualifier in passage.qualifiers]
    )
    for one, other in pairwise(spans):
        if other.start < one.end:
            words = one.of(passage.text), other.of(passage.text)
            raise CorpusError(f"{where}: {words[0]!r} and {words[1]!r} overlap")
    again = next(parse(render(passage), name=where))
    if isinstance(again, CorpusError):
        raise again
    return again


def _json(content: bytes, where: str) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise CorpusError(f"{where}: not JSON: {error}") from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CorpusError(f"{path}: cannot be read: {error.strerror}") from error


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}; choose another --out") from error
