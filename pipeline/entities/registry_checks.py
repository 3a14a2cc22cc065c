"""What can be wrong with registry files without anybody noticing at run time: the verifier."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, pairwise
from typing import Any

from pipeline.cleaning.script import ScriptConverter
from pipeline.entities.ordinary_words import is_ordinary
from pipeline.entities.registry import MIN_NAME_CHARS, Line, fold, names_of, no_record, spellings
from pipeline.schema import CHIP, COMPANY, PERSON, REGISTRY_SCHEMA

# Big5 has no 恒, but Hong Kong's companies write it (恒基兆業).
HANT_TOO = frozenset("恒")
# Names in Simplified text that keep these: 昇腾, 孟樸, 胡厚崑, 郭明錤, 孙运璿, 奇鋐, 錼创, 汎铨.
HANS_TOO = frozenset("昇樸崑錤璿鋐錼汎")


@dataclass(frozen=True, slots=True)
class Fault:
    """place: file:line. shared: a name that is someone else's or the language's too, which its
    owner may want all the same."""

    place: str
    text: str
    shared: bool = False

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"


@dataclass(frozen=True, slots=True)
class _Record:
    """A well-formed record; names, marked, main: folded Simplified spellings."""

    line: Line
    names: frozenset[str]
    marked: frozenset[str]
    main: frozenset[str]

    @property
    def entry(self) -> dict[str, Any]:
        return self.line.entry

    @property
    def id(self) -> str:
        return str(self.line.entry["id"])

    def fault(self, text: str, *, shared: bool = False) -> Fault:
        return Fault(self.line.place, f"{self.id}: {text}", shared)


def faults(
    lines: Iterable[Line], *, script: ScriptConverter, known: Iterable[Line] = ()
) -> list[Fault]:
    """What is wrong in `lines`; [] for a sound registry.

    known: the records that `lines` are used together with: ids may refer to them, and a name
    shared with one of them has to be marked in `lines`. Raises ResourceError for one that is no
    record.
    """
    found: list[Fault] = []
    records: list[_Record] = []
    blocked: list[Line] = []
    for line in lines:
        broken = _format_faults(line)
        found += broken
        if not broken:
            if "id" in line.entry:
                records.append(_record(line, script))
            else:
                blocked.append(line)
    others = [_known_record(line, script) for line in known if "id" in line.entry]
    others = [other for other in others if other.id not in {record.id for record in records}]
    for record in records:
        found += _name_faults(record, script)
        found += _script_faults(record, script)
        found += _word_faults(record)
    found += _order_faults(records)
    found += _shared_names(records, others)
    found += _twins(records, others)
    found += _references(records, others)
    found += _vain_blocks(blocked, records, script)
    return found


@lru_cache(maxsize=1)
def _validator() -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(REGISTRY_SCHEMA)


def _format_faults(line: Line) -> list[Fault]:
    if "id" in line.entry:
        broken = [error.message for error in _validator().iter_errors(line.entry)]
        kind, entity_id = line.entry.get("type", ""), line.entry["id"]
        if not broken and not entity_id.startswith(f"{kind}:"):
            broken = [f"the id does not begin with its type, {kind!r}"]
        if not broken and not names_of(line.entry):
            broken = ["no name"]
    elif set(line.entry) == {"name", "why"} and all(map(_is_text, line.entry.values())):
        broken = []
    else:
        broken = ["neither a record (it has no id) nor a blocked name (name, why)"]
    return [Fault(line.place, text) for text in broken]


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _record(line: Line, script: ScriptConverter) -> _Record:
    entry = line.entry

    def forms(names: Iterable[str]) -> frozenset[str]:
        return frozenset(fold(form) for name in names for form in spellings(script.simplify(name)))

    main = [name for name in (entry["zh_hans"], entry["en"]) if name]
    return _Record(
        line,
        forms(names_of(entry)),
        forms([*entry["ambiguous"], *entry["services"]]),
        frozenset(fold(script.simplify(name)) for name in main),
    )


def _known_record(line: Line, script: ScriptConverter) -> _Record:
    try:
        return _record(line, script)
    except (KeyError, TypeError) as error:
        raise no_record(line, error) from error


def _name_faults(record: _Record, script: ScriptConverter) -> Iterator[Fault]:
    entry = record.entry
    names = names_of(entry)
    whole = {fold(script.simplify(name)) for name in names}
    for name in names:
        if len(name) < MIN_NAME_CHARS:
            yield record.fault(f"{name!r} is shorter than what is looked up")
    for key in ("ambiguous", "services"):
        for name in entry[key]:
            if fold(script.simplify(name)) not in whole:
                yield record.fault(f"{name!r} is marked in {key}, but is none of its names")
    further = [*entry["aliases"], *entry["nicknames"], *entry["tickers"]]
    for name in sorted(set(further)):
        if further.count(name) > 1 or name in _mains(entry):
            yield record.fault(f"{name!r} is listed twice")


def _mains(entry: Mapping[str, Any]) -> tuple[str, ...]:
    return entry["zh_hans"], entry["zh_hant"], entry["zh_hk"], entry["en"]


def _script_faults(record: _Record, script: ScriptConverter) -> Iterator[Fault]:
    """Characters of the other script, by OpenCC; a Traditional one is what Big5 can write."""
    hans = record.entry["zh_hans"]
    for before, after in zip(hans, script.simplify(hans), strict=True):
        if before != after and before not in HANS_TOO:
            yield record.fault(f"zh_hans {hans!r} holds the Traditional {before} (write {after})")
    for key in ("zh_hant", "zh_hk"):
        name = record.entry[key]
        for character in name:
            traditional = script.traditional(character)
            if traditional != character and not _in_big5(character) and character not in HANT_TOO:
                yield record.fault(
                    f"{key} {name!r} holds the Simplified {character} (write {traditional})"
                )


def _in_big5(character: str) -> bool:
    try:
        character.encode("big5")
    except UnicodeEncodeError:
        return False
    return True


def _word_faults(record: _Record) -> Iterator[Fault]:
    for name in sorted(record.names - record.marked):
        if is_ordinary(name):
            text = f"{name!r} is an ordinary word; say in ambiguous what else it means"
            yield record.fault(text, shared=True)


def _order_faults(records: list[_Record]) -> Iterator[Fault]:
    first: dict[str, _Record] = {}
    for record in records:
        if record.id in first:
            yield record.fault(f"the id is already that of {first[record.id].line.place}")
        first.setdefault(record.id, record)
    for _, group in groupby(records, key=lambda record: record.line.path):
        for before, after in pairwise(group):
            if after.id < before.id:
                yield after.fault(f"not sorted by id: {before.id} stands before it")


def _owners(
    records: Iterable[_Record], forms: Callable[[_Record], Iterable[str]]
) -> dict[str, list[_Record]]:
    owners: dict[str, list[_Record]] = {}
    for record in records:
        for form in forms(record):
            owners.setdefault(form, []).append(record)
    return owners


def _shared_names(records: list[_Record], others: list[_Record]) -> Iterator[Fault]:
    """Names of two entities that one of them takes for its own alone."""
    owners = _owners([*records, *others], lambda record: record.names)
    for record in records:
        for name in sorted(record.names - record.marked):
            rest = sorted({other.id for other in owners[name]} - {record.id})
            if rest:
                text = f"{name!r} also names {', '.join(rest)}; say so in ambiguous, of each"
                yield record.fault(text, shared=True)


def _twins(records: list[_Record], others: list[_Record]) -> Iterator[Fault]:
    """One entity under two ids: a main name, the type and the maker or company are the same."""
    owners = _owners([*records, *others], lambda record: record.main)
    seen: set[tuple[str, str]] = set()
    for record in records:
        for name in sorted(record.main):
            for other in owners[name]:
                pair = (min(record.id, other.id), max(record.id, other.id))
                if pair not in seen and _same_home(record, other):
                    seen.add(pair)
                    text = f"the same as {other.id}? both are {name!r}"
                    yield record.fault(text, shared=True)


def _same_home(one: _Record, other: _Record) -> bool:
    if one.id == other.id or one.entry["type"] != other.entry["type"]:
        return False
    homes = [(record.entry["maker"] or record.entry["company"]) for record in (one, other)]
    if homes[0] and homes[1]:
        return bool(homes[0] == homes[1])
    # Two with both main names in common, and nothing that tells them apart.
    return len(one.main) > 1 and one.main == other.main


def _references(records: list[_Record], others: list[_Record]) -> Iterator[Fault]:
    types = {record.id: record.entry["type"] for record in [*others, *records]}
    for record in records:
        for key, kind in (("maker", CHIP), ("company", PERSON)):
            target = record.entry[key]
            if target and record.entry["type"] != kind:
                yield record.fault(f"{key} is for records of type {kind}")
            elif target and types.get(target) != COMPANY:
                yield record.fault(f"{key} {target!r} is no company of the registry")


def _vain_blocks(
    blocked: list[Line], records: list[_Record], script: ScriptConverter
) -> Iterator[Fault]:
    """Blocked names that an entity bears beyond doubt: the entity would win."""
    owners = _owners(records, lambda record: record.names - record.marked)
    for line in blocked:
        for owner in owners.get(fold(script.simplify(line.entry["name"])), ()):
            yield Fault(line.place, f"{line.entry['name']!r} is blocked, but names {owner.id}")
