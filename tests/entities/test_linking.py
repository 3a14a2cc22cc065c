from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from pipeline.cleaning import Cleaner
from pipeline.entities import PatternRecogniser, Registry, link
from pipeline.types import Article, CleanSpan, Entity, Mention

Link = Callable[..., tuple[Entity[CleanSpan], ...]]


@pytest.fixture(scope="module")
def linked(recognise: PatternRecogniser, shipped: Registry, cleaner: Cleaner) -> Link:
    """The entities of a text, recognised with the shipped registry."""

    def run(text: str, article: str = "article") -> tuple[Entity[CleanSpan], ...]:
        cleaned = cleaner(Article(article, text))
        return link(article, cleaned, recognise(cleaned), shipped, cleaner.traditional)

    return run


def _forms(entities: tuple[Entity[CleanSpan], ...]) -> list[list[str]]:
    return [[mention.text for mention in entity.mentions] for entity in entities]


def test_every_script_and_language_of_a_name_has_one_id(linked: Link) -> None:
    (entity,) = linked("輝達發布財報。英偉達股價上漲。NVIDIA表示滿意，英伟达也一樣。")
    assert entity.id == "company:nvidia"
    assert len(entity.mentions) == 4


def test_names_are_given_in_both_scripts_and_english(linked: Link) -> None:
    (entity,) = linked("NVIDIA发布财报。")
    assert (entity.names.zh_hans, entity.names.zh_hant, entity.names.en) == (
        "英伟达",
        "輝達",
        "NVIDIA",
    )


@pytest.mark.parametrize(
    "text",
    [
        "凌云精密（Lingyun）发布财报，凌云精密盈利。供应商Lingyun扩产。",
        "凌云精密（英文名Lingyun）发布财报。凌云精密盈利。供应商Lingyun扩产。",
        "供应商Lingyun（凌云精密）发布财报。凌云精密盈利。",
    ],
)
def test_a_gloss_in_brackets_names_the_same_company(linked: Link, text: str) -> None:
    (entity,) = linked(text)
    assert {mention.text for mention in entity.mentions} == {"凌云精密", "Lingyun"}


def test_two_names_in_a_list_are_two_companies(linked: Link) -> None:
    assert len(linked("凌云精密、供应商Lingyun都发布财报。凌云精密盈利。")) == 2


def test_a_known_name_lends_its_id_to_its_gloss(linked: Link) -> None:
    entities = linked("英伟达（公司Envidea）发布财报。供应商Envidea扩产。")
    assert "company:nvidia" in {entity.id for entity in entities}


def test_a_surname_with_zong_is_the_only_bearer_of_the_surname(linked: Link) -> None:
    (entity,) = linked("董事长王传福致辞。王总说，明年会更好。")
    assert entity.id == "person:wang-chuanfu"
    assert _forms((entity,)) == [["王传福", "王总"]]


def test_a_surname_with_zong_stays_apart_where_two_bear_it(linked: Link) -> None:
    entities = linked("王传福与王兴致辞。王总说，明年会更好。")
    assert _forms(entities) == [["王传福"], ["王兴"], ["王总"]]


def test_another_surname_with_zong_is_another_person(linked: Link) -> None:
    assert len(linked("王传福致辞。李总说，明年会更好。")) == 2


def test_a_foreigners_surname_alone_is_the_same_person(linked: Link) -> None:
    (entity,) = linked("罗伯特·克莱恩看空股市。克莱恩补充说，风险仍在。")
    assert entity.name == "罗伯特·克莱恩"


def test_a_legal_tail_does_not_make_another_company(linked: Link) -> None:
    entities = linked("凌云精密集团宣布扩产。凌云精密股价大涨。")
    assert len(entities) == 1


@pytest.mark.parametrize(
    "text", ["英伟达（AMD）发布财报。", "百度（Baidu）、腾讯（Tencent）发布财报。"]
)
def test_two_known_companies_are_never_merged(linked: Link, text: str) -> None:
    assert len(linked(text)) == 2


def test_a_guess_cannot_tie_two_known_companies_together(
    registry_of: Callable[..., Registry], cleaner: Cleaner
) -> None:
    registry = registry_of(
        {"id": "company:a", "zh_hans": "云海精密"}, {"id": "company:b", "zh_hans": "云海重工"}
    )
    cleaned = cleaner(Article("article", "云海精密（Yunhai）与云海重工（Yunhai）都是公司。"))
    mentions = PatternRecogniser(registry)(cleaned)
    entities = link("article", cleaned, mentions, registry, cleaner.traditional)
    assert {"company:a", "company:b"} <= {entity.id for entity in entities}


def test_two_unknown_companies_have_two_ids(linked: Link) -> None:
    one, other = linked("Zephyrix公司裁员。Sandstone公司扩产。")
    assert one.id != other.id


def test_an_unknown_entity_gets_a_local_id(linked: Link) -> None:
    (entity,) = linked("Zephyrix公司裁员。")
    assert re.fullmatch(r"local:company:[0-9a-f]{16}", entity.id)


