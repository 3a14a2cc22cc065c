from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import Article, Extraction, PipelineError
from pipeline.cleaning import is_chinese
from pipeline.errors import InputError, ResourceError
from pipeline.extractor import Extractor, UnfitArticle, article_id
from pipeline.schema import REJECT_REASONS
from pipeline.types import RawSpan

SIMPLIFIED = "去年秋天，软银以10亿美元收购了Graphcore。\n三星与SK海力士在存储芯片上竞争。"
TRADITIONAL = "軟銀去年以10億美元收購了Graphcore。\n三星與SK海力士在記憶體上競爭。"
DAMAGED = (
    "軟(ruǎn)銀(yín)去年以10億美元收(shōu)購了(le)Graphcore。\n"
    "作者：林小舟\n三星與(yǔ)英偉達(dá)競爭激烈。"
)


def statements(extraction: Extraction) -> set[tuple[str, str, str]]:
    """Each triple by what the article calls its ends first."""
    names = {entity.id: entity.mentions[0].text for entity in extraction.entities}
    return {(names[t.head], t.relation, names[t.tail]) for t in extraction.triples}


def spans(extraction: Extraction) -> Iterator[RawSpan]:
    """Every span that an extraction holds."""
    for entity in extraction.entities:
        yield from (mention.span for mention in entity.mentions)
    yield from (mark.span for mark in extraction.boilerplate)
    yield from (repair.span for repair in extraction.repairs)
    for triple in extraction.triples:
        for evidence in triple.evidence:
            yield from (evidence.sentence, evidence.head, evidence.tail)
        q = triple.qualifiers
        yield from (span for span in (q.amount, q.date, q.stake, q.object) if span)


class TestOneArticle:
    def test_a_purchase_and_a_rivalry_are_found(self, extractor: Extractor) -> None:
        found = statements(extractor(SIMPLIFIED))
        assert ("软银", "buy", "Graphcore") in found
        assert found & {("三星", "compete", "SK海力士"), ("SK海力士", "compete", "三星")}

    def test_traditional_and_simplified_give_the_same_entities(self, extractor: Extractor) -> None:
        ids = {entity.id for entity in extractor(SIMPLIFIED).entities}
        assert ids == {entity.id for entity in extractor(TRADITIONAL).entities}

    def test_a_string_is_the_text_of_an_article(self, extractor: Extractor) -> None:
        digest = "69d915d0bca7d30b"
        assert article_id(SIMPLIFIED) == digest
        assert extractor(SIMPLIFIED) == extractor(Article(digest, SIMPLIFIED))

    def test_the_article_is_handed_on_as_it_came(self, extractor: Extractor) -> None:
        article = Article("一", TRADITIONAL, title="題目", source="a.txt", published="2024-01-02")
        assert extractor(article).article is article

    def test_a_text_without_names_has_no_entities(self, extractor: Extractor) -> None:
        extraction = extractor("今天下了一场雨，路上没有人。")
        assert (extraction.entities, extraction.triples, extraction.candidates) == ((), (), ())

    def test_the_same_article_gives_the_same_extraction(self, extractor: Extractor) -> None:
        assert extractor(DAMAGED) == extractor(DAMAGED)


@pytest.fixture(params=[SIMPLIFIED, TRADITIONAL, DAMAGED], ids=["Hans", "Hant", "damaged"])
def extraction(request: pytest.FixtureRequest, extractor: Extractor) -> Extraction:
    found = extractor(request.param)
    assert found.triples
    return found


