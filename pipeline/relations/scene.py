"""One sentence as the rules see it: groups of coordinated names, clauses, and what stands before a name."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.schema import COMPANY
from pipeline.types import CleanSpan, Mention

_JOINT = re.compile(
    r"^[”」』》）)\s]*(?:、|，?和|，?与|及|，?以及|跟|同|或|/|&|＋|\+|,\s?(?=[A-Z])|vs\.?|VS)(?:[\u4e00-\u9fff]{2,4}的)?[“「『《\s]*$"
)
# A gloss belongs to the name before it: 大众汽车 (Volkswagen)、丰田.
_GLOSS = re.compile(r"[”」』》]?\s?[（(][^（()）\n]{1,40}[）)]")
# What the name is may stand right before it: 对英国芯片公司Arm.
_WHAT_IT_IS = r"(?:[^，,；;。、和与]{0,10}?(?:公司|企业|厂商|大厂|集团|巨头|龙头|平台|品牌|机构|团队|独角兽|对手|同行|客户|[造发运应售代]商))?[“「『《\s]*"
# After these the name is not the clause's subject (由 and 被 name the one who acts, which the frames handle).
_OBLIQUE = re.compile(
    r"(?:向|对|从|给|为|(?<![至对关由等])于|在|据|把|将|与|和|跟|同|比|替|帮|找|朝|面对|面临|针对|除了?|继|来自)[“「『《\s]*"
    rf"{_WHAT_IT_IS}$"
)
_TOWARD = re.compile(
    rf"(?:向|对|从|给|为|把|将|替|帮|找|针对)[“「『《\s]*(?:[^，,；;]{{0,4}}?的)?{_WHAT_IT_IS}$"
)
_AGENT = re.compile(
    r"(?:被|由|遭到?|获得?|获取|得到|接受|引入|引进|迎来|拿到|吸引|受到?|来自)(?:了|过)?(?:[^，,；;的]{0,3})[“「『《\s]*"
    rf"{_WHAT_IT_IS}$"
)
_WITH = re.compile(
    r"(?:与|和|跟|同|对|面临|面对|来自|遭遇|对阵|迎战|VS|vs)[“「『《\s]*(?:[^，,；;]{0,4}?的)?"
    rf"{_WHAT_IT_IS}$"
)
# A blank between Han characters parts the clauses of a headline.
_CLAUSE_BREAK = re.compile(r"[，,；;：:。！？!?…\n]|(?<=[\u4e00-\u9fff]) +(?=[\u4e00-\u9fff])")
_ANAPHOR = re.compile(
    r"(?P<latter>后者)|(?P<former>前者|(?<=[向对给为])其(?![他它中实次余]))|(?P<both>双方|两者|二者|两家(?:公司|企业|巨头|厂商)|彼此)|(?P<it>该公司|这家公司|该企业|这家企业|该集团|这家[^，。]{1,6}?(?:公司|企业|厂商|巨头))"
)
MAX_GAP_CHARS = 30
# A preposition governs the name right behind it; more than this far off it governs something else.
BEFORE_CHARS = 16


@dataclass(frozen=True, slots=True)
class Group:
    """Names that share one role: a coordination, one name, or an anaphor with those it stands for."""

    start: int
    end: int
    members: tuple[Mention[CleanSpan], ...]
    # Index of the first member after the last 与/和 …; 0 where the group is a plain list.
    split: int = 0


class Scene:
    """A sentence with its groups, ascending. All offsets are those of the cleaned text."""

    def __init__(
        self,
        text: str,
        sentence: CleanSpan,
        inside: Sequence[Mention[CleanSpan]],
        earlier: Sequence[Mention[CleanSpan]],
    ) -> None:
        self.text = text
        self.sentence = sentence
        self.earlier = tuple(earlier)
        groups = [*_coordinate(text, inside), *self._anaphors(inside)]
        self.groups = tuple(sorted(groups, key=lambda group: group.start))
        self._ends = sorted(group.end for group in self.groups)
        self._obliques: dict[int, bool] = {}

    def _anaphors(self, inside: Sequence[Mention[CleanSpan]]) -> Iterable[Group]:
        for match in _ANAPHOR.finditer(self.text, self.sentence.start, self.sentence.end):
            known = [
                m
                for m in (*self.earlier, *inside)
                if m.span.end <= match.start() and m.type == COMPANY
            ]
            last = list({m.entity: m for m in known}.values())
            last.sort(key=lambda m: m.span)
            wanted = {
                "latter": last[-1:],
                "former": last[-2:][:1],
                "both": last[-2:],
                "it": last[-1:],
            }
            members = tuple(wanted[match.lastgroup or "it"])
            if members:
                split = 1 if len(members) == 2 else 0
                yield Group(match.start(), match.end(), members, split)

    def clause(self, start: int, end: int) -> CleanSpan:
        """The stretch between commas that holds start..end."""
        left = self.sentence.start
        for match in _CLAUSE_BREAK.finditer(self.text, self.sentence.start, start):
            left = match.end()
        broken = _CLAUSE_BREAK.search(self.text, end, self.sentence.end)
        return CleanSpan(left, broken.start() if broken else self.sentence.end)

    def before(self, group: Group) -> str:
        """What stands before `group`, up to the group before it, BEFORE_CHARS at most."""
        at = bisect_right(self._ends, group.start)
        floor = self._ends[at - 1] if at else self.sentence.start
        return self.text[max(floor, self.sentence.start, group.start - BEFORE_CHARS) : group.start]

    def left_of(self, position: int, floor: int) -> list[Group]:
        """Groups that end at or before `position` and start at or after `floor`, nearest first."""
        return [g for g in reversed(self.groups) if g.end <= position and g.start >= floor]

    def right_of(self, position: int, ceiling: int) -> list[Group]:
        """Groups that start at or after `position` and end by `ceiling`, nearest first."""
        return [g for g in self.groups if g.start >= position and g.end <= ceiling]

    def toward(self, group: Group) -> bool:
        return _TOWARD.search(self.before(group)) is not None

    def agent(self, group: Group) -> bool:
        return _AGENT.search(self.before(group)) is not None

    def with_(self, group: Group) -> bool:
        return _WITH.search(self.before(group)) is not None

    def subject(self, position: int) -> Group | None:
        """Who acts at `position`: the nearest name of its clause that no preposition governs, else the first
        one of the clauses before it, nearest clause first."""
        floor = self.clause(position, position).start
        for group in self.left_of(position, floor):
            if not self._oblique(group):
                return group
        while floor > self.sentence.start:
            end = floor - 1
            floor = self.clause(end, end).start
            for group in reversed(self.left_of(end, floor)):
                if not self._oblique(group):
                    return group
        return self._topic()

    def _topic(self) -> Group | None:
        """Who the sentences before were about, for a subject that is left out: the company named last."""
        companies = [m for m in self.earlier if m.type == COMPANY]
        if not companies:
            return None
        return Group(self.sentence.start, self.sentence.start, (companies[-1],))

    def _oblique(self, group: Group) -> bool:
        known = self._obliques.get(group.start)
        if known is None:
            owns = self.text.startswith(("的", "旗下"), group.end)
            known = owns or _OBLIQUE.search(self.before(group)) is not None
            self._obliques[group.start] = known
        return known


def _coordinate(text: str, mentions: Sequence[Mention[CleanSpan]]) -> Iterable[Group]:
    """Runs of one type's mentions that only 、, 和, 与 … separate."""
    run: list[Mention[CleanSpan]] = []
    split = 0
    end = 0
    for mention in mentions:
        if run and mention.span.end <= end:
            continue  # inside the gloss of the name before it
        gap = text[end : mention.span.start]
        if run and mention.type == run[-1].type and _JOINT.match(gap):
            if not any(mark in gap for mark in "、,/"):
                split = len(run)
            run.append(mention)
        else:
            if run:
                yield Group(run[0].span.start, end, tuple(run), split)
            run, split = [mention], 0
        gloss = _GLOSS.match(text, mention.span.end)
        end = gloss.end() if gloss else mention.span.end
    if run:
        yield Group(run[0].span.start, end, tuple(run), split)
