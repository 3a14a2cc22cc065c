"""Items cut into parts, each a file of its own: the unit of work, of resuming and of crashes.

`NNNNN.jsonl` begins with a header, {"part", "input_sha256"}, and has a line for each item after it:
{"article": {...} or null, "triples": [...], "rejects": [...]}. It is written as `.partial` and gets
its name when it is whole, so that the name is the mark of completion.
"""

from __future__ import annotations

import hashlib
import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

import orjson

from pipeline.batch.items import FileItem, Item, PageItem, fingerprint, load
from pipeline.errors import PipelineError, RunError
from pipeline.extractor import MAX_CHARACTERS, UnfitArticle
from pipeline.files import PARTIAL, sync_path
from pipeline.triples import article_record, reject_record, triple_records
from pipeline.types import Article, Extraction, Reject

# A part takes a few seconds: little is lost with one, and its two syncs to the disk cost little
# beside it. The rule looks at the items alone, so that parts are the same whoever does them.
MAX_ITEMS = 256
MAX_WEIGHT = 64_000
# A page is mostly markup.
PAGE_BYTES_PER_WEIGHT = 8

# What killed a worker so often is taken for the cause; a killer from outside seldom hits one
# article three times.
MAX_CRASHES = 3

Extract: TypeAlias = Callable[[Article], Extraction]
Record: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """Some items, in order. suspect: number of the item, counted from 0, at which a worker died
    last, and crashes: how often it did, there; given_up: items that are not tried any more."""

    number: int
    items: tuple[Item, ...]
    suspect: int = -1
    crashes: int = 0
    given_up: frozenset[int] = frozenset()

    @property
    def name(self) -> str:
        return f"{self.number:05}.jsonl"


@dataclass(frozen=True, slots=True)
class Job:
    """How an item becomes a line of a part.

    make_extractor: called once in each worker, and sent there by pickle: a name at the top of a
    module, or a `functools.partial` of one. encoding: as of `items.load`. max_seconds: for one
    article; 0 for no limit.
    """

    make_extractor: Callable[[], Extract]
    encoding: str = ""
    max_characters: int = MAX_CHARACTERS
    max_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Work:
    """What a worker needs to do parts.

    folder: of the part files. driver: a word that no other driver has, part of the names of
    partial files, so that a worker whose driver is gone cannot finish a file of the next one's.
    """

    job: Job
    folder: Path
    driver: str

    def partial(self, part: Part) -> Path:
        """Where `part` is written until it is whole."""
        return self.folder / f"{part.name}.{self.driver}{PARTIAL}"


