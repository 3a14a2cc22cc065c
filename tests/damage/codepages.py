"""Damages text the way wrong code pages do."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from functools import partial

Damage = Callable[[str], str]

# The bytes that cp1252 leaves undefined.
UNDEFINED_IN_CP1252 = b"\x81\x8d\x8f\x90\x9d"


def misread(text: str, written: str, shown: str, *, lost: str = "\ufffd", eaten: int = 1) -> str:
    """`text` as bytes of `written`, decoded as `shown`; what does not decode becomes `lost`.

    eaten: how many bytes go with each `lost`: 1 as in browsers and Python, 2 as in Windows.
    """
    name = f"lost-{lost!r}-{eaten}"

    def lose(error: UnicodeError) -> tuple[str, int]:
        assert isinstance(error, UnicodeDecodeError)
        return lost, min(error.start + eaten, len(error.object))

    codecs.register_error(name, lose)
    return text.encode(written, "ignore").decode(shown, name)


def as_cp1252(text: str, written: str = "utf-8", *, undefined: str | None = None) -> str:
    """`text` as bytes of `written`, shown as cp1252.

    undefined: what its five undefined bytes become; None for the control characters that browsers
        make of them.
    """
    return "".join(
        (chr(byte) if undefined is None else undefined)
        if byte in UNDEFINED_IN_CP1252
        else bytes((byte,)).decode("cp1252")
        for byte in text.encode(written, "ignore")
    )


def twice(damage: Damage) -> Damage:
    """`damage`, done to its own output."""
    return lambda text: damage(damage(text))


LATIN_1 = partial(misread, written="utf-8", shown="latin-1")

# kind of damage: (the repair's kind, the damage).
DAMAGES: dict[str, tuple[str, Damage]] = {
    "utf8 as latin1": ("utf8_read_as_latin1", LATIN_1),
    "utf8 as cp1252": ("utf8_read_as_latin1", as_cp1252),
    "utf8 as latin1 twice": ("utf8_read_as_latin1", twice(LATIN_1)),
    "utf8 as cp1252 twice": ("utf8_read_as_latin1", twice(as_cp1252)),
    "utf8 as cp1252, dropped": ("utf8_read_as_latin1", partial(as_cp1252, undefined="")),
    "utf8 as cp1252, marked": ("utf8_read_as_latin1", partial(as_cp1252, undefined="\ufffd")),
    "gbk as latin1": ("gbk_read_as_latin1", partial(misread, written="gbk", shown="latin-1")),
    "gbk as cp1252": ("gbk_read_as_latin1", partial(as_cp1252, written="gbk")),
    "gbk as cp1252, dropped": (
        "gbk_read_as_latin1",
        partial(as_cp1252, written="gbk", undefined=""),
    ),
    "big5 as latin1": ("big5_read_as_latin1", partial(misread, written="big5", shown="latin-1")),
}
for _written, _shown in (
    ("utf-8", "gbk"),
    ("utf-8", "gb18030"),
    ("big5", "gbk"),
    ("big5", "gb18030"),
    ("gbk", "big5"),
    ("gbk", "big5hkscs"),
    ("utf-8", "big5"),
):
    _kind = f"{_written.replace('-', '')}_read_as_{'big5' if 'big5' in _shown else 'gbk'}"
    for _label, _lost, _eaten in (
        ("", "\ufffd", 1),
        (", question marks", "?", 1),
        (", dropped", "", 1),
        (", pairs eaten", "?", 2),
    ):
        DAMAGES[f"{_written} as {_shown}{_label}"] = (
            _kind,
            partial(misread, written=_written, shown=_shown, lost=_lost, eaten=_eaten),
        )
