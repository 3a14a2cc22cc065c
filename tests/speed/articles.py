"""The texts that are timed: the seeds, and long articles made of their paragraphs."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from pathlib import Path

from pipeline.types import Article

SEEDS = Path(__file__).parents[2] / "corpus" / "seeds"

# Characters of the long articles of the speed table: a long read has 3,000 to 20,000.
LONG = (3_000, 8_000, 20_000)


def seed_articles() -> list[Article]:
    """The five seed articles, as they were scraped."""
    paths = sorted(SEEDS.glob("*.txt"))
    return [Article(path.stem, path.read_text(encoding="utf-8")) for path in paths]


def paragraphs(texts: Iterable[str]) -> list[str]:
    """The lines of `texts` that hold anything, without blanks around them."""
    return [line.strip() for text in texts for line in text.splitlines() if line.strip()]


def long_text(lines: Sequence[str], characters: int, seed: int) -> str:
    """Exactly `characters` characters of `lines` in an order that `seed` alone decides, one below
    the other; the lines come again, in another order, where they are too few."""
    chance = random.Random(seed)
    pieces: list[str] = []
    length = 0
    while length < characters:
        shuffled = list(lines)
        chance.shuffle(shuffled)
        for line in shuffled:
            pieces.append(line)
            length += len(line) + 1
            if length > characters:
                break
    return "\n".join(pieces)[:characters]


def long_articles(lines: Sequence[str], lengths: Iterable[int], seed: int) -> list[Article]:
    """A long article of each of `lengths` (characters), no two in the same order."""
    return [
        Article(f"long-{number:03}", long_text(lines, length, seed + number))
        for number, length in enumerate(lengths)
    ]