@dataclass(slots=True)
class Counts:
    """What came of some items. characters: of the articles that were extracted. rejected: articles
    that were not; rejects: of articles and triples, by reason."""

    items: int = 0
    articles: int = 0
    rejected: int = 0
    characters: int = 0
    mentions: int = 0
    triples: int = 0
    rejects: Counter[str] = field(default_factory=Counter)

    def add(self, record: Record) -> None:
        """Count a line of a part."""
        self.items += 1
        self.triples += len(record["triples"])
        for reject in record["rejects"]:
            self.rejects[reject["reason"]] += 1
            self.rejected += reject["part"] == "article"
        article = record["article"]
        if article:
            self.articles += 1
            self.characters += article["characters"]
            self.mentions += len(article["mentions"])

    def add_all(self, other: Counts) -> None:
        """Count what `other` counted."""
        for name in ("items", "articles", "rejected", "characters", "mentions", "triples"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.rejects.update(other.rejects)


@dataclass(frozen=True, slots=True)
class Report:
    """How far a part is: what came of its items so far, and whether its file is whole."""

    part: int
    counts: Counts
    done: bool


def cut(items: Iterable[Item]) -> Iterator[Part]:
    """`items` in parts, lazily and in order."""
    number, weight = 0, 0
    held: list[Item] = []
    for item in items:
        own = weight_of(item)
        if held and (len(held) == MAX_ITEMS or weight + own > MAX_WEIGHT):
            yield Part(number, tuple(held))
            number, weight = number + 1, 0
            held.clear()
        held.append(item)
        weight += own
    if held:
        yield Part(number, tuple(held))


def weight_of(item: Item) -> int:
    """How much there is to read in `item`, roughly in bytes of text."""
    if isinstance(item, FileItem):
        return item.weight
    if isinstance(item, PageItem):
        return len(item.content) // PAGE_BYTES_PER_WEIGHT
    return 0 if isinstance(item, Reject) else 3 * len(item.text)


def id_of(item: Item) -> str:
    return item.article_id if isinstance(item, Reject) else item.id


def input_digest(part: Part) -> str:
    """Hex digest of all that the items of `part` are made of."""
    total = hashlib.sha256()
    for item in part.items:
        total.update(fingerprint(item))
    return total.hexdigest()


class Worker:
    """Parts done one after the other with an extractor that is loaded once."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._extract = work.job.make_extractor()

    def __call__(self, part: Part) -> Iterator[Report]:
        """Write the file of `part`, with a report after each item and one at the end.

        Goes on where a worker before it died. Raises RunError where the file cannot be written.
        """
        folder, path = self._work.folder, self._work.partial(part)
        with writing(folder.parent), path.open("a+b") as file:
            counts = _resume(file, part)
            for number in range(counts.items, len(part.items)):
                record = self._record(part, number)
                # With the flush the line outlives this process, though not the machine.
                file.write(line(record))
                file.flush()
                counts.add(record)
                yield Report(part.number, counts, done=False)
            sync(file)
            path.rename(folder / part.name)
            sync_path(folder)
        yield Report(part.number, counts, done=True)

    def _record(self, part: Part, number: int) -> Record:
        item = part.items[number]
        if number in part.given_up:
            detail = f"{MAX_CRASHES} processes died of it"
            return _rejected(Reject(id_of(item), "article", "worker_crashed", detail))
        job = self._work.job
        try:
            with _alarm(job.max_seconds):
                article = load(item, encoding=job.encoding, max_characters=job.max_characters)
                if isinstance(article, Reject):
                    return _rejected(article)
                extraction = self._extract(article)
        except UnfitArticle as error:
            reason, detail = error.reason, error.detail
        except _TooSlowError:
            reason, detail = "too_slow", f"not done after {job.max_seconds:g} seconds"
        except MemoryError:
            reason, detail = "out_of_memory", ""
        except PipelineError:
            raise
        except Exception as error:
            # A mistake of ours that one article brings to light must not cost the others.
            reason, detail = "failed", f"{type(error).__name__}: {error}"
        else:
            return {
                "article": article_record(extraction),
                "triples": triple_records(extraction),
                "rejects": [reject_record(reject) for reject in extraction.rejects],
            }
        return _rejected(Reject(id_of(item), "article", reason, detail))


def _rejected(reject: Reject) -> Record:
    return {"article": None, "triples": [], "rejects": [reject_record(reject)]}


def _resume(file: BinaryIO, part: Part) -> Counts:
    """What the whole lines of `file` hold of `part`; what is behind them is cut off, and a missing
    header is written. `file` is open for appending."""
    counts = Counts()
    file.seek(0)
    lines = file.readlines()
    if lines and not lines[-1].endswith(b"\n"):
        file.truncate(sum(map(len, lines[:-1])))
        del lines[-1]
    if not lines:
        file.write(line({"part": part.number, "input_sha256": input_digest(part)}))
        file.flush()
    for written in lines[1:]:
        counts.add(orjson.loads(written))
    return counts


def after_crash(work: Work, part: Part) -> Part:
    """`part` as it is to be tried again after a worker died over it: one item later than before, or
    with one more crash on the same one, which is given up after MAX_CRASHES.

    Raises RunError where workers die after the last item.
    """
    try:
        with work.partial(part).open("rb") as file:
            whole = sum(written.endswith(b"\n") for written in file)
    except FileNotFoundError:
        whole = 0
    item = max(0, whole - 1)
    crashes = part.crashes + 1 if item == part.suspect else 1
    given_up = part.given_up
    if crashes >= MAX_CRASHES:
        if item in given_up or item >= len(part.items):
            raise RunError(
                f"workers die over {work.folder / part.name} itself; is the machine out of memory?"
            )
        given_up, crashes = given_up | {item}, 0
    return replace(part, suspect=item, crashes=crashes, given_up=given_up)


def part_files(folder: Path) -> list[Path]:
    """The whole parts in `folder`, in order."""
    return sorted(folder.glob("[0-9]*.jsonl"), key=lambda path: int(path.stem))


def read_part(path: Path) -> Iterator[Record]:
    """The header of a part file, then its lines. Raises RunError where it is damaged."""
    try:
        with path.open("rb") as file:
            if not file.peek(1):
                raise damaged(path, "it is empty")
            for written in file:
                yield orjson.loads(written)
    except (OSError, orjson.JSONDecodeError) as error:
        raise damaged(path, str(error)) from error


def damaged(path: Path, what: str) -> RunError:
    """What to tell of a part file that does not hold what it should."""
    return RunError(
        f"{path} cannot be read ({what}); delete it, and the same command makes it again"
    )


class _TooSlowError(BaseException):
    """Not an Exception, which a library on the way might take for its own."""


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Raise _TooSlowError in the body after `seconds`; only a process's main thread can be so
    stopped, and no call that never returns to Python."""
    if not seconds or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> None:
        raise _TooSlowError

    previous = signal.signal(signal.SIGALRM, stop)
    # Again each second, in case the first is raised where Python can only print it (a destructor).
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def line(record: Record) -> bytes:
    """`record` as a line of JSON."""
    return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)


def sync(file: BinaryIO) -> None:
    """Have all of `file` on the disk."""
    file.flush()
    os.fsync(file.fileno())


@contextmanager
def writing(out: Path) -> Iterator[None]:
    """Tell of an OSError in the body, which writes into the run folder `out`, as a RunError."""
    try:
        yield
    except OSError as error:
        raise RunError(
            f"cannot write {error.filename or out}: {error.strerror}; "
            "make room, or choose another --out, and run the same command again"
        ) from error
