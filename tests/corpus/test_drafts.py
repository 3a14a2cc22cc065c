from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cleaning.script import converter
from pipeline.corpus.checks import checked
from pipeline.corpus.cutting import cut
from pipeline.corpus.drafts import Draft, by_uncertainty, distinct, drafts
from pipeline.corpus.inline import parse
from pipeline.corpus.passages import Passage
from pipeline.errors import RunError
from pipeline.run_folder import ARTICLES_NAME, MANIFEST_NAME, TRIPLES_NAME, Record, RunFolder
from pipeline.types import RawSpan

Make = Callable[..., list[Draft]]
LONG = 10_000


@pytest.fixture(scope="session")
def make() -> Make:
    def made(run: RunFolder, max_characters: int = LONG) -> list[Draft]:
        simplify = converter().simplify
        return list(drafts(run, simplify=simplify, max_characters=max_characters))

    return made


def plain(text: str) -> str:
    return text.replace("\r\n", "\n")


def found_mentions(run: RunFolder) -> list[tuple[str, str, str]]:
    return [
        (article["id"], mention["type"], plain(mention["text"]))
        for article in run.articles()
        for mention in article["mentions"]
    ]


def drafted_mentions(made: list[Draft]) -> list[tuple[str, str, str]]:
    return [
        (draft.article, mention.type, mention.span.of(draft.passage.text))
        for draft in made
        for mention in draft.passage.mentions
    ]


Stated = tuple[str, frozenset[str], str, frozenset[str], str]


def found_triples(run: RunFolder) -> set[Stated]:
    names: dict[tuple[str, str], set[str]] = {}
    for article in run.articles():
        for mention in article["mentions"]:
            key = article["id"], mention["entity"]
            names.setdefault(key, set()).add(plain(mention["text"]))
    return {
        (
            triple["article_id"],
            frozenset(names[triple["article_id"], triple["head_id"]]),
            triple["relation"],
            frozenset(names[triple["article_id"], triple["tail_id"]]),
            triple["status"],
        )
        for triple in run.triples()
    }


def names_of(passage: Passage, entity: int) -> frozenset[str]:
    return frozenset(m.span.of(passage.text) for m in passage.mentions if m.entity == entity)


def drafted_triples(made: list[Draft]) -> set[Stated]:
    return {
        (
            draft.article,
            names_of(draft.passage, triple.head),
            triple.relation,
            names_of(draft.passage, triple.tail),
            triple.status,
        )
        for draft in made
        for triple in draft.passage.triples
    }


def test_whole_articles_hold_what_the_run_found(finished: RunFolder, make: Make) -> None:
    made = make(finished)
    assert drafted_mentions(made) == found_mentions(finished)
    assert drafted_triples(made) == found_triples(finished)
    assert len(made) == len(list(finished.articles()))


@pytest.mark.parametrize("longest", [1, 20, 40, 80])
def test_cutting_loses_no_mention_and_no_triple(
    longest: int, finished: RunFolder, make: Make
) -> None:
    made = make(finished, longest)
    assert len(made) > len(list(finished.articles()))
    assert drafted_mentions(made) == found_mentions(finished)
    stated = [(draft.article, len(draft.passage.triples)) for draft in made]
    assert sum(count for _, count in stated) >= len(list(finished.triples()))


def test_a_draft_says_where_in_the_raw_article_it_begins(finished: RunFolder, make: Make) -> None:
    texts = {article["id"]: article["text"] for article in finished.articles()}
    for draft in make(finished, 40):
        first = draft.passage.text.split("\n")[0]
        assert texts[draft.article][draft.start :].startswith(first)


def test_drafts_keep_the_rules_of_the_inline_format(finished: RunFolder, make: Make) -> None:
    for draft in make(finished, 60):
        again = checked(draft.passage, "here")
        assert again.mentions == draft.passage.mentions
        assert again.triples == draft.passage.triples
        assert again.text == draft.passage.text


def test_qualifiers_stand_where_the_triple_is_stated(finished: RunFolder, make: Make) -> None:
    first = make(finished)[0].passage
    (invest,) = [i for i, triple in enumerate(first.triples) if triple.relation == "invest"]
    told = {q.name: (q.span.of(first.text), q.triples) for q in first.qualifiers}
    assert told == {"amount": ("50亿美元", (invest,)), "stake": ("4%", (invest,))}


