from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from pipeline.schema import REJECT_REASONS
from pipeline.triples import validate
from pipeline.types import Evidence, Extraction, RawSpan, Reject, Triple

Change = Callable[[Triple[RawSpan]], Triple[RawSpan]]


def elsewhere(**spans: RawSpan) -> Change:
    """A triple whose evidence has other spans."""
    return lambda triple: replace(triple, evidence=(replace(triple.evidence[0], **spans),))


FAULTS: dict[str, tuple[str, Change]] = {
    "a relation that is none": ("bad_value", lambda t: replace(t, relation="sell")),
    "a status that is none": ("bad_value", lambda t: replace(t, status="maybe")),
    "a score above one": ("bad_value", lambda t: replace(t, score=1.5)),
    "a score below zero": ("bad_value", lambda t: replace(t, score=-0.1)),
    "a score that is no number": ("bad_value", lambda t: replace(t, score=float("nan"))),
    "an unknown head": ("bad_value", lambda t: replace(t, head="company:nobody")),
    "an unknown tail": ("bad_value", lambda t: replace(t, tail="company:nobody")),
    "one entity at both ends": ("self_relation", lambda t: replace(t, tail=t.head)),
    "no evidence": ("no_evidence", lambda t: replace(t, evidence=())),
    "a sentence beyond the text": ("no_offsets", elsewhere(sentence=RawSpan(0, 999))),
    "an empty sentence": ("no_offsets", elsewhere(sentence=RawSpan(3, 3))),
    "a head before the text": ("no_offsets", elsewhere(head=RawSpan(-2, 4))),
    "a head that is no mention": ("no_offsets", elsewhere(head=RawSpan(4, 6))),
    "a tail that is no mention": ("no_offsets", elsewhere(tail=RawSpan(4, 6))),
}


@pytest.mark.parametrize(("reason", "change"), FAULTS.values(), ids=FAULTS)
def test_a_faulty_triple_is_rejected_with_its_reason(
    reason: str, change: Change, extraction: Extraction
) -> None:
    faulty = replace(extraction, triples=(change(extraction.triples[0]),))
    checked = validate(faulty)
    assert checked.triples == ()
    assert [(reject.part, reject.reason) for reject in checked.rejects] == [("triple", reason)]
    assert checked.rejects[0].article_id == extraction.article.id
    assert reason in REJECT_REASONS


def test_a_relation_between_the_wrong_types_breaks_its_signature(extraction: Extraction) -> None:
    buyer, bought = extraction.entities
    entities = (replace(buyer, type="chip"), bought)
    checked = validate(replace(extraction, entities=entities))
    assert checked.triples == ()
    assert [reject.reason for reject in checked.rejects] == ["signature"]
    assert "chip → company" in checked.rejects[0].detail


def test_a_reject_names_the_triple(extraction: Extraction) -> None:
    broken = replace(extraction.triples[0], evidence=())
    detail = validate(replace(extraction, triples=(broken,))).rejects[0].detail
    assert detail.startswith("(company:morningstar, buy, company:qinghe): ")


def test_a_sound_extraction_passes_unchanged(extraction: Extraction) -> None:
    assert validate(extraction) == extraction


def test_a_faulty_triple_costs_no_other(extraction: Extraction) -> None:
    good = extraction.triples[0]
    checked = validate(replace(extraction, triples=(replace(good, score=2.0), good)))
    assert checked.triples == (good,)
    assert len(checked.rejects) == 1


def test_one_false_piece_of_evidence_is_enough_to_reject(extraction: Extraction) -> None:
    good = extraction.triples[0]
    false = Evidence(RawSpan(0, 5), RawSpan(1, 2), good.evidence[0].tail)
    triple = replace(good, evidence=(*good.evidence, false))
    assert validate(replace(extraction, triples=(triple,))).triples == ()


def test_earlier_rejects_are_kept_and_stand_first(extraction: Extraction) -> None:
    earlier = Reject(extraction.article.id, "triple", "no_evidence", "先")
    faulty = replace(
        extraction,
        rejects=(earlier,),
        triples=(replace(extraction.triples[0], score=2.0),),
    )
    assert [reject.detail for reject in validate(faulty).rejects][:1] == ["先"]
    assert len(validate(faulty).rejects) == 2
