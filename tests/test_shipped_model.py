"""The trained model in the repository: it loads, and keeps what its card promises."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.cleaning.script import ScriptConverter
from pipeline.corpus.inline import read_passages
from pipeline.evaluation.benchmarks import of_extraction, passages_benchmark
from pipeline.evaluation.report import Report
from pipeline.extractor import Extractor

# A point below what the card tells, for another processor's arithmetic.
DEV_MENTION_F1 = 0.932
DEV_TRIPLE_F1 = 0.635


@pytest.fixture(scope="module")
def trained(root: Path) -> Extractor:
    return Extractor.load(model=root / "models" / "zongheng-small")


def test_a_plain_purchase_is_found(trained: Extractor) -> None:
    found = trained("砚石半导体宣布，已经完成对英国芯片公司Ostravell的收购，交易金额为3亿美元。")
    (triple,) = found.triples
    names = {entity.id: entity.name for entity in found.entities}
    stated = (names[triple.head], triple.relation, names[triple.tail], triple.status)
    assert stated == ("砚石半导体", "buy", "Ostravell", "actual")
    assert triple.qualifiers.amount_value == 3e8


@pytest.mark.parametrize(
    "text",
    ["高通拟收购英特尔\n\n高通计划以900亿美元收购英特尔。", "高通计划以900亿美元收购英特尔。"],
)
def test_a_plan_is_one_under_a_headline_too(trained: Extractor, text: str) -> None:
    (triple,) = trained(text).triples
    assert (triple.head, triple.relation, triple.tail) == (
        "company:qualcomm",
        "buy",
        "company:intel",
    )
    assert (triple.status, triple.qualifiers.amount_value) == ("planned", 9e10)


@pytest.mark.parametrize("wide", ["，", "；", "："])
def test_half_and_full_width_signs_are_read_alike(trained: Extractor, wide: str) -> None:
    narrow = {"，": ",", "；": ";", "：": ":"}[wide]
    text = "砚石半导体投资了Ostravell{}双方没有透露金额。"
    ids = [[t.relation for t in trained(text.format(sign)).triples] for sign in (wide, narrow)]
    assert ids == [["invest"], ["invest"]]


def test_a_text_longer_than_a_window_is_read_to_its_end(trained: Extractor) -> None:
    found = trained("今天的会议没有什么新消息。" * 100 + "砚石半导体收购了Ostravell。")
    assert {e.name for e in found.entities} == {"砚石半导体", "Ostravell"}


def test_the_same_text_gives_the_same_extraction(trained: Extractor) -> None:
    text = "微软与谷歌在云计算上竞争，微软还投资了OpenAI。"
    assert trained(text) == trained(text)


@pytest.mark.full
def test_dev_scores_are_those_of_the_card(trained: Extractor, root: Path) -> None:
    passages = read_passages([root / "corpus" / "dev"])
    texts = list(passages_benchmark(passages, simplify=ScriptConverter().simplify))
    found = {article.id: of_extraction(trained(article)) for article, _ in texts}
    figures = Report.of([gold for _, gold in texts], found, "").figures()
    assert figures["mention_f1"] >= DEV_MENTION_F1
    assert figures["triple_f1"] >= DEV_TRIPLE_F1
