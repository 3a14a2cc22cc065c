from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cleaning import Decoded, DecodeFailure, decode

SIMPLIFIED = """昨天，一家做电源管理的小公司开了发布会。
创始人与七位同事一同上台，说万事开头难，不过产线已经走上正轨。
与此同时，供应商引入了第二条封装线，预计下一季度开始量产，价格并未公开。
"""
TRADITIONAL = """昨日下午，一間小型晶片設計公司對外說明，董事會已經決定擴大產能。
與此同時，客戶與供應商簽下長期合約，價格並未公開，外界估計約三億元。
"""


def text_of(content: bytes, *, encoding: str = "", declared: str = "") -> str:
    decoded = decode(content, encoding=encoding, declared=declared)
    assert isinstance(decoded, Decoded), decoded
    return decoded.text


def reason_of(content: bytes, *, encoding: str = "") -> str:
    decoded = decode(content, encoding=encoding)
    assert isinstance(decoded, DecodeFailure), decoded
    return decoded.reason


@pytest.mark.parametrize("text", [SIMPLIFIED, TRADITIONAL], ids=["Hans", "Hant"])
@pytest.mark.parametrize(
    ("codec", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16-le"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32-le"),
        ("utf-32-le", "utf-32-le"),
        ("utf-32-be", "utf-32-be"),
        ("gb18030", "gb18030"),
        ("gbk", "gb18030"),
    ],
)
def test_the_encoding_of_a_chinese_page_is_found(text: str, codec: str, found: str) -> None:
    assert decode(text.encode(codec)) == Decoded(text, found)


@pytest.mark.parametrize("codec", ["big5", "big5hkscs"])
def test_a_traditional_page_in_big5_is_found(codec: str) -> None:
    assert text_of(TRADITIONAL.encode(codec)) == TRADITIONAL


def test_big_endian_utf16_with_a_mark_is_read_as_such() -> None:
    content = b"\xfe\xff" + SIMPLIFIED.encode("utf-16-be")
    assert decode(content) == Decoded(SIMPLIFIED, "utf-16-be")


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_latin_text_in_utf16_without_a_mark_is_read_too(codec: str) -> None:
    assert text_of("GPU, TPU and NPU: 3 nm.\n".encode(codec)) == "GPU, TPU and NPU: 3 nm.\n"


def test_one_short_sentence_is_enough_for_gb18030() -> None:
    assert text_of("供应商引入了第二条封装线。".encode("gb18030")) == "供应商引入了第二条封装线。"


def test_one_short_sentence_is_enough_for_big5() -> None:
    assert text_of("客戶與供應商簽下長期合約。".encode("big5")) == "客戶與供應商簽下長期合約。"


@pytest.mark.parametrize("content", [b"ok", b"AMD", b"Hello, 5 nm chips!\n", b"caf\xc3\xa9"])
def test_short_ascii_and_latin_is_utf8(content: bytes) -> None:
    assert decode(content) == Decoded(content.decode("utf-8"), "utf-8")


def test_a_mark_of_gb18030_is_read_as_such() -> None:
    assert decode(("\ufeff" + SIMPLIFIED).encode("gb18030")) == Decoded(SIMPLIFIED, "gb18030")


def test_a_mark_of_utf8_before_gb18030_is_not_believed() -> None:
    content = b"\xef\xbb\xbf" + SIMPLIFIED.encode("gb18030")
    assert decode(content) == Decoded(SIMPLIFIED, "gb18030")


def test_hz_is_known_by_its_escapes() -> None:
    assert decode(SIMPLIFIED.encode("hz")) == Decoded(SIMPLIFIED, "hz")


@pytest.mark.parametrize(
    "text", ["~{abcdefgh~} and ~{template~}\n", '(format t "~{~a~^, ~}" list)\n', "~{}~}" * 9]
)
def test_ascii_that_only_has_such_escapes_is_no_hz(text: str) -> None:
    assert decode(text.encode()) == Decoded(text, "utf-8")


class TestDeclared:
    """A declaration is a hint, worth less than the bytes."""

    @pytest.mark.parametrize("declared", ["gb2312", "big5", "gbk", "utf-16", "rot13", "nonsense"])
    def test_bytes_that_are_utf8_are_utf8(self, declared: str) -> None:
        assert decode(SIMPLIFIED.encode(), declared=declared) == Decoded(SIMPLIFIED, "utf-8")

    def test_damaged_utf8_is_utf8_all_the_same(self) -> None:
        content = SIMPLIFIED.rstrip().encode()[:-1]
        decoded = decode(content, declared="gb2312")
        assert decoded == Decoded(SIMPLIFIED.rstrip()[:-1] + "\ufffd", "utf-8")

    @pytest.mark.parametrize("declared", ["gb2312", "GB_2312-80", "x-gbk", "GBK"])
    def test_the_gb_names_mean_gb18030(self, declared: str) -> None:
        text = SIMPLIFIED.replace("公司", "㮾镕€")
        assert decode(text.encode("gb18030"), declared=declared) == Decoded(text, "gb18030")

    def test_a_text_too_short_to_detect_is_what_it_declares(self) -> None:
        assert decode("頭痛。\n".encode("big5"), declared="big5") == Decoded("頭痛。\n", "big5")

    def test_big5_means_hkscs_where_big5_does_not_fit(self) -> None:
        text = TRADITIONAL.replace("董事", "㗎嘅")
        assert decode(text.encode("big5hkscs"), declared="Big5") == Decoded(text, "big5hkscs")

    @pytest.mark.parametrize(
        ("text", "codec", "declared"),
        [(SIMPLIFIED, "gb18030", "big5hkscs"), (TRADITIONAL, "big5", "gb2312")],
    )
    def test_a_declaration_that_gives_no_chinese_is_not_believed(
        self, text: str, codec: str, declared: str
    ) -> None:
        assert text_of(text.encode(codec), declared=declared) == text

    def test_a_little_gb18030_in_much_markup_is_not_taken_for_damaged_utf8(self) -> None:
        content = b"<td>&nbsp;</td>\n" * 20_000 + SIMPLIFIED.encode("gb18030")
        assert text_of(content, declared="gb2312").endswith(SIMPLIFIED)


