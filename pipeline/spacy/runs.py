"""A finished run as documents, without reading its articles again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.run_folder import Record, RunFolder
from pipeline.spacy.alignment import STRICT, check_mode, set_entities
from pipeline.spacy.extensions import register
from pipeline.types import Mention, RawSpan


def run_docs(run: Path | str, nlp: Language, *, alignment_mode: str = STRICT) -> Iterator[Doc]:
    """A document for each article of the finished run in the folder `run`, lazily and in order,
    with the mentions found as `doc.ents`; for `DocBin` and `spacy train`.

    nlp: only its tokenizer is used. alignment_mode: as that of the component. `doc._.article_id`
    and `doc._.published` are the article's; `doc._.extraction` is None. Raises RunError where `run`
    is no finished run, InputError for an unknown alignment mode and where `register` does.
    """
    check_mode(alignment_mode)
    register()
    for article in RunFolder.open(Path(run)).articles():
        doc = nlp.make_doc(article["text"])
        doc._.article_id = article["id"]
        doc._.published = article["published"]
        mentions = (_mention(record) for record in article["mentions"])
        set_entities(doc, mentions, mode=alignment_mode, overwrite=True)
        yield doc


def _mention(record: Record) -> Mention[RawSpan]:
    return Mention(
        RawSpan(record["start"], record["end"]),
        record["text"],
        record["type"],
        record["confidence"],
        record["recogniser"],
        record["entity"],
    )
