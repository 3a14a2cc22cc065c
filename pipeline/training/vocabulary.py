"""The vocabulary of a model that reads characters, made from an encoder's SentencePiece one."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer as WordTokenizer
from tokenizers import models, pre_tokenizers

from pipeline.errors import InputError
from pipeline.model.tokens import SPECIALS, UNKNOWN

_WORD_PIECE = re.compile(r"▁?[A-Za-z\u00c0-\u024f]+")
_HAN = re.compile(r"[\u3400-\u9fff]")
# GB2312's Han characters: rare ones live in names, and a fifth of them is no piece of XLM-R's
# vocabulary.
_GB2312_ROWS = range(0xB0, 0xF8)


def gb2312_characters() -> list[str]:
    """The 6,763 Han characters of GB2312, in its order."""
    found: list[str] = []
    for row in _GB2312_ROWS:
        for cell in range(0xA1, 0xFF):
            try:
                found.append(bytes((row, cell)).decode("gb2312"))
            except UnicodeDecodeError:
                continue
    return found


def trimmed(tokenizer_file: Path, embeddings: torch.Tensor) -> tuple[WordTokenizer, torch.Tensor]:
    """The tokenizer and embeddings, float32 (pieces, width), that are left when Latin words keep
    their pieces and everything else is read character by character.

    Pieces of several Han characters go. GB2312's characters that the encoder lacks come in, each
    with the mean of the Han characters' embeddings, to be learned. Raises InputError for a
    tokenizer that is not of SentencePiece's Unigram kind.
    """
    try:
        described: dict[str, Any] = json.loads(tokenizer_file.read_text(encoding="utf-8"))
        if described["model"]["type"] != "Unigram":
            raise KeyError("Unigram")
        pieces: list[tuple[str, float]] = [(p, s) for p, s in described["model"]["vocab"]]
    except (OSError, ValueError, KeyError) as error:
        raise InputError(
            f"{tokenizer_file}: expected the tokenizer.json of a SentencePiece Unigram model "
            f"(XLM-R, multilingual E5): {error!r}"
        ) from error
    rows = {piece: row for row, (piece, _) in enumerate(pieces)}
    scores = dict(pieces)
    kept = list(SPECIALS)
    sources = [rows.get(special, 0) for special in SPECIALS]
    for row, (piece, _) in enumerate(pieces[len(SPECIALS) :], start=len(SPECIALS)):
        if _WORD_PIECE.fullmatch(piece) or len(piece) == 1:
            kept.append(piece)
            sources.append(row)
    have = set(kept)
    new: list[str] = []
    for character in gb2312_characters():
        if character in have:
            continue
        have.add(character)
        marked = "▁" + character
        if marked in rows:  # 29 characters are pieces only at a word's start
            kept.append(character)
            sources.append(rows[marked])
        else:
            new.append(character)
    table = embeddings[torch.tensor(sources)].float()
    han = [row for row, piece in enumerate(kept) if len(piece) == 1 and _HAN.match(piece)]
    mean = table[torch.tensor(han)].mean(dim=0, keepdim=True)
    table = torch.cat([table, mean.expand(len(new), -1)])
    vocabulary = [(piece, scores.get(piece, -20.0)) for piece in (*kept, *new)]
    words = WordTokenizer(models.Unigram(vocabulary, unk_id=UNKNOWN, byte_fallback=False))
    words.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    return words, table
