"""Names that a run found often and the registry does not know: what its owner may want to add."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from pipeline.cleaning.script import ScriptConverter
from pipeline.entities.forms import STRONG, form_of
from pipeline.entities.registry import Line
from pipeline.entities.registry_checks import faults
from pipeline.entities.registry_files import new_record
from pipeline.run_folder import Record, RunFolder
from pipeline.schema import NAME_ID

MAX_SENTENCES = 3
# At most so many code points on each side of a mention where no triple's sentence is there to show.
AROUND = 30

_SENTENCE_END = re.compile(r"[。！？!?…\n]+[”’」』】）)\"]*")
_CLAUSE_END = re.compile(r"[，、；：]|[,;:](?!\d)")
# What a number or a Latin word goes on with.
_RUN = re.compile(r"[0-9A-Za-z.,%\-零〇一二两兩三四五六七八九十百千万萬亿億]")
_MARKUP = "#* "


@dataclass(slots=True)
class Suggestion:
    """An unknown entity of a run. articles, mentions, triples: how many name it. name: its full
    name, Simplified where it is Chinese; forms: how often the run calls it what, Simplified.

    english: English names that articles give it, by articles. sentences: by article, the
    first of each, at most MAX_SENTENCES; those of its triples, or what surrounds its mentions.
    """

    id: str
    type: str
    articles: int
    mentions: int
    triples: int = 0
    names: Counter[str] = field(default_factory=Counter)
    english: Counter[str] = field(default_factory=Counter)
    forms: Counter[str] = field(default_factory=Counter)
    sentences: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return _most(self.names)

    @property
    def others(self) -> list[str]:
        """Its forms beside `name`, most frequent first."""
        return [form for form in sorted(self.forms, key=self._rank) if form != self.name]

    def _rank(self, form: str) -> tuple[int, str]:
        return -self.forms[form], form


@dataclass(frozen=True, slots=True)
class Checked:
    """A suggestion as a record for a registry; faults: what speaks against it, () for nothing."""

    suggestion: Suggestion
    record: Record
    faults: tuple[str, ...]


def suggestions(
    run: RunFolder,
    simplify: Callable[[str], str],
    *,
    least_articles: int = 3,
    limit: int = 50,
    kinds: Iterable[str] = (),
    advance: Callable[[], None] = lambda: None,
) -> list[Suggestion]:
    """The `limit` unknown entities that most articles of `run` name, and `least_articles` or more;
    most frequent first. kinds: their types, all where none is named.

    Reads the articles twice and the triples once, a line at a time; `advance` is called with each.
    Raises RunError as `run` does.
    """
    chosen = _frequent(run, least_articles, limit, frozenset(kinds), advance)
    for triple in run.triples():
        advance()
        for end in ("head", "tail"):
            found = chosen.get(triple[f"{end}_id"])
            if found:
                found.triples += 1
                _add_sentence(found, triple["article_id"], triple["evidence"][0]["text"])
    for article in run.articles():
        advance()
        _add_names(article, chosen, simplify)
    return list(chosen.values())


def _frequent(
    run: RunFolder, least: int, limit: int, kinds: frozenset[str], advance: Callable[[], None]
) -> dict[str, Suggestion]:
    # A database without a name is a file of its own, and memory does not grow with the run.
    with closing(sqlite3.connect("", isolation_level=None)) as base:
        base.execute("CREATE TABLE seen (id TEXT PRIMARY KEY, kind, articles, mentions)")
        base.execute("BEGIN")
        for article in run.articles():
            advance()
            mentions = Counter(mention["entity"] for mention in article["mentions"])
            base.executemany(
                "INSERT INTO seen VALUES (?, ?, 1, ?) ON CONFLICT (id) DO UPDATE SET "
                "articles = articles + 1, mentions = mentions + excluded.mentions",
                [
                    (entity["id"], entity["type"], mentions[entity["id"]])
                    for entity in article["entities"]
                    if entity["id"].startswith(NAME_ID) and (not kinds or entity["type"] in kinds)
                ],
            )
        rows = base.execute(
            "SELECT id, kind, articles, mentions FROM seen WHERE articles >= ? "
            "ORDER BY articles DESC, mentions DESC, id LIMIT ?",
            (least, limit),
        )
        return {row[0]: Suggestion(*row) for row in rows}


def _add_sentence(found: Suggestion, article_id: str, text: str) -> None:
    if len(found.sentences) < MAX_SENTENCES:
        found.sentences.setdefault(article_id, " ".join(text.split()).lstrip(_MARKUP))


def _add_names(
    article: Record, chosen: dict[str, Suggestion], simplify: Callable[[str], str]
) -> None:
    for entity in article["entities"]:
        found = chosen.get(entity["id"])
        if found:
            found.names[entity["name"]] += 1
            found.english[entity["names"]["en"]] += 1
    for mention in article["mentions"]:
        found = chosen.get(mention["entity"])
        if found:
            found.forms[simplify(mention["text"])] += 1
            if not found.triples:
                shown = excerpt(article["text"], mention["start"], mention["end"])
                _add_sentence(found, article["id"], shown)


def excerpt(text: str, start: int, end: int) -> str:
    """What surrounds text[start:end], at most AROUND code points on each side: its sentence where
    that has room, else from clause to clause, else without half a number or Latin word."""
    return text[_first(text, start) : _last(text, end)]


def _first(text: str, start: int) -> int:
    """Where the excerpt begins of a mention that begins at `start`."""
    first = max(0, start - AROUND)
    sentences = [match.end() for match in _SENTENCE_END.finditer(text, first, start)]
    if sentences or not first:
        return sentences[-1] if sentences else 0
    clause = _CLAUSE_END.search(text, first, start)
    if clause:
        return clause.end()
    while first < start and _RUN.match(text, first - 1) and _RUN.match(text, first):
        first += 1
    return first


def _last(text: str, end: int) -> int:
    """Where the excerpt ends of a mention that ends at `end`."""
    last = min(len(text), end + AROUND)
    sentence = _SENTENCE_END.search(text, end, last)
    if sentence or last == len(text):
        return sentence.end() if sentence else last
    clauses = [match.start() for match in _CLAUSE_END.finditer(text, end, last)]
    if clauses:
        return clauses[-1]
    while last > end and _RUN.match(text, last - 1) and _RUN.match(text, last):
        last -= 1
    return last


def _most(names: Counter[str]) -> str:
    """The most frequent name; of several the longest, then the first by code points."""
    return min(names, key=lambda name: (-names[name], -len(name), name), default="")


def checked(
    found: Iterable[Suggestion], known: list[Line], script: ScriptConverter
) -> list[Checked]:
    """`found` as records, each with what `zongheng registry verify` would say of it beside the
    records `known` and the others."""
    taken = {line.entry.get("id") for line in known}
    made: list[tuple[Suggestion, Record]] = []
    for suggestion in found:
        record = _record(suggestion, script)
        record["id"] = _free(record["id"], taken)
        taken.add(record["id"])
        made.append((suggestion, record))
    told: dict[str, list[str]] = {}
    for suggestion, record in made:
        names = (suggestion.name, *suggestion.others)
        if not any(form_of(suggestion.type, name).strength == STRONG for name in names):
            told[record["id"]] = [f"{suggestion.name!r} may be the name of many"]
    lines = [Line(Path(record["id"]), 1, record) for _, record in made]
    for fault in faults(lines, script=script, known=known):
        entity_id = fault.place.removesuffix(":1")
        told.setdefault(entity_id, []).append(fault.text.removeprefix(f"{entity_id}: "))
    return [
        Checked(suggestion, record, tuple(told.get(record["id"], ())))
        for suggestion, record in made
    ]


def _record(suggestion: Suggestion, script: ScriptConverter) -> Record:
    """A record with the names that stand for themselves; no titles, given names and short codes."""
    names = [suggestion.name, *suggestion.others]
    english = Counter({name: times for name, times in suggestion.english.items() if name})
    if english and _most(english) not in names:
        names.append(_most(english))
    kept = [name for name in names if form_of(suggestion.type, name).strength == STRONG]
    return new_record(
        suggestion.type,
        list(dict.fromkeys([suggestion.name, *kept])),
        {},
        simplify=script.simplify,
        traditional=script.traditional,
    )


def _free(entity_id: str, taken: set[str | None]) -> str:
    """`entity_id`, with a number where it is someone's."""
    numbered: Iterator[str] = (f"{entity_id}-{number}" for number in count(2))
    return entity_id if entity_id not in taken else next(i for i in numbered if i not in taken)
