"""The spaCy component, on spaCy itself."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import spacy
from spacy import displacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin, Span

from pipeline import Article, Extractor
from pipeline.corpus.sequences import docbin
from pipeline.errors import InputError, ResourceError, RunError
from pipeline.spacy import DISPLACY_OPTIONS, register, run_docs
from pipeline.types import RawSpan
from tests.command import Command
from tests.loading import loaded_once

TEXT = (
    "微软在2019年向OpenAI投资了10亿美元。亚马逊随后投资了Anthropic。\n"
    "高通与联发科在手机芯片上激烈竞争，台积电否认将入股英特尔。"
)
DAMAGED = (
    "軟(ruǎn)銀(yín)去年以10億美元收(shōu)購了(le)Graphcore。\n"
    "作者：林小舟\n三星與(yǔ)英偉達(dá)競爭激烈。"
)
WORDS = {"nlp": {"tokenizer": {"segmenter": "jieba"}}}
HALF_WORDS = ["微软在", "2019", "年向", "OpenAI", "投资", "了", "10亿美元", "。"]


@pytest.fixture(scope="module", autouse=True)
def _one_extractor(extractor: Extractor) -> Iterator[None]:
    with loaded_once(extractor):
        yield


def pipeline(**config: object) -> Language:
    nlp = spacy.blank("zh")
    nlp.add_pipe("zongheng", config=config)
    return nlp


@pytest.fixture(scope="module")
def nlp() -> Language:
    return pipeline()


def in_words(words: list[str], **config: object) -> Doc:
    """A document of these tokens, read by the component."""
    nlp = pipeline(**config)
    return nlp(Doc(nlp.vocab, words=words, spaces=[False] * len(words)))


class TestEntities:
    @pytest.mark.parametrize("text", [TEXT, DAMAGED], ids=["plain", "damaged"])
    def test_they_are_the_mentions_with_type_and_id(
        self, text: str, nlp: Language, extractor: Extractor
    ) -> None:
        doc = nlp(text)
        expected = sorted(
            (m.span.start, m.span.end, m.text, m.type, m.entity)
            for entity in extractor(text).entities
            for m in entity.mentions
        )
        assert expected
        assert [
            (e.start_char, e.end_char, e.text, e.label_, e.kb_id_) for e in doc.ents
        ] == expected
        assert doc._.unaligned == ()

    def test_the_text_of_the_document_is_the_text_that_was_given(self, nlp: Language) -> None:
        text = f" \n　{DAMAGED}  𠮷\r\n\t。 "
        assert nlp(text).text == text

    def test_entities_of_another_component_stay(self) -> None:
        nlp = pipeline()
        doc = nlp.make_doc(TEXT)
        doc.ents = [doc.char_span(0, 4, label="OTHER"), doc.char_span(4, 9, label="DATE")]
        read = nlp(doc)
        assert [ent.label_ for ent in read.ents][:3] == ["OTHER", "DATE", "company"]
        assert [mention.text for mention in read._.unaligned] == ["微软"]

    def test_with_overwrite_those_that_overlap_give_way(self) -> None:
        nlp = pipeline(overwrite=True)
        doc = nlp.make_doc(TEXT)
        doc.ents = [doc.char_span(0, 3, label="OTHER"), doc.char_span(3, 8, label="DATE")]
        read = nlp(doc)
        assert [(ent.text, ent.label_) for ent in read.ents][:2] == [
            ("微软", "company"),
            ("2019年", "DATE"),
        ]
        assert read._.unaligned == ()

    def test_a_document_that_is_read_twice_is_as_if_read_once(self, nlp: Language) -> None:
        doc = nlp(TEXT)
        before = told(doc)
        assert told(nlp(doc)) == before


class TestWordTokens:
    def test_a_mention_inside_a_token_is_no_entity_and_is_told(self) -> None:
        doc = in_words(HALF_WORDS)
        assert [ent.text for ent in doc.ents] == ["OpenAI"]
        assert [(m.text, m.span, m.entity) for m in doc._.unaligned] == [
            ("微软", RawSpan(0, 2), "company:microsoft")
        ]

    def test_the_evidence_of_a_triple_has_whole_tokens(self) -> None:
        doc = in_words(HALF_WORDS)
        (triple,) = doc._.triples
        assert (triple.head_span.text, triple.head_span.kb_id_) == ("微软在", "company:microsoft")

    def test_expanded_entities_know_where_their_mention_is(self) -> None:
        doc = in_words(HALF_WORDS, alignment_mode="expand")
        assert [ent.text for ent in doc.ents] == ["微软在", "OpenAI"]
        assert [ent._.raw_span.of(doc.text) for ent in doc.ents] == ["微软", "OpenAI"]
        assert doc._.unaligned == ()

    def test_of_two_mentions_in_one_token_the_second_is_told(self) -> None:
        doc = in_words(["高通与联发科", "竞争", "。"], alignment_mode="expand")
        assert [ent.kb_id_ for ent in doc.ents] == ["company:qualcomm"]
        assert [mention.text for mention in doc._.unaligned] == ["联发科"]

    def test_words_of_jieba_lose_no_mention(self, extractor: Extractor) -> None:
        nlp = spacy.blank("zh", config=WORDS)
        nlp.add_pipe("zongheng")
        doc = nlp(TEXT)
        found = [ent.text for ent in doc.ents] + [m.text for m in doc._.unaligned]
        assert sorted(found) == sorted(
            m.text for entity in extractor(TEXT).entities for m in entity.mentions
        )

    def test_an_unknown_mode_is_an_input_error(self) -> None:
        with pytest.raises(InputError, match="strict, expand"):
            pipeline(alignment_mode="contract")


class TestTriples:
    def test_they_are_those_of_the_extraction(self, nlp: Language, extractor: Extractor) -> None:
        doc = nlp(TEXT)
        expected = extractor(TEXT).triples
        assert [(t.head, t.relation, t.tail, t.status, t.score) for t in doc._.triples] == [
            (t.head, t.relation, t.tail, t.status, t.score) for t in expected
        ]
        assert [t.qualifiers for t in doc._.triples] == [t.qualifiers for t in expected]

    def test_their_evidence_is_spans_of_the_document(self, nlp: Language) -> None:
        doc = nlp(TEXT)
        first = next(t for t in doc._.triples if t.relation == "invest" and t.status == "actual")
        assert isinstance(first.sentence, Span)
        assert (first.head_span.text, first.tail_span.text) in [
            ("微软", "OpenAI"),
            ("亚马逊", "Anthropic"),
        ]
        assert first.head_span.label_ == "company"
        assert first.head_span.kb_id_ == first.head
        assert first.sentence.start <= first.head_span.start < first.sentence.end

    def test_the_whole_extraction_is_there(self, nlp: Language, extractor: Extractor) -> None:
        for text in (TEXT, DAMAGED):
            assert nlp(text)._.extraction == extractor(text)

    def test_a_document_that_was_not_read_has_none(self) -> None:
        doc = spacy.blank("zh")(TEXT)
        assert (doc._.triples, doc._.unaligned) == ((), ())
        assert doc._.extraction is None
        assert doc._.reject is None

    def test_words_like_last_year_are_counted_from_published(self, nlp: Language) -> None:
        doc = nlp.make_doc("去年9月，阿里巴巴以3亿美元投资月之暗面。")
        doc._.published = "2026-11-20"
        doc._.article_id = "一"
        (triple,) = nlp(doc)._.triples
        assert triple.qualifiers.date_iso == "2025-09"
        assert doc._.extraction.article.id == "一"


class TestRawSpan:
    def test_it_counts_characters_of_the_page(self, nlp: Language) -> None:
        doc = nlp("𠮷" + DAMAGED)
        places = {ent.text: ent._.raw_span for ent in doc.ents}
        assert places["軟(ruǎn)銀(yín)"] == RawSpan(1, 14)

    def test_any_tokens_have_one(self, nlp: Language) -> None:
        doc = nlp(TEXT)
        assert doc._.raw_span(2, 8) == doc[2:8]._.raw_span == RawSpan(2, 8)


UNFIT = {"": "empty", " \n ": "empty", "Nothing here is Chinese at all.": "not_chinese"}


class TestRejects:
    @pytest.mark.parametrize(("text", "reason"), UNFIT.items(), ids=["empty", "blank", "english"])
    def test_an_unfit_text_passes_with_its_reason(
        self, text: str, reason: str, nlp: Language
    ) -> None:
        doc = nlp(text)
        assert doc._.reject.reason == reason
        assert (doc.ents, doc._.triples, doc._.extraction) == ((), (), None)

    def test_a_long_text_is_refused(self) -> None:
        doc = pipeline(max_characters=10)(TEXT)
        assert doc._.reject.reason == "too_long"

    def test_a_null_character_is_told(self, nlp: Language) -> None:
        assert nlp("软银\x00来了。")._.reject.reason == "nul_bytes"

    def test_an_error_of_ours_does_not_end_the_stream(
        self, nlp: Language, extractor: Extractor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        check = extractor._check

        def breaking(article: Article) -> None:
            check(article)
            if article.text == "坏":
                raise ZeroDivisionError("oops")

        monkeypatch.setattr(extractor, "_check", breaking)
        first, second = nlp.pipe(["坏", "软银收购了Graphcore。"])
        reject = first._.reject
        assert (reject.reason, reject.detail) == ("failed", "ZeroDivisionError: oops")
        assert second._.triples

    def test_a_document_that_is_read_again_forgets_its_reject(self, nlp: Language) -> None:
        doc = pipeline(max_characters=10)(TEXT)
        again = nlp(doc)
        assert again._.reject is None
        assert again._.triples


def told_entity(ent: Span) -> tuple[str, str, int]:
    return ent.text, ent.label_, ent.start_char


def told(doc: Doc) -> tuple[object, ...]:
    return (
        doc.text,
        [(ent.text, ent.label_, ent.kb_id_) for ent in doc.ents],
        doc._.extraction,
        doc._.reject,
        doc._.unaligned,
    )


class TestPipe:
    TEXTS = (TEXT, "", DAMAGED, "No Chinese.", "三星与SK海力士竞争。")

    def test_it_gives_what_single_calls_give_in_order(self, nlp: Language) -> None:
        expected = [told(nlp(text)) for text in self.TEXTS]
        for size in (1, 2, 1000):
            assert [told(doc) for doc in nlp.pipe(self.TEXTS, batch_size=size)] == expected

    def test_it_does_so_in_several_processes(self, nlp: Language) -> None:
        expected = [told(nlp(text)) for text in self.TEXTS]
        assert [told(doc) for doc in nlp.pipe(self.TEXTS, n_process=2, batch_size=2)] == expected

    def test_a_spawned_process_makes_the_component_from_its_settings(self, nlp: Language) -> None:
        component = nlp.get_pipe("zongheng")
        make, arguments = component.__reduce__()
        assert make(*arguments).settings == component.settings

    def test_contexts_stay_with_their_texts(self, nlp: Language) -> None:
        pairs = [(text, number) for number, text in enumerate(self.TEXTS)]
        read = nlp.pipe(pairs, as_tuples=True)
        assert [(doc.text, number) for doc, number in read] == pairs


class TestSaved:
    def test_a_pipeline_on_disk_is_the_same_pipeline(self, nlp: Language, tmp_path: Path) -> None:
        nlp.to_disk(tmp_path / "saved")
        loaded = spacy.load(tmp_path / "saved")
        assert told(loaded(TEXT)) == told(nlp(TEXT))
        assert not list(tmp_path.rglob("*.pkl"))

    def test_its_settings_are_kept(self, tmp_path: Path) -> None:
        pipeline(max_characters=10).to_disk(tmp_path / "saved")
        assert spacy.load(tmp_path / "saved")(TEXT)._.reject.reason == "too_long"

    def test_a_pipeline_in_bytes_is_the_same_pipeline(self, nlp: Language) -> None:
        loaded = spacy.blank("zh", config=nlp.config).from_bytes(nlp.to_bytes())
        assert told(loaded(TEXT)) == told(nlp(TEXT))

    def test_a_document_in_bytes_keeps_all(self, nlp: Language) -> None:
        for text in self.texts():
            doc = nlp(text)
            again = Doc(nlp.vocab).from_bytes(doc.to_bytes())
            assert told(again) == told(doc)
            assert [t.sentence.text for t in again._.triples] == [
                t.sentence.text for t in doc._.triples
            ]

    def test_a_docbin_keeps_all(self, nlp: Language) -> None:
        docs = list(nlp.pipe(self.texts()))
        packed = DocBin(docs=docs, store_user_data=True).to_bytes()
        again = DocBin(store_user_data=True).from_bytes(packed).get_docs(spacy.blank("zh").vocab)
        assert [told(doc) for doc in again] == [told(doc) for doc in docs]

    @staticmethod
    def texts() -> tuple[str, ...]:
        return (TEXT, DAMAGED, "No Chinese.")


OWN = (
    '{"id": "company:xingchuan-xinpian", "type": "company", "zh_hans": "星川芯片", "zh_hant": "",'
    ' "zh_hk": "", "en": "", "aliases": [], "nicknames": [], "tickers": [], "ambiguous": {},'
    ' "services": [], "maker": "", "company": ""}\n'
)


class TestSettings:
    def test_a_registry_of_ones_own_and_a_model_by_its_folder(
        self, root: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "own.jsonl").write_text(OWN, encoding="utf-8")
        nlp = pipeline(
            model=str(root / "models" / "zongheng-small"), registries=[str(tmp_path / "own.jsonl")]
        )
        ids = {ent.kb_id_ for ent in nlp("软银投资了星川芯片。").ents}
        assert ids == {"company:softbank", "company:xingchuan-xinpian"}

    def test_a_model_that_is_not_there_is_a_resource_error(self, tmp_path: Path) -> None:
        with pytest.raises(ResourceError):
            pipeline(model=str(tmp_path / "none"))

    def test_installing_the_package_is_enough(self, tmp_path: Path) -> None:
        code = (
            "import spacy, sys\n"
            "nlp = spacy.blank('zh')\n"
            "assert 'pipeline.extractor' not in sys.modules\n"
            "nlp.add_pipe('zongheng')\n"
            "doc = nlp('软银收购了Graphcore。')\n"
            "print(*[ent.kb_id_ for ent in doc.ents], len(doc._.triples))\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=tmp_path, capture_output=True, encoding="utf-8", check=False,
        )  # fmt: skip
        assert done.stdout.split() == ["company:softbank", "company:graphcore", "1"], done.stderr


def test_a_name_that_somebody_else_has_taken_is_an_input_error(
    nlp: Language,  # noqa: ARG001  registers them
) -> None:
    ours = Doc.get_extension("triples")
    Doc.remove_extension("triples")
    Doc.set_extension("triples", default=None)
    try:
        with pytest.raises(InputError, match=r"Doc.remove_extension\('triples'\)"):
            register()
    finally:
        Doc.set_extension("triples", getter=ours[2], force=True)


def test_displacy_shows_every_mention_in_its_colour(nlp: Language) -> None:
    page = displacy.render(nlp(TEXT), style="ent", options=DISPLACY_OPTIONS, jupyter=False)
    for name in ("微软", "OpenAI", "亚马逊", "Anthropic"):
        assert name in page
    assert DISPLACY_OPTIONS["colors"]["company"] in page


@pytest.fixture
def run(folder: Path, zongheng: Command) -> Path:
    """A finished run of two articles and one that is rejected."""
    for name, text in {"a": TEXT, "b": DAMAGED, "c": "No Chinese."}.items():
        (folder / "articles").mkdir(exist_ok=True)
        (folder / "articles" / f"{name}.txt").write_text(text, encoding="utf-8")
    assert zongheng("run", "articles", "--out", "out", "--quiet").status == 0
    return folder / "out"


class TestRuns:
    def test_the_documents_of_a_run_have_its_mentions(self, run: Path, nlp: Language) -> None:
        docs = list(run_docs(run, spacy.blank("zh")))
        expected = [nlp(TEXT), nlp(DAMAGED)]
        assert [doc.text for doc in docs] == [doc.text for doc in expected]
        for doc, other in zip(docs, expected, strict=True):
            assert [(e.text, e.label_) for e in doc.ents] == [
                (e.text, e.label_) for e in other.ents
            ]
        assert docs[0]._.article_id.startswith("a")

    def test_mentions_that_words_do_not_fit_are_told(self, run: Path) -> None:
        words = spacy.blank("zh", config=WORDS)
        fitting, characters = run_docs(run, words), run_docs(run, spacy.blank("zh"))
        for doc, other in zip(fitting, characters, strict=True):
            assert len(doc.ents) + len(doc._.unaligned) == len(other.ents)

    def test_a_folder_that_is_no_run_is_a_run_error(self, tmp_path: Path) -> None:
        with pytest.raises(RunError, match="not a finished run"):
            list(run_docs(tmp_path, spacy.blank("zh")))

    @pytest.mark.full
    def test_spacy_trains_on_passages_and_is_judged_on_a_run(
        self, run: Path, root: Path, tmp_path: Path
    ) -> None:
        from spacy.cli.init_config import init_config
        from spacy.cli.train import train

        from pipeline.corpus.inline import read_passages

        passages = list(read_passages([root / "corpus" / "dev"]))[:20]
        docbin(passages).to_disk(tmp_path / "train.spacy")
        DocBin(docs=run_docs(run, spacy.blank("zh"))).to_disk(tmp_path / "dev.spacy")
        config = init_config(lang="zh", pipeline=["ner"], optimize="efficiency")
        config.to_disk(tmp_path / "config.cfg")
        train(
            tmp_path / "config.cfg",
            tmp_path / "trained",
            overrides={
                "paths.train": str(tmp_path / "train.spacy"),
                "paths.dev": str(tmp_path / "dev.spacy"),
                "training.max_steps": 2,
                "training.eval_frequency": 1,
                "components.tok2vec.model.encode.width": 32,
                "components.tok2vec.model.encode.depth": 1,
            },
        )
        trained = spacy.load(tmp_path / "trained" / "model-last")
        assert set(trained.get_pipe("ner").labels) == {"company", "person", "chip"}
