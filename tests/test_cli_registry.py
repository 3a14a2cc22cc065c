from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline import resources
from tests.command import Command, Done

pytestmark = pytest.mark.usefixtures("folder")


@pytest.fixture
def registry(zongheng: Command) -> Command:
    """`zongheng registry` in this process."""

    def call(*arguments: str, group: tuple[str, ...] = ("registry",)) -> Done:
        return zongheng(*group, *arguments)

    return call


OWN = ("--registry", "my.jsonl")


def own() -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path("my.jsonl").read_text("utf-8").splitlines()]


class TestFind:
    @pytest.mark.parametrize("name", ["輝達", "英偉達", "nvidia", "核弹厂", "NVDA"])
    def test_any_of_its_names_shows_an_entity(self, registry: Command, name: str) -> None:
        done = registry("find", name)
        assert done.status == 0
        assert "company:nvidia" in done.out
        assert "HK 英偉達" in done.out

    def test_json_gives_whole_records_best_first(self, registry: Command) -> None:
        records = json.loads(registry("find", "苹果", "--json").out)
        assert records[0]["id"] == "company:apple"
        assert records[0]["ambiguous"]["苹果"] == "fruit"
        assert len(records) > 1

    def test_what_is_left_out_is_said(self, registry: Command) -> None:
        assert " more; --limit " in registry("find", "rtx", "--limit", "2").out

    def test_a_name_nobody_has_is_an_error(self, registry: Command) -> None:
        done = registry("find", "没有这个名字")
        assert done.status == 1
        assert done.err.startswith("zongheng: no name is or holds")


class TestVerify:
    def test_ours_is_sound(self, registry: Command) -> None:
        done = registry("verify")
        assert (done.status, done.err) == (0, "")
        assert done.out.startswith("sound: ")

    def test_faults_are_told_as_file_and_line(self, registry: Command) -> None:
        assert registry("add", "星川芯片", *OWN).status == 0
        record = {**own()[0], "zh_hant": "星川电片"}
        Path("my.jsonl").write_text(json.dumps(record), encoding="utf-8")
        done = registry("verify", *OWN)
        assert done.status == 1
        assert "my.jsonl:1: company:xing-chuan-xin-pian: zh_hant" in done.err
        assert done.err.endswith("1 faults\n")

    def test_a_file_that_is_not_there_is_one_line(self, registry: Command) -> None:
        done = registry("verify", "--registry", "没有.jsonl")
        assert (done.status, done.err.count("\n")) == (1, 1)


class TestAdd:
    def test_a_company_and_its_chip_make_a_sound_file_that_a_run_reads(
        self, registry: Command
    ) -> None:
        assert registry("add", "星川芯片", "Xingchuan", "--alias", "星川", *OWN).status == 0
        chip = ("--type", "chip", "--en", "XC100", "--maker", "company:xingchuan")
        assert registry("add", *chip, *OWN).out == "chip:xc100 → my.jsonl\n"
        assert registry("verify", *OWN).status == 0
        Path("甲.txt").write_text("软银投资了星川芯片。", encoding="utf-8")
        assert registry("甲.txt", "-o", "出", *OWN, group=("run",)).status == 0
        assert '"company:xingchuan"' in Path("出/triples.jsonl").read_text("utf-8")

    def test_every_field_is_written(self, registry: Command) -> None:
        fields = {
            **{"--zh-hans": "辉川", "--zh-hant": "輝川", "--zh-hk": "煇川", "--en": "Huichuan"},
            **{"--alias": "辉川科技", "--nickname": "川厂", "--ticker": "HCHU"},
            **{"--ambiguous": "辉川=a river", "--id": "company:hc"},
        }
        assert registry("add", *(part for pair in fields.items() for part in pair), *OWN).out
        assert own() == [
            {
                **{"id": "company:hc", "type": "company", "zh_hans": "辉川", "zh_hant": "輝川"},
                **{"zh_hk": "煇川", "en": "Huichuan", "aliases": ["辉川科技"]},
                **{"nicknames": ["川厂"], "tickers": ["HCHU"], "services": []},
                **{"ambiguous": {"辉川": "a river"}, "maker": "", "company": ""},
            }
        ]

    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (("英伟达", "NVIDIA", *OWN), "company:nvidia is already in "),
            (("小企鹅", "--alias", "鹅厂", *OWN), "'鹅厂' also names company:tencent"),
            (("国君", *OWN), "'国君' is an ordinary word"),
            (("川", *OWN), "'川' is shorter than what is looked up"),
            (("--type", "firm", "星川", *OWN), "--type firm: unknown"),
            (("星川", "--maker", "company:tsmc", *OWN), "--maker is for chips"),
            (("--type", "chip", "XC9", "--maker", "company:no", *OWN), "is no company"),
            (("星川", "--ambiguous", "星川", *OWN), "write 'NAME=what else it means'"),
            (("星川",), "name your own file: --registry my.jsonl"),
            (("星川", "--registry", "my.txt"), "ends in .jsonl"),
            (("星川", "--registry", "没有/my.jsonl"), "no such folder"),
            (OWN, "no name"),
        ],
    )
    def test_what_is_wrong_is_refused_and_nothing_written(
        self, registry: Command, arguments: tuple[str, ...], told: str
    ) -> None:
        done = registry("add", *arguments)
        assert done.status == 1
        assert told in done.err
        assert not Path("my.jsonl").exists()

    def test_a_shared_name_is_taken_when_marked_or_forced(self, registry: Command) -> None:
        sense = "鹅厂=nickname of Tencent"
        assert registry("add", "小企鹅", "--alias", "鹅厂", "--ambiguous", sense, *OWN).status == 0
        assert registry("add", "大企鹅", "--alias", "鹅厂", "--force", *OWN).status == 0
        assert len(own()) == 2

    def test_the_same_again_is_refused_and_replaced_by_force(self, registry: Command) -> None:
        assert registry("add", "星川芯片", *OWN).status == 0
        again = ("add", "星川芯片", "--alias", "星川", *OWN)
        assert registry(*again).status == 1
        assert registry(*again, "--force").status == 0
        assert [record["aliases"] for record in own()] == [["星川"]]

    def test_our_own_files_are_never_written(self, registry: Command) -> None:
        ours = resources.find("registry") / "people.jsonl"
        before = ours.stat().st_mtime_ns
        done = registry("add", "林小舟", "--type", "person", "--registry", str(ours))
        assert done.status == 1
        assert "one of our own files" in done.err
        assert ours.stat().st_mtime_ns == before
