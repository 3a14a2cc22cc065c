from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.corpus.inline import parse, read_passages, render
from pipeline.corpus.passages import NamedSpan, Passage
from pipeline.errors import CorpusError
from pipeline.types import RawSpan

Read = Callable[[str], list[Passage]]


def error_of(content: str) -> str:
    (error,) = parse(content, name="f.passages")
    assert isinstance(error, CorpusError)
    return str(error)


def test_spans_are_those_of_the_text_without_marks(specimens: list[Passage]) -> None:
    mixed = specimens[0]
    assert [m.span.of(mixed.text) for m in mixed.mentions] == [
        "远山科技", "Yuanshan", "青穹", "白鹭", "林若川",
    ]  # fmt: skip
    assert [(q.name, q.span.of(mixed.text), q.triples) for q in mixed.qualifiers] == [
        ("amount", "3.5亿美元", (0,)),
        ("stake", "两成", (0,)),
        ("date", "昨日", (0, 1)),
        ("object", "算力", (1,)),
    ]


def test_escaped_brackets_are_text(specimens: list[Passage]) -> None:
    assert "[另文]\n消息|来源" in specimens[0].text


def test_the_first_sentence_that_names_both_states_a_triple(read: Read) -> None:
    (passage,) = read(
        "@ wire hans\n[A社|company:1]来了。[A社|company:1]收购[B社|company:2]。\n1 buy 2 actual\n"
    )
    assert passage.triples[0].sentences == (1,)


def test_rendering_and_parsing_lose_nothing(specimens: list[Passage]) -> None:
    for passage in specimens:
        (again,) = parse(render(passage))
        assert isinstance(again, Passage)
        assert replace(again, where="") == replace(passage, where="")


@given(
    before=st.text(st.sampled_from("[]|\\@ #1 buy\n远山。"), max_size=20),
    name=st.from_regex(r"[]\[|\\@#1远A]([]\[|\\@#1 \n远A]*[]\[|\\@#1远A])?", fullmatch=True),
    after=st.text(st.sampled_from("[]|\\@ #1 buy\n远山。"), max_size=20),
)
def test_any_text_survives(before: str, name: str, after: str) -> None:
    text = before + name + after
    span = RawSpan(len(before), len(before) + len(name))
    passage = Passage(
        text=text, style="wire", script="Hans", converted=False, negative="plain",
        mentions=(NamedSpan(span, "company", 1),), qualifiers=(), triples=(),
    )  # fmt: skip
    (again,) = parse(render(passage))
    assert isinstance(again, Passage), again
    assert (again.text, again.mentions) == (passage.text, passage.mentions)


def test_lines_that_look_like_a_triple_or_a_blank_one_are_text(read: Read) -> None:
    content = "@ wire hans neg=plain\n\\2 nm 3\\n\n[远\\n山|company:1]\n"
    (passage,) = read(content)
    assert passage.text == "2 nm 3\n\n远\n山"
    assert render(passage) == content


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("wire hans\n远山。", "f.passages:1: expected a header"),
        ("@ poem hans\n远山。", "unknown style 'poem'"),
        ("@ wire latin\n远山。", "unknown script 'latin'"),
        ("@ wire hans neg=no\n远山。", "unknown neg=no"),
        ("@ wire hans new\n远山。", "unknown option 'new'"),
        ("@ wire hans neg=plain", "no text below the header"),
        ("@ wire hans\n[远山|company:1]。", "says why by neg="),
        ("@ wire hans neg=plain\n[A社|company:1]买[B社|company:2]\n1 buy 2 actual", "has no neg="),
        ("@ wire hans neg=plain\n[远山|company:1", "f.passages:2: a '[' is not closed"),
        ("@ wire hans neg=plain\n[远山|company:1\n]", "f.passages:2: a '[' is not closed"),
        ("@ wire hans neg=plain\n[远[山|company:1]", "a '[' inside a mark"),
        ("@ wire hans neg=plain\n[远山]", "a mark is [name|label]"),
        ("@ wire hans neg=plain\n[远山|company]", "give the entity's number"),
        ("@ wire hans neg=plain\n[远山|firm:1]", "unknown label 'firm:1'"),
        ("@ wire hans neg=plain\n[ 远山|company:1]", "begins or ends with a blank"),
        ("@ wire hans neg=plain\n[|company:1]", "a mark is empty"),
        ("@ wire hans neg=plain\n\\a", "nothing to escape"),
        ("@ wire hans neg=plain\n[远山|company:1][远山|chip:1]", "entity 1 is given two types"),
        ("@ wire hans neg=plain\n远山\n@ wire hans neg=plain\n山", "f.passages:3: a header inside"),
        ("@ wire hans\n[A社|company:1]买[B社|company:2]\n1 buy 2", "f.passages:3: expected a triple"),
        ("@ wire hans\n[A社|company:1]买[B社|company:2]\n1 sell 2 actual", "unknown relation 'sell'"),
        ("@ wire hans\n[A社|company:1]买[B社|company:2]\n1 buy 2 sure", "unknown status 'sure'"),
        ("@ wire hans\n[A社|company:1]买[B社|company:2]\n1 buy 3 actual", "no mention has number 3"),
        ("@ wire hans\n[A社|company:1]投[B|chip:2]\n1 invest 2 actual", "does not hold from company"),
        ("@ wire hans\n[A社|company:1]买[B社|company:2]\n1 buy 2 actual s2", "the text has 1 sentences"),
        ("@ wire hans\n[A社|company:1]。[B社|company:2]。\n1 buy 2 actual", "no sentence names both"),
        (
            "@ wire hans\n[A社|company:1]以[1元|amount:3]买[B社|company:2]\n1 buy 2 actual",
            "the passage has 1 triples",
        ),
        (
            "@ wire hans\n[A社|company:1]以[1元|amount]买[B社|company:2]、[C社|company:3]\n"
            "1 buy 2 actual\n1 buy 3 actual",
            "say of which triples",
        ),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_file_and_line(content: str, told: str) -> None:
    assert told in error_of(content)


def test_a_broken_passage_leaves_the_others_readable() -> None:
    one, broken, other = parse(
        "@ wire hans neg=plain\n一\n\n@ wire\n二\n\n@ wire hans neg=plain\n三\n"
    )
    assert isinstance(one, Passage)
    assert isinstance(broken, CorpusError)
    assert isinstance(other, Passage)


def test_comments_stand_between_passages_only(read: Read) -> None:
    (passage,) = read("# a comment\n@ wire hans neg=plain\n#话题#来了\n")
    assert passage.text == "#话题#来了"


def test_a_folder_stands_for_its_files(tmp_path: Path) -> None:
    (tmp_path / "b.passages").write_text("@ wire hans neg=plain\n乙\n", encoding="utf-8")
    (tmp_path / "a.passages").write_text("@ wire hans neg=plain\n甲\n", encoding="utf-8")
    assert [passage.text for passage in read_passages([tmp_path])] == ["甲", "乙"]


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"no \*\.passages file"):
        list(read_passages([tmp_path]))


def test_a_file_that_is_not_utf8_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.passages"
    path.write_bytes("@ wire hans neg=plain\n甲\n".encode("gbk"))
    with pytest.raises(CorpusError, match="cannot be read as UTF-8"):
        list(read_passages([path]))
