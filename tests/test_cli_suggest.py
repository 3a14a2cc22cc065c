from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

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
    row = next(line.split() for line in done.out.splitlines() if "company" in line)
    assert row[:5] == ["星川科技", "company", "4", "7", "4"]
    assert "星川, 星川科技股份有限公司" in done.out
    assert "腾讯投资了星川科技公司，金额未披露。" in done.out


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
    assert "also names company:xing-chuan-kong-gu" in done.out.replace("\n", "")
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
