"""Text laid out for a terminal: safe to send there, wrapped by display width, in two columns.

Nothing here prints; pipeline/cli/ does.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest

from pipeline.cleaning.explanation import BOILERPLATE, GUESSED, PLAIN, REPAIRED, Passage, Piece

# What stands before a line, so that it is told without colours too.
SIGNS = {PLAIN: " ", BOILERPLATE: "-", REPAIRED: "*", GUESSED: "?"}
GAP = " | "
# In columns; a narrower half would hold too few Han characters to read.
MIN_HALF = 16

_MAYBE_UNSAFE = re.compile(r"[^ -~\u3000-\u303f\u3400-\u9fff\uff00-\uff5e]")
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a terminal: `head` and `gap` stand before raw and clean, and fill the columns."""

    head: str
    raw: tuple[Piece, ...]
    gap: str
    clean: tuple[Piece, ...]


def visible(text: str, *, keep: str = "") -> str:
    """`text` as any terminal may be sent it: controls, invisible and bidirectional characters,
    private use and lone surrogates as escapes, but for those in `keep`."""
    if text.isprintable():
        return text

    def escape(match: re.Match[str]) -> str:
        character = match.group()
        if character in keep or _is_shown(character):
            return character
        code = ord(character)
        escaped = f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
        return _NAMED.get(character, escaped if code < 0x10000 else f"\\U{code:08x}")

    return _MAYBE_UNSAFE.sub(escape, text)


def side_by_side(
    passages: Iterable[Passage], *, width: int, lines: int, measure: Callable[[str], int]
) -> Iterator[Row]:
    """The rows of `passages`, at most `width` columns wide where that leaves each half MIN_HALF.

    A row of "..." stands where passages were left out. lines: how many lines the raw text has, for
    their numbers. measure: the columns that a string takes (2 for a Han character).
    """
    digits = len(str(lines))
    half = max(MIN_HALF, (width - digits - len(" * ") - len(GAP)) // 2)
    expected = 0
    for passage in passages:
        if expected and passage.line > expected:
            yield Row("...", (), "", ())
        expected = passage.line + 1
        head = f"{passage.line:>{digits}} {SIGNS[passage.style]} "
        halves = (wrap(side, half, measure) for side in (passage.raw, passage.clean))
        for raw, clean in zip_longest(*halves, fillvalue=()):
            used = sum(measure(piece.text) for piece in raw)
            gap = " " * (half - used) + GAP
            yield Row(head, raw, gap if clean else gap.rstrip(), clean)
            head = " " * len(head)


def wrap(
    pieces: Iterable[Piece], width: int, measure: Callable[[str], int]
) -> tuple[tuple[Piece, ...], ...]:
    """`pieces`, made visible, in rows of at most `width` columns; a line end inside ends a row.

    measure: the columns that a string takes (2 for a Han character). A character wider than
    `width` gets a row of its own.
    """
    rows: list[list[Piece]] = [[]]
    used = 0
    for piece in pieces:
        row = ""
        for character in piece.text:
            shown = visible(character)
            size = measure(shown)
            if used and used + size > width:
                rows[-1].append(Piece(row, piece.style))
                rows.append([])
                row, used = "", 0
            row += shown
            used += size
            if character == "\n":
                used = width
        if row:
            rows[-1].append(Piece(row, piece.style))
    return tuple(map(tuple, rows))


def _is_shown(character: str) -> bool:
    # Blanks of any width are harmless, though Python does not call them printable.
    return character.isprintable() or unicodedata.category(character) == "Zs"
