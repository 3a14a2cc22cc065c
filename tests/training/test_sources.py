"""The loaders, on lines made by hand in each set's format."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.training.sources import (
    cluener_examples,
    fewfc_examples,
    finre_examples,
    is_held_out,
    real_examples,
)


def same(text: str) -> str:
    return text


def written(path: Path, *lines: object) -> Path:
    content = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(content) + "\n", encoding="utf-8")
    return path


class TestFinre:
    def test_a_takeover_is_a_purchase_by_the_head(self, tmp_path: Path) -> None:
        (example,) = finre_examples(
            written(tmp_path / "a", "远山\t青穹\t收购\t远山收购青穹。"), same
        )
        assert example.triples == {(1, "buy", 2): ""}
        assert example.labels == {(1, 2): ("收购",)}
        assert example.tagged == ""

    def test_a_passive_label_turns_the_direction(self, tmp_path: Path) -> None:
        (example,) = finre_examples(
            written(tmp_path / "a", "青穹\t远山\t被拟收购\t远山拟收购青穹。"), same
        )
        assert example.triples == {(2, "buy", 1): "planned"}

    def test_unknown_says_that_nothing_holds(self, tmp_path: Path) -> None:
        (example,) = finre_examples(
            written(tmp_path / "a", "远山\t青穹\tunknown\t远山见青穹。"), same
        )
        assert example.triples == {}
        assert example.judged == {(1, r, 2) for r in ("invest", "buy", "compete")}

    def test_a_label_that_decides_nothing_judges_nothing(self, tmp_path: Path) -> None:
        (example,) = finre_examples(
            written(tmp_path / "a", "远山\t青穹\t合资\t远山与青穹合资。"), same
        )
        assert example.judged == frozenset()

    def test_a_longer_name_goes_before_the_shorter_in_it(self, tmp_path: Path) -> None:
        (example,) = finre_examples(
            written(tmp_path / "a", "远山\t远山银行\t持股\t远山持股远山银行。"), same
        )
        assert [(m.start, m.end, m.entity) for m in example.mentions] == [(0, 2, 1), (4, 8, 2)]

    def test_a_line_of_other_columns_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match=":1: expected"):
            list(finre_examples(written(tmp_path / "a", "远山\t青穹"), same))


class TestFewfc:
    def event(self, kind: str, trigger: str) -> dict[str, object]:
        return {
            "content": "远山收购青穹。",
            "events": [
                {
                    "type": kind,
                    "mentions": [
                        {"word": trigger, "span": [2, 4], "role": "trigger"},
                        {"word": "远山", "span": [0, 2], "role": "sub"},
                        {"word": "青穹", "span": [4, 6], "role": "obj"},
                    ],
                }
            ],
        }

    @pytest.mark.parametrize(
        ("kind", "trigger", "relation"),
        [("投资", "收购", "buy"), ("投资", "入股", "invest"), ("收购", "拿下", "buy")],
    )
    def test_the_trigger_tells_takeovers_from_stakes(
        self, kind: str, trigger: str, relation: str, tmp_path: Path
    ) -> None:
        path = written(tmp_path / "a", self.event(kind, trigger))
        (example,) = fewfc_examples([path], same)
        assert example.triples == {(1, relation, 2): ""}

    def test_other_events_are_left_out(self, tmp_path: Path) -> None:
        path = written(tmp_path / "a", self.event("起诉", "起诉"))
        assert list(fewfc_examples([path], same)) == []


def test_cluener_ends_are_made_exclusive(tmp_path: Path) -> None:
    record = {"text": "叶老桂说", "label": {"name": {"叶老桂": [[0, 2]]}}}
    path = written(tmp_path / "a", record)
    examples = [
        example for held in (True, False) for example in cluener_examples(path, same, held_out=held)
    ]
    assert [(m.start, m.end, m.type) for e in examples for m in e.mentions] == [(0, 3, "name")]


def test_a_source_is_on_one_side_of_the_split_only(tmp_path: Path) -> None:
    records = [
        {"source": f"s{n // 2}", "text": f"文{n}", "mentions": [], "triples": []} for n in range(40)
    ]
    path = written(tmp_path / "a", *records)
    held = {e.text for e in real_examples(path, same, held_out=True)}
    kept = {e.text for e in real_examples(path, same, held_out=False)}
    assert held | kept == {f"文{n}" for n in range(40)}
    assert not held & kept
    assert held == {f"文{n}" for n in range(40) if is_held_out(f"s{n // 2}")}


def test_what_is_no_json_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=":2: not JSON"):
        list(cluener_examples(written(tmp_path / "a", {"text": "", "label": {}}, "{"), same,
                              held_out=False))  # fmt: skip
