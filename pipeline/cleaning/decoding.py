"""Bytes → text, or the reason why not."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

# Judged on one wrongly cut multi-byte character at either end and a stray byte here and there; a
# page in another
# code page decodes to far more errors than this (GB18030 read as UTF-8: more than one in two
# characters).
MAX_BAD_PER_CHARACTER = 0.002

# Text has almost no C0 controls; formats such as PNG, ZIP or PDF have many. Share of the first
# SNIFF_BYTES.
MAX_CONTROL_SHARE = 0.02
SNIFF_BYTES = 65_536

# charset-normalizer needs no more than this to tell the Chinese code pages apart (60 characters
# suffice).
DETECT_BYTES = 200_000
CODE_PAGES = ("gb18030", "big5", "big5hkscs", "utf_16_le", "utf_16_be")

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """`text` without a byte-order mark; encoding: the codec that gave it."""

    text: str
    encoding: str


@dataclass(frozen=True, slots=True)
class DecodeFailure:
    """reason: a key of schema.REJECT_REASONS."""

    reason: str
    detail: str


def decode(content: bytes, *, encoding: str = "") -> Decoded | DecodeFailure:
    """The text of `content`.

    encoding: a codec name to use and nothing else; "" to find it: byte-order mark, then UTF-8, then
    GB18030,
    Big5 or UTF-16 by charset-normalizer. A few broken bytes in UTF-8 become U+FFFD instead of
    costing the page.
    Raises LookupError for an `encoding` that Python does not know.
    """
    for mark, name in _MARKS:
        if content.startswith(mark):
            return _decode_as(content[len(mark) :], encoding or name)
    if encoding:
        return _decode_as(content, encoding)
    wide = _looks_like_utf16(content)
    if not wide and _is_binary(content):
        return DecodeFailure("not_text", "control bytes as in an image, archive or office file")
    if not wide:
        utf8 = _decode_utf8(content)
        if utf8 is not None:
            return utf8
    return _detect(content)


def _decode_as(content: bytes, encoding: str) -> Decoded | DecodeFailure:
    name = codecs.lookup(encoding).name
    try:
        return _checked(content.decode(name), name)
    except UnicodeDecodeError as error:
        return DecodeFailure(
            "unknown_encoding", f"not {name}: {error.reason} at byte {error.start}"
        )


def _decode_utf8(content: bytes) -> Decoded | DecodeFailure | None:
    """None where the bytes are not UTF-8 at all."""
    try:
        return _checked(content.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        pass
    loose = content.decode("utf-8", "surrogatepass" if _has_surrogates(content) else "replace")
    if _SURROGATE.search(loose):
        return DecodeFailure(
            "lone_surrogates", "UTF-8 bytes that encode surrogates (CESU-8 or damage)"
        )
    bad = loose.count("\ufffd") - content.count(b"\xef\xbf\xbd")
    if (
        bad <= max(1, MAX_BAD_PER_CHARACTER * len(loose))
        and not loose.isascii()
        and len(loose) > bad * 8
    ):
        return _checked(loose, "utf-8")
    return None


def _has_surrogates(content: bytes) -> bool:
    try:
        content.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def _looks_like_utf16(content: bytes) -> bool:
    head = content[:SNIFF_BYTES]
    return len(head) >= 4 and b"\x00" in head and _line_breaks_utf16(head)


def _line_breaks_utf16(head: bytes) -> bool:
    # Chinese UTF-16 has NULs only beside ASCII; every one of them must then stand on one side of
    # its pair.
    low = head[0::2].count(0)
    high = head[1::2].count(0)
    pairs = len(head) // 2
    return (
        (low == 0) != (high == 0)
        and max(low, high) < pairs
        and not _CONTROLS.search(head.replace(b"\x00", b""))
    )


def _is_binary(content: bytes) -> bool:
    head = content[:SNIFF_BYTES]
    controls = len(_CONTROLS.findall(head)) - head.count(b"\x00")
    nul_heavy = head.count(b"\x00") > MAX_CONTROL_SHARE * len(head)
    return nul_heavy or controls > MAX_CONTROL_SHARE * len(head)


def _detect(content: bytes) -> Decoded | DecodeFailure:
    from charset_normalizer import from_bytes  # 30 ms of start-up, needed only here

    best = from_bytes(content[:DETECT_BYTES], cp_isolation=list(CODE_PAGES)).best()
    if best is None:
        return DecodeFailure(
            "unknown_encoding", "neither UTF-8 nor a Chinese code page fits the bytes"
        )
    return _decode_as(content, "gb18030" if best.encoding == "gbk" else best.encoding)


def _checked(text: str, encoding: str) -> Decoded | DecodeFailure:
    if encoding == "utf-8" and text.startswith("\ufeff"):
        text = text[1:]
    return Decoded(text, encoding)
