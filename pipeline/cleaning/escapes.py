"""Characters written out as HTML entities, as \\uXXXX or as %XX."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from html.entities import name2codepoint

from pipeline.cleaning.changes import Change, make_changes, settle
from pipeline.offsets import OffsetMap
from pipeline.types import Repair

# Escapes within escapes (&#92;u4e2d, \\u0026lt;) are undone one layer a round; pages have one or
# two. A text that still has some after this many is made to be hostile and stays as it is.
MAX_ROUNDS = 8

_GATE = re.compile(r"&[#A-Za-z]|\\u[0-9A-Fa-f]{4}|%[0-9A-Fa-f]{2}")

_AMPERSAND = r"(?:amp|#0{0,5}38|#[xX]0{0,4}26)"
_ENTITY = re.compile(
    rf"&(?:{_AMPERSAND};){{0,30}}(?P<body>#[0-9]{{2,8}};?|#[xX][0-9A-Fa-f]{{2,6}};?|"
    r"(?:apos|[A-Za-z]{2,8}[0-9]{0,2});|"
    r"(?:nbsp|amp|lt|gt|quot|[lr][ds]quo|hellip|mdash|middot)(?![0-9A-Za-z=_;]))"
    rf"|&(?:{_AMPERSAND};){{1,30}}"
)
# The names of HTML 4. HTML 5 has two thousand more, many of them what a program calls a variable
# (&num;, &it;), and no Chinese page writes them.
_NAMES = frozenset(name2codepoint) | {"apos"}
# Those that a program may well call a variable all the same: not behind what opens an expression.
_WORDS = frozenset(
    "and ang cap cup empty exist image int lang not or part prod prop rang real sim sub sum "
    "sup".split()
)
_EXPRESSION = re.compile(r"[=(,\[{&|!]\s?$")
# Without a semicolon a number below this is a number: &#12.
_FIRST_BARE = 160

# What regular expressions write, [\u4e00-\u9fff], is no damage.
_UNICODE = re.compile(
    r"(?P<range>\[(?:\\{1,2}u[0-9A-Fa-f]{4}-\\{1,2}u[0-9A-Fa-f]{4}){1,9}\])"
    r"|(?<!\\)\\{1,4}u(?P<high>[dD][89abAB][0-9A-Fa-f]{2})"
    r"\\{1,4}u(?P<low>[dD][c-fC-F][0-9A-Fa-f]{2})"
    r"|(?<!\\)\\{1,4}u(?P<one>[0-9A-Fa-f]{4})"
)
# C:\\udev1\\uface: what follows a drive is a path unless it spells Chinese.
_PATH = re.compile(r"(?<![A-Za-z])[A-Za-z]:\\[^\s\"'<>|，。；：！？（）]*$")
_PATH_CHARS = 260

_URL_TAIL = r"[!#-&(-;=?-\[\]^-z~]*"
_PERCENT = re.compile(
    r"(?P<url>(?<![A-Za-z0-9.-])(?:[A-Za-z][A-Za-z0-9+.-]{1,15}://|www\.|"
    rf"(?:[A-Za-z0-9-]{{1,63}}\.){{1,8}}[A-Za-z]{{2,18}}/){_URL_TAIL})"
    rf"|(?P<query>[?&][A-Za-z_]{{1,30}}={_URL_TAIL})"
    r"|(?P<token>%[0-9A-Fa-f]{2}(?:%[0-9A-Fa-f]{2}|[0-9A-Za-z_.~!*'()+-])*)"
)
_PERCENT_RUN = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
# GBK's characters of GB 2312, in which nearly all Chinese is written; bytes of something else make
# many of the others.
_GB2312 = re.compile(rb"[\x00-\x7f]|[\xa1-\xa9\xb0-\xf7][\xa1-\xfe]")
MIN_GB2312_SHARE = 0.75
# Any two bytes may be a Han character in GBK.
MIN_GBK_HAN = 2
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
_CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef\U00020000-\U0003ffff]")


def decode_escapes(text: str) -> tuple[str, OffsetMap, tuple[Repair, ...]]:
    """`text` with its escapes as the characters they stand for, the map back, the repairs.

    Kinds: html_entity (named as in HTML 4, numbered, escaped over again), unicode_escape (\\uXXXX,
    surrogate pairs too; ranges as in [\\u4e00-\\u9fff] stay), percent_escape (%XX outside of web
    addresses where it spells Chinese in UTF-8 or, in the characters of GB 2312, in GBK). An
    ampersand of a name, of C code or of a web address stays. Where escapes lie within escapes,
    `before` is the whole nest and the kind that of the last layer undone.
    """
    if not _GATE.search(text):
        return make_changes(text, ())
    return settle(text, _escapes, max_rounds=MAX_ROUNDS)


def _escapes(text: str) -> list[Change]:
    found = [change for step in _STEPS for change in step(text)]
    return sorted(found, key=lambda change: change.start)


def _entities(text: str) -> Iterator[Change]:
    # A character beyond U+FFFF may be written as its two surrogates: the first half waits here.
    half: re.Match[str] | None = None
    for match in _ENTITY.finditer(text):
        body = match["body"]
        number = _number(body) if body and body[0] == "#" else -1
        if half and half.end() == match.start() and 0xDC00 <= number <= 0xDFFF:
            pair = chr(0x10000 + ((_number(half["body"]) & 0x3FF) << 10) + (number & 0x3FF))
            yield Change(half.start(), match.end(), pair, "html_entity")
        half = match if 0xD800 <= number <= 0xDBFF else None
        decoded = _entity(match, text) if not 0xD800 <= number <= 0xDFFF else ""
        if decoded:
            yield Change(match.start(), match.end(), decoded, "html_entity")
        elif match.end() - match.start() > len(body or "") + 1 and number < 0:
            # &amp;Foo; : no entity behind the ampersand, which is one all the same
            yield Change(match.start(), match.start("body"), "&", "html_entity")


def _number(body: str) -> int:
    digits = body[1:].rstrip(";")
    return int(digits[1:], 16) if digits[0] in "xX" else int(digits)


def _entity(match: re.Match[str], text: str) -> str:
    """The character that `match` stands for; "" where it stands for none."""
    body = match["body"]
    if body is None:
        return "&"
    if body[0] == "#":
        if not body.endswith(";") and _number(body) < _FIRST_BARE:
            return ""
    elif body.rstrip(";") not in _NAMES or (
        body.rstrip(";") in _WORDS
        and _EXPRESSION.search(text, max(0, match.start() - 2), match.start())
    ):
        return ""
    return _unescaped(body.rstrip(";"))


@lru_cache(maxsize=4_096)
def _unescaped(body: str) -> str:
    decoded = html.unescape(f"&{body};")
    return "" if decoded == "\ufffd" and body.lower() not in ("#65533", "#xfffd") else decoded


def _unicode_escapes(text: str) -> Iterator[Change]:
    if "\\u" not in text:
        return
    for match in _UNICODE.finditer(text):
        if match["range"]:
            continue
        if match["high"]:
            high, low = int(match["high"], 16), int(match["low"], 16)
            character = chr(0x10000 + ((high & 0x3FF) << 10) + (low & 0x3FF))
        else:
            character = chr(int(match["one"], 16))
        before = text[max(0, match.start() - _PATH_CHARS) : match.start() + 1]
        if _is_written_out(character, before):
            yield Change(match.start(), match.end(), character, "unicode_escape")


def _is_written_out(character: str, before: str) -> bool:
    """Whether an escape for `character`, with its backslash at the end of `before`, is one."""
    if _CHINESE.match(character):
        return True
    if unicodedata.category(character) in ("Cc", "Cs", "Cn") and character not in "\t\n\r":
        return False
    return not _PATH.search(before)


def _percent_escapes(text: str) -> Iterator[Change]:
    if "%" not in text:  # the search for web addresses is slow
        return
    tokens = [match for match in _PERCENT.finditer(text) if match["token"]]
    as_utf8 = [_readings(token, "utf-8") for token in tokens]
    if _count_han(as_utf8):
        yield from _spelled_out(as_utf8, "utf-8")
    elif not all(as_utf8):  # two bytes of é in UTF-8 are 茅 in GBK
        as_gbk = [_readings(token, "gbk") for token in tokens]
        if _count_han(as_gbk) >= MIN_GBK_HAN and _is_gb2312(as_gbk):
            yield from _spelled_out(as_gbk, "gbk")


_Reading = tuple[int, str]


def _readings(token: re.Match[str], codec: str) -> list[_Reading]:
    """Where each run of %XX in `token` stands, and its text in `codec`; none where one of them has
    no text or all are ASCII."""
    readings = [
        (token.start() + run.start(), _spelled(run.group(), codec))
        for run in _PERCENT_RUN.finditer(token["token"])
    ]
    spelled = all(characters for _, characters in readings)
    return readings if spelled and not all(c.isascii() for _, c in readings) else []


def _count_han(tokens: list[list[_Reading]]) -> int:
    return sum(len(_HAN.findall(characters)) for token in tokens for _, characters in token)


def _is_gb2312(tokens: list[list[_Reading]]) -> bool:
    characters = "".join(characters for token in tokens for _, characters in token)
    in_gb2312 = len(_GB2312.findall(characters.encode("gbk")))
    return in_gb2312 >= MIN_GB2312_SHARE * len(characters)


def _spelled_out(tokens: list[list[_Reading]], codec: str) -> Iterator[Change]:
    for token in tokens:
        for start, characters in token:
            for character in characters:
                end = start + 3 * len(character.encode(codec))
                yield Change(start, end, character, "percent_escape")
                start = end


def _spelled(run: str, codec: str) -> str:
    """The text that the bytes of a `run` of %XX are in `codec`; "" where they are none."""
    content = bytes.fromhex(run.replace("%", ""))
    try:
        characters = content.decode(codec)
    except UnicodeError:
        return ""
    # Control characters, private use and unassigned ones: the bytes are something else.
    if any(unicodedata.category(c) in ("Cc", "Cn", "Co") and c not in "\t\n\r" for c in characters):
        return ""
    return characters


_STEPS: tuple[Callable[[str], Iterator[Change]], ...] = (
    _entities,
    _unicode_escapes,
    _percent_escapes,
)
