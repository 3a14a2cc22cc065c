"""A classifier of pairs by trigger words and their frames: the baseline that a trained model is measured against."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from pipeline.relations.candidates import Candidate, Judgement
from pipeline.relations.scene import MAX_GAP_CHARS, Group, Scene
from pipeline.relations.status import status_of
from pipeline.relations.triggers import TRIGGERS, Trigger
from pipeline.schema import BUY, CHIP, COMPANY, COMPETE, admits
from pipeline.types import CleanSpan, CleanText, Mention

if TYPE_CHECKING:
    from pipeline.model.session import Reading

# Share of right triples among those that each frame gave, end to end, on the public real passages that the rules
# were written against (four fifths of their sources).
FRAME_SCORES = {
    "verb": 0.62,
    "noun": 0.6,
    "venture": 0.6,
    "giver": 0.52,
    "taker": 0.8,
    "mutual": 0.5,
    "role": 0.5,
}
# A rival stands right behind the verb (挑战英伟达); further off it is the scene of the rivalry, not its party.
MAX_RIVAL_GAP_CHARS = 8

Arguments = Iterator[tuple[Group, Group]]

_IS = re.compile(
    r"(?:是|为|成为|成了|作为|成(?!立|长|本|功|交|员|果|就|熟)|系|乃|变成|变为|当|属于|堪称|视为|看作|视作)[^，,；;]{0,14}$"
)
_ROLE_IS = re.compile(
    r"^(?:[，,]?(?:是|为|包括|包含|涵盖|有|如|例如|比如|即|就是|则是|分别是|分别为|：|:|——|—|、|“|「|（|\()|[，,])?[^，,；;。]{0,6}$"
)
_OWNED = re.compile(r"^[^，,；;。、和与]{0,12}$")
_COPULA = re.compile(r"^(?:[一都也曾本仍更正原]|一直|已经|从来)*(?:互?[是为]|成为|成了)")
_NEAR_CHIP = re.compile(r"^[^，,；;。]{0,10}$")
_SUCH = re.compile(r"^等(?:几?[大家])?(?:的)?[^，,；;。]{0,6}$")
_COUNTED = re.compile(r"^这?[两二三四五六七八九十几][大家个名位]?(?:主要)?$")
# 争夺苹果的订单: what is fought for is no party.
_PRIZE = re.compile(r"^的[^，,；;。]{0,4}(?:订单|大单|客户|合同|业务|份额)")
_REGARDED = re.compile(r"^(?:视为|视作|看作|看成|当作|当成|列为)[^，,；;。]{0,8}$")


class RuleClassifier:
    """Judges candidates sentence by sentence; holds no state."""

    def __call__(
        self,
        cleaned: CleanText,
        candidates: Sequence[Candidate],
        reading: Reading | None = None,  # noqa: ARG002 - rules read the text itself
    ) -> tuple[Judgement, ...]:
        """The relations that a trigger's frame states; see PairClassifier."""
        judgements: dict[tuple[Candidate, str], Judgement] = {}
        for sentence, group in groupby(candidates, key=attrgetter("sentence")):
            for judgement in _judge(cleaned.text, sentence, tuple(group)):
                judgements.setdefault((judgement.candidate, judgement.relation), judgement)
        return tuple(judgements.values())


def _judge(
    text: str, sentence: CleanSpan, candidates: tuple[Candidate, ...]
) -> Iterator[Judgement]:
    mentions = {m.span: m for c in candidates for m in (c.first, c.second)}
    ordered = sorted(mentions.values(), key=attrgetter("span"))
    scene = Scene(
        text,
        sentence,
        [m for m in ordered if m.span.start >= sentence.start],
        [m for m in ordered if m.span.start < sentence.start],
    )
    names = tuple(m.span for m in ordered)
    by_spans = {(c.first.span, c.second.span): c for c in candidates}
    for trigger, hit in _hits(text, sentence, ordered):
        for head, tail in _statements(scene, trigger, hit):
            pair = (head.span, tail.span)
            backward = pair not in by_spans
            candidate = by_spans.get(pair[::-1] if backward else pair)
            if candidate and admits(trigger.relation, head.type, tail.type):
                status = trigger.status or status_of(text, sentence, hit, names=names)
                yield Judgement(
                    candidate, trigger.relation, backward, status, FRAME_SCORES[trigger.frame]
                )


