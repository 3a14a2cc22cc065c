"""Marks that a scraper left of a page's HTML, or made of it as Markdown, and addresses: what no
reader of the page saw, or read as text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from pipeline.cleaning.changes import Change, make_changes, settle
from pipeline.offsets import OffsetMap
from pipeline.types import Repair

# Marks lie within marks ([![](…)](…), **_x_**), a few deep on any page that is read.
MAX_ROUNDS = 8

# What ends a paragraph: a line break stands in for it.
_BLOCKS = (
    "address|article|aside|blockquote|br|dd|div|dl|dt|figcaption|figure|footer|h[1-6]|header|hr|li|main|nav|"
    "ol|p|pre|section|table|tbody|tfoot|thead|tr|ul"
)
_INLINE = (
    "a|abbr|b|big|center|cite|code|del|em|font|i|iframe|img|ins|label|mark|o:p|picture|q|s|small|source|"
    "span|strike|strong|sub|sup|td|th|time|tt|u|video|wbr"
)
# Attributes must have values, so that 若 a<b and c>d holds no tag.
_VALUE = r"""(?:"[^"<>]{0,2000}"|'[^'<>]{0,2000}'|[^\s"'<>]{1,2000})"""
_ATTRIBUTES = rf"(?:\s{{1,9}}[A-Za-z_:@][\w:.@-]{{0,60}}\s?=\s?{_VALUE}){{0,40}}"
_TAG = re.compile(
    rf"<(?:(?P<close>/)(?P<closed>{_BLOCKS}|{_INLINE})\s?"
    rf"|(?P<opened>{_BLOCKS}|{_INLINE}){_ATTRIBUTES}\s{{0,9}}/?)>",
    re.IGNORECASE,
)
_BLOCK = re.compile(_BLOCKS, re.IGNORECASE)
# Elements whose content is no text, and comments.
_UNREAD = re.compile(
    rf"<(?P<name>script|style|noscript){_ATTRIBUTES}\s{{0,9}}>(?:(?!</?(?P=name)\b).){{0,20000}}</(?P=name)\s?>"
    r"|<!--(?:(?!-->|<!--).){0,5000}-->",
    re.IGNORECASE | re.DOTALL,
)

_REFERENCE = r"(?:https?://|//|www\.|/|\#|mailto:|javascript:)[^\s()<>]{0,2000}(?:\([^\s()<>]{0,500}\)[^\s()<>]{0,500}){0,4}"
_TARGET = rf"""\(\s?<?{_REFERENCE}>?(?:\s{{1,9}}(?:"[^"\n]{{0,300}}"|'[^'\n]{{0,300}}'))?\s?\)"""
_LINK = re.compile(
    rf"(?P<image>!)?(?P<open>\[)(?P<text>(?:[^\[\]\n\\]|\\.){{0,500}})(?P<target>\]{_TARGET})"
)
# A number is a note's where its link leads into the page: [360](https://www.360.cn) is a name.
_NOTE = re.compile(r"\\\[\d{1,3}\\\]|[\^*†‡↑]{1,3}\d{0,3}|\d{1,3}(?=\]\([^)]{0,300}#)")
_HEADING = re.compile(r"(?m)^[ \t]{0,3}(?P<open>\#{1,6}[ \t]{1,9})(?=\S)")
_QUOTE = re.compile(r"(?m)^(?:>[ \t]?){1,5}(?=\S)")
# A mark hugs what it emphasises; beside Latin letters and digits it is a star (A*STAR, 3*4).
_EMPHASIS = re.compile(
    r"(?<![A-Za-z0-9*])(?P<open>\*{1,3})(?=[^\s*])[^*\n]{0,300}[^\s*](?P<close>(?P=open))(?![A-Za-z0-9*])"
)
_STRONG_LATIN = re.compile(
    r"(?<!\*)(?P<open>\*\*)(?=[^\s*])[^*\n]{0,300}[^\s*](?P<close>\*\*)(?!\*)"
)
_ESCAPED = re.compile(r"(?<!\\)\\(?=[*_\[\]()#~!.+-])")
# Names in an address are none: nvidia.com in https://www.nvidia.com/zh-tw, unlike 58.com.
_ADDRESS = re.compile(
    r"(?:(?<![A-Za-z0-9])(?:https?|ftp)://|(?<![A-Za-z0-9.@/-])www\.(?=[A-Za-z0-9]))[!-~]{0,2000}[A-Za-z0-9/=_&#%~+-]"
    r"|(?<![A-Za-z0-9_.+-])[A-Za-z0-9_.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}"
)
# A text without any of these has none of the above.
_SIGNS = ("<", "](", "*", "#", ">", "://", "www.", "@")


