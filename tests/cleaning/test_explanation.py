from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.cleaning.edits import Edit, apply_edits
from pipeline.cleaning.explanation import Passage, Piece, compare, explain
from pipeline.types import Boilerplate, CleanSpan, CleanText, RawSpan, Repair


def cleaned(raw: str, *edits: Edit, certain: bool = True, marked: str = "") -> CleanText:
    """`raw` with `edits` made and recorded, and the stretch `marked` of the result as a call."""
    text, offsets = apply_edits(raw, edits)
    repairs = tuple(
        Repair("misread", RawSpan(e.start, e.end), raw[e.start : e.end], e.after, certain)
        for e in edits
    )
    start = text.index(marked)
    marks = (Boilerplate("call", CleanSpan(start, start + len(marked))),) if marked else ()
    return CleanText(text, offsets, repairs, marks, (), "Hans")


def passages(raw: str, *edits: Edit, certain: bool = True, marked: str = "") -> list[Passage]:
    return list(compare(raw, cleaned(raw, *edits, certain=certain, marked=marked)))


def test_repairs_and_boilerplate_are_told_in_text_order() -> None:
    raw = "扫码进群\n产x线开工。"
    found = explain(raw, cleaned(raw, Edit(6, 7, ""), marked="扫码进群"))
    assert [(one.part, one.kind, one.before, one.after) for one in found] == [
        ("boilerplate", "call", "扫码进群", "扫码进群"),
        ("repair", "misread", "x", ""),
    ]
    assert all(one.span.of(raw) == one.before for one in found)


def test_a_line_without_repairs_is_one_plain_piece_on_either_side() -> None:
    plain = (Piece("产线开工。", ""),)
    assert passages("产线开工。\n") == [Passage(1, plain, plain, "")]


def test_a_repair_is_marked_where_it_stood_and_where_it_stands() -> None:
    (passage,) = passages("产xx线", Edit(1, 3, "品"))
    assert passage.raw == (Piece("产", ""), Piece("xx", "repaired"), Piece("线", ""))
    assert passage.clean == (Piece("产", ""), Piece("品", "repaired"), Piece("线", ""))
    assert passage.style == "repaired"


def test_what_was_deleted_is_marked_in_raw_alone() -> None:
    (passage,) = passages("产xx线", Edit(1, 3, ""))
    assert passage.raw[1] == Piece("xx", "repaired")
    assert passage.clean == (Piece("产线", ""),)


def test_what_was_inserted_is_marked_in_clean_alone() -> None:
    (passage,) = passages("产线", Edit(1, 1, "品"))
    assert passage.raw == (Piece("产线", ""),)
    assert passage.clean[1] == Piece("品", "repaired")


def test_a_guess_has_a_style_of_its_own() -> None:
    (passage,) = passages("产x线", Edit(1, 2, "品"), certain=False)
    assert passage.style == passage.raw[1].style == passage.clean[1].style == "guessed"


def test_boilerplate_is_marked_and_a_repair_in_it_stands_out() -> None:
    (passage,) = passages("扫x码进群", Edit(1, 2, ""), marked="扫码进群")
    assert [piece.style for piece in passage.raw] == ["boilerplate", "repaired", "boilerplate"]
    assert passage.style == "repaired"


def test_lines_are_numbered_as_in_the_raw_text() -> None:
    assert [passage.line for passage in passages("一\r\n\r\n二\n三\r四")] == [1, 2, 3, 4, 5]


def test_joined_lines_are_one_passage() -> None:
    one, other = passages("产线\n开工。\n完。", Edit(2, 3, ""))
    assert "".join(piece.text for piece in one.raw) == "产线\n开工。"
    assert "".join(piece.text for piece in one.clean) == "产线开工。"
    assert other.line == 3


def test_a_text_without_anything_has_no_passages() -> None:
    assert passages("") == []


@given(
    st.text(alphabet="产线x\n\r", max_size=30),
    st.lists(
        st.tuples(st.integers(0, 30), st.integers(0, 4), st.text(alphabet="品\n", max_size=3)),
        max_size=4,
    ),
)
def test_the_passages_hold_all_of_both_texts_but_line_ends(
    raw: str, wanted: list[tuple[int, int, str]]
) -> None:
    edits: list[Edit] = []
    for start, size, after in sorted(wanted):
        if start >= (edits[-1].end if edits else 0) and start + size <= len(raw):
            edits.append(Edit(start, start + size, after))
    text = cleaned(raw, *edits)
    found = list(compare(raw, text))

    def bare(shown: str) -> str:
        return shown.replace("\n", "").replace("\r", "")

    assert bare("".join(p.text for one in found for p in one.raw)) == bare(raw)
    assert bare("".join(p.text for one in found for p in one.clean)) == bare(text.text)