def _hits(
    text: str, sentence: CleanSpan, mentions: Iterable[Mention[CleanSpan]]
) -> Iterator[tuple[Trigger, CleanSpan]]:
    """Triggers of the sentence that lie in no name; of overlapping ones of a relation, the longest."""
    names = [m.span for m in mentions]
    found: list[tuple[Trigger, CleanSpan]] = []
    for trigger in TRIGGERS:
        for match in trigger.pattern.finditer(text, sentence.start, sentence.end):
            span = CleanSpan(*match.span())
            if not any(span.overlaps(name) for name in names):
                found.append((trigger, span))
    found.sort(key=lambda hit: hit[1].start - hit[1].end)
    kept: list[tuple[Trigger, CleanSpan]] = []
    for trigger, span in found:
        if not any(
            t.relation == trigger.relation and s.overlaps(span) and s != span for t, s in kept
        ):
            kept.append((trigger, span))
    yield from sorted(kept, key=lambda hit: hit[1])


def _statements(
    scene: Scene, trigger: Trigger, hit: CleanSpan
) -> Iterator[tuple[Mention[CleanSpan], Mention[CleanSpan]]]:
    """Head and tail mentions, coordination spread, 分别 paired."""
    for head, tail in _FRAMES[trigger.frame](scene, trigger, hit):
        if head is tail:
            yield from _within(head)
        elif len(head.members) == len(tail.members) > 1 and "分别" in scene.sentence.of(scene.text):
            yield from zip(head.members, tail.members, strict=True)
        else:
            yield from ((h, t) for h in head.members for t in tail.members if h.entity != t.entity)


def _within(group: Group) -> Iterator[tuple[Mention[CleanSpan], Mention[CleanSpan]]]:
    """The pairs of one coordination: both sides of its 与, or everybody with everybody in a plain list."""
    if group.split:
        yield from (
            (a, b) for a in group.members[: group.split] for b in group.members[group.split :]
        )
    else:
        yield from combinations(group.members, 2)


def _verb(scene: Scene, trigger: Trigger, hit: CleanSpan) -> Arguments:
    clause = scene.clause(hit.start, hit.end)
    left = scene.left_of(hit.start, clause.start)
    reach = MAX_RIVAL_GAP_CHARS if trigger.relation == COMPETE else MAX_GAP_CHARS
    right = [g for g in scene.right_of(hit.end, clause.end) if g.start - hit.end <= reach]
    objects = _with_chips(scene, right[:1], trigger)
    if trigger.relation != COMPETE and left and scene.agent(left[0]):
        patient = scene.subject(left[0].start)
        patients = [patient] if patient else right[:1]
        yield from ((left[0], g) for g in patients if g is not left[0])
        return
    sought = [
        g
        for g in left[:1]
        if scene.toward(g) or (trigger.relation == BUY and scene.with_(g) and not right)
    ]
    subject = scene.subject(sought[0].start if sought else hit.start)
    if subject is None:
        return
    for group in (*_with_chips(scene, sought, trigger), *objects):
        if group is not subject:
            yield subject, group


def _with_chips(scene: Scene, objects: list[Group], trigger: Trigger) -> list[Group]:
    """`objects`, and for a purchase the chips named right behind their maker: 英伟达的H100."""
    if trigger.relation != BUY or not objects or objects[0].members[0].type != COMPANY:
        return objects
    clause = scene.clause(objects[0].end, objects[0].end)
    behind = scene.right_of(objects[0].end, clause.end)[:1]
    chips = [
        g
        for g in behind
        if g.members[0].type == CHIP and _NEAR_CHIP.match(scene.text[objects[0].end : g.start])
    ]
    return [*objects, *chips]


def _noun(scene: Scene, _: Trigger, hit: CleanSpan) -> Arguments:
    """The nearer name is what the noun is about, the one before it who does it."""
    near = [g for g in scene.left_of(hit.start, scene.sentence.start)[:1] if hit.start - g.end <= 4]
    for tail in near:
        head = scene.subject(tail.start)
        if head:
            yield head, tail


def _venture(scene: Scene, _: Trigger, hit: CleanSpan) -> Arguments:
    """Each named parent of a joint venture."""
    clause = scene.clause(hit.start, hit.end)
    partners = scene.left_of(hit.start, scene.sentence.start)[:2]
    for child in scene.right_of(hit.end, clause.end)[:1]:
        yield from ((partner, child) for partner in partners)


