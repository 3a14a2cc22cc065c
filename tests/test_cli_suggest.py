from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from pipeline.entities.suggestions import excerpt
from tests.command import Command, Done

pytestmark = pytest.mark.usefixtures("folder")

ARTICLES = (
    "星川科技股份有限公司（简称星川）周三宣布，以3亿元收购月海半导体公司。",
    "腾讯投资了星川科技公司，金额未披露。星川科技公司表示，资金将用于扩产。",
    "知情人士称，华为计划收购星川科技公司。星川科技公司没有回应。",
    "星川科技公司与青禾微电子公司竞争激烈。",
)
OUT = ("--out", "suggestions.jsonl")


@pytest.fixture
def suggest(zongheng: Command) -> Command:
    """`zongheng registry suggest` on a run over ARTICLES."""
    lines = [json.dumps({"id": f"a{n}", "text": text}) for n, text in enumerate(ARTICLES)]
    Path("news.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert zongheng("run", "news.jsonl", "-o", "run", "-q", "--engine", "serial").status == 0

    def call(*arguments: str) -> Done:
        return zongheng("registry", "suggest", "run", *arguments)

    return call


def written() -> list[dict[str, Any]]:
    lines = Path("suggestions.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_a_frequent_name_is_listed_with_counts_forms_and_a_sentence(suggest: Command) -> None:
    done = suggest()
    assert done.status == 0
    lines = done.out.splitlines()
    assert lines[0].startswith("星川科技")
    # How many triples are found is the model's matter.
    assert re.search(r"  company  4 articles, 7 mentions, [1-4] triples$", lines[0])
    assert lines[1].startswith("  also: ")
    assert "星川, " in lines[1]
    assert "星川科技股份有限公司" in lines[1]
    assert "  · 腾讯投资了星川科技公司，金额未披露。" in lines


def test_a_line_has_room_on_a_narrow_terminal(
    suggest: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    lines = suggest().out.splitlines()
    assert all(cell_len(line) <= 40 for line in lines)
    at = lines.index("  · 星川科技股份有限公司（简称星川）周三")
    assert lines[at + 1] == "    宣布，以3亿元收购月海半导体公司。"


def test_a_rare_name_is_listed_when_asked_for(suggest: Command) -> None:
    assert "青禾微电子" not in suggest().out.replace(ARTICLES[3], "")
    assert "青禾微电子" in suggest("--min-articles", "1").out


def test_only_the_most_frequent_are_listed(suggest: Command) -> None:
    done = suggest("--min-articles", "1", "--limit", "1")
    assert sum(" company " in line for line in done.out.splitlines()) == 1


def test_one_type_alone_can_be_listed(suggest: Command) -> None:
    done = suggest("--type", "chip", "--min-articles", "1")
    assert (done.status, done.out) == (0, "")
    assert "no unknown name" in done.err


def test_the_file_is_sound_and_the_next_run_knows_the_names(
    suggest: Command, zongheng: Command
) -> None:
    assert suggest(*OUT).status == 0
    assert zongheng("registry", "verify", "--registry", OUT[1]).status == 0
    ids = {record["id"] for record in written()}
    options = ("-o", "again", "-q", "--registry", OUT[1], "--engine", "serial")
    assert zongheng("run", "news.jsonl", *options).status == 0
    articles = [json.loads(one) for one in Path("again/articles.jsonl").read_text().splitlines()]
    named = [{entity["id"] for entity in article["entities"]} for article in articles]
    assert all(ids & found for found in named)


def test_a_name_that_clashes_is_told_and_left_out(suggest: Command, zongheng: Command) -> None:
    own = ("--registry", "my.jsonl")
    assert zongheng("registry", "add", "星川控股", "--alias", "星川", *own).status == 0
    done = suggest(*OUT, *own)
    assert "against it: '星川' also names company:xing-chuan-kong-gu" in done.out
    assert done.status == 1 or all("星川" not in record["aliases"] for record in written())


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--type", "firm"), "--type firm: unknown"),
        (("--out", "my.txt"), "ends in .jsonl"),
        (("--out", "没有/my.jsonl"), "no such folder"),
        (("--out", "news.jsonl"), "is there already"),
    ],
)
def test_what_is_wrong_is_one_line(suggest: Command, arguments: tuple[str, ...], told: str) -> None:
    done = suggest(*arguments)
    assert done.status == 1
    assert told in done.err
    assert done.err.count("\n") == 1


def test_a_folder_that_is_no_run_is_told(zongheng: Command) -> None:
    done = zongheng("registry", "suggest", "nothing")
    assert done.status == 1
    assert "is not a finished run" in done.err


def test_names_that_are_not_in_the_file_are_told_with_what_helps(
    suggest: Command, zongheng: Command
) -> None:
    own = ("--registry", "my.jsonl")
    assert zongheng("registry", "add", "星川控股", "--alias", "星川", *own).status == 0
    done = suggest(*OUT, "--min-articles", "1", *own)
    assert done.status == 0
    end = done.out.partition("→")[2].splitlines()
    assert end[1] == "left out, because something speaks against them:"
    assert end[2].startswith("  星川科技")
    assert "'星川' also names company:xing-chuan-kong-gu" in end[2]
    assert "zongheng registry add NAME --ambiguous" in end[-1]


def test_a_registry_without_a_field_names_it(suggest: Command, zongheng: Command) -> None:
    Path("other.jsonl").write_text('{"id": "company:x", "type": "company"}\n', encoding="utf-8")
    own = ("--registry", "other.jsonl")
    told = "zongheng: other.jsonl:1: not a registry record: it has no zh_hans\n"
    assert suggest(*own).err == told
    assert zongheng("registry", "find", "星川", *own).err == told
    assert zongheng("run", "news.jsonl", "-o", "again", "-q", *own).err == told


class TestExcerpts:
    NAME = "星川科技公司"

    def around(self, before: str, after: str) -> str:
        start = len(before)
        return excerpt(f"{before}{self.NAME}{after}", start, start + len(self.NAME))

    def test_a_sentence_with_room_is_shown_whole(self) -> None:
        assert self.around("昨天下雨。", "没有回应。明天") == "星川科技公司没有回应。"

    def test_a_long_one_goes_from_clause_to_clause(self) -> None:
        found = self.around("前" * 40 + "，据说" + "是" * 9, "没有回应，后" + "后" * 40)
        assert found == "据说" + "是" * 9 + "星川科技公司没有回应"

    def test_a_number_is_not_cut(self) -> None:
        found = self.around("前" * 10 + "12,345" + "后" * 27, "前" * 28 + "GB200" + "后" * 9)
        assert found == "后" * 27 + "星川科技公司" + "前" * 28


def test_headings_and_emphasis_begin_no_sentence(zongheng: Command) -> None:
    texts = [f"## **{number}月星川科技公司**开会。" for number in range(3)]
    Path("news.jsonl").write_text("\n".join(json.dumps({"text": text}) for text in texts))
    assert zongheng("run", "news.jsonl", "-o", "run", "-q", "--engine", "serial").status == 0
    out = zongheng("registry", "suggest", "run").out
    assert "  · 0月星川科技" in out
