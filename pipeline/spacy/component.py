"""The component: a document's text through the extractor, what is found onto the document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from multiprocessing import parent_process
from pathlib import Path

from spacy.tokens import Doc

from pipeline.extractor import MAX_CHARACTERS, Extractor, UnfitArticle, article_id, map_ahead
from pipeline.spacy import extensions, state
from pipeline.spacy.alignment import check_mode, set_entities
from pipeline.types import Article, Extraction, Reject


@dataclass(frozen=True, slots=True)
class Settings:
    """What the component was made with, as `make_component` takes it."""

    model: str
    registries: tuple[str, ...]
    max_characters: int | None
    alignment_mode: str
    overwrite: bool


class Component:
    """Doc → Doc, with entities, triples and the whole extraction. A document that cannot be read
    passes through as it came, with the reason in `doc._.reject`."""

    def __init__(self, name: str, settings: Settings) -> None:
        """Raises ResourceError where a file of the model or of a registry is missing or broken,
        InputError for an unknown alignment mode."""
        check_mode(settings.alignment_mode)
        extensions.register()
        self.name = name
        self.settings = settings
        self._extractor = Extractor.load(
            model=Path(settings.model) if settings.model else None,
            registries=[Path(path) for path in settings.registries],
            max_characters=settings.max_characters or MAX_CHARACTERS,
        )

    def __reduce__(self) -> tuple[type[Component], tuple[str, Settings]]:
        # Where processes are spawned, nlp.pipe(n_process=2) sends the component to them: its
        # settings go, and each process loads the model itself.
        return Component, (self.name, self.settings)

    def __call__(self, doc: Doc) -> Doc:
        """`doc`, with what was found in it."""
        (read,) = self.pipe([doc], batch_size=1)
        return read

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 1) -> Iterator[Doc]:
        """The documents of `stream`, lazily and in order.

        batch_size: how many are read at the same time, at most one for each CPU; spaCy gives its
        own (`nlp.pipe(texts, batch_size=…)`). In a process of `nlp.pipe(texts, n_process=…)` one is
        read at a time. What is found depends on neither.
        """
        alone = parent_process() is not None
        for doc, found in map_ahead(self._attempt, stream, 1 if alone else batch_size):
            self._note(doc, found)
            yield doc

    def _attempt(self, doc: Doc) -> tuple[Doc, Extraction | Reject]:
        text = doc.text
        article = Article(doc._.article_id or article_id(text), text, published=doc._.published)
        try:
            return doc, self._extractor(article)
        except UnfitArticle as error:
            reason, detail = error.reason, error.detail
        except MemoryError:
            reason, detail = "out_of_memory", ""
        except Exception as error:  # a mistake of ours must not end the user's whole stream
            reason, detail = "failed", f"{type(error).__name__}: {error}"
        return doc, Reject(article.id, "article", reason, detail)

    def _note(self, doc: Doc, found: Extraction | Reject) -> None:
        state.clear(doc)
        if isinstance(found, Reject):
            state.keep_reject(doc, found)
            return
        state.keep_extraction(doc, found)
        set_entities(
            doc,
            (mention for entity in found.entities for mention in entity.mentions),
            mode=self.settings.alignment_mode,
            overwrite=self.settings.overwrite,
        )