def _giver(scene: Scene, _: Trigger, hit: CleanSpan) -> Arguments:
    """Buyer is whom the subject supplies, or to whom something named is sold."""
    clause = scene.clause(hit.start, hit.end)
    left = scene.left_of(hit.start, clause.start)
    right = scene.right_of(hit.end, clause.end)[:1]
    if left and scene.agent(left[0]):
        # 苹果的芯片由台积电代工: the buyer is the company named before, possessive or not.
        owner = next((g for g in left[1:] if g.members[0].type == COMPANY), None)
        buyer = owner or scene.subject(left[0].start)
        if buyer:
            yield buyer, left[0]
        return
    if right:
        receivers, sold = right, [g for g in left[:1] if scene.toward(g)]
    else:
        receivers, sold = [g for g in left[:1] if scene.toward(g)], []
    for receiver in receivers:
        supplier = scene.subject(min(receiver.start, hit.start))
        yield from ((receiver, g) for g in sold)
        if supplier and supplier is not receiver and not sold:
            yield receiver, supplier


def _taker(scene: Scene, _: Trigger, hit: CleanSpan) -> Arguments:
    """Buyer is whose order the subject gets."""
    clause = scene.clause(hit.start, hit.end)
    between = [g for g in scene.right_of(hit.end, clause.end) if g.start - hit.end <= 12][:1]
    sought = [g for g in scene.left_of(hit.start, clause.start)[:1] if scene.toward(g)]
    for buyer in sought or between:
        supplier = scene.subject(min(buyer.start, hit.start))
        if supplier and supplier is not buyer:
            yield buyer, supplier


def _mutual(scene: Scene, _: Trigger, hit: CleanSpan) -> Arguments:
    clause = scene.clause(hit.start, hit.end)
    left = scene.left_of(hit.start, clause.start)
    right = [
        g
        for g in scene.right_of(hit.end, clause.end)[:1]
        if not _PRIZE.match(scene.text[g.end : clause.end])
    ]
    if right and right[0].start - hit.end <= 2 and left:
        yield left[0], right[0]
    elif left and len(left[0].members) > 1 and (left[0].split or not right):
        yield left[0], left[0]
    elif left and scene.with_(left[0]):
        subject = scene.subject(left[0].start)
        if subject:
            yield subject, left[0]


def _role(scene: Scene, trigger: Trigger, hit: CleanSpan) -> Arguments:
    """`bearer` is the owner's investor, customer, supplier or rival."""
    for owner, bearer in _owner_and_bearer(scene, trigger, hit):
        if trigger.role_is_head or trigger.relation == COMPETE:
            yield bearer, owner
        else:
            yield owner, bearer


def _owner_and_bearer(scene: Scene, trigger: Trigger, hit: CleanSpan) -> Arguments:
    near = scene.left_of(hit.start, scene.sentence.start)[:1]
    for group in near:
        gap = scene.text[group.end : hit.start]
        listed = len(group.members) > 1 and _COUNTED.match(gap)  # A、B两大客户
        if _SUCH.match(gap) or listed:  # A、B等对手
            owner = scene.subject(group.start)
            if owner:
                yield owner, group
            return
        if (
            trigger.relation == COMPETE and _REGARDED.match(gap) and scene.toward(group)
        ):  # 将A视为对手
            owner = scene.subject(group.start)
            if owner:
                yield owner, group
            return
    owner = next((g for g in near if _owns(scene.text[g.end : hit.start])), None)
    bearer = _bearer(scene, hit, owner)
    if bearer is None:
        return
    if owner is None and bearer.start >= hit.end:  # …选择了竞争对手A
        owner = scene.subject(hit.start)
    if owner is None or bearer is owner:
        if trigger.relation == COMPETE and len(bearer.members) > 1:  # A与B是对手
            yield bearer, bearer
        return
    yield owner, bearer


def _owns(gap: str) -> bool:
    """Whether `gap`, from a name to a role, makes the name the role's owner: "的" does, "是" makes it the bearer."""
    return _OWNED.match(gap) is not None and _COPULA.match(gap) is None


def _bearer(scene: Scene, hit: CleanSpan, owner: Group | None) -> Group | None:
    """Who is said to bear the role: the subject before 是/作为, or the name right behind the role."""
    at = owner.start if owner else hit.start
    clause = scene.clause(at, hit.end)
    if _IS.search(scene.text[clause.start : at]):
        subject = scene.subject(at)
        if subject:
            return subject
    for group in scene.right_of(hit.end, scene.sentence.end)[:1]:
        gap = scene.text[hit.end : group.start]
        if len(gap) <= 12 and not gap.startswith("的") and _ROLE_IS.match(gap):
            return group
    return None


_FRAMES = {
    "verb": _verb,
    "noun": _noun,
    "venture": _venture,
    "giver": _giver,
    "taker": _taker,
    "mutual": _mutual,
    "role": _role,
}
