"""The character model's training text: read, made Simplified, counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from pipeline.cleaning.language_model import CharacterModel, train
from pipeline.cleaning.script import converter
from pipeline.errors import InputError

# The fields that hold the text in the public sets' JSON Lines.
TEXT_FIELDS = ("text", "content", "sentence")


def read_texts(paths: Iterable[Path]) -> Iterator[str]:
    """The texts of `paths`, each once: lines of .txt, the last column of .tsv, a text field of
    .jsonl.

    Raises InputError that names file and line.
    """
    seen: set[str] = set()
    for path in paths:
        for number, line in enumerate(_lines(path), start=1):
            text = _text(line, path, number).strip()
            if text and text not in seen:
                seen.add(text)
                yield text


def _lines(path: Path) -> Iterator[str]:
    try:
        with path.open(encoding="utf-8") as lines:
            yield from lines
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as UTF-8 text: {error}") from error


def _text(line: str, path: Path, number: int) -> str:
    if path.suffix == ".tsv":
        return line.rsplit("\t", 1)[-1]
    if path.suffix != ".jsonl":
        return line
    try:
        record = orjson.loads(line)
        return next(str(record[field]) for field in TEXT_FIELDS if field in record)
    except (orjson.JSONDecodeError, StopIteration, TypeError) as error:
        fields = ", ".join(TEXT_FIELDS)
        raise InputError(f"{path}:{number}: not a JSON object with one of {fields}") from error


@dataclass(frozen=True, slots=True)
class TrainedCharacters:
    """characters: how many were read. entropy: nats per character of every tenth text, by a model
    of the other nine tenths."""

    model: CharacterModel
    characters: int
    entropy: float


def train_character_model(paths: Iterable[Path]) -> TrainedCharacters:
    """A model of the texts in `paths` and of jieba's dictionary, with its measure."""
    import jieba

    tokenizer = jieba.Tokenizer()
    tokenizer.initialize()
    words = {word: count for word, count in tokenizer.FREQ.items() if count}
    simplify = converter().simplify
    texts = [simplify(text) for text in read_texts(paths)]
    if not texts:
        raise InputError("the files hold no text; give .txt, .tsv or .jsonl files")
    others = train((text for at, text in enumerate(texts) if at % 10), words)
    entropy = others.entropy("\n".join(texts[::10]))
    return TrainedCharacters(train(texts, words), sum(map(len, texts)), entropy)
