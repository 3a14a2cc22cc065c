"""Each fault that the verifier knows, on records that have it and on their like that have not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.cleaning.script import ScriptConverter
from pipeline.entities.ordinary_words import is_ordinary
from pipeline.entities.registry import Line
from pipeline.entities.registry_checks import faults

EMPTY: dict[str, Any] = {
    **dict.fromkeys(("zh_hans", "zh_hant", "zh_hk", "en", "maker", "company"), ""),
    **{key: [] for key in ("aliases", "nicknames", "tickers", "services")},
    "ambiguous": {},
}


@pytest.fixture(scope="module")
def script() -> ScriptConverter:
    return ScriptConverter()


def record(entity: str, **fields: Any) -> dict[str, Any]:
    return {"id": entity, "type": entity.partition(":")[0], **EMPTY, **fields}


def as_lines(*entries: dict[str, Any]) -> list[Line]:
    return [Line(Path("r.jsonl"), number, entry) for number, entry in enumerate(entries, start=1)]


ONE = record("company:one", zh_hans="星川芯片", zh_hant="星川晶片", en="Xingchuan")
BOSS = record("person:boss", zh_hans="林小舟", zh_hant="林小舟")
BROKEN = {
    "a key left out": (
        {key: value for key, value in ONE.items() if key != "zh_hk"},
        "'zh_hk' is a required property",
    ),
    "a list of ambiguous names": ({**ONE, "ambiguous": ["Xingchuan"]}, "is not of type 'object'"),
    "a ticker with a digit": ({**ONE, "tickers": ["688A"]}, "does not match"),
    "an id of another type": ({**ONE, "id": "chip:one"}, "does not begin with its type"),
    "no name": (record("company:one"), "no name"),
    "no blocked name": ({"name": "x"}, "neither a record"),
    "one character": ({**ONE, "aliases": ["川"]}, "'川' is shorter"),
    "a name listed twice": ({**ONE, "aliases": ["Xingchuan"]}, "listed twice"),
    "a mark without its name": ({**ONE, "ambiguous": {"川芯": "river"}}, "none of its names"),
    "Traditional in zh_hans": (
        {**ONE, "zh_hans": "星川電芯"},
        "holds the Traditional 電 (write 电)",
    ),
    "Simplified in zh_hant": (
        {**ONE, "zh_hant": "星川电晶"},
        "zh_hant '星川电晶' holds the Simplified 电",
    ),
    "Simplified in zh_hk": (
        {**ONE, "zh_hk": "星川电晶"},
        "zh_hk '星川电晶' holds the Simplified 电",
    ),
    "a Chinese word": ({**ONE, "aliases": ["国君"]}, "'国君' is an ordinary word"),
    "an English word": ({**ONE, "aliases": ["Box"]}, "'box' is an ordinary word"),
    "a maker that is not there": (record("chip:c", en="XC900", maker="company:no"), "no company"),
    "a maker of a company": ({**ONE, "maker": "company:one"}, "maker is for records of type chip"),
    "a person as company": ({**BOSS, "company": "person:boss"}, "does not match"),
}


@pytest.mark.parametrize(("entry", "told"), BROKEN.values(), ids=BROKEN)
def test_a_fault_is_told_with_its_place(
    script: ScriptConverter, entry: dict[str, Any], told: str
) -> None:
    found = [str(fault) for fault in faults(as_lines(entry), script=script)]
    assert len(found) == 1
    assert found[0].startswith("r.jsonl:1: ")
    assert told in found[0]


SOUND = {
    "a plain one": (ONE,),
    "a chip and its maker": (record("chip:c", en="XC900", maker="company:one"), ONE),
    "a blocked name": (ONE, {"name": "星川论坛", "why": "event"}),
    "a marked word": ({**ONE, "aliases": ["国君"], "ambiguous": {"国君": "monarch"}},),
    "台 and 恒, good Traditional": ({**ONE, "zh_hant": "恒台晶片"},),
    "昇, a name's character": ({**ONE, "zh_hans": "昇川芯片"},),
    "two of one name, both marked": tuple(
        record(f"person:{which}", zh_hans="林小舟", ambiguous={"林小舟": "another"})
        for which in ("a", "b")
    ),
}


@pytest.mark.parametrize("entries", SOUND.values(), ids=SOUND)
def test_a_sound_registry_has_no_fault(
    script: ScriptConverter, entries: tuple[dict[str, Any], ...]
) -> None:
    assert [str(fault) for fault in faults(as_lines(*entries), script=script)] == []


def told(script: ScriptConverter, *entries: dict[str, Any]) -> str:
    return "\n".join(str(fault) for fault in faults(as_lines(*entries), script=script))


def test_a_name_of_two_is_a_fault_until_both_mark_it(script: ScriptConverter) -> None:
    marked = {"ambiguous": {"星川芯片": "another company"}}
    other = record("company:two", zh_hans="星川芯片", en="Starriver")
    assert "also names company:two" in told(script, ONE, other)
    assert "also names company:two" in told(script, ONE, {**other, **marked})
    assert told(script, {**ONE, **marked}, {**other, **marked}) == ""


def test_names_are_the_same_however_their_seams_are_typed(script: ScriptConverter) -> None:
    both = (record("chip:a", en="XC 900"), record("chip:b", en="XC-900"))
    assert "'xc900' also names chip:b" in told(script, *both)


def test_one_entity_under_two_ids_is_a_fault_though_marked(script: ScriptConverter) -> None:
    twins = [
        record(f"chip:{which}", en="XC900", maker="company:one", ambiguous={"XC900": "a road"})
        for which in ("a", "b")
    ]
    assert "the same as chip:b?" in told(script, *twins, ONE)


def test_unsorted_and_repeated_ids_are_faults(script: ScriptConverter) -> None:
    assert "not sorted by id" in told(script, BOSS, ONE)
    assert "already that of r.jsonl:1" in told(script, BOSS, BOSS)


def test_a_blocked_name_of_an_entity_is_a_fault(script: ScriptConverter) -> None:
    assert "is blocked, but names company:one" in told(
        script, ONE, {"name": "星川芯片", "why": "x"}
    )


def test_known_records_are_referred_to_and_collided_with_but_not_judged(
    script: ScriptConverter,
) -> None:
    known = as_lines(ONE, record("company:words", en="Box"))
    chip = record("chip:c", en="XC900", maker="company:one")
    clash = record("chip:d", en="Xingchuan")
    found = faults(as_lines(chip, clash), script=script, known=known)
    assert [fault.text for fault in found] == [
        "chip:d: 'xingchuan' also names company:one; say so in ambiguous, of each"
    ]
    assert found[0].shared


@pytest.mark.parametrize(
    ("name", "ordinary"), [("国君", True), ("circle", True), ("百度", False), ("星川", False)]
)
def test_names_that_the_dictionary_lists_as_words_are_not_ordinary(
    name: str, ordinary: bool
) -> None:
    assert is_ordinary(name) is ordinary
