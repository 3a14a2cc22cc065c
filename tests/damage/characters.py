"""Damages text character by character: escapes, invisible and look-alike characters, spacing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import partial
from itertools import cycle

Damage = Callable[[str], str]

INVISIBLE = "\u200b\u200c\u200d\u200e\u2060\u00ad\ufeff\u202a\u202c\u2069\x07\x9d\ufe0f"
NAMED = {"<": "&lt;", ">": "&gt;", '"': "&quot;", "“": "&ldquo;", "”": "&rdquo;", "…": "&hellip;"}


def as_named_entities(text: str, *, times: int = 1) -> str:
    """`text` as an HTML escaper writes it, `times` over: & first, then what has a name."""
    for _ in range(times):
        text = text.replace("&", "&amp;")
        for character, entity in NAMED.items():
            text = text.replace(character, entity)
    return text


def as_numbered_entities(text: str, *, form: str = "&#{};") -> str:
    """`text` with all beyond ASCII as numbers; form: "&#{};" or "&#x{:x};"."""
    return "".join(c if c.isascii() else form.format(ord(c)) for c in text)


def as_unicode_escapes(text: str) -> str:
    """`text` as JSON writes it: UTF-16 units beyond ASCII as \\uXXXX."""
    units = text.encode("utf-16-be", "surrogatepass")
    pairs = (int.from_bytes(units[at : at + 2], "big") for at in range(0, len(units), 2))
    return "".join(chr(unit) if unit < 0x80 else f"\\u{unit:04x}" for unit in pairs)


def as_percent_escapes(text: str, *, codec: str = "utf-8") -> str:
    """`text` with all beyond ASCII as its bytes in `codec`."""
    return "".join(
        c if c.isascii() else "".join(f"%{byte:02X}" for byte in c.encode(codec)) for c in text
    )


def with_invisible(text: str, *, every: int = 2) -> str:
    """`text` with an invisible character behind each `every`-th."""
    marks = cycle(INVISIBLE)
    return "".join(c + (next(marks) if place % every == 0 else "") for place, c in enumerate(text))


def full_width(text: str) -> str:
    """`text` with its ASCII letters and digits in full width."""
    return "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isalnum() else c for c in text)


def _look_alikes(first: int, last: int, form: str) -> dict[str, str]:
    return {
        unicodedata.normalize(form, chr(code)): chr(code)
        for code in range(first, last + 1)
        if unicodedata.normalize(form, chr(code)) != chr(code)
    }


KANGXI = _look_alikes(0x2F00, 0x2FD5, "NFKC")
COMPATIBILITY = _look_alikes(0xF900, 0xFAFF, "NFC") | _look_alikes(0x2F800, 0x2FA1D, "NFC")
SUPPLEMENT = dict(
    zip(
        "长门车马见贝页风飞鱼鸟黄龙食民西青齐骨",
        "⻓⻔⻋⻢⻅⻉⻚⻛⻜⻥⻦⻩⻰⻝⺠⻄⻘⻬⻣",
        strict=True,
    )
)


def replaced(text: str, table: dict[str, str]) -> str:
    """`text` with the look-alikes of `table`."""
    return "".join(table.get(c, c) for c in text)


def spaced_out(text: str) -> str:
    """`text` with a space between any two characters of a line."""
    return "\n".join(" ".join(line) for line in text.split("\n"))


def cut_up(text: str, places: list[int]) -> str:
    """`text` with a space in front of each of the characters at `places`."""
    return "".join((" " if place in places else "") + c for place, c in enumerate(text))


def wrapped(text: str, *, columns: int = 72, margin: str = "\n\n") -> str:
    """`text` in lines of at most `columns`, of which a Han character takes two; words stay whole
    and no line begins with a mark. margin: what stands between paragraphs then.
    """
    return margin.join("\n".join(_lines(line, columns)) for line in text.split("\n"))


def _lines(paragraph: str, columns: int) -> list[str]:
    lines = [""]
    for unit in re.findall(r"[ -~]+?(?= |[^ -~]|$) ?|[^ -~][，。、；：！？）”」』》]*", paragraph):
        if lines[-1] and _columns(lines[-1] + unit.rstrip()) > columns:
            lines[-1] = lines[-1].rstrip()
            lines.append("")
        lines[-1] += unit if lines[-1] else unit.lstrip()
    return lines


def _columns(line: str) -> int:
    return sum(1 if c.isascii() else 2 for c in line)


# kind of damage: (the repair's kind, the damage). All of it can be undone without loss.
DAMAGES: dict[str, tuple[str, Damage]] = {
    "named entities": ("html_entity", as_named_entities),
    "named entities twice": ("html_entity", partial(as_named_entities, times=2)),
    "named entities three times": ("html_entity", partial(as_named_entities, times=3)),
    "numbered entities": ("html_entity", as_numbered_entities),
    "hexadecimal entities": ("html_entity", partial(as_numbered_entities, form="&#x{:x};")),
    "unicode escapes": ("unicode_escape", as_unicode_escapes),
    "percent escapes of UTF-8": ("percent_escape", as_percent_escapes),
    "percent escapes of GBK": ("percent_escape", partial(as_percent_escapes, codec="gbk")),
    "invisible characters": ("invisible", with_invisible),
    "full width": ("width", full_width),
    "Kangxi radicals": ("radical", partial(replaced, table=KANGXI)),
    "radicals supplement": ("radical", partial(replaced, table=SUPPLEMENT)),
    "compatibility ideographs": ("compatibility", partial(replaced, table=COMPATIBILITY)),
    "line ends": ("line_end", lambda text: text.replace("\n", "\r\n")),
    "spaced out": ("space_in_sentence", spaced_out),
    "wrapped": ("hard_wrap", wrapped),
}
