"""Recovery per kind of damage, against nothing and against ftfy; run by `make bench-cleaning`.

The text is ours (tests/cases/passages.txt); the damage is simulated. A figure is the number of the
true text's characters that stand in the repaired one, by longest matching blocks, both Simplified,
over the length of the longer of the two; in runs: over the characters that the damage shifted.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import ftfy
import pandas as pd

from pipeline.cleaning import Cleaner
from pipeline.types import Article
from tests.damage import codepages
from tests.damage.pinyin import (
    converted_characters,
    damage,
    half_width,
    table_of,
    traditional,
)
from tests.damage.recovery import right_characters

PASSAGES = Path(__file__).parents[1] / "cases" / "passages.txt"
PASSAGES_A_PAGE = 8
SMALL_TABLE = 54
SEEDS = range(1, 7)

Repair = Callable[[str], str]


def main() -> None:
    lines = PASSAGES.read_text(encoding="utf-8").splitlines()
    cleaner = Cleaner()
    repairs: dict[str, Repair] = {
        "nothing": lambda text: text,
        "ftfy": ftfy.fix_text,
        "zongheng": lambda text: cleaner(Article("bench", text)).text if text.strip() else text,
    }
    print(_codepage_table(lines, repairs, cleaner).to_string(float_format="{:.3f}".format))
    print()
    print(_pinyin_table(lines, repairs, cleaner).to_string(float_format="{:.4f}".format))
    print()
    _print_speed(lines, repairs)


def _pages(lines: list[str]) -> list[str]:
    count = len(lines) // PASSAGES_A_PAGE
    return ["\n".join(lines[at::count]) for at in range(count)]


def _encodable(page: str, kind: str) -> str:
    """`page` as somebody who wrote in the kind's code page would have: Big5 has no Simplified."""
    if not kind.startswith("big5"):
        return page
    written = traditional(page).encode("big5", "ignore")
    return written.decode("big5")


def _codepage_table(lines: list[str], repairs: dict[str, Repair], cleaner: Cleaner) -> pd.DataFrame:
    simplify = cleaner.simplify
    rows: dict[str, dict[str, float]] = {}
    for kind, (_, spoil) in codepages.DAMAGES.items():
        rows[kind] = {}
        pages = [_encodable(page, kind) for page in _pages(lines)]
        for name, repair in repairs.items():
            right = length = 0
            for page in pages:
                repaired = repair(spoil(page))
                right += len(right_characters(simplify(page), simplify(repaired)))
                length += max(len(page), len(repaired))
            rows[kind][name] = right / length
    return pd.DataFrame.from_dict(rows, orient="index")


def _pinyin_table(lines: list[str], repairs: dict[str, Repair], cleaner: Cleaner) -> pd.DataFrame:
    characters = converted_characters("".join(lines))
    tables = {
        f"small table, seed {seed}": table_of(characters, SMALL_TABLE, seed) for seed in SEEDS
    }
    tables["every converted character"] = characters
    rows: dict[str, dict[str, float]] = {}
    for kind, table in tables.items():
        pages = [damage(traditional(page), table) for page in _pages(lines)]
        shifted = sum(len(page.shifted) for page in pages)
        rows[kind] = {}
        for name, repair in repairs.items():
            right = inside = length = 0
            for page in pages:
                true = cleaner.simplify(half_width(page.true))
                repaired = cleaner.simplify(half_width(repair(page.shown)))
                found = right_characters(true, repaired)
                right += len(found)
                inside += len(found & page.shifted)
                length += max(len(true), len(repaired))
            rows[kind][name] = right / length
            rows[kind][f"{name}, in runs"] = inside / max(1, shifted)
        rows[kind]["characters in runs"] = shifted
    return pd.DataFrame.from_dict(rows, orient="index")


def _print_speed(lines: list[str], repairs: dict[str, Repair]) -> None:
    text = "\n".join(lines) * 20
    for name in ("ftfy", "zongheng"):
        started = time.process_time()
        repairs[name](text)
        speed = len(text) / (time.process_time() - started) / 1e6
        print(f"{name}: {speed:.2f} million characters of clean text per CPU-second")


if __name__ == "__main__":
    sys.exit(main())
