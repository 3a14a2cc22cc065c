from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from pipeline.cleaning.display import Row, side_by_side, visible, wrap
from pipeline.cleaning.explanation import Passage, Piece


def wrapped(text: str, width: int) -> list[str]:
    return ["".join(p.text for p in row) for row in wrap([Piece(text, "")], width, cell_len)]


def shown(rows: list[Row]) -> list[str]:
    def joined(pieces: tuple[Piece, ...]) -> str:
        return "".join(piece.text for piece in pieces)

    return [row.head + joined(row.raw) + row.gap + joined(row.clean) for row in rows]


def laid_out(*passages: Passage, width: int = 50) -> list[str]:
    return shown(list(side_by_side(passages, width=width, lines=10, measure=cell_len)))


def passage(line: int, raw: str, clean: str, style: str = "") -> Passage:
    return Passage(line, (Piece(raw, style),), (Piece(clean, style),), style)


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("\x1b[31m红", "\\x1b[31m红"),
        ("\x9b31m", "\\x9b31m"),
        ("一\r二", "一\\r二"),
        ("左\u202e右", "左\\u202e右"),
        ("零\u200b宽", "零\\u200b宽"),
        ("私\ue5e5", "私\\ue5e5"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_what_a_terminal_would_obey_or_hide_is_escaped(text: str, escaped: str) -> None:
    assert visible(text) == escaped


@pytest.mark.parametrize("text", ["产线，AI 5nm。", "　全角空格", "é\u00a0ǎ", "𠮷 ㈱ …", ""])
def test_what_can_be_seen_stays(text: str) -> None:
    assert visible(text) == text


def test_what_is_to_be_kept_is_kept() -> None:
    assert visible("一\t二\n\x07", keep="\n\t") == "一\t二\n\\x07"


@given(st.text())
def test_what_is_visible_is_printable_but_for_blanks(text: str) -> None:
    assert all(c.isprintable() or c.isspace() for c in visible(text))
    assert not set(visible(text)) & set("\n\r\t\x1b\x85\u2028")


def test_a_han_character_takes_two_columns() -> None:
    assert wrapped("一二三abc四", 5) == ["一二", "三abc", "四"]


def test_a_line_end_inside_ends_the_row_and_is_seen() -> None:
    assert wrapped("一\n二", 20) == ["一\\n", "二"]


def test_a_style_goes_on_in_the_next_row() -> None:
    rows = wrap([Piece("一", ""), Piece("二三", "repaired")], 4, cell_len)
    assert rows == ((Piece("一", ""), Piece("二", "repaired")), (Piece("三", "repaired"),))


@given(st.text(max_size=40), st.integers(12, 30))
def test_no_row_is_wider_than_allowed_and_nothing_is_lost(text: str, width: int) -> None:
    rows = wrapped(text, width)
    assert all(sum(map(cell_len, row)) <= width for row in rows)
    assert "".join(rows) == visible(text)


def test_raw_and_clean_stand_in_columns_with_line_and_sign() -> None:
    rows = laid_out(
        passage(1, "產(chǎn)線", "产线", "repaired"), passage(2, "扫码", "扫码", "boilerplate")
    )
    assert rows == [
        " 1 * 產(chǎn)線" + " " * 11 + " | 产线",
        " 2 - 扫码" + " " * 17 + " | 扫码",
    ]


def test_a_long_line_is_wrapped_on_either_side() -> None:
    rows = laid_out(passage(9, "产线开工" * 4, "产线", "guessed"), width=40)
    assert rows == [
        " 9 ? 产线开工产线开工 | 产线",
        "     产线开工产线开工 |",
    ]


def test_lines_that_were_left_out_are_told_once() -> None:
    rows = laid_out(passage(2, "一", "一"), passage(3, "二", "二"), passage(7, "三", "三"))
    assert [row[:5].strip() for row in rows] == ["2", "3", "...", "7"]


def test_a_narrow_terminal_still_gets_readable_columns() -> None:
    assert len(laid_out(passage(1, "一二三四五六七八", "一"), width=5)) == 1
