from __future__ import annotations

import re

from pipeline.report.embedding import static
from pipeline.report.page import SCRIPTS
from pipeline.report.texts import TEXTS
from pipeline.schema import ENTITY_TYPES, REJECT_REASONS, RELATIONS, STATUSES
from pipeline.schema import SCRIPTS as WRITING

CODE = "\n".join(map(static, SCRIPTS))


def test_both_languages_say_the_same_things() -> None:
    assert TEXTS["en"].keys() == TEXTS["zh"].keys()


def test_both_languages_take_the_same_values() -> None:
    for key, english in TEXTS["en"].items():
        chinese = TEXTS["zh"][key]
        assert set(re.findall(r"\{\w+\}", english)) == set(re.findall(r"\{\w+\}", chinese)), key


def test_all_that_the_page_asks_for_is_there() -> None:
    asked = {
        *re.findall(r'\bsay\("(\w+)"', CODE),
        *re.findall(r'data-text="(\w+)"', static("body.html")),
    }
    assert asked <= TEXTS["en"].keys()


def test_every_word_of_the_data_has_a_translation() -> None:
    words = {*ENTITY_TYPES, *RELATIONS, *STATUSES, *WRITING}
    words |= {f"reason_{reason}" for reason in REJECT_REASONS}
    words |= {f"{kind}_many" for kind in ENTITY_TYPES}
    assert words <= TEXTS["zh"].keys()


def test_no_text_of_the_page_is_left_unused() -> None:
    data = {
        *ENTITY_TYPES,
        *RELATIONS,
        *STATUSES,
        *WRITING,
        *(f"{kind}_many" for kind in ENTITY_TYPES),
    }
    own = [
        key for key in TEXTS["en"] if key not in data and not key.startswith(("reason_", "script_"))
    ]
    source = CODE + static("body.html")
    assert [key for key in own if not re.search(rf'["`]{key}["`]', source)] == []


def test_data_never_becomes_markup() -> None:
    forbidden = (
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\b|new Function"
    )
    assert re.findall(forbidden, CODE) == []
