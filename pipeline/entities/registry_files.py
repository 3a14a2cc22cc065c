"""Registry files as their users see them: look a name up, make a record, put it into a file."""

from __future__ import annotations

import os
import re
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import orjson

from pipeline.entities.registry import Line, fold, names_of, no_record, read_lines

EXACT, PREFIX, INSIDE = range(3)
_HAN = re.compile(r"[\u3400-\u9fff]")
_NOT_ID = re.compile(r"[^a-z0-9]+")


def matching(
    lines: Iterable[Line], name: str, simplify: Callable[[str], str]
) -> list[dict[str, Any]]:
    """The records one of whose names is, begins with or holds `name`, best first.

    Compared in Simplified, folded text: any script, case and width will do. A later record of the
    same id stands for an earlier one. Raises ResourceError for a line that is no record.
    """
    wanted = fold(simplify(name.strip()))
    if not wanted:
        return []
    found: dict[str, tuple[int, dict[str, Any]]] = {}
    for line in lines:
        if "id" not in line.entry:
            continue
        found.pop(line.entry["id"], None)
        try:
            names = names_of(line.entry)
        except (KeyError, TypeError) as error:
            raise no_record(line, error) from error
        ranks = [_rank(wanted, fold(simplify(known))) for known in names]
        best = min((rank for rank in ranks if rank is not None), default=None)
        if best is not None:
            found[line.entry["id"]] = (best, line.entry)
    return [entry for _, entry in sorted(found.values(), key=lambda pair: (pair[0], pair[1]["id"]))]


def _rank(wanted: str, known: str) -> int | None:
    if known == wanted:
        return EXACT
    if known.startswith(wanted):
        return PREFIX
    return INSIDE if wanted in known else None


def new_record(
    kind: str,
    names: Sequence[str],
    fields: dict[str, Any],
    *,
    simplify: Callable[[str], str],
    traditional: Callable[[str], str],
) -> dict[str, Any]:
    """A whole record of type `kind`.

    names: sorted by their script into zh_hans, zh_hant and en where `fields` leaves those open,
    else aliases. fields: values of further keys; an id is made of en, or of pinyin, when not given.
    """
    record = _empty(kind)
    record.update({key: value for key, value in fields.items() if value})
    record["aliases"] = [*record["aliases"]]
    for name in names:
        key = _key(name, simplify)
        if record[key]:
            record["aliases"].append(name)
        else:
            record[key] = name
    if record["zh_hant"] and not record["zh_hans"]:
        record["zh_hans"] = simplify(record["zh_hant"])
    if record["zh_hans"] and not record["zh_hant"]:
        record["zh_hant"] = traditional(record["zh_hans"])
    record["id"] = record["id"] or f"{kind}:{_slug(record['en'] or record['zh_hans'])}"
    return record


def _empty(kind: str) -> dict[str, Any]:
    """A record with every key, in the order of the files."""
    texts = dict.fromkeys(("zh_hans", "zh_hant", "zh_hk", "en"), "")
    lists: dict[str, Any] = {key: [] for key in ("aliases", "nicknames", "tickers")}
    marks: dict[str, Any] = {"ambiguous": {}, "services": [], "maker": "", "company": ""}
    return {"id": "", "type": kind, **texts, **lists, **marks}


def _key(name: str, simplify: Callable[[str], str]) -> str:
    if not _HAN.search(name):
        return "en"
    return "zh_hans" if simplify(name) == name else "zh_hant"


def _slug(name: str) -> str:
    """`name` in the letters an id may have: pinyin for Chinese, without accents."""
    from pypinyin import lazy_pinyin

    latin = "-".join(lazy_pinyin(name)) if _HAN.search(name) else name
    plain = unicodedata.normalize("NFKD", latin).encode("ascii", "ignore").decode()
    return _NOT_ID.sub("-", plain.lower()).strip("-") or "unnamed"


def put(records: Iterable[dict[str, Any]], path: Path) -> None:
    """Write `records` into the file `path`, sorted by id; one of the same id is replaced.

    The file is written beside and renamed: a stop in between leaves the old one whole. Lines that
    are no records (blocked names) stay, behind the records.
    """
    entries = [line.entry for line in read_lines([path])] if path.exists() else []
    found = {entry["id"]: entry for entry in entries if "id" in entry}
    found.update((record["id"], record) for record in records)
    rest = [entry for entry in entries if "id" not in entry]
    content = b"".join(
        orjson.dumps(entry, option=orjson.OPT_APPEND_NEWLINE)
        for entry in [*(found[entity_id] for entity_id in sorted(found)), *rest]
    )
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as new:
        try:
            new.write(content)
            new.flush()
            os.fsync(new.fileno())
            if path.exists():
                Path(new.name).chmod(path.stat().st_mode)
            else:
                Path(new.name).chmod(0o644)
            Path(new.name).replace(path)
        except BaseException:
            Path(new.name).unlink(missing_ok=True)
            raise
