from __future__ import annotations

import pytest

from pipeline.types import (
    Article,
    Boilerplate,
    Entity,
    Evidence,
    Extraction,
    Mention,
    Names,
    Qualifiers,
    RawSpan,
    Repair,
    Triple,
)

TEXT = "晨星電子去年以6.5億元收購了青禾半導(dǎo)體，晨星持股51%。\n作者：林小舟"


def span(part: str) -> RawSpan:
    start = TEXT.index(part)
    return RawSpan(start, start + len(part))


def mention(part: str, entity: str) -> Mention[RawSpan]:
    return Mention(span(part), part, "company", 0.9, "registry", entity)


@pytest.fixture
def extraction() -> Extraction:
    """One article, two companies, one purchase; every span found by its text."""
    buyer = Entity(
        "company:morningstar",
        "company",
        "晨星电子",
        Names("晨星电子", "晨星電子", "Morningstar Electronics"),
        (mention("晨星電子", "company:morningstar"),),
    )
    bought = Entity(
        "company:qinghe",
        "company",
        "青禾半导体",
        Names(zh_hans="青禾半导体"),
        (mention("青禾半導(dǎo)體", "company:qinghe"),),
    )
    sentence = RawSpan(0, TEXT.index("\n"))
    purchase = Triple(
        buyer.id,
        "buy",
        bought.id,
        "actual",
        1,
        (Evidence(sentence, buyer.mentions[0].span, bought.mentions[0].span),),
        Qualifiers(
            amount=span("6.5億元"),
            amount_value=650_000_000,
            amount_currency="CNY",
            date=span("去年"),
            stake=span("51%"),
            stake_percent=51,
        ),
    )
    return Extraction(
        article=Article("晨星-一", TEXT, title="收購案", source="chen.txt", encoding="utf-8"),
        script="Hant",
        entities=(buyer, bought),
        candidates=((buyer.id, bought.id),),
        triples=(purchase,),
        boilerplate=(Boilerplate("byline", span("作者：林小舟")),),
        repairs=(Repair("pinyin_annotation", span("導(dǎo)"), "導(dǎo)", "導", certain=True),),
        rejects=(),
    )
