"""Which names of a run are one entity's: the rules of docs/output-format.md, in a database."""

from __future__ import annotations

import hashlib
from itertools import combinations, groupby, islice
from sqlite3 import Connection
from typing import Any

from pipeline.entities.forms import STRONG, agree
from pipeline.schema import COMPANY, NAME_ID

# So many English names, or names above a short one, contradict each other without a closer look.
MAX_ENGLISH = 20
MAX_ABOVE = 200
ID_DIGITS = 16

_BATCH = 10_000
_LAST = chr(0x10FFFF)

# name: one row for each type and key; is_main: some entity is called so in full; new: the id of
# its bearer, NULL where that is open. entity: in the order of the run; name: its full name, or
# NULL; latin: its English one beside a Chinese one, or 0; new: what a company beside it decided,
# "" to stay local. english, short: English and short names of entities of a full name. divided:
# names that several bear. above: the fuller names of a name. weak: entities with a form that needs
# a company. beside: companies there, by id or (unknown ones) by entity; met: by id.
TABLES = """
CREATE TABLE name (id INTEGER PRIMARY KEY, kind TEXT, key TEXT, words TEXT, strength INTEGER,
    is_main INTEGER, new TEXT, UNIQUE (kind, key));
CREATE INDEX name_words ON name (kind, words) WHERE is_main;
CREATE TABLE entity (id INTEGER PRIMARY KEY, name INTEGER, latin INTEGER, new TEXT);
CREATE TABLE english (name INTEGER, latin INTEGER, PRIMARY KEY (name, latin)) WITHOUT ROWID;
CREATE TABLE short (form INTEGER, name INTEGER, latin INTEGER, PRIMARY KEY (form, name, latin))
    WITHOUT ROWID;
CREATE TABLE divided (name INTEGER PRIMARY KEY);
CREATE TABLE above (form INTEGER, name INTEGER, PRIMARY KEY (form, name)) WITHOUT ROWID;
CREATE TABLE weak (form INTEGER, entity INTEGER, PRIMARY KEY (form, entity)) WITHOUT ROWID;
CREATE TABLE beside (entity INTEGER, company TEXT, other INTEGER,
    PRIMARY KEY (entity, company, other)) WITHOUT ROWID;
CREATE TABLE met (form INTEGER, company TEXT, entity INTEGER,
    PRIMARY KEY (form, company, entity)) WITHOUT ROWID;
"""

# An English name leads to the Chinese one, but from one that several bear to each of theirs.
_ABOVE = (
    """
    INSERT OR IGNORE INTO above SELECT e.latin, e.name FROM english e
    JOIN name n ON n.id = e.name JOIN name l ON l.id = e.latin
    WHERE n.strength = ? AND l.strength = ? AND e.name NOT IN (SELECT name FROM divided)
    """,
    """
    INSERT OR IGNORE INTO above SELECT name, latin FROM english
    WHERE name IN (SELECT name FROM divided)
    """,
    """
    INSERT OR IGNORE INTO above
    SELECT form, iif(latin AND name IN (SELECT name FROM divided), latin, name) FROM short
    """,
)
_MET = """
    INSERT OR IGNORE INTO met
    SELECT w.form, iif(b.other, n.new, b.company) AS met_company, w.entity
    FROM weak w JOIN beside b ON b.entity = w.entity
    LEFT JOIN entity c ON c.id = b.other LEFT JOIN name n ON n.id = c.name
    WHERE met_company IS NOT NULL
"""
_FULL_THERE = """
    SELECT DISTINCT ifnull(n.new, '') FROM met m JOIN entity e ON e.id = m.entity
    LEFT JOIN name n ON n.id = e.name
    WHERE m.form = ? AND m.company = ? AND e.name <> m.form LIMIT 2
"""
_OPEN_THERE = """
    SELECT count(*) FROM met m JOIN entity e ON e.id = m.entity
    WHERE m.form = ? AND m.company = ? AND e.name = m.form AND e.new IS NULL
"""
_DECIDE = """
    UPDATE entity SET new = ? WHERE new IS NULL AND name = ?
    AND id IN (SELECT entity FROM met WHERE form = ? AND company = ?)
"""


