"""Bytes → text, or the reason why not."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from pipeline.cleaning.plausibility import surprise

# Judged on one wrongly cut multi-byte character at either end and a stray byte here and there; a
# page in another code page decodes to far more errors than this (GB18030 read as UTF-8: more than
# one in two characters).
MAX_BAD_PER_CHARACTER = 0.002

# Text has almost no C0 controls; formats such as PNG, ZIP or PDF have many. Share of the first
# SNIFF_BYTES.
MAX_CONTROL_SHARE = 0.02
SNIFF_BYTES = 65_536

# UTF-16 without a mark: characters that Chinese prose is made of. Of windows of 40 and 400
# characters of the seeds, in both scripts and byte orders, at least 0.92 are among them, read in
# the wrong order at most 0.88. With MAX_PRINTABLE_SHARE none of 4,064 windows is missed, and none
# of the same in UTF-8, GB18030 or Big5 is taken for UTF-16.
MIN_EXPECTED_SHARE = 0.9
_EXPECTED = re.compile(
    r"[\t\n\r\x20-\x7e\xa0-\xff\u2010-\u2026\u3000-\u303f\u3400-\u9fff\uff00-\uffef]"
)
# Two ASCII letters read as one UTF-16 unit look like a Han character, so what is nearly all
# printable ASCII is never taken for UTF-16; of those windows in UTF-16 at most 0.74 of the bytes
# are.
MAX_PRINTABLE_SHARE = 0.8
_PRINTABLE = re.compile(rb"[\x20-\x7e]")

# charset-normalizer needs no more than this to tell the Chinese code pages apart (60 characters
# suffice).
DETECT_BYTES = 200_000
CODE_PAGES = ("gb18030", "big5", "big5hkscs")
# Of less, the code page under which the text is likeliest, if its characters beyond ASCII cost no
# more nats each. Of 2 to 60 characters of our passages, in both scripts and code pages, 99.7 % come
# out right (of 2,551; charset-normalizer: of two characters 36 %, of six 90 %).
SHORT_BYTES = 120
MAX_SHORT_SURPRISE = 9.8

# What a page that declares one of these (punctuation and case left out) may really be in, most
# likely first: gb2312 is written for GBK and GB18030, big5 for cp950 and Big5-HKSCS. Other
# declarations are not believed: a single-byte code page such as iso-8859-1 reads any bytes.
DECLARED = {
    **dict.fromkeys(
        ("gb2312", "gb231280", "euccn", "gbk", "xgbk", "cp936", "gb18030", "hzgb2312"),
        ("gb18030",),
    ),
    **dict.fromkeys(("big5", "xxbig5", "cp950"), ("big5", "big5hkscs", "cp950")),
    "big5hkscs": ("big5hkscs", "cp950"),
}

# Characters that any Chinese text is full of, in both scripts. A declaration under which a text of
# at least PLAUSIBLE_CHARACTERS has a smaller share of them is not believed. In 1,451 windows of 100
# characters of real passages, in either script, the share is at least 0.067 (median 0.21); where
# GB18030 decodes as Big5 or Big5 as GB18030 (2,055 windows), it is at most 0.013.
COMMON = re.compile("[，。、的一是了在有不人中为為国國这這来來我他与與会會年公司]")
MIN_COMMON_SHARE = 0.03
PLAUSIBLE_CHARACTERS = 60

# UTF-8 with damage has good characters in plenty between the bad ones; a code page read as UTF-8
# has mostly bad ones, however much ASCII markup stands around them.
MIN_GOOD_PER_BAD = 8

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")

HZ_MIN_PAIRS = 4
HZ_MIN_USUAL_SHARE = 0.8
HZ_LAST_USUAL_ROW = 0x57
_HZ_RUN = re.compile(rb"~\{((?:[\x21-\x77][\x21-\x7e])+)~\}")
_HZ_PAIR = re.compile(rb"(?s)..")


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


def decode(content: bytes, *, encoding: str = "", declared: str = "") -> Decoded | DecodeFailure:
    """The text of `content`.

    encoding: a codec name to use and nothing else; "" to find it: byte-order mark, UTF-32 and
    UTF-16 by their characters, HZ by its escapes, UTF-8, then what the document declares, then
    GB18030 or Big5 by charset-normalizer. A few broken bytes in UTF-8 become U+FFFD instead of
    costing the page.
    declared: the charset that the document names itself; a hint, believed only where the bytes
    are not UTF-8, decode as one of its DECLARED readings and then look like Chinese.
    Raises LookupError for an `encoding` that Python does not know or that is none of text.
    """
    if encoding:
        return _decode_as(content, encoding)
    for mark, name in _MARKS:
        if content.startswith(mark):
            return _decode_as(content, name)
    # A mark of UTF-8 proves little: pages put together from several files have it before GBK.
    content = content.removeprefix(codecs.BOM_UTF8)
    wide = _utf32_order(content) or _utf16_order(content)
    if wide:
        return _decode_as(content, wide)
    if _is_binary(content):
        return DecodeFailure("not_text", "control bytes as in an image, archive or office file")
    if _is_hz(content):
        return _decode_as(content, "hz")
    return _decode_utf8(content) or _decode_declared(content, declared) or _detect(content)


def _decode_as(content: bytes, encoding: str) -> Decoded | DecodeFailure:
    name = codecs.lookup(encoding).name
    try:
        return _unmarked(content.decode(name), name)
    except UnicodeDecodeError as error:
        return DecodeFailure(
            "unknown_encoding", f"not {name}: {error.reason} at byte {error.start}"
        )
    except UnicodeError as error:  # codecs such as "undefined" and "idna" say no more
        return DecodeFailure("unknown_encoding", f"not {name}: {error}")


def _decode_utf8(content: bytes) -> Decoded | DecodeFailure | None:
    """None where the bytes are not UTF-8 at all."""
    if _is_utf8(content):
        return _unmarked(content.decode("utf-8"), "utf-8")
    loose = content.decode(
        "utf-8", "surrogatepass" if _is_utf8(content, "surrogatepass") else "replace"
    )
    if _SURROGATE.search(loose):
        return DecodeFailure(
            "lone_surrogates", "UTF-8 bytes that encode surrogates (CESU-8 or damage)"
        )
    bad = loose.count("\ufffd") - content.count(b"\xef\xbf\xbd")
    good = len(_NOT_ASCII.findall(loose)) - bad
    # A lone bad byte in ASCII tells nothing; a run of them is a word in a code page.
    dense = good >= MIN_GOOD_PER_BAD * bad or "\ufffd\ufffd" not in loose
    few = bad <= max(1, MAX_BAD_PER_CHARACTER * len(loose)) and len(loose) > MIN_GOOD_PER_BAD * bad
    return _unmarked(loose, "utf-8") if few and dense else None


def _decode_declared(content: bytes, declared: str) -> Decoded | None:
    """None where `declared` is none of DECLARED, or the bytes contradict it."""
    for codec in DECLARED.get(re.sub(r"[^a-z0-9]", "", declared.lower()), ()):
        decoded = _decode_as(content, codec)
        if isinstance(decoded, Decoded):
            return decoded if _looks_chinese(decoded.text) else None
    return None


def _looks_chinese(text: str) -> bool:
    """Whether `text` has its share of the commonest characters, or is too short to tell."""
    characters = len(_NOT_ASCII.findall(text))
    common = len(COMMON.findall(text))
    return characters < PLAUSIBLE_CHARACTERS or common >= MIN_COMMON_SHARE * characters


def _is_hz(content: bytes) -> bool:
    """Whether ASCII `content` is GB2312 in HZ (RFC 1843): Chinese between ~{ and ~}.

    Nearly all pairs between them must be signs or the level-1 characters, which ASCII words (small
    letters are level 2) never are.
    """
    if b"~{" not in content or not content.isascii():
        return False
    pairs = [pair for run in _HZ_RUN.findall(content) for pair in _HZ_PAIR.findall(run)]
    usual = sum(pair[0] <= HZ_LAST_USUAL_ROW for pair in pairs)
    return len(pairs) >= HZ_MIN_PAIRS and usual >= HZ_MIN_USUAL_SHARE * len(pairs)


def _utf32_order(content: bytes) -> str:
    """The UTF-32 codec that reads `content` without a fault; "" for none.

    Text in another encoding has units beyond U+10FFFF, so that no window of the seeds is mistaken.
    """
    if not content or len(content) % 4 or b"\x00" not in content[:4]:
        return ""
    for codec in ("utf-32-le", "utf-32-be"):
        try:
            head = content[:SNIFF_BYTES].decode(codec)
        except UnicodeDecodeError:
            continue
        if len(_EXPECTED.findall(head)) >= MIN_EXPECTED_SHARE * len(head):
            return codec
    return ""


def _utf16_order(content: bytes) -> str:
    """The UTF-16 codec whose reading of `content` looks like Chinese or ASCII prose; "" for none.

    NULs and control bytes tell nothing here: 一, 开, 与 and 万 have them in UTF-16.
    """
    head = content[:SNIFF_BYTES]
    printable = len(_PRINTABLE.findall(head))
    if len(content) % 2 or printable > MAX_PRINTABLE_SHARE * len(head):
        return ""
    if b"\x00" not in head and _is_utf8(content):
        return ""
    shares = {
        codec: len(_EXPECTED.findall(head.decode(codec, "replace"))) / (len(head) // 2)
        for codec in ("utf-16-le", "utf-16-be")
    }
    best = max(shares, key=shares.__getitem__)
    return best if shares[best] >= MIN_EXPECTED_SHARE else ""


def _is_utf8(content: bytes, errors: str = "strict") -> bool:
    try:
        content.decode("utf-8", errors)
    except UnicodeDecodeError:
        return False
    return True


def _is_binary(content: bytes) -> bool:
    head = content[:SNIFF_BYTES]
    controls = len(_CONTROLS.findall(head)) - head.count(b"\x00")
    nul_heavy = head.count(b"\x00") > MAX_CONTROL_SHARE * len(head)
    return nul_heavy or controls > MAX_CONTROL_SHARE * len(head)


def _decode_short(content: bytes) -> Decoded | None:
    """None where `content` is not short or no Chinese under any of the CODE_PAGES."""
    if len(content) > SHORT_BYTES:
        return None
    known = surprise()
    read = [_decode_as(content, codec) for codec in CODE_PAGES]
    likely = [
        decoded
        for decoded in read
        if isinstance(decoded, Decoded)
        and sum(known[c] for c in _NOT_ASCII.findall(decoded.text))
        <= MAX_SHORT_SURPRISE * len(_NOT_ASCII.findall(decoded.text))
    ]
    return min(likely, key=lambda each: sum(known[c] for c in each.text), default=None)


def _detect(content: bytes) -> Decoded | DecodeFailure:
    short = _decode_short(content)
    if short:
        return short
    from charset_normalizer import from_bytes  # 30 ms of start-up, needed only here

    best = from_bytes(content[:DETECT_BYTES], cp_isolation=list(CODE_PAGES)).best()
    if best is None:
        return DecodeFailure(
            "unknown_encoding", "neither UTF-8 nor a Chinese code page fits the bytes"
        )
    return _decode_as(content, "gb18030" if best.encoding == "gbk" else best.encoding)


def _unmarked(text: str, encoding: str) -> Decoded:
    return Decoded(text.removeprefix("\ufeff"), encoding)
