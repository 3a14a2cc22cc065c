"""Characters that only look like what was written: invisible, full-width, radicals, doubles.

Whole-text NFKC and width conversion would turn "，（）" into ASCII, so every block has its own
rule, and Chinese punctuation, ㈱, ㎡ and half-width katakana stay.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from pipeline.cleaning.changes import Change, make_changes
from pipeline.offsets import OffsetMap
from pipeline.types import Repair

# Python's own \s and str.isprintable know neither the fillers nor the tags; the list is Unicode's
# Default_Ignorable_Code_Point without the Mongolian selectors, which do carry meaning.
_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064"
    "\u2066-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
)
_CONTROLS = "\x00-\x08\x0e-\x1b\x1f\x7f-\x9f"
_LINE_ENDS = "\x0b\x0c\x1c-\x1e\u2028\u2029"
_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_ALPHANUMERICS = "０-９Ａ-Ｚａ-ｚ"
# Half width inside names and numbers only (ＡＴ＆Ｔ, １０．５％); elsewhere they are punctuation.
_SIGNS = "＆＇＋－．／＠＿％"
_RADICALS = "\u2e80-\u2ef3\u2f00-\u2fd5"
_COMPATIBILITY = "\uf900-\ufaff\U0002f800-\U0002fa1d"
_PRIVATE = "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"
_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_EMOJI = (
    "©®\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf\u2934\u2935"
    "\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)

_SUSPECT = (
    _INVISIBLE
    + _CONTROLS
    + _LINE_ENDS
    + _SPACES
    + _ALPHANUMERICS
    + _SIGNS
    + _RADICALS
    + _COMPATIBILITY
    + _PRIVATE
)
_GATE = re.compile(rf"[\r{_SUSPECT}]")
# What stays as it is comes first: emoji with their joiners, selectors and tags, keycaps, and the
# joiners that Arabic and Indic spelling needs.
_STRETCH = re.compile(
    rf"[{_EMOJI}][\ufe0e\ufe0f]?\u20e3?[\U000e0020-\U000e007f]*"
    rf"(?:\u200d[{_EMOJI}][\ufe0e\ufe0f]?)*"
    r"|[0-9#*]\ufe0f\u20e3"
    r"|(?<=[\u0600-\u0dff])[\u200c\u200d](?=[\u0600-\u0dff])"
    rf"|(?P<crlf>(?:\r\n)+)|(?P<suspect>(?:[{_SUSPECT}]|\r(?!\n))+)"
)
_NAME_CHARACTER = re.compile(r"[0-9A-Za-z]")
_HAN_CHARACTER = re.compile(f"[{_HAN}]")
_PRIVATE_USE = re.compile(f"[{_PRIVATE}]")
_CONTEXTUAL = re.compile(f"[{_SIGNS}{_PRIVATE}]")

# What a character becomes, the kind of the repair ("" for none) and whether it is certain.
_Fate = tuple[str, str, bool]
_GONE: _Fate = ("", "invisible", True)
_STAYS: _Fate = ("", "", True)

# Unicode gives the supplement no decompositions (母 and 龟 apart). Of its property
# Equivalent_Unified_Ideograph these are the same character; components, and what would change its
# shape (⺗ 心, ⺼ 肉, ⻏ 邑, ⺩ 王), stay.
_SUPPLEMENT = (
    "⺁厂⺂乛⺃乚⺄乙⺅亻⺆冂⺉刂⺊卜⺋㔾⺎兀⺏尣⺐尢⺒巳⺓幺⺔彑⺕彐⺖忄⺘扌⺙攵⺛旡⺜日⺝月⺞歺⺟母⺠民⺡氵⺢氺⺣灬⺤爫⺦丬"
    "⺨犭⺫目⺬示⺭礻⺯糹⺰纟⺱罓⺲罒⺳㓁⺶羊⺹耂⺺肀⺻聿⺾艹⺿艹⻀艹⻁虎⻂衤⻃覀⻄西⻅见⻆角⻈讠⻉贝⻋车⻌辶⻍辶⻎辶⻐钅"
    "⻑長⻒镸⻓长⻔门⻖阝⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻟飠⻠饣⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜"
    "⻲亀⻳龟"
)

# Where GBK and the editions of GB 18030 put characters that Unicode had not yet: first private
# code point, and what stands in the cells from there on today ("\0": not surely known). Web fonts
# put icons and Hong Kong its own characters on the same code points, so the repair is a guess and
# made between two Han characters only. Other private use is a font's or a user's own: reported.
_GBK_PRIVATE = (
    ("\ue78d", "︐︒︑︓︔︕︖︗︘︙"),
    ("\ue7c7", "ḿǹ"),
    ("\ue7e7", "〾⿰⿱⿲⿳⿴⿵⿶⿷⿸⿹⿺⿻"),
    (
        "\ue816",
        "\U00020087\U00020089\U000200cc\0㑳㑇\0\0龴㖞㘚㘎\0\0㥮㤘龵㧏㧟㩳㧐龶龷㭎㱮㳠\0𡗗龸\0䁖䅟\0䌷\0\0\0"
        "𢦏䎱䎬\0䏝䓖䙡䙌龹䜣䜩䝼䞍\0䥇䥺䥽䦂䦃䦅䦆䦟䦛䦷䦶龺𤇾䲣䲟䲠䲡䱷䲢䴓䴔䴕䴖䴗䴘䴙䶮龻",
    ),
)


def normalise_characters(text: str) -> tuple[str, OffsetMap, tuple[Repair, ...]]:
    """`text` in the characters it is meant to be written in, the map back to it, the repairs.

    Taken out: zero-width, bidirectional and other invisible characters and controls. Changed: line
    ends to a line feed, blanks of other widths to a space, full-width letters and digits to ASCII,
    radicals and compatibility ideographs to the ideographs they stand for. Kinds: invisible,
    line_end, space, width, radical, compatibility, private_use; the last is uncertain, and where
    nothing is surely known of the character, only a report. Surrogates and U+FFFD stay.
    """
    gate = _GATE.search(text)
    if not gate:
        return make_changes(text, ())
    changes: list[Change] = []
    # An emoji sequence may begin before the first suspect; none is that long before its first one.
    for match in _STRETCH.finditer(text, max(0, gate.start() - 2)):
        if match["crlf"]:
            changes.extend(
                Change(at, at + 2, "\n", "line_end") for at in range(*match.span("crlf"), 2)
            )
        elif match["suspect"]:
            changes.extend(_changes_in(text, *match.span("suspect")))
    return make_changes(text, changes)


def _changes_in(text: str, start: int, end: int) -> Iterator[Change]:
    """What becomes of a stretch of suspects; neighbours of one kind go together."""
    stretch = text[start:end]
    if _CONTEXTUAL.search(stretch):
        after = _in_context(stretch, text[start - 1 : start] if start else "", text[end : end + 1])
    else:
        after = [_TABLE.get(character, _STAYS) for character in stretch]
    at = start
    # A character for a character keeps every place, so do line ends and spaces; the rest is gone.
    for (kind, certain), changed in groupby(after, key=itemgetter(1, 2)):
        characters = [character for character, _, _ in changed]
        if kind:
            yield Change(at, at + len(characters), "".join(characters), kind, certain)
        at += len(characters)


def _in_context(stretch: str, before: str, behind: str) -> list[_Fate]:
    """What becomes of the characters of `stretch`, of which some depend on their neighbours."""
    fates = [_TABLE.get(character, _STAYS) for character in stretch]
    visible = [place for place, fate in enumerate(fates) if fate != _GONE]
    shown = [before, *(fates[place][0] or stretch[place] for place in visible), behind]
    for left, place, right in zip(shown, visible, shown[2:], strict=False):
        character = stretch[place]
        if character in _SIGN_TABLE:
            if _inside_name(character, left, right):
                fates[place] = _SIGN_TABLE[character], "width", True
        elif _PRIVATE_USE.match(character):
            between_han = _HAN_CHARACTER.match(left) and _HAN_CHARACTER.match(right)
            known = _PRIVATE_TABLE.get(character, character) if between_han else character
            fates[place] = known, "private_use", False
    return fates


def _inside_name(sign: str, before: str, behind: str) -> bool:
    """Whether full-width `sign` stands between letters or digits (％: behind a digit)."""
    if sign == "％":
        return before.isdecimal()
    return bool(_NAME_CHARACTER.match(before) and _NAME_CHARACTER.match(behind))


def _characters(character_class: str) -> Iterator[str]:
    """Every character of a regular expression's class without escapes or brackets."""
    for first, last in re.findall(r"(.)(?:-(.))?", character_class, re.DOTALL):
        yield from map(chr, range(ord(first), ord(last or first) + 1))


def _table() -> dict[str, _Fate]:
    table = dict.fromkeys(_characters(_INVISIBLE + _CONTROLS), _GONE)
    table |= dict.fromkeys(_characters("\r" + _LINE_ENDS), ("\n", "line_end", True))
    table |= dict.fromkeys(_characters(_SPACES), (" ", "space", True))
    table |= {c: (chr(ord(c) - 0xFEE0), "width", True) for c in _characters(_ALPHANUMERICS)}
    table |= {
        c: (unicodedata.normalize("NFKC", c), "radical", True) for c in _characters("\u2f00-\u2fd5")
    }
    table |= {
        a: (b, "radical", True) for a, b in zip(_SUPPLEMENT[::2], _SUPPLEMENT[1::2], strict=True)
    }
    for c in _characters(_COMPATIBILITY):
        ideograph = unicodedata.normalize("NFC", c)
        if ideograph != c:
            table[c] = ideograph, "compatibility", True
    return table


_TABLE = _table()
_SIGN_TABLE = {c: chr(ord(c) - 0xFEE0) for c in _SIGNS}
_PRIVATE_TABLE = {
    chr(ord(first) + place): character
    for first, characters in _GBK_PRIVATE
    for place, character in enumerate(characters)
    if character != "\0"
}