class TestRawCoordinates:
    def test_the_text_of_a_mention_is_the_raw_slice(self, extraction: Extraction) -> None:
        for entity in extraction.entities:
            for mention in entity.mentions:
                assert mention.span.of(extraction.article.text) == mention.text

    def test_the_text_before_a_repair_is_the_raw_slice(self, extraction: Extraction) -> None:
        for repair in extraction.repairs:
            assert repair.span.of(extraction.article.text) == repair.before

    def test_every_span_lies_in_the_raw_text(self, extraction: Extraction) -> None:
        size = len(extraction.article.text)
        assert all(0 <= span.start < span.end <= size for span in spans(extraction))

    def test_evidence_points_to_mentions_of_head_and_tail(self, extraction: Extraction) -> None:
        mentions = {e.id: {m.span for m in e.mentions} for e in extraction.entities}
        for triple in extraction.triples:
            for evidence in triple.evidence:
                assert evidence.head in mentions[triple.head]
                assert evidence.tail in mentions[triple.tail]

    def test_a_mention_belongs_to_the_entity_that_lists_it(self, extraction: Extraction) -> None:
        for entity in extraction.entities:
            assert all(m.entity == entity.id for m in entity.mentions)
            assert all(m.type == entity.type for m in entity.mentions)

    def test_every_triple_was_a_candidate(self, extraction: Extraction) -> None:
        for triple in extraction.triples:
            assert tuple(sorted((triple.head, triple.tail))) in extraction.candidates

    def test_candidates_are_sorted_pairs_without_repeats(self, extraction: Extraction) -> None:
        candidates = extraction.candidates
        assert list(candidates) == sorted(set(candidates))
        assert all(first < second for first, second in candidates)

    def test_a_mention_over_annotations_covers_them(self, extractor: Extractor) -> None:
        found = {m.text for e in extractor(DAMAGED).entities for m in e.mentions}
        assert {"軟(ruǎn)銀(yín)", "英偉達(dá)", "Graphcore"} <= found

    def test_qualifiers_are_slices_of_a_traditional_text(self, extractor: Extractor) -> None:
        (purchase,) = (t for t in extractor(TRADITIONAL).triples if t.relation == "buy")
        assert purchase.qualifiers.amount is not None
        assert purchase.qualifiers.amount.of(TRADITIONAL) == "10億美元"
        assert purchase.qualifiers.amount_value == 1e9
        assert purchase.qualifiers.amount_currency == "USD"

    def test_boilerplate_is_a_raw_slice_and_states_nothing(self, extractor: Extractor) -> None:
        text = "图源：软银收购Graphcore发布会\n产线开工了。"
        extraction = extractor(text)
        assert [mark.span.of(text) for mark in extraction.boilerplate] == [text.split("\n")[0]]
        assert extraction.triples == ()

    def test_characters_beyond_the_basic_plane_count_as_one(self, extractor: Extractor) -> None:
        text = "𠮷𠮷" + SIMPLIFIED
        names = {m.text for e in extractor(text).entities for m in e.mentions}
        assert names == {m.text for e in extractor(SIMPLIFIED).entities for m in e.mentions}


UNFIT = {
    "空": ("", "empty"),
    "空白": (" \n　\t", "empty"),
    "零": ("软银\x00来了。", "nul_bytes"),
    "代理": ("软银\udc80来了。", "lone_surrogates"),
    "长": ("软" * 101, "too_long"),
}


@pytest.fixture(scope="module")
def strict() -> Extractor:
    return Extractor.load(max_characters=100)


class TestUnfitArticles:
    @pytest.mark.parametrize(("text", "reason"), UNFIT.values(), ids=UNFIT)
    def test_an_unfit_article_is_refused_with_its_reason(
        self, strict: Extractor, text: str, reason: str
    ) -> None:
        with pytest.raises(UnfitArticle) as caught:
            strict(Article("一", text))
        assert caught.value.reason == reason
        assert str(caught.value).startswith(REJECT_REASONS[reason])

    def test_the_place_of_the_first_bad_character_is_told(self, strict: Extractor) -> None:
        with pytest.raises(UnfitArticle, match="first at character 2"):
            strict("软银\x00来了。")

    def test_an_article_of_just_the_limit_is_fit(self, strict: Extractor) -> None:
        assert strict("软" * 100).article.text == "软" * 100

    def test_an_article_without_an_id_is_an_input_error(self, strict: Extractor) -> None:
        with pytest.raises(InputError, match="needs an id"):
            strict(Article("", "软银来了。"))

    def test_an_unfit_article_is_an_error_that_a_user_can_mend(self) -> None:
        assert issubclass(UnfitArticle, PipelineError)


