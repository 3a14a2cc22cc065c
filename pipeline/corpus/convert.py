"""Corpus files in other formats, and back: what each format's file holds, and how it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson

from pipeline.cleaning.script import converter
from pipeline.corpus import doccano, label_studio
from pipeline.corpus.drafts import Draft
from pipeline.corpus.inline import SUFFIX, render, try_passages
from pipeline.corpus.passages import Passage
from pipeline.corpus.records import gold_record
from pipeline.corpus.sequences import bio_lines, docbin
from pipeline.errors import CorpusError, InputError
from pipeline.files import replacing
from pipeline.run_folder import MANIFEST_NAME, PARTS_NAME, PLAN_NAME

GOLD_NAME = "gold.jsonl"
INTERFACE_SUFFIX = ".xml"


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
    _write(out / GOLD_NAME, b"".join(line + b"\n" for line in lines))


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


def write_tasks(proposed: Iterable[Draft], out: Path) -> None:
    """Label Studio's tasks with predictions, for a person to correct."""
    tasks = [label_studio.draft_task(draft) for draft in proposed]
    _write(out, orjson.dumps(tasks, option=orjson.OPT_INDENT_2))


def outputs(to: str, out: Path) -> tuple[Path, ...]:
    """The files that would be written of passages in the form `to`, but for a gold's texts."""
    if to == "gold":
        return (out / GOLD_NAME,)
    return (out, out.with_suffix(INTERFACE_SUFFIX)) if to == "label-studio" else (out,)


def write_interface(tasks: Path) -> Path:
    """Label Studio's labelling interface, as XML beside the file `tasks`. Returns its path."""
    out = tasks.with_suffix(INTERFACE_SUFFIX)
    if out == tasks:
        raise InputError(f"{tasks}: tasks are JSON; choose an --out that ends in .json")
    _write(out, label_studio.INTERFACE.encode())
    return out


READABLE = ("inline", "label-studio", "doccano")
RUN = "run"


def read(paths: Iterable[Path], form: str) -> Iterator[Passage]:
    """The passages of files in `form`, one of READABLE; a task of Label Studio that nobody has
    annotated is left out.

    What other tools give is held to the rules of the inline format (signatures, evidence, no
    overlaps). Raises CorpusError with file and record.
    """
    for passage in try_read(paths, form):
        if isinstance(passage, CorpusError):
            raise passage
        if passage is not None:
            yield passage


def try_read(
    paths: Iterable[Path], form: str, *, keep_unannotated: bool = False
) -> Iterator[Passage | CorpusError | None]:
    """As `read`, but what breaks the rules gives its error, a task that nobody has annotated gives
    None (or its prediction, with `keep_unannotated`), and the rest follows.

    Raises CorpusError only where a file cannot be read or is no JSON.
    """
    if form == "inline":
        yield from try_passages(paths)
        return
    for path in paths:
        for where, record in _records(path, form):
            try:
                if form == "label-studio":
                    yield label_studio.from_task(
                        record, where=where, keep_unannotated=keep_unannotated
                    )
                else:
                    yield doccano.from_record(record, where=where)
            except CorpusError as error:
                yield error


def _records(path: Path, form: str) -> Iterator[tuple[str, Any]]:
    content = _read(path)
    if form == "label-studio":
        tasks = _json(content, str(path))
        if not isinstance(tasks, list):
            raise CorpusError(f"{path}: expected Label Studio's JSON export, a list of tasks")
        for number, task in enumerate(tasks, start=1):
            yield f"{path}: task {number}", task
        return
    for number, line in enumerate(content.split(b"\n"), start=1):
        if line.strip():
            where = f"{path}:{number}"
            yield where, _json(line, where)


def form_of(path: Path) -> str:
    """The form that a path stands for: `run` for the folder of a run, finished or not, inline for
    any other folder, else by the ending."""
    if (path / MANIFEST_NAME).is_file() or (path / PARTS_NAME / PLAN_NAME).is_file():
        return RUN
    if path.is_dir() or path.suffix == SUFFIX:
        return "inline"
    return {".json": "label-studio", ".jsonl": "doccano"}.get(path.suffix, "inline")


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
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}; choose another --out") from error
    with replacing(path) as partial:
        partial.write_bytes(content)