def remove_markup(text: str) -> tuple[str, OffsetMap, tuple[Repair, ...]]:
    """`text` without the marks of HTML and Markdown, the map back, the repairs.

    Kinds: html_tag (a tag, a comment, a script with its code; a tag that ends a paragraph becomes a
    line break), markdown (the brackets and address of a link, an image, the signs of headings,
    quotations and emphasis, backslashes before signs) and address (of the web or of a mailbox).
    What a link shows stays, unless it is the number of a note. Lists and tables stay as they are.
    """
    if not any(sign in text for sign in _SIGNS):
        return make_changes(text, ())
    return settle(text, _marks, max_rounds=MAX_ROUNDS)


def _marks(text: str) -> list[Change]:
    found = sorted(
        (change for step in _STEPS for change in step(text)), key=lambda one: (one.start, -one.end)
    )
    kept: list[Change] = []
    for change in found:
        # Of two that overlap the second is left to the next round.
        if not kept or kept[-1].end <= change.start:
            kept.append(change)
    return kept


def _tags(text: str) -> Iterator[Change]:
    if "<" not in text:
        return
    for match in _UNREAD.finditer(text):
        yield Change(match.start(), match.end(), "", "html_tag")
    chain = -1  # where the last tag ended, and whether a line ends before it
    ended = False
    for match in _TAG.finditer(text):
        start, end = match.span()
        if start != chain:
            ended = text[start - 1 : start] in ("", "\n")
        chain = end
        breaks = not ended and bool(_BLOCK.fullmatch(match["closed"] or match["opened"]))
        breaks = breaks and text[end : end + 1] not in ("", "\n")
        ended = ended or breaks
        yield Change(start, end, "\n" if breaks else "", "html_tag")


def _links(text: str) -> Iterator[Change]:
    if "](" not in text:
        return
    for match in _LINK.finditer(text):
        if match["image"] or not match["text"].strip() or _is_note(text, match):
            yield Change(match.start(), match.end(), "", "markdown")
        else:
            yield Change(match.start("open"), match.end("open"), "", "markdown")
            yield Change(match.start("target"), match.end("target"), "", "markdown")


def _is_note(text: str, link: re.Match[str]) -> bool:
    note = _NOTE.match(text, link.start("text"))
    return note is not None and note.end() == link.end("text")


def _lines(text: str) -> Iterator[Change]:
    for match in _HEADING.finditer(text):
        yield Change(match.start("open"), match.end("open"), "", "markdown")
    for match in _QUOTE.finditer(text):
        yield Change(match.start(), match.end(), "", "markdown")


def _emphasis(text: str) -> Iterator[Change]:
    if "*" not in text:
        return
    for pattern in (_EMPHASIS, _STRONG_LATIN):
        for match in pattern.finditer(text):
            for part in ("open", "close"):
                yield Change(match.start(part), match.end(part), "", "markdown")


def _addresses(text: str) -> Iterator[Change]:
    if "://" in text or "www." in text or "@" in text:
        for match in _ADDRESS.finditer(text):
            yield Change(match.start(), match.end(), "", "address")


def _escaped(text: str) -> Iterator[Change]:
    # Only in a text that is Markdown for another reason: paths and formulas have backslashes too.
    if "\\" in text and ("](" in text or _HEADING.search(text) or _STRONG_LATIN.search(text)):
        for match in _ESCAPED.finditer(text):
            yield Change(match.start(), match.end(), "", "markdown")


_STEPS: tuple[Callable[[str], Iterator[Change]], ...] = (
    _tags,
    _links,
    _lines,
    _emphasis,
    _addresses,
    _escaped,
)
