"""The registry of known names, and the automaton that finds them in one pass."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import ahocorasick
import orjson

from pipeline.errors import ResourceError
from pipeline.schema import ENTITY_TYPES
from pipeline.types import CleanSpan, Names

# Names shorter than this are never looked up, whatever the registry says: one Han character is a
# surname or a word.
MIN_NAME_CHARS = 2

_FOLD = {
    **{code: code + 32 for code in range(ord("A"), ord("Z") + 1)},
    **{0xFEE0 + code: code for code in range(0x21, 0x7F)},
    **{0xFEE0 + code: code + 32 for code in range(ord("A"), ord("Z") + 1)},
    **{ord(dot): ord("·") for dot in "‧•・∙⋅"},
    0x3000: 0x20,
    0xA0: 0x20,
}
_SEAM = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[^\W\d_])(?=\d)|(?<=[\u3400-\u9fff])(?=[A-Za-z])")
_JOINT = re.compile(r"[ \-]")
# What `fold` makes ASCII letters and digits of.
_LATIN = re.compile("[0-9A-Za-z０-９Ａ-Ｚａ-ｚ]")
_NONE: frozenset[str] = frozenset()


def fold(text: str) -> str:
    """`text` for comparing names: ASCII lower case, half width, one kind of middle dot; same
    length."""
    return text.translate(_FOLD)


@dataclass(frozen=True, slots=True)
class Record:
    """One entry of the registry.

    ambiguous, services: folded Simplified names; the first also mean something else, the second
        also name an app or site and mean the company only where it acts.
    """

    id: str
    type: str
    names: Names
    name: str
    ambiguous: frozenset[str]
    services: frozenset[str]


@dataclass(frozen=True, slots=True)
class Match:
    """A name found in a text. ids: whom it may name, () for a name that is known to be no entity of
    ours.

    service: the name is also that of an app or site; such a name is ambiguous too.
    exact_case: the text spells its Latin letters as the registry does.
    """

    span: CleanSpan
    ids: tuple[str, ...]
    ambiguous: bool
    service: bool
    exact_case: bool

    @property
    def is_certain(self) -> bool:
        """Whether it names an entity of ours and can mean nothing else."""
        return bool(self.ids) and not self.ambiguous


class _Name(NamedTuple):
    """What the automaton has of a name; tuples throughout, because there are 42,000 of them."""

    ids: tuple[str, ...]
    ambiguous: bool
    service: bool
    spellings: tuple[str, ...]


class Registry:
    """Known companies, people and chips, and names known to be none of them."""

    def __init__(self, records: dict[str, Record], names: dict[str, _Name]) -> None:
        self.records = records
        self._automaton = ahocorasick.Automaton()
        for folded, name in names.items():
            self._automaton.add_word(folded, (len(folded), name))
        self._automaton.make_automaton()

    def knows(self, name: str) -> bool:
        """Whether Simplified `name` is, as a whole, a name of some entity, or of something known to
        be none."""
        return fold(name) in self._automaton

    def ids_of(self, name: str) -> tuple[str, ...]:
        """Every entity that Simplified `name`, as a whole, may name."""
        folded = fold(name)
        if folded not in self._automaton:
            return ()
        ids: tuple[str, ...] = self._automaton.get(folded)[1].ids
        return ids

    def find(self, text: str) -> tuple[Match, ...]:
        """Names in Simplified `text`: leftmost, then longest, not overlapping, at word boundaries.

        A longer name that is no entity (腾讯会议) covers the shorter one inside it, and is returned
        with no ids.
        """
        if not len(self._automaton):  # an empty automaton cannot be asked
            return ()
        folded = fold(text)
        hits: list[tuple[int, int, _Name]] = []
        for last, (length, name) in self._automaton.iter(folded):
            start, end = last - length + 1, last + 1
            if _at_word_boundary(folded, start, end):
                hits.append((start, end, name))
        hits.sort(key=lambda hit: (hit[0], -hit[1]))
        found: list[Match] = []
        done = 0
        for start, end, name in hits:
            if start >= done:
                exact = text[start:end] in name.spellings or not _has_latin(folded[start:end])
                span = CleanSpan(start, end)
                found.append(Match(span, name.ids, name.ambiguous, name.service, exact))
                done = end
        return tuple(found)


def load_registry(paths: Iterable[Path], simplify: Callable[[str], str]) -> Registry:
    """The registry of `paths`, files or folders of *.jsonl; a later file's record replaces an
    earlier one of the same id.

    simplify: Traditional → Simplified, as applied to the texts that will be searched.
    Raises ResourceError that names file and line.
    """
    records: dict[str, Record] = {}
    spelled: dict[str, list[str]] = {}
    blocked: list[str] = []
    for line in read_lines(paths):
        try:
            if "id" not in line.entry:
                blocked.append(simplify(_string(line.entry["name"])))
                continue
            record, names = _read_record(line.entry, simplify)
        except (KeyError, TypeError, AttributeError) as error:
            raise no_record(line, error) from error
        records[record.id] = record
        spelled[record.id] = names
    return Registry(records, _name_table(records, spelled, blocked))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a registry file: a record, or {name, why} of a name that is no entity."""

    path: Path
    number: int
    entry: dict[str, Any]

    @property
    def place(self) -> str:
        return f"{self.path}:{self.number}"


def no_record(line: Line, error: Exception) -> ResourceError:
    """What to tell of `line`, of which no record can be made: `error` is why."""
    why = f"it has no {error.args[0]}" if isinstance(error, KeyError) else str(error)
    return ResourceError(f"{line.place}: not a registry record: {why}")


