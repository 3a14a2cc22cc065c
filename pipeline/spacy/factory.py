"""How spaCy makes the component.

spaCy imports this wherever a pipeline is made, whether ours is in it or not: so nothing here may
load the extractor, and nothing may fail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from spacy.language import Language

from pipeline.schema import CHIP, COMPANY, PERSON
from pipeline.spacy.alignment import STRICT

if TYPE_CHECKING:
    from pipeline.spacy.component import Component

# For displacy.render(doc, style="ent", options=DISPLACY_OPTIONS).
DISPLACY_OPTIONS: Final[dict[str, Any]] = {
    "ents": [COMPANY, PERSON, CHIP],
    "colors": {COMPANY: "#a6cee3", PERSON: "#fdbf6f", CHIP: "#b2df8a"},
}


@Language.factory(
    "zongheng",
    assigns=["doc.ents", "doc._.extraction", "doc._.triples", "token.ent_kb_id"],
    default_config={
        "model": "",
        "registries": [],
        "max_characters": None,
        "alignment_mode": STRICT,
        "overwrite": False,
    },
)
def make_component(
    nlp: Language,  # noqa: ARG001  spaCy passes it by name
    name: str,
    model: str,
    registries: list[str],
    max_characters: int | None,
    alignment_mode: str,
    overwrite: bool,
) -> Component:
    """The component `zongheng`, for `nlp.add_pipe("zongheng", config={…})`.

    model: folder of a model, "" for the shipped one. registries: files or folders of your own
    names, after the shipped ones. max_characters: longer texts are refused; None for the
    extractor's own limit. alignment_mode: "strict", a mention is an entity only where it begins and
    ends with a token, or "expand", it is widened to whole tokens. overwrite: whether an entity that
    is there gives way to an overlapping one of ours; if not, it stays.

    Raises what `Component` raises.
    """
    from pipeline.spacy.component import Component, Settings

    settings = Settings(model, tuple(registries), max_characters, alignment_mode, overwrite)
    return Component(name, settings)