def test_an_empty_file_decodes_to_an_empty_text() -> None:
    assert decode(b"") == Decoded("", "utf-8")


def test_a_mark_alone_is_an_empty_text() -> None:
    assert text_of(b"\xef\xbb\xbf") == ""


@pytest.mark.parametrize("codec", ["utf-8", "utf-16-le", "gb18030"])
def test_a_mark_never_stays_in_the_text(codec: str) -> None:
    content = ("\ufeff" + SIMPLIFIED).encode(codec)
    assert text_of(content, encoding=codec) == SIMPLIFIED


def test_a_mark_inside_the_text_stays() -> None:
    assert text_of("前\ufeff后一段话。".encode()) == "前\ufeff后一段话。"


def test_a_few_broken_bytes_in_utf8_become_replacement_characters() -> None:
    content = SIMPLIFIED.encode()
    middle = content.index("同事".encode())
    broken = content[:middle] + b"\xff" + content[middle:]
    assert text_of(broken) == SIMPLIFIED.replace("同事", "\ufffd同事")


def test_a_character_cut_off_at_the_end_costs_only_itself() -> None:
    assert text_of(SIMPLIFIED.rstrip().encode()[:-1]) == SIMPLIFIED.rstrip()[:-1] + "\ufffd"


def test_a_replacement_character_that_was_there_before_counts_as_no_damage() -> None:
    text = "产线\ufffd\ufffd\ufffd开工了。"
    assert text_of(text.encode()) == text


def png() -> bytes:
    pixels = zlib.compress(bytes(i * i % 251 for i in range(9_000)))
    size = b"\x00\x00\x00\x40\x00\x00\x00\x40"
    return b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + size + b"\x08\x02" + pixels


def archive() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("正文.txt", SIMPLIFIED * 20)
    return content.getvalue()


@pytest.mark.parametrize("file", [png, archive])
def test_an_image_or_archive_is_not_text(file: Callable[[], bytes]) -> None:
    assert reason_of(file()) == "not_text"


def test_bytes_that_encode_surrogates_are_named_as_such() -> None:
    assert reason_of(SIMPLIFIED.encode() + b"\xed\xa0\x80") == "lone_surrogates"


def test_nul_characters_in_utf8_are_text_for_a_later_stage_to_judge() -> None:
    text = SIMPLIFIED + "\x00" + TRADITIONAL
    assert decode(text.encode()) == Decoded(text, "utf-8")


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "big5"])
def test_a_wrong_encoding_is_told_with_the_byte(encoding: str) -> None:
    failure = decode(SIMPLIFIED.encode("gb18030"), encoding=encoding)
    assert isinstance(failure, DecodeFailure)
    assert failure.reason == "unknown_encoding"
    assert f"not {encoding}" in failure.detail
    assert "at byte" in failure.detail


def test_bytes_that_fit_no_encoding_are_told() -> None:
    assert reason_of(b"\xff\xa0\xff" * 101) == "unknown_encoding"


def test_a_codec_that_python_lacks_is_a_lookup_error() -> None:
    with pytest.raises(LookupError):
        decode(b"abc", encoding="no-such-codec")


@pytest.mark.parametrize("encoding", ["rot13", "hex"])
def test_a_codec_that_is_none_of_text_is_a_lookup_error(encoding: str) -> None:
    with pytest.raises(LookupError):
        decode(b"abc", encoding=encoding)


@pytest.mark.parametrize("mark", ["utf-16-le", "utf-16-be"])
def test_plain_utf16_reads_its_own_mark(mark: str) -> None:
    assert text_of(("\ufeff" + SIMPLIFIED).encode(mark), encoding="utf-16") == SIMPLIFIED


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff")))
def test_every_text_comes_back_from_utf8(text: str) -> None:
    assert text_of(text.encode(), encoding="utf-8") == text


@given(st.binary(max_size=300))
def test_no_bytes_break_it_or_give_a_text_that_is_no_unicode(content: bytes) -> None:
    decoded = decode(content)
    if isinstance(decoded, Decoded):
        decoded.text.encode("utf-8")


@pytest.mark.parametrize("codec", ["gb18030", "big5"])
@pytest.mark.parametrize("text", ["公司", "中文", "利潤", "他們說", "去年上市", "市場規模"])
def test_a_few_characters_are_enough_to_tell_the_code_pages_apart(text: str, codec: str) -> None:
    decoded = decode(text.encode(codec))
    assert isinstance(decoded, Decoded)
    assert decoded.text == text