def test_a_local_id_is_the_same_in_every_run(linked: Link) -> None:
    assert linked("Zephyrix公司裁员。")[0].id == linked("Zephyrix公司裁员。")[0].id


def test_a_local_id_does_not_depend_on_the_rest_of_the_article(linked: Link) -> None:
    longer = linked("英伟达扩产。Zephyrix公司裁员。")
    assert linked("Zephyrix公司裁员。")[0].id in {entity.id for entity in longer}


def test_a_local_id_belongs_to_its_article(linked: Link) -> None:
    text = "Zephyrix公司裁员。"
    assert linked(text, "one")[0].id != linked(text, "two")[0].id


def test_a_local_name_is_shown_in_traditional_too(linked: Link) -> None:
    (entity,) = linked("凌云精密股价大涨。")
    assert (entity.names.zh_hans, entity.names.zh_hant) == ("凌云精密", "凌雲精密")


def test_a_local_name_and_its_gloss_are_both_kept(linked: Link) -> None:
    (entity,) = linked("Zephyrix公司（凌云精密）扩产。")
    assert (entity.name, entity.names.zh_hant) == ("凌云精密", "凌雲精密")
    assert entity.names.en == "Zephyrix"


def test_every_mention_belongs_to_one_entity_and_carries_its_id(linked: Link) -> None:
    entities = linked("英伟达、AMD与Zephyrix公司都在招人。CEO刘一川和王传福见面，谈到H100。")
    spans = [mention.span for entity in entities for mention in entity.mentions]
    assert len(spans) == len(set(spans)) == 6
    assert all(m.entity == entity.id for entity in entities for m in entity.mentions)


def test_entities_come_in_the_order_of_their_first_mention(linked: Link) -> None:
    firsts = [e.mentions[0].span.start for e in linked("微软、英伟达、微软和百度。")]
    assert firsts == sorted(firsts)


@pytest.fixture(scope="module")
def by_hand(shipped: Registry, cleaner: Cleaner) -> Link:
    """The entities of a text whose mentions are marked: `[凌云|company]`."""

    def run(marked: str) -> tuple[Entity[CleanSpan], ...]:
        text, mentions = "", []
        for piece, name, kind in re.findall(r"([^\[]*)(?:\[([^|]+)\|(\w+)\])?", marked):
            text += piece
            if name:
                span = CleanSpan(len(text), len(text) + len(name))
                mentions.append(Mention(span, name, kind, 1.0, "hand"))
            text += name
        cleaned = cleaner(Article("article", text))
        assert cleaned.text == text
        return link("article", cleaned, tuple(mentions), shipped, cleaner.traditional)

    return run


@pytest.mark.parametrize(
    "text",
    [
        "[江苏凌岳半导体股份有限公司|company]上市。[凌岳半导体|company]盈利。",
        "[苏州凌岳壹号合伙企业（有限合伙）|company]出资。[凌岳壹号|company]领投。",
        "[凌岳半导体|company]（以下简称“[砚石|company]”）上市。[砚石|company]盈利。",
        "[Lingyue Semi Inc.|company]上市。[Lingyue Semi|company]盈利。",
        "[Lingyue Semi|company]（[LS|company]）上市。[LS|company]盈利。",
        "[Lingyue Semi|company]上市。[Lingyue|company]盈利。",
        "[Lingyue Mine Tech|company]上市。[LMT|company]盈利。",
        "[深圳凌岳微|company]上市。[凌岳微|company]盈利。",
        "[凌岳-KY|company]上市。[凌岳|company]盈利。",
        "[凌岳|company]汽车公司 ([Lingyue Co.|company], [LYC|company]) 上市。[LYC|company]盈利。",
        "[Alan Lingyue|person]致辞。[Lingyue|person]说，明年会更好。",
        "[阿伦·凌岳|person]致辞。[阿伦|person]说，明年会更好。",
        "[凌志远|person]致辞。[凌|person]说，明年会更好。",
    ],
)
def test_a_short_name_is_its_long_names_entity(by_hand: Link, text: str) -> None:
    assert len(by_hand(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        # Which of the two full names 凌岳 is short for is open.
        "[江苏凌岳半导体股份有限公司|company]与[上海凌岳科技有限公司|company]上市。[凌岳|company]盈利。",
        "[凌志远|person]、[凌思成|person]致辞。[凌|person]说，明年会更好。",
        "[Lingyue Semi|company]与[Lingyue Fund|company]上市。[Lingyue|company]盈利。",
        "[凌岳集团|company]旗下[凌岳微|company]与[凌岳光|company]上市。",
        "[Alan Lingyue|person]、[Beth Lingyue|person]致辞。[Lingyue|person]说，明年会更好。",
    ],
)
def test_a_short_name_of_two_stays_apart(by_hand: Link, text: str) -> None:
    assert len(by_hand(text)) == 3
