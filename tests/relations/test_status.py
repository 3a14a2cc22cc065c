from __future__ import annotations

import pytest

from pipeline.relations.status import status_of
from pipeline.types import CleanSpan


def _status(text: str, trigger: str = "收购", *names: str) -> str:
    start = text.index(trigger)
    spans = [CleanSpan(text.index(name), text.index(name) + len(name)) for name in names]
    hit = CleanSpan(start, start + len(trigger))
    return status_of(text, CleanSpan(0, len(text)), hit, names=spans)


@pytest.mark.parametrize("word", ["", "已经", "宣布", "同意", "成功", "正在"])
def test_what_is_stated_or_under_way_is_actual(word: str) -> None:
    assert _status(f"甲公司{word}收购乙公司。") == "actual"


@pytest.mark.parametrize(
    "word",
    ["计划", "拟", "将", "有意", "考虑", "正洽谈", "预计", "可能", "希望", "有望", "打算", "即将"],
)
def test_what_is_intended_or_expected_is_planned(word: str) -> None:
    assert _status(f"甲公司{word}收购乙公司。") == "planned"


@pytest.mark.parametrize(
    "word", ["据知情人士透露，", "据说", "市场传出", "有消息称", "业界盛传", "有人爆料，"]
)
def test_what_an_unnamed_source_says_is_rumored(word: str) -> None:
    assert _status(f"{word}甲公司收购乙公司。") == "rumored"


@pytest.mark.parametrize(
    "word", ["否认", "并未", "没有", "放弃", "拒绝", "终止", "无意", "不会", "取消", "不再"]
)
def test_what_is_denied_or_given_up_is_negated(word: str) -> None:
    assert _status(f"甲公司{word}收购乙公司。") == "negated"


@pytest.mark.parametrize("ending", ["告吹", "失败", "被否决", "被监管机构叫停", "未果", "破裂"])
def test_what_failed_afterwards_is_negated(ending: str) -> None:
    assert _status(f"甲公司收购乙公司{ending}。") == "negated"


def test_a_plan_known_from_hearsay_is_a_rumour() -> None:
    assert _status("据知情人士透露，甲公司计划收购乙公司。") == "rumored"


def test_a_denial_outweighs_hearsay_and_plan() -> None:
    assert _status("据知情人士透露，甲公司放弃了计划中的收购乙公司。") == "negated"


@pytest.mark.parametrize(
    "text", ["甲公司没有裁员，收购了乙公司。", "甲公司计划裁员，收购了乙公司。"]
)
def test_a_word_of_another_clause_does_not_reach_the_trigger(text: str) -> None:
    assert _status(text) == "actual"


def test_a_source_named_after_the_trigger_makes_no_rumour() -> None:
    assert _status("甲公司收购乙公司，传闻四起。") == "actual"


@pytest.mark.parametrize(
    "text",
    [
        "未知公司收购乙公司。",
        "宣传公司收购乙公司。",
        "没有人反感的甲公司收购乙公司。",
        "甲公司的流传收购故事。",
    ],
)
def test_a_word_that_only_looks_like_a_cue_is_none(text: str) -> None:
    assert _status(text) == "actual"


@pytest.mark.parametrize(
    ("text", "name"),
    [("理想汽车收购乙公司。", "理想汽车"), ("王传福说，甲公司收购乙公司。", "王传福")],
)
def test_the_characters_of_a_name_state_nothing(text: str, name: str) -> None:
    assert _status(text, "收购", name) == "actual"


def test_jiang_right_before_a_name_moves_the_object_and_is_no_plan() -> None:
    text = "甲公司将乙公司收入囊中。"
    assert _status(text, "收入囊中", "乙公司") == "actual"
    assert _status("甲公司将收购乙公司。", "收购", "乙公司") == "planned"
