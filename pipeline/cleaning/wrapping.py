"""Lines that were broken by width, as in plain-text mails and PDFs, and runs of blank lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.cleaning.changes import Change

# Columns, of which a Han character has two. Mails wrap at 60–80, PDF columns at 30–90; verses are
# narrower, wider lines are paragraphs.
MIN_WRAP_COLUMNS = 30
MAX_WRAP_COLUMNS = 160

# What a broken line may fall short of the widest one: a mark that must not open a line takes its
# neighbour along, and half a character may not fit; a Latin word or number that did not comes on
# top. 95–98 % of the breaks of public articles, wrapped at 44–90 columns, are found.
WRAP_SLACK_COLUMNS = 5
MAX_WORD_COLUMNS = 16

# Broken sentences in one block of lines; with one, chance would do.
MIN_BROKEN = 2

# Prose has a comma or full stop in most lines of that width (every ten characters or so); lists of
# headlines have none.
MIN_PUNCTUATED_SHARE = 0.5

# A line that breaks off and is not full may be a heading, if it is clearly shorter.
MAX_HEADING_SHARE = 0.75

_BLANK_LINES = re.compile(r"\n(?:[ \t\u00a0\u3000]*\n){2,}")
_CLOSED = "。！？…：；!?;:.”’」』》〉）)】］]"
_BREAK = re.compile(rf"\n(?<=[^\n{re.escape(_CLOSED)}]\n)(?=\S)")
_OPENS = re.compile(
    r"[-*•·●■◆◇○□▲△▼▶►※→#|>+=_~—–【〖\[①-⑳]"
    r"|[(（]?(?:[0-9０-９]{1,3}|[一二三四五六七八九十]{1,3}|[a-zA-Z])(?:[)）、:：]|[.．](?![0-9]))"
    r"|第[0-9一二三四五六七八九十百]{1,4}[章节節条條部篇]"
)
_TABLE = re.compile(r"[\t|]|\S {2,}\S")
_WORD = re.compile(r"[0-9A-Za-z.,%$&'/+-]*")
_COMMA_OR_STOP = re.compile("[，。、；,]")

Line = tuple[int, str]


def join_lines(text: str) -> list[Change]:
    """What makes one line of sentences broken by width, and one blank line of several, ascending.

    Kinds: hard_wrap, blank_lines. A block of lines is taken for broken when all its lines that end
    in the middle of a sentence are about as wide as its widest one, headings apart, and it has
    commas and full stops as prose has.
    """
    changes = [
        Change(match.start(), match.end(), "\n\n", "blank_lines")
        for match in _BLANK_LINES.finditer(text)
    ]
    breaks = _BREAK.finditer(text)
    if all(next(breaks, None) for _ in range(MIN_BROKEN)):
        changes += _broken_lines(text)
        changes.sort(key=lambda change: change.start)
    return changes


def _broken_lines(text: str) -> Iterator[Change]:
    found = [(block, *_broken(block)) for block in _blocks(text)]
    widths = [width for _, width, broken in found if len(broken) >= MIN_BROKEN]
    if not widths:
        return
    for block, width, broken in found:
        if len(broken) >= MIN_BROKEN or abs(width - max(widths)) <= WRAP_SLACK_COLUMNS:
            for index in broken:
                yield _joint(block[index], block[index + 1])


def _blocks(text: str) -> Iterator[list[Line]]:
    """Lines without a blank one between them, with their places in `text`."""
    block: list[Line] = []
    start = 0
    for line in text.split("\n"):
        if line and not line.isspace():
            block.append((start, line))
        elif block:
            yield block
            block = []
        start += len(line) + 1
    if block:
        yield block


def _broken(block: list[Line]) -> tuple[int, list[int]]:
    """The width of `block` in columns, and which of its lines go on in the next; 0 and none where
    it is not broken by width."""
    lines = [line.strip() for _, line in block]
    going_on = [
        index
        for index in range(len(block) - 1)
        if lines[index][-1] not in _CLOSED
        and not block[index + 1][1][0].isspace()
        and not _OPENS.match(lines[index + 1])
    ]
    if not going_on:
        return 0, []
    columns = [_columns(line) for line in lines]
    width = max(columns)
    if not MIN_WRAP_COLUMNS <= width <= MAX_WRAP_COLUMNS:
        return 0, []
    full = [
        index
        for index in going_on
        if columns[index] >= width - WRAP_SLACK_COLUMNS - _first_word(lines[index + 1])
    ]
    short = set(going_on).difference(full)
    prose = {place for index in full for place in (index, index + 1)}
    punctuated = sum(bool(_COMMA_OR_STOP.search(lines[place])) for place in prose)
    if (
        any(index - 1 in going_on or columns[index] > MAX_HEADING_SHARE * width for index in short)
        or punctuated < MIN_PUNCTUATED_SHARE * len(prose)
        or not any("。" in lines[place] for place in prose)
        or any(_TABLE.search(line) for _, line in block)
    ):
        return 0, []
    return width, full


def _columns(line: str) -> int:
    # Han characters and full-width signs are three or four bytes long and two columns wide.
    return len(line) + (len(line.encode("utf-8", "surrogatepass")) - len(line)) // 2


def _first_word(line: str) -> int:
    match = _WORD.match(line)
    return min(match.end(), MAX_WORD_COLUMNS) if match else 0


def _joint(line: Line, following: Line) -> Change:
    start, text = line
    kept = text.rstrip()
    between_words = kept[-1].isascii() and following[1][0].isascii()
    return Change(start + len(kept), following[0], " " if between_words else "", "hard_wrap")
