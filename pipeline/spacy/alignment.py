"""Mentions, which count characters, as entities of a document, which count tokens."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from spacy.tokens import Doc, Span

from pipeline.errors import InputError
from pipeline.spacy import state
from pipeline.types import Mention, RawSpan

STRICT: Final = "strict"
EXPAND: Final = "expand"
ALIGNMENT_MODES: Final = (STRICT, EXPAND)


def check_mode(mode: str) -> None:
    """Raises InputError where `mode` is none of ALIGNMENT_MODES."""
    if mode not in ALIGNMENT_MODES:
        raise InputError(
            f"alignment_mode {mode!r}: unknown; there are: {', '.join(ALIGNMENT_MODES)}"
        )


def set_entities(
    doc: Doc, mentions: Iterable[Mention[RawSpan]], *, mode: str, overwrite: bool
) -> None:
    """Make `mentions`, which do not overlap, entities of `doc`: label is the type, kb_id the id.

    Entities that `doc` has stay; where one overlaps a mention, it stays only if not `overwrite`.
    Mentions that find no place, or that do not begin and end with a token while `mode` is strict,
    are noted for `doc._.unaligned`.
    """
    there = {(ent.start, ent.end, ent.label_, ent.kb_id_) for ent in doc.ents}
    taken: set[int] = set()
    if not overwrite:
        taken = {place for ent in doc.ents for place in range(ent.start, ent.end)}
    ours: list[Span] = []
    unaligned: list[Mention[RawSpan]] = []
    narrower: list[list[int]] = []
    for mention in sorted(mentions, key=lambda one: one.span):
        start, end = mention.span.start, mention.span.end
        span = doc.char_span(start, end, mention.type, mention.entity, alignment_mode=mode)
        # A document that is read again has our entities already.
        again = span and (span.start, span.end, span.label_, span.kb_id_) in there
        if not span or not (again or taken.isdisjoint(range(span.start, span.end))):
            unaligned.append(mention)
            continue
        ours.append(span)
        taken.update(range(span.start, span.end))
        if (span.start_char, span.end_char) != (start, end):
            narrower.append([span.start_char, span.end_char, start, end])
    covered = {place for span in ours for place in range(span.start, span.end)}
    kept = [ent for ent in doc.ents if covered.isdisjoint(range(ent.start, ent.end))]
    doc.set_ents([*kept, *ours])
    state.keep_alignment(doc, unaligned, narrower)