def test_the_script_is_that_of_the_article(finished: RunFolder, make: Make) -> None:
    scripts = {draft.article: draft.passage.script for draft in make(finished)}
    assert scripts == {"emoji": "Hans", "hant": "Hant", "damaged": "Hans", "quiet": "Hans"}


def test_a_passage_without_triples_says_why(finished: RunFolder, make: Make) -> None:
    negatives = {draft.article: draft.passage.negative for draft in make(finished)}
    assert negatives == {"emoji": "", "hant": "", "damaged": "", "quiet": "plain"}


def test_the_least_sure_come_first_and_those_without_triples_last(
    finished: RunFolder, make: Make
) -> None:
    ordered = by_uncertainty(make(finished, 40))
    with_triples = [draft.score for draft in ordered if draft.passage.triples]
    assert with_triples == sorted(with_triples)
    assert [bool(draft.passage.triples) for draft in ordered] == sorted(
        (bool(draft.passage.triples) for draft in ordered), reverse=True
    )


def test_a_text_that_two_articles_share_is_drafted_once(finished: RunFolder, make: Make) -> None:
    made = make(finished)
    assert distinct([*made, *made]) == made


def changed(finished: RunFolder, folder: Path, change: Callable[[Record], None]) -> RunFolder:
    """A copy of the run whose first triple is changed."""
    triples = list(finished.triples())
    change(triples[0])
    (folder / TRIPLES_NAME).write_bytes(b"".join(orjson.dumps(t) + b"\n" for t in triples))
    for name in (ARTICLES_NAME, MANIFEST_NAME):
        (folder / name).write_bytes((finished.path / name).read_bytes())
    return RunFolder.open(folder)


def test_a_qualifier_that_has_no_room_is_told(
    finished: RunFolder, make: Make, tmp_path: Path
) -> None:
    def name_as_amount(triple: Record) -> None:
        triple["amount"] = triple["evidence"][0]["head_text"]

    (first, *_) = make(changed(finished, tmp_path, name_as_amount))
    assert first.lost == ("amount",)


def test_a_damaged_run_is_told_with_its_article(
    finished: RunFolder, make: Make, tmp_path: Path
) -> None:
    run = changed(finished, tmp_path, lambda triple: triple.pop("evidence"))
    with pytest.raises(RunError, match=r"article 'emoji' is damaged"):
        make(run)


SENTENCES = "一二三。四五六七八。\n\n九十。百千万亿？\n　末句"


def test_a_cut_prefers_the_end_of_a_line() -> None:
    pieces = [span.of(SENTENCES) for span in cut(SENTENCES, 18, [])]
    assert pieces == ["一二三。四五六七八。", "九十。百千万亿？\n　末句"]


def test_what_is_to_stay_whole_makes_a_piece_longer() -> None:
    whole = [RawSpan(5, 14)]
    pieces = [span.of(SENTENCES) for span in cut(SENTENCES, 5, whole)]
    assert pieces == ["一二三。", "四五六七八。\n\n九十。", "百千万亿？", "末句"]


@given(
    text=st.text(st.sampled_from("一。！\n 　a，"), min_size=1, max_size=60),
    longest=st.integers(1, 30),
    data=st.data(),
)
def test_pieces_hold_everything_but_blanks(text: str, longest: int, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    kept = RawSpan(start, data.draw(st.integers(start, len(text))))
    pieces = list(cut(text, longest, [kept]))
    assert "".join("".join(piece.of(text).split()) for piece in pieces) == "".join(text.split())
    inside = kept.of(text)
    if inside == inside.strip() and inside:
        assert any(piece.start <= kept.start and kept.end <= piece.end for piece in pieces)


def test_drafts_survive_their_own_inline_form(finished: RunFolder, make: Make) -> None:
    from pipeline.corpus.inline import render

    made = make(finished)
    again = list(parse("\n".join(render(draft.passage) for draft in made)))
    assert [p.text for p in again if isinstance(p, Passage)] == [d.passage.text for d in made]
