"""The texts that are timed: the seeds, and articles and records made of their paragraphs."""

from __future__ import annotations

import json
import random
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import zstandard

from pipeline.types import Article

SEEDS = Path(__file__).parents[2] / "corpus" / "seeds"

# Characters of the long articles of the speed table: a long read has 3,000 to 20,000.
LONG = (3_000, 8_000, 20_000)

# Characters of the shortest generated record.
SHORTEST = 20


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


def records(
    lines: Sequence[str], count: int, longest: int, seed: int, *, faulty: float = 0.0
) -> Iterator[bytes]:
    """`count` lines of JSON that `seed` alone decides: articles of about SHORTEST to `longest`
    characters, the logarithm of their length evenly distributed.

    faulty: the share (0 to 1) of lines that a reader has to reject: broken JSON, another encoding,
    no text or none that is a string, ids and texts that came before.
    """
    chance = random.Random(seed)
    # So far back that a repeat may lie some parts behind.
    recent: deque[dict[str, str]] = deque(maxlen=1_000)
    for number in range(count):
        length = round(SHORTEST * (longest / SHORTEST) ** chance.random())
        # The number makes each text another one.
        text = f"第{number}篇。\n{long_text(lines, length, seed + number)}"
        article = {"id": f"a{number}", "title": lines[number % len(lines)], "text": text}
        recent.append(article)
        if chance.random() < faulty:
            yield _spoilt(article, recent[chance.randrange(len(recent))], chance)
        else:
            yield _line(article)


def _spoilt(article: dict[str, str], earlier: dict[str, str], chance: random.Random) -> bytes:
    """`article` as a line that is no article any more."""
    kinds = (
        lambda: _line(article)[: len(article["text"])] + b"\n",
        lambda: _line({"id": article["id"], "title": article["title"]}),
        lambda: _line({**article, "text": len(article["text"])}),
        lambda: _line({**article, "text": " \n"}),
        lambda: json.dumps(article, ensure_ascii=False).encode("gb18030") + b"\n",
        lambda: _line({**article, "id": earlier["id"]}),
        lambda: _line({**article, "text": earlier["text"]}),
    )
    return chance.choice(kinds)()


def _line(record: Mapping[str, object]) -> bytes:
    return json.dumps(record, ensure_ascii=False).encode() + b"\n"


def write_compressed(path: Path, some: Iterable[bytes]) -> Path:
    """`path`, written: all of `some` under Zstandard."""
    with path.open("wb") as file, zstandard.ZstdCompressor().stream_writer(file) as packed:
        for line in some:
            packed.write(line)
    return path
