from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.cleaning.script import ScriptConverter
from pipeline.entities.registry import Line, read_lines
from pipeline.entities.registry_files import matching, new_record, put

SCRIPT = ScriptConverter()


def made(*names: str, kind: str = "company", **fields: Any) -> dict[str, Any]:
    return new_record(kind, names, fields, simplify=SCRIPT.simplify, traditional=SCRIPT.traditional)


def found(name: str, *records: dict[str, Any]) -> list[str]:
    lines = [Line(Path("r.jsonl"), number, entry) for number, entry in enumerate(records)]
    return [entry["id"] for entry in matching(lines, name, SCRIPT.simplify)]


class TestMatching:
    BOX = made("星川", "Xingchuan")
    CHIPS = made("星川芯片")
    OTHER = made("大星川")

    def test_exact_comes_before_prefix_before_inside(self) -> None:
        ids = found("星川", self.OTHER, self.CHIPS, self.BOX)
        assert ids == ["company:xingchuan", "company:xing-chuan-xin-pian", "company:da-xing-chuan"]

    @pytest.mark.parametrize("name", ["東芯", "东芯", " ＤＯＮＧＸＩＮ "])
    def test_script_case_width_and_blanks_around_do_not_matter(self, name: str) -> None:
        assert found(name, made("东芯", "Dongxin")) == ["company:dongxin"]

    @pytest.mark.parametrize("name", ["", " ", "没有"])
    def test_nothing_is_found_for_nothing(self, name: str) -> None:
        assert found(name, self.BOX) == []

    def test_a_later_record_stands_for_an_earlier_one_of_its_id(self) -> None:
        assert found("星川", self.BOX, {**self.BOX, "zh_hans": "远山", "zh_hant": ""}) == []


class TestNewRecord:
    def test_names_are_told_apart_by_their_script(self) -> None:
        record = made("輝芯", "辉芯", "Huixin", "辉芯科技")
        assert (record["zh_hant"], record["zh_hans"], record["en"]) == ("輝芯", "辉芯", "Huixin")
        assert record["aliases"] == ["辉芯科技"]

    def test_the_other_script_is_converted(self) -> None:
        assert made("东芯")["zh_hant"] == "東芯"
        assert made("東芯")["zh_hans"] == "东芯"

    @pytest.mark.parametrize(
        ("names", "entity"),
        [
            (("东芯", "East Core+"), "company:east-core"),
            (("东芯",), "company:dong-xin"),
            (("Étoile",), "company:etoile"),
            (("+++",), "company:unnamed"),
        ],
    )
    def test_an_id_is_made_of_the_english_name_or_pinyin(
        self, names: tuple[str, ...], entity: str
    ) -> None:
        assert made(*names)["id"] == entity

    def test_given_fields_win(self) -> None:
        record = made("东芯", id="company:mine", en="East", aliases=["EC"])
        assert (record["id"], record["en"], record["aliases"]) == ("company:mine", "East", ["EC"])


class TestPut:
    def test_records_are_sorted_replaced_and_other_lines_kept(self, tmp_path: Path) -> None:
        path = tmp_path / "my.jsonl"
        path.write_text('{"name": "东芯论坛", "why": "event"}\n', encoding="utf-8")
        for record in (made("西芯"), made("东芯"), {**made("西芯"), "aliases": ["西芯科技"]}):
            put([record], path)
        entries = [line.entry for line in read_lines([path])]
        assert [entry.get("id") for entry in entries] == [
            "company:dong-xin",
            "company:xi-xin",
            None,
        ]
        assert entries[1]["aliases"] == ["西芯科技"]

    def test_nothing_is_left_beside_the_file(self, tmp_path: Path) -> None:
        put([made("东芯")], tmp_path / "my.jsonl")
        assert [path.name for path in tmp_path.iterdir()] == ["my.jsonl"]

    def test_a_failure_leaves_the_old_file_whole(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "my.jsonl"
        put([made("东芯")], path)
        before = path.read_bytes()

        def fail(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(Path, "replace", fail)
        with pytest.raises(OSError, match="No space"):
            put([made("西芯")], path)
        assert path.read_bytes() == before
        assert [file.name for file in tmp_path.iterdir()] == ["my.jsonl"]