def settle(base: Connection) -> None:
    """Set `new` of names and entities in `base`, which has TABLES, filled up to `short`, `weak` and
    `beside`."""
    _divide(base)
    for query in _ABOVE:
        base.execute(query, (STRONG, STRONG) if "?" in query else ())
    _name_bearers(base)
    _join_weak(base)


def new_id(kind: str, *parts: str) -> str:
    """The id of an entity that a run knows by its folded name alone, or by that and the company
    beside it."""
    digest = hashlib.sha256("\n".join((kind, *parts)).encode()).hexdigest()
    return f"{NAME_ID}{kind}:{digest[:ID_DIGITS]}"


def _divide(base: Connection) -> None:
    """Find the names whose English names contradict each other; their bearers go by these."""
    pairs = base.execute(
        "SELECT e.name, n.words FROM english e JOIN name n ON n.id = e.latin "
        "ORDER BY e.name, e.latin"
    )
    for name, rows in groupby(pairs, key=lambda row: row[0]):
        words = [row[1] for row in islice(rows, MAX_ENGLISH)]
        if len(words) == MAX_ENGLISH or not all(agree(*two) for two in combinations(words, 2)):
            base.execute("INSERT INTO divided VALUES (?)", (name,))
    base.execute(
        "UPDATE entity SET name = latin, latin = 0 "
        "WHERE latin AND name IN (SELECT name FROM divided)"
    )


def _name_bearers(base: Connection) -> None:
    """The new id of every name that has one bearer."""
    last = 0
    while rows := base.execute(
        "SELECT id, kind, words FROM name WHERE id > ? AND strength = ? ORDER BY id LIMIT ?",
        (last, STRONG, _BATCH),
    ).fetchall():
        last = rows[-1][0]
        found = [(_bearer(base, *row), row[0]) for row in rows]
        base.executemany(
            "UPDATE name SET new = ? WHERE id = ?", [(new, name) for new, name in found if new]
        )


def _bearer(base: Connection, name: int, kind: str, words: str) -> str:
    """The id of whoever the name says; "" where it may be several."""
    if kind == COMPANY and _begins_several(base, kind, words):
        return ""
    tops: set[int] = set()
    seen, left = {name}, [name]
    while left and len(tops) < 2 and len(seen) < MAX_ABOVE:
        one = left.pop()
        above = _column(base, "SELECT name FROM above WHERE form = ? AND name <> form", one)
        if not above:
            tops.add(one)
        left += [other for other in above if other not in seen]
        seen.update(above)
    if left or len(tops) != 1:
        return ""
    (key,) = _column(base, "SELECT key FROM name WHERE id = ?", tops.pop())
    return new_id(kind, key)


def _begins_several(base: Connection, kind: str, words: str) -> bool:
    """Whether two full names, neither the other's beginning, begin with `words`: 星川 may then be
    星川科技 or 星川医药, whether or not an article says so."""
    after = words + " " if words.isascii() else words
    end = after + _LAST
    for _ in range(2):
        found = _column(
            base,
            "SELECT words FROM name WHERE kind = ? AND words > ? AND words < ? AND is_main "
            "ORDER BY words LIMIT 1",
            *(kind, after, end),
        )
        if not found:
            return False
        after = found[0] + _LAST
    return True


def _join_weak(base: Connection) -> None:
    """Weak forms: one bearer where the same company stands beside them."""
    base.execute(_MET)
    counted = base.execute(
        "SELECT form, company, count(*) FROM met GROUP BY form, company ORDER BY form, company"
    )
    for form, rows in groupby(counted, key=lambda row: row[0]):
        for _, company in sorted((-count, company) for _, company, count in rows if count > 1):
            _join_beside(base, form, company)


def _join_beside(base: Connection, form: int, company: str) -> None:
    """Say who `form` is beside `company`: who has it as a short name there, or else one of his own;
    nobody where several have."""
    full = _column(base, _FULL_THERE, form, company)
    (open_,) = _column(base, _OPEN_THERE, form, company)
    if full:
        new = full[0] if len(full) == 1 else ""
    elif open_ > 1:
        ((kind, key),) = base.execute("SELECT kind, key FROM name WHERE id = ?", (form,))
        new = new_id(kind, key, company)
    else:
        return
    base.execute(_DECIDE, (new, form, form, company))


def _column(base: Connection, query: str, *values: object) -> list[Any]:
    return [row[0] for row in base.execute(query, values)]