def read_lines(paths: Iterable[Path]) -> Iterator[Line]:
    """Every line of the files, and of the *.jsonl in the folders, of `paths`; blank ones apart.

    Raises ResourceError, that names file and line, where one is no JSON object.
    """
    for path in paths:
        for file in _files(path):
            for number, line in enumerate(file.read_bytes().splitlines(), start=1):
                if not line.strip():
                    continue
                try:
                    entry = orjson.loads(line)
                except orjson.JSONDecodeError as error:
                    raise ResourceError(f"{file}:{number}: not JSON: {error}") from error
                if not isinstance(entry, dict):
                    raise ResourceError(f"{file}:{number}: not a JSON object")
                yield Line(file, number, entry)


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    files = sorted(path.glob("*.jsonl"))
    if not files:
        raise ResourceError(f"no *.jsonl registry file in {path}")
    return files


def names_of(entry: Mapping[str, Any]) -> list[str]:
    """Every name of a record, main ones first: all of them are looked up."""
    main = [_string(entry[key]) for key in ("zh_hans", "zh_hant", "en")]
    main.insert(2, _string(entry.get("zh_hk", "")))
    return [name for name in main if name] + [
        *_strings(entry["aliases"]),
        *_strings(entry.get("nicknames", [])),
        *_strings(entry.get("tickers", [])),
    ]


def _read_record(entry: dict[str, Any], simplify: Callable[[str], str]) -> tuple[Record, list[str]]:
    names = Names(_string(entry["zh_hans"]), _string(entry["zh_hant"]), _string(entry["en"]))
    entity_id, entity_type = _string(entry["id"]), _string(entry["type"])
    if entity_type not in ENTITY_TYPES or not entity_id.startswith(entity_type + ":"):
        raise TypeError(f"id {entity_id!r} does not begin with a type of {ENTITY_TYPES}")

    def marked(value: object) -> frozenset[str]:
        marks = _strings(value)
        if not marks:
            return _NONE
        forms = (form for name in marks for form in spellings(simplify(name)))
        return frozenset(fold(form) for form in forms)

    ambiguous = entry["ambiguous"]
    display = names.zh_hans or names.en or names.zh_hant
    record = Record(
        entity_id,
        entity_type,
        names,
        display,
        # A list does too, in a file of one's own: names without their other sense.
        marked(list(ambiguous) if isinstance(ambiguous, dict) else ambiguous),
        marked(entry["services"]),
    )
    return record, [form for name in names_of(entry) for form in spellings(simplify(name))]


def _strings(value: object) -> list[str]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is not a list")
    return [_string(item) for item in value]


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a string")
    return value


def spellings(name: str) -> tuple[str, ...]:
    """The ways one name is typed: as given, with blanks at its seams, with its joints closed, blank
    or hyphen.

    Seams are camel case, letter–digit and Han–Latin borders (OpenAI, RTX4090, 骁龙888); joints
    blanks and hyphens.
    """
    forms = [name]
    if _LATIN.search(name):
        spaced = _SEAM.sub(" ", name)
        forms += [_JOINT.sub("", name), _JOINT.sub(" ", name), _JOINT.sub("-", name)]
        # One seam at a time, then all: "SA8155P" is never typed "SA 8155 P".
        seams = [match.start() for match in _SEAM.finditer(name)]
        if 0 < len(seams) <= 2:
            forms += [name[:at] + " " + name[at:] for at in seams] + [spaced]
    return tuple(dict.fromkeys(form for form in forms if len(form) >= MIN_NAME_CHARS))


def _name_table(
    records: dict[str, Record], spelled: dict[str, list[str]], blocked: list[str]
) -> dict[str, _Name]:
    said: dict[str, list[tuple[str, str]]] = {}
    for entity_id, forms in spelled.items():
        for form in forms:
            said.setdefault(fold(form), []).append((entity_id, form))
    alone = {entity_id: (entity_id,) for entity_id in spelled}
    table: dict[str, _Name] = {}
    for folded, pairs in said.items():
        ids = tuple(dict.fromkeys(entity_id for entity_id, _ in pairs))
        service = any(folded in records[entity_id].services for entity_id in ids)
        marked = any(folded in records[entity_id].ambiguous for entity_id in ids)
        ambiguous = service or marked or len(ids) > 1
        written = tuple(dict.fromkeys(form for _, form in pairs))
        table[folded] = _Name(alone[ids[0]] if len(ids) == 1 else ids, ambiguous, service, written)
    for name in blocked:
        for form in spellings(name):
            table.setdefault(fold(form), _Name((), False, False, (form,)))
    return table


def _has_latin(folded: str) -> bool:
    return any("a" <= character <= "z" for character in folded)


def _is_word(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _at_word_boundary(folded: str, start: int, end: int) -> bool:
    """Whether no Latin word or number is cut at either end; between Han characters there is nothing
    to cut."""
    if start and _is_word(folded[start]):
        before = folded[start - 1]
        if _is_word(before) or before == "_":
            return False
        # "www.intel", "@meta", "1.5pro": a dot or at-sign glued to a word belongs to what follows
        # it.
        if before == "@" or (before == "." and start > 1 and _is_word(folded[start - 2])):
            return False
    if end < len(folded) and _is_word(folded[end - 1]):
        after = folded[end]
        if _is_word(after) or after == "_":
            return False
        if after == "." and end + 1 < len(folded) and _is_word(folded[end + 1]):
            return False
    return True
