"""Blanks and line ends that cut Chinese sentences apart."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from pipeline.cleaning.changes import Change, make_changes, settle
from pipeline.cleaning.script import converter
from pipeline.cleaning.wrapping import join_lines
from pipeline.dictionary import dictionary
from pipeline.offsets import OffsetMap
from pipeline.types import Repair

# Single characters in a row that make a letter-spaced line (公 司 年 度 公 告) where no full stop
# tells that it is a sentence; the weekdays of a calendar are seven.
MIN_SPACED_OUT = 8

# So many spaces that cannot part anything tell that the others of their sentence are stray too. Of
# one space in 33 places between Han characters of 999 public articles, 2 takes out 70 %, 3 and 4
# 65 and 64 %; of 28,298 undamaged texts 2 and 3 change 49 places, all but one rightly, 4 changes
# 45.
MIN_STRAY = 2

# jieba's dictionary, by counts in its corpus: with 1 and 3, 75 % of company and person names with a
# space inside are whole again, with 10 and 50, 73 and 70 %.
MIN_WORD_COUNT = 3
MAX_WORD = 4

# Joining lines brings words together, and so on; two rounds and one to see that nothing is left do
# for any page.
MAX_ROUNDS = 6

# A text with more spaces between Han characters is no article; only its letter-spaced lines are
# mended.
MAX_WEIGHED = 200_000

_HAN = "\u3400-\u9fff\uf900-\ufaff〇\U00020000-\U0003ffff"
_GATE = re.compile(rf" (?<=[{_HAN}，；] )(?=[{_HAN}，。、；：！？）」』》])")
_BETWEEN_HAN = re.compile(rf" (?<=[{_HAN}] )(?=[{_HAN}])")
_BY_A_MARK = re.compile(
    rf" (?:(?<=[{_HAN}] )(?=[，。、；：！？）」』》])|(?<=[，；] )(?=[{_HAN}]))"
)
_RUN = re.compile(rf"(?<![{_HAN}])[{_HAN}]++(?: [{_HAN}]++)+")
_SPACED_OUT = re.compile(rf"(?<!\S)(?:\S {{1,3}}){{{MIN_SPACED_OUT - 1},}}\S(?!\S)")
_SPACES = re.compile(" +")
_FOUR_HAN = re.compile(rf"[{_HAN}](?: [{_HAN}]){{3}}")
_OPENING = ("(", "（")
_CLOSING = (")", "）")
_MARK_BEFORE = re.compile("[，。、；：！？,;:“”‘’「」『』《》] ?$")

# No clause begins with the former or ends in the latter, unless they belong to a longer word.
# Characters that given names end in (和, 为, 以) are not among the latter.
_CLINGS_TO_THE_LEFT = frozenset("的了们呢吗吧")
_CLINGS_TO_THE_RIGHT = frozenset(
    "的与及将被把向对从由于是在该每各这并而但也还又都已很更最不未就才使让给"
)


def repair_spacing(text: str) -> tuple[str, OffsetMap, tuple[Repair, ...]]:
    """`text` without the spaces and line ends that stand inside Chinese sentences, the map back to
    it, the repairs.

    A space between two Han characters goes where it cuts a word, or a name that the text has uncut
    too, where it leaves a character alone or a particle or preposition in the air, and in sentences
    that have several of those; only before a full stop in the same line, so that headlines, whose
    clauses a space parts, keep theirs, and so do reporters' names in brackets. Letter-spaced lines
    are closed up wherever they stand. Else spaces next to Latin letters and digits stay. Kinds:
    space_in_sentence (uncertain where only its sentence tells), hard_wrap, blank_lines.
    """
    if "\n" not in text and (_is_headline(text) or not _GATE.search(text)):
        return make_changes(text, ())
    return settle(text, _changes, max_rounds=MAX_ROUNDS)


def _is_headline(line: str) -> bool:
    return "。" not in line and line.count(" ") < MIN_SPACED_OUT - 1


def _changes(text: str) -> list[Change]:
    joints = join_lines(text)
    if joints or not _GATE.search(text):
        return joints
    return [
        Change(at, at + 1, "", "space_in_sentence", certain)
        for at, certain in sorted(_stray_spaces(text).items())
    ]


def _stray_spaces(text: str) -> dict[int, bool]:
    """The places of the spaces to take out, and whether each is certain."""
    found = dict.fromkeys(_letter_spaces(text), True)
    among_han = sum(match.start() not in found for match in _BETWEEN_HAN.finditer(text))
    if "。" not in text or among_han > MAX_WEIGHED:
        return found
    found |= {match.start(): True for match in _in_sentences(text, _BY_A_MARK)}
    gaps = [gap for gap in _gaps(text) if gap.at not in found]
    if not gaps:
        return found
    simplified = converter().simplify(text)
    torn: dict[int, bool] = {}
    stray: Counter[int] = Counter()
    unclear: list[_Gap] = []
    for gap in gaps:
        if gap.single or _cuts_a_word(*gap.sides(simplified)):
            torn[gap.at] = True
            stray[gap.sentence] += 1
        else:
            unclear.append(gap)
    for gap in unclear:
        if stray[gap.sentence] >= MIN_STRAY:
            torn[gap.at] = False
    torn |= _joined_elsewhere([gap for gap in unclear if gap.at not in torn], simplified)
    return found | torn


def _letter_spaces(text: str) -> Iterator[int]:
    """The places of the spaces in letter-spaced lines; of several in a row one stays."""
    for match in _SPACED_OUT.finditer(text):
        if _FOUR_HAN.search(match.group()):
            for spaces in _SPACES.finditer(text, *match.span()):
                start, end = spaces.span()
                yield from range(start + (end - start > 1), end)


@dataclass(frozen=True, slots=True)
class _Gap:
    """The space at `at`, between two Han characters.

    start, end: the stretch of Han characters and single spaces that it stands in. sentence: where
    its sentence ends. single: whether a character stands alone on one side of it.
    """

    at: int
    start: int
    end: int
    sentence: int
    single: bool

    def sides(self, text: str) -> tuple[str, str]:
        """The MAX_WORD Han characters of `text` before and behind, or fewer."""
        reach = 2 * MAX_WORD
        before = text[max(self.start, self.at - reach) : self.at].replace(" ", "")
        behind = text[self.at : min(self.end, self.at + reach)].replace(" ", "")
        return before[-MAX_WORD:], behind[:MAX_WORD]


def _gaps(text: str) -> Iterator[_Gap]:
    sentence_end = -1
    for match in _in_sentences(text, _RUN):
        start, end = match.span()
        if text[start - 1 : start] in _OPENING and text[end : end + 1] in _CLOSING:
            continue  # (记者 某某)
        if end > sentence_end:
            sentence_end = _find(text, "。", end)
        words = match.group().split(" ")
        singles = [len(word) == 1 for word in words]
        # The first may be a unit (3 月 1 日 外媒报道) or the number of its line (一 公司概况).
        singles[0] = singles[0] and bool(_MARK_BEFORE.search(text, max(0, start - 2), start))
        at = start - 1
        for word, single in zip(words, pairwise(singles), strict=False):
            at += len(word) + 1
            yield _Gap(at, start, end, sentence_end, any(single))


def _in_sentences(text: str, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """The matches, each within a line, that a full stop follows in the same line."""
    last_stop = line_end = -1
    for match in pattern.finditer(text):
        if match.start() > line_end:
            line_end = _find(text, "\n", match.start())
            last_stop = text.rfind("。", match.start(), line_end)
        if match.end() <= last_stop:
            yield match


def _find(text: str, sought: str, start: int) -> int:
    found = text.find(sought, start)
    return found if found >= 0 else len(text)


def _cuts_a_word(before: str, behind: str) -> bool:
    """Whether a word lies across the two, no shorter on either side than the word that ends or
    begins there, or a character that cannot end or open a clause stands there."""
    left, right = _own_words(before, behind)
    return (
        (left == 1 and before[-1] in _CLINGS_TO_THE_RIGHT)
        or (right == 1 and behind[0] in _CLINGS_TO_THE_LEFT)
        or any(
            _is_word(before[-i:] + behind[:j])
            for i in range(left, len(before) + 1)
            for j in range(right, min(MAX_WORD - i, len(behind)) + 1)
        )
    )


def _joined_elsewhere(gaps: list[_Gap], text: str) -> dict[int, bool]:
    """The places of those `gaps` that cut a name which `text` has uncut too, as far as it is no
    word that ends and one that begins there."""
    keys: dict[int, tuple[str, ...]] = {}
    for gap in gaps:
        before, behind = gap.sides(text)
        if 1 in _own_words(before, behind):
            across = (before[-2:] + behind[:1], before[-1:] + behind[:2])
            keys[gap.at] = tuple(key for key in across if len(key) == 3)
    if not keys:
        return {}
    seen = {text[at : at + 3] for at in range(len(text) - 2)}
    return {at: True for at, across in keys.items() if not seen.isdisjoint(across)}


def _own_words(before: str, behind: str) -> tuple[int, int]:
    """The lengths of the longest words that `before` ends with and `behind` begins with, or 1."""
    left = (n for n in range(len(before), 1, -1) if _is_word(before[-n:]))
    right = (n for n in range(len(behind), 1, -1) if _is_word(behind[:n]))
    return next(left, 1), next(right, 1)


def _is_word(text: str) -> bool:
    """Whether jieba's dictionary has `text`, of two to MAX_WORD characters, often enough."""
    return 2 <= len(text) <= MAX_WORD and dictionary().get(text) >= MIN_WORD_COUNT
