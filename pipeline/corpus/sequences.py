"""Mentions as labels of characters or tokens, for taggers of other makes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from pipeline.corpus.passages import Passage

if TYPE_CHECKING:
    from spacy.tokens import DocBin


def bio_lines(passages: Iterable[Passage]) -> Iterator[str]:
    """Lines of `character TAB label` (B-company, I-company, O), a blank line after each sentence.

    Blank characters are left out, as readers of this format split lines at them.
    """
    for passage in passages:
        labels = ["O"] * len(passage.text)
        for mention in passage.mentions:
            labels[mention.span.start] = f"B-{mention.type}"
            for offset in range(mention.span.start + 1, mention.span.end):
                labels[offset] = f"I-{mention.type}"
        for sentence in passage.sentences:
            for offset in range(sentence.start, sentence.end):
                if not passage.text[offset].isspace():
                    yield f"{passage.text[offset]}\t{labels[offset]}"
            yield ""


def docbin(passages: Iterable[Passage]) -> DocBin:
    """The passages as spaCy documents of one token a character, for `spacy train`.

    Entity ids stand in `ent_id_`. Needs spaCy (`pip install 'zongheng[spacy]'`).
    """
    import spacy
    from spacy.tokens import Doc, DocBin, Span

    vocabulary = spacy.blank("zh").vocab
    packed = DocBin(attrs=["ENT_IOB", "ENT_TYPE", "ENT_ID", "SPACY"], store_user_data=True)
    for passage in passages:
        # A blank belongs to the token before it, so that doc.text is the passage's text.
        words: list[str] = []
        spaces: list[bool] = []
        token_at: dict[int, int] = {}
        for offset, character in enumerate(passage.text):
            if character == " " and words and not spaces[-1]:
                spaces[-1] = True
            else:
                token_at[offset] = len(words)
                words.append(character)
                spaces.append(False)
        doc = Doc(vocabulary, words=words, spaces=spaces, user_data={"id": passage.id})
        doc.ents = [
            Span(
                doc,
                token_at[mention.span.start],
                token_at[mention.span.end - 1] + 1,
                label=mention.type,
                span_id=f"{mention.type}:{mention.entity}",
            )
            for mention in passage.mentions
        ]
        packed.add(doc)
    return packed