class TestPipe:
    def test_an_unfit_article_stands_in_its_place(self, strict: Extractor) -> None:
        articles = [Article("一", "软银来了。"), Article("二", ""), Article("三", "三星也来了。")]
        first, second, third = strict.pipe(articles)
        assert isinstance(first, Extraction)
        assert isinstance(second, UnfitArticle)
        assert isinstance(third, Extraction)
        assert (first.article.id, second.reason, third.article.id) == ("一", "empty", "三")

    def test_it_reads_no_further_than_it_is_asked(self, strict: Extractor) -> None:
        def articles() -> Iterator[Article]:
            yield Article("一", "软银来了。")
            raise AssertionError("read too far")

        assert isinstance(next(strict.pipe(articles())), Extraction)

    def test_strings_are_articles_too(self, strict: Extractor) -> None:
        texts = ["软银来了。", "三星也来了。"]
        assert list(strict.pipe(texts)) == [strict(text) for text in texts]

    @pytest.mark.parametrize("size", [1, 2, 4, 100])
    def test_it_gives_what_single_calls_give(
        self, size: int, extractor: Extractor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("pipeline.extractor.available_cpus", lambda: 4)
        texts = [SIMPLIFIED, TRADITIONAL, DAMAGED, "软银来了。", "三星与SK海力士竞争。"] * 2
        found = extractor.pipe(texts, batch_size=size)
        assert list(found) == [extractor(text) for text in texts]

    def test_it_reads_no_further_than_a_batch_ahead(self, strict: Extractor) -> None:
        def articles() -> Iterator[str]:
            yield from ("软银来了。", "", "三星也来了。")
            raise AssertionError("read too far")

        found = strict.pipe(articles(), batch_size=3)
        assert isinstance(next(found), Extraction)

    def test_an_error_comes_out_where_its_article_stands(self, strict: Extractor) -> None:
        found = strict.pipe([Article("一", "软银来了。"), Article("", "软银来了。")], batch_size=2)
        assert isinstance(next(found), Extraction)
        with pytest.raises(InputError, match="needs an id"):
            next(found)

    def test_a_batch_of_none_is_an_input_error(self, strict: Extractor) -> None:
        with pytest.raises(InputError, match="at least 1"):
            strict.pipe([], batch_size=0)


class TestLoad:
    def test_a_registry_of_ones_own_adds_names(self, tmp_path: Path) -> None:
        entry = (
            '{"id": "company:xingchuan-xinpian", "type": "company", "zh_hans": "星川芯片",'
            ' "zh_hant": "星川晶片", "en": "", "aliases": [], "ambiguous": [], "services": []}\n'
        )
        (tmp_path / "own.jsonl").write_text(entry, encoding="utf-8")
        extraction = Extractor.load(registries=[tmp_path])("软银投资了星川芯片。")
        assert "company:xingchuan-xinpian" in {entity.id for entity in extraction.entities}

    def test_a_folder_without_a_registry_is_a_resource_error(self, tmp_path: Path) -> None:
        with pytest.raises(ResourceError):
            Extractor.load(registries=[tmp_path])


PIECES = st.sampled_from(
    [
        *("软银", "軟(ruǎn)銀(yín)", "Graphcore", "英偉達(dá)", "三星", "H100", "李垚(yáo)"),
        *("收购了", "競爭", "與(yǔ)", "投資了", "10億美元", "去年", "後者", "51%股份"),
        *("，", "。", "\n", " ", "[图片]\n", "作者：", "𠮷", "\r\n", "“", "”"),
    ]
)


@given(st.lists(PIECES, min_size=1, max_size=30).map("".join).filter(is_chinese))
def test_whatever_the_text_every_span_is_a_raw_slice(extractor: Extractor, text: str) -> None:
    extraction = extractor(text)
    assert extraction.rejects == ()
    assert all(0 <= span.start < span.end <= len(text) for span in spans(extraction))
    for entity in extraction.entities:
        assert all(mention.span.of(text) == mention.text for mention in entity.mentions)
