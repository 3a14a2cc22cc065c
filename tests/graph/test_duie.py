"""DuIE lines: what readers of that data set look for, and the way back to the run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.graph.duie import write_duie
from pipeline.graph.model import Selection
from tests.graph.graphs import (
    ARM,
    H100,
    ODD,
    ODD_ID,
    SOFTBANK,
    SON,
    WORLD,
    Record,
    nothing,
    sentence,
    source_of,
    triple,
)


def written(folder: Path, *triples: Record, selection: Selection | None = None) -> list[Record]:
    with source_of(folder, *triples, selection=selection) as source:
        (path,) = write_duie(source, folder, progress=nothing)
    return [json.loads(line) for line in path.read_bytes().split(b"\n") if line]


def test_a_line_is_a_sentence_with_its_triples(tmp_path: Path) -> None:
    (line,) = written(
        tmp_path,
        triple(SON, "buy", H100, evidence=[sentence("孙正义买H100。", "孙正义", "H100", 7)]),
    )
    assert line["text"] == "孙正义买H100。"
    (spo,) = line["spo_list"]
    assert spo["subject"] == "孙正义"
    assert spo["subject_type"] == "人物"
    assert spo["predicate"] == "收购或采购"
    assert spo["object"] == {"@value": "H100"}
    assert spo["object_type"] == {"@value": "芯片"}


@pytest.mark.parametrize(
    ("relation", "predicate"), [("invest", "投资"), ("buy", "收购或采购"), ("compete", "竞争")]
)
def test_predicates_are_in_chinese(relation: str, predicate: str, tmp_path: Path) -> None:
    (line,) = written(tmp_path, triple(SOFTBANK, relation, ARM))
    assert [spo["predicate"] for spo in line["spo_list"]] == [predicate]


def test_triples_of_one_sentence_are_one_line(tmp_path: Path) -> None:
    shared = sentence("软银和孙正义投资Arm。", "软银", "Arm")
    other = sentence("软银和孙正义投资Arm。", "孙正义", "Arm")
    (line,) = written(
        tmp_path,
        triple(SOFTBANK, "invest", ARM, evidence=[shared]),
        triple(SON, "invest", ARM, evidence=[other]),
    )
    assert [spo["subject"] for spo in line["spo_list"]] == ["软银", "孙正义"]


def test_the_same_words_elsewhere_are_another_line(tmp_path: Path) -> None:
    text = ("软银投资Arm。", "软银", "Arm")
    evidence = [sentence(*text, start) for start in (50, 10)]
    lines = written(
        tmp_path,
        triple(SOFTBANK, "invest", ARM, evidence=evidence),
        triple(SOFTBANK, "invest", ARM, evidence=evidence[:1], article="乙"),
    )
    assert [(line["article_id"], line["start"], line["end"]) for line in lines] == [
        ("甲", 10, 18),
        ("甲", 50, 58),
        ("乙", 50, 58),
    ]


def test_mentions_are_found_in_the_sentence_by_their_offsets(tmp_path: Path) -> None:
    for line in written(tmp_path, *WORLD):
        for spo in line["spo_list"]:
            for role, text in (("subject", spo["subject"]), ("object", spo["object"]["@value"])):
                if spo[f"{role}_in_text"]:
                    start = spo[f"{role}_start"] - line["start"]
                    assert line["text"][start : start + len(text)] == text


def test_a_name_that_is_only_understood_is_marked_as_not_in_the_text(tmp_path: Path) -> None:
    (line,) = written(
        tmp_path,
        triple(SOFTBANK, "invest", ARM, evidence=[sentence("后者获注资。", "软银", "Arm")]),
    )
    (spo,) = line["spo_list"]
    assert (spo["subject"], spo["subject_in_text"], spo["object_in_text"]) == ("软银", False, False)


def test_status_and_triple_are_told(tmp_path: Path) -> None:
    record = triple(SOFTBANK, "invest", ARM, status="negated", confidence=0.25)
    ((spo,),) = (line["spo_list"] for line in written(tmp_path, record))
    assert (spo["status"], spo["confidence"]) == ("negated", 0.25)
    assert spo["triple_id"] == record["id"]


def test_only_the_selected_triples_are_written(tmp_path: Path) -> None:
    selection = Selection(statuses=frozenset({"planned"}))
    lines = written(tmp_path, *WORLD, selection=selection)
    assert [spo["status"] for line in lines for spo in line["spo_list"]] == ["planned"]


def test_odd_characters_come_back_as_they_were(tmp_path: Path) -> None:
    (line,) = (line for line in written(tmp_path, *WORLD) if line["article_id"] == ODD)
    (spo,) = line["spo_list"]
    assert (spo["subject_id"], spo["subject"]) == (ODD_ID, ODD)
    assert line["text"] == f"{ODD} compete Arm"


def test_a_run_without_triples_gives_an_empty_file(tmp_path: Path) -> None:
    assert written(tmp_path) == []


def test_progress_is_told_of_every_triple(tmp_path: Path) -> None:
    told: list[int] = []
    with source_of(tmp_path, *WORLD) as source:
        write_duie(source, tmp_path, progress=told.append)
    assert sum(told) == len(WORLD)
