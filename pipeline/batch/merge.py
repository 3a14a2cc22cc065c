"""Parts, in their order, to the JSONL files of a run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, closing
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from pipeline.batch.digests import DigestSet
from pipeline.batch.identity import Identities
from pipeline.batch.manifest import OUTPUTS
from pipeline.batch.parts import (
    Counts,
    Record,
    line,
    part_files,
    read_part,
    sync,
)
from pipeline.batch.renaming import with_new_ids
from pipeline.files import PARTIAL, sync_path
from pipeline.triples import reject_record
from pipeline.types import Reject


def merge(folder: Path, out: Path) -> tuple[Counts, str]:
    """Write the outputs in `out` from the parts in `folder`; what they hold, and the digest of the
    input as `InputDigest` gives it.

    An article whose text an earlier one has, which only reading can tell (two files, two pages with
    one article), becomes a reject. The parts are read twice: names that the registry does not know
    get one id for all articles, see `identity`.
    """
    counts, total, seen = Counts(), InputDigest(), DigestSet()
    with ExitStack() as stack:
        identities = stack.enter_context(closing(Identities(folder)))
        _gather(folder, identities)
        new = identities.ids()
        triples, articles, rejects = (
            stack.enter_context((out / (name + PARTIAL)).open("wb")) for name in OUTPUTS
        )
        for path in part_files(folder):
            records = read_part(path)
            total.add(next(records)["input_sha256"])
            for read in _without_duplicates(records, seen):
                record = with_new_ids(read, new)
                counts.add(record)
                if record["article"]:
                    articles.write(line(record["article"]))
                _write_all(triples, record["triples"])
                _write_all(rejects, record["rejects"])
        for file in (triples, articles, rejects):
            sync(file)
    for name in OUTPUTS:
        (out / (name + PARTIAL)).rename(out / name)
    sync_path(out)
    return counts, total.hexdigest()


def _gather(folder: Path, identities: Identities) -> None:
    """Settle the unknown entities of all articles that are kept."""
    seen = DigestSet()
    for path in part_files(folder):
        for record in _without_duplicates(islice(read_part(path), 1, None), seen):
            if record["article"]:
                identities.add(record["article"])
    identities.settle()


class InputDigest:
    """The digest of a whole input, out of those of its parts."""

    def __init__(self) -> None:
        self._total = hashlib.sha256()

    def add(self, input_sha256: str) -> None:
        self._total.update(bytes.fromhex(input_sha256))

    def hexdigest(self) -> str:
        return self._total.hexdigest()


def _without_duplicates(records: Iterator[Record], seen: DigestSet) -> Iterator[Record]:
    for record in records:
        article = record["article"]
        if article and not seen.add(bytes.fromhex(article["sha256"])):
            detail = f"another article has the same text, sha256 {article['sha256']}"
            reject = Reject(article["id"], "article", "duplicate_text", detail)
            yield {"article": None, "triples": [], "rejects": [reject_record(reject)]}
        else:
            yield record


def _write_all(file: BinaryIO, records: list[Record]) -> None:
    for record in records:
        file.write(line(record))
