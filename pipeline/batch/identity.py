"""One id a run for a company, person or chip that the registry does not know.

Linking gives such an entity an id of its article alone (`local:…`). Here the names of all articles
are gathered in a database beside the parts, so that memory does not grow with the run. What
`settling` makes of them depends on the articles alone; docs/output-format.md states the rules.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from pipeline.batch.parts import Record
from pipeline.batch.settling import TABLES, settle
from pipeline.cleaning.script import converter
from pipeline.entities.forms import NEVER, STRONG, WEAK, Form, form_of, shortens
from pipeline.errors import RunError
from pipeline.files import PARTIAL
from pipeline.schema import COMPANY, LOCAL_ID

# The ending has the next driver drop what a killed one leaves.
DATABASE = "identity.sqlite" + PARTIAL
# How far from a name, in code points of the raw text, a company stands beside it.
BESIDE = 50

_CACHE_KIB = 32_768
_CACHED_NAMES = 50_000


def is_local(entity_id: str) -> bool:
    """Whether `entity_id` is valid in one article only."""
    return entity_id.startswith(LOCAL_ID)


class Identities:
    """The unknown entities of a run, in a database in `folder`: `add` every article, `settle`, then
    read `ids`. All of it raises RunError where the database cannot be written."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / DATABASE
        self._path.unlink(missing_ok=True)
        self._entities = 0
        self._simplify = lru_cache(_CACHED_NAMES)(converter().simplify)
        self._form_of = lru_cache(_CACHED_NAMES)(form_of)
        self._name = lru_cache(_CACHED_NAMES)(self._stored)
        self._base = sqlite3.connect(self._path, isolation_level=None)
        with self._writing():
            # Nothing of it outlives the process, so that there is nothing to be safe from.
            for pragma in ("journal_mode=OFF", "synchronous=OFF", f"cache_size=-{_CACHE_KIB}"):
                self._base.execute(f"PRAGMA {pragma}")
            self._base.executescript(TABLES)
            self._base.execute("BEGIN")

    def close(self) -> None:
        """Remove the database."""
        self._base.close()
        self._path.unlink(missing_ok=True)

    def add(self, article: Record) -> None:
        """Gather the unknown entities of an article's record."""
        first = self._entities + 1
        unknown = [entity for entity in article["entities"] if is_local(entity["id"])]
        numbers = {entity["id"]: first + place for place, entity in enumerate(unknown)}
        self._entities += len(unknown)
        forms: dict[str, list[Form]] = {
            entity["id"]: [self._form_of(entity["type"], entity["name"])] for entity in unknown
        }
        for mention in article["mentions"]:
            if mention["entity"] in forms:
                text = self._simplify(mention["text"])
                forms[mention["entity"]].append(self._form_of(mention["type"], text))
        with self._writing():
            for entity in unknown:
                number, own = numbers[entity["id"]], forms[entity["id"]]
                if self._add_entity(number, entity["type"], own):
                    self._add_beside(number, entity["id"], article, numbers)

    def settle(self) -> None:
        """Decide who is who, once all articles were added."""
        with self._writing():
            settle(self._base)

    def ids(self) -> Iterator[str]:
        """For every unknown entity, in the order in which they were added, its new id; "" where it
        keeps its own."""
        with self._writing():
            rows = self._base.execute(
                "SELECT ifnull(e.new, ifnull(n.new, '')) FROM entity e "
                "LEFT JOIN name n ON n.id = e.name ORDER BY e.id"
            )
            for (new,) in rows:
                yield new

    def _add_entity(self, number: int, kind: str, forms: list[Form]) -> bool:
        """Whether it matters which companies stand beside it."""
        usable = {form.key: form for form in forms if form.strength != NEVER}
        if not usable:
            self._insert("INSERT INTO entity VALUES (?, NULL, 0, NULL)", number)
            return False
        full = max(usable.values(), key=lambda form: (form.strength, form.is_han, _size(form)))
        english = [form for form in usable.values() if full.is_han and not form.is_han]
        name, latin = self._name(kind, full, is_main=True), 0
        if english:
            latin = self._name(kind, max(english, key=_size), is_main=False)
            self._insert("INSERT OR IGNORE INTO english VALUES (?, ?)", name, latin)
        self._insert("INSERT INTO entity VALUES (?, ?, ?, NULL)", number, name, latin)
        weak = [name] if full.strength == WEAK else []
        for form in usable.values():
            if form == full or not shortens(form, full):
                continue
            other = self._name(kind, form, is_main=False)
            if form.strength == WEAK and full.strength == STRONG:
                weak.append(other)
            elif form.strength == STRONG and other != latin:
                self._insert("INSERT OR IGNORE INTO short VALUES (?, ?, ?)", other, name, latin)
        for form_id in weak:
            self._insert("INSERT OR IGNORE INTO weak VALUES (?, ?)", form_id, number)
        return bool(weak)

    def _add_beside(
        self, number: int, entity_id: str, article: Record, numbers: dict[str, int]
    ) -> None:
        own = [mention for mention in article["mentions"] if mention["entity"] == entity_id]
        for mention in article["mentions"]:
            if mention["type"] != COMPANY or mention["entity"] == entity_id:
                continue
            if any(_is_beside(mention, one) for one in own):
                other = numbers.get(mention["entity"], 0)
                company = "" if other else mention["entity"]
                self._insert(
                    "INSERT OR IGNORE INTO beside VALUES (?, ?, ?)", number, company, other
                )

    def _stored(self, kind: str, form: Form, *, is_main: bool) -> int:
        """The number of a name's row."""
        # Of two ways to write one name the one with blanks tells more.
        (found,) = self._base.execute(
            "INSERT INTO name (kind, key, words, strength, is_main) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (kind, key) DO UPDATE SET is_main = max(is_main, excluded.is_main), "
            "words = min(words, excluded.words), strength = max(strength, excluded.strength) "
            "RETURNING id",
            (kind, form.key, form.words, form.strength, is_main),
        ).fetchall()
        return int(found[0])

    def _insert(self, query: str, *values: object) -> None:
        self._base.execute(query, values)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise RunError(
                f"cannot write {self._path}: {error}; make room, or choose another --out, and run "
                "the same command again"
            ) from error


def _is_beside(one: Record, other: Record) -> bool:
    return bool(one["start"] - other["end"] <= BESIDE and other["start"] - one["end"] <= BESIDE)


def _size(form: Form) -> tuple[int, str]:
    return len(form.key), form.key
