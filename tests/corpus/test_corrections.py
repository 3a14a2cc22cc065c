"""What comes back from annotation tools: unchanged, corrected, and broken."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from pipeline.cleaning.script import converter
from pipeline.corpus import doccano, label_studio
from pipeline.corpus.convert import WRITERS, read, try_read, write_interface, write_tasks
from pipeline.corpus.drafts import Draft, drafts
from pipeline.corpus.inline import parse
from pipeline.corpus.passages import Passage
from pipeline.errors import CorpusError, InputError
from pipeline.run_folder import RunFolder

Task = dict[str, Any]

TWO = """@ wire hans
[远山|company:1]以[3亿元|amount:1]入股[青穹|company:2]，又向[白鹭|company:3]采购[Q7|chip:4]，金额[1亿元|amount:2]。
[林若川|person:5]没有回应。
1 invest 2 actual
1 buy 3 actual
"""


@pytest.fixture(scope="session")
def made(finished: RunFolder) -> list[Draft]:
    return list(drafts(finished, simplify=converter().simplify, max_characters=60))


@pytest.fixture
def two(read: Callable[[str], list[Passage]]) -> Passage:
    return read(TWO)[0]


def bare(passages: list[Passage]) -> list[Passage]:
    return [replace(passage, where="") for passage in passages]


def accepted(task: Task) -> Task:
    """The task as Label Studio exports it once its prediction was submitted as it stands."""
    return {
        "id": 7,
        "data": task["data"],
        "annotations": [
            {
                "id": 3,
                "completed_by": 1,
                "was_cancelled": False,
                "updated_at": "2026-02-03T10:00:00.000000Z",
                "result": task["predictions"][0]["result"],
            }
        ],
        "predictions": [12],
    }


def back(task: Task) -> Passage:
    passage = label_studio.from_task(task, where="t")
    assert passage is not None
    return passage


def result_of(task: Task) -> list[dict[str, Any]]:
    result: list[dict[str, Any]] = task["annotations"][0]["result"]
    return result


def relations(task: Task) -> list[dict[str, Any]]:
    return [item for item in result_of(task) if item["type"] == "relation"]


def test_accepted_predictions_are_what_the_run_found(made: list[Draft], tmp_path: Path) -> None:
    write_tasks(made, tmp_path / "tasks.json")
    tasks = json.loads((tmp_path / "tasks.json").read_text("utf-8"))
    (tmp_path / "export.json").write_text(json.dumps([accepted(task) for task in tasks]), "utf-8")
    passages = list(read([tmp_path / "export.json"], "label-studio"))
    assert bare(passages) == [draft.passage for draft in made]


def test_doccano_gives_back_what_the_run_found(made: list[Draft], tmp_path: Path) -> None:
    WRITERS["doccano"]([draft.passage for draft in made], tmp_path / "a.jsonl")
    assert bare(list(read([tmp_path / "a.jsonl"], "doccano"))) == [d.passage for d in made]


def test_ids_that_doccano_gave_anew_change_nothing(made: list[Draft]) -> None:
    for draft in made:
        record = doccano.to_record(draft.passage)
        for item in (*record["entities"], *record["relations"]):
            for key in {"id", "from_id", "to_id"} & item.keys():
                item[key] += 1
        assert bare([doccano.from_record(record, where="")]) == [draft.passage]


def test_the_inline_form_gives_back_what_the_run_found(made: list[Draft], tmp_path: Path) -> None:
    WRITERS["inline"]([draft.passage for draft in made], tmp_path / "a.passages")
    assert bare(list(read([tmp_path / "a.passages"], "inline"))) == [d.passage for d in made]


def test_a_task_is_what_label_studio_documents(made: list[Draft]) -> None:
    task = label_studio.draft_task(made[0])
    assert task.keys() == {"data", "predictions"}
    (prediction,) = task["predictions"]
    assert prediction["model_version"].startswith("zongheng ")
    assert 0 <= prediction["score"] <= 1
    text = task["data"]["text"]
    ids = set()
    for item in prediction["result"]:
        if item["type"] == "relation":
            assert {item["from_id"], item["to_id"]} <= ids
            assert item["direction"] == "right"
        else:
            value = item["value"]
            assert (item["from_name"], item["to_name"]) == ("label", "text")
            assert text[value["start"] : value["end"]] == value["text"]
            ids.add(item["id"])


def test_the_interface_has_every_label_that_tasks_use(made: list[Draft], tmp_path: Path) -> None:
    path = write_interface(tmp_path / "tasks.json")
    assert path.name == "tasks.xml"
    view = ElementTree.parse(path).getroot()  # noqa: S314 our own file
    known = {item.get("value") for tag in ("Label", "Relation") for item in view.iter(tag)}
    used = {
        label
        for draft in made
        for item in label_studio.draft_task(draft)["predictions"][0]["result"]
        for label in (item["value"]["labels"] if item["type"] == "labels" else item["labels"])
    }
    assert used <= known
    assert [(item.get("name"), item.get("value")) for item in view.iter("Text")] == [
        ("text", "$text")
    ]


def test_tasks_are_not_overwritten_by_the_interface(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"ends in \.json"):
        write_interface(tmp_path / "tasks.xml")


def test_a_task_that_nobody_annotated_is_left_out(made: list[Draft]) -> None:
    task = label_studio.draft_task(made[0])
    assert label_studio.from_task(task, where="") is None
    kept = label_studio.from_task(task, where="", keep_unannotated=True)
    assert kept is not None
    assert bare([kept]) == [made[0].passage]


def test_a_task_that_its_annotator_skipped_is_left_out(made: list[Draft]) -> None:
    task = accepted(label_studio.draft_task(made[0]))
    task["annotations"][0]["was_cancelled"] = True
    assert label_studio.from_task(task, where="", keep_unannotated=True) is None


def test_a_prediction_that_is_only_named_cannot_be_kept(made: list[Draft]) -> None:
    task = {**label_studio.draft_task(made[0]), "predictions": [12]}
    with pytest.raises(CorpusError, match="take the tasks that were imported"):
        label_studio.from_task(task, where="t", keep_unannotated=True)


def test_the_newest_annotation_beats_others_and_the_prediction(two: Passage) -> None:
    task = label_studio.to_task(two)
    old = {"result": [], "updated_at": "2026-01-01T00:00:00Z"}
    new = {**task["annotations"][0], "updated_at": "2026-02-01T00:00:00Z"}
    task |= {"annotations": [new, old], "predictions": [{"result": []}]}
    assert bare([back(task)]) == bare([two])


def test_a_deleted_triple_takes_its_qualifiers_places_with_it(two: Passage) -> None:
    task = label_studio.to_task(two)
    result_of(task).remove(relations(task)[0])
    passage = back(task)
    assert [(t.relation, t.tail) for t in passage.triples] == [("buy", 3)]
    assert [q.triples for q in passage.qualifiers] == [(), (0,)]


def test_a_triple_that_was_turned_round_keeps_its_qualifiers(two: Passage) -> None:
    task = label_studio.to_task(two)
    relations(task)[0]["direction"] = "left"
    passage = back(task)
    assert (passage.triples[0].head, passage.triples[0].tail) == (2, 1)
    assert [q.triples for q in passage.qualifiers] == [(0,), (1,)]


def test_the_last_triple_deleted_leaves_a_negative(two: Passage) -> None:
    task = label_studio.to_task(two)
    for relation in relations(task):
        result_of(task).remove(relation)
    assert back(task).negative == "other"


def test_a_triple_added_makes_a_negative_none(specimens: list[Passage]) -> None:
    task = label_studio.to_task(specimens[2])
    result_of(task).append(
        {"type": "relation", "from_id": "m0", "to_id": "m1", "labels": ["compete actual"]}
    )
    passage = back(task)
    assert passage.negative == ""
    assert [t.relation for t in passage.triples] == ["compete"]


def test_a_new_triple_is_stated_by_the_sentences_it_was_drawn_between(two: Passage) -> None:
    task = label_studio.to_task(two)
    result_of(task).append(
        {"type": "relation", "from_id": "m4", "to_id": "m1", "labels": ["invest planned"]}
    )
    assert back(task).triples[-1].sentences == (0, 1)


def test_a_new_mention_of_the_same_words_is_the_same_entity(two: Passage) -> None:
    passage = replace(two, text=two.text + "远山")
    task = label_studio.to_task(passage)
    value = {"start": len(two.text), "end": len(two.text) + 2, "labels": ["company"]}
    result_of(task).append({"id": "new", "type": "labels", "value": value})
    assert back(task).mentions[-1].entity == 1


def test_a_new_qualifier_is_of_the_triple_that_its_sentence_states(
    read: Callable[[str], list[Passage]],
) -> None:
    (passage,) = read(
        TWO.replace("[3亿元|amount:1]", "3亿元")
        .replace("，又", "。[远山|company:1]又")
        .replace("amount:2", "amount:-")
    )
    task = label_studio.to_task(passage)
    value = {"start": 3, "end": 6, "labels": ["amount"], "text": "3亿元"}
    result_of(task).append({"id": "new", "type": "labels", "value": value})
    assert [q.triples for q in back(task).qualifiers] == [(0,), ()]


def test_mentions_that_doccano_parts_are_two_entities(
    read: Callable[[str], list[Passage]],
) -> None:
    (passage,) = read("@ wire hans neg=plain\n[远山|company:1]和[Yuanshan|company:1]。\n")
    record = doccano.to_record(passage)
    record["relations"] = []
    assert [m.entity for m in doccano.from_record(record, where="").mentions] == [1, 2]


def test_a_break_inside_a_region_is_read_as_label_studio_writes_it() -> None:
    (passage,) = parse("@ wire hans neg=plain\n[英伟\\n达|company:1]。\n")
    assert isinstance(passage, Passage)
    task = label_studio.to_task(passage)
    result_of(task)[0]["value"]["text"] = "英伟\\n达"
    assert back(task).mentions == passage.mentions


def relation_between(task: Task, head: str, tail: str, label: str) -> None:
    result_of(task).append({"type": "relation", "from_id": head, "to_id": tail, "labels": [label]})


BREAKS: list[tuple[Callable[[Task], Any], str]] = [
    (lambda t: relation_between(t, "m4", "m0", "compete actual"), "not allowed; turn it round"),
    (lambda t: relation_between(t, "m0", "m0", "buy actual"), "'远山' buy itself"),
    (lambda t: relation_between(t, "m0", "q0", "buy actual"), "no company, person or chip"),
    (lambda t: relation_between(t, "m0", "m1", "owns"), "needs a label such as 'buy planned'"),
    (lambda t: relations(t)[0].update(direction="bi"), "points both ways"),
    (lambda t: result_of(t)[1]["meta"].update(text=["4"]), "give them one type"),
    (lambda t: result_of(t)[1]["meta"].update(text=["x"]), "expected the number of its entity"),
    (lambda t: result_of(t)[5]["meta"].update(text=["9"]), "is of triple 9, but there are 2"),
    (lambda t: result_of(t)[0]["value"].update(end=4, text="远山以3"), "overlap; keep one of them"),
    (lambda t: t.pop("data"), "not as JSON-MIN"),
]


@pytest.mark.parametrize(("change", "told"), BREAKS)
def test_a_broken_rule_is_told_with_the_task_and_what_to_mend(
    change: Callable[[Task], Any], told: str, two: Passage, tmp_path: Path
) -> None:
    broken = label_studio.to_task(two)
    change(broken)
    path = tmp_path / "export.json"
    path.write_text(json.dumps([label_studio.to_task(two), broken]), "utf-8")
    with pytest.raises(CorpusError, match=rf"export\.json: task 2: .*{told}"):
        list(read([path], "label-studio"))


def test_what_follows_a_broken_task_is_read(two: Passage, tmp_path: Path) -> None:
    broken = label_studio.to_task(two)
    relation_between(broken, "m0", "m0", "buy actual")
    path = tmp_path / "export.json"
    path.write_text(json.dumps([broken, label_studio.to_task(two)]), "utf-8")
    first, second = try_read([path], "label-studio")
    assert isinstance(first, CorpusError)
    assert isinstance(second, Passage)
