"""What the documentation shows in Python runs, and prints what the documentation says it prints.

A block marked `python` is run in the order of the page, with what the blocks before it defined. The
comments that end a block are what it prints; a block without them prints nothing.
"""

from __future__ import annotations

import doctest
import io
import re
import shutil
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

import pytest

import pipeline.extractor
from pipeline.extractor import Extractor
from tests.command import Command
from tests.loading import loaded_once

ROOT = Path(__file__).resolve().parents[1]
PAGES = (
    "README.md",
    "README.zh.md",
    "docs/output-format.md",
    "docs/spacy.md",
    "docs/tutorial.md",
)
_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PRINTED = re.compile(r"(?:^#(?: .*)?\n)*\Z", re.MULTILINE)


def blocks(page: Path) -> Iterator[tuple[int, str]]:
    """The Python of `page`, each block with its first line's number."""
    text = page.read_text(encoding="utf-8")
    for block in _BLOCK.finditer(text):
        yield text.count("\n", 0, block.start(1)) + 1, block[1]


def promised(block: str) -> str:
    """What the comments at the end of `block` say that it prints."""
    comments = _PRINTED.search(block)
    assert comments
    return "".join(f"{line[2:]}\n" for line in comments[0].splitlines())


@pytest.fixture
def workplace(folder: Path, zongheng: Command, extractor: Extractor) -> Iterator[Path]:
    """The current folder as the pages take it to be: with a run, an article and a model."""
    article = "微软在2019年向OpenAI投资了10亿美元。\n亚马逊随后投资了Anthropic。\n"
    for place in ("corpus/seeds", "my-articles"):
        (folder / place).mkdir(parents=True)
        (folder / place / "a.txt").write_text(article, encoding="utf-8")
    (folder / "models").mkdir()
    shutil.copytree(ROOT / "models" / "zongheng-small", folder / "models" / "mine")
    with loaded_once(extractor):
        assert zongheng("run", "corpus/seeds", "--out", "outputs/seeds", "--quiet").status == 0
        yield folder


@pytest.mark.usefixtures("workplace")
@pytest.mark.parametrize("page", PAGES)
def test_every_python_block_prints_what_the_page_says(page: str) -> None:
    path = ROOT / page
    names: dict[str, object] = {"__name__": "__main__"}
    found = list(blocks(path))
    assert found
    for line, block in found:
        code = compile("\n" * (line - 1) + block, str(path), "exec")
        with redirect_stdout(io.StringIO()) as printed:
            exec(code, names)  # noqa: S102  the page is ours
        assert printed.getvalue() == promised(block), f"{page}:{line}"


@pytest.mark.usefixtures("workplace")
def test_the_examples_of_the_extractor_hold() -> None:
    done = doctest.testmod(pipeline.extractor)
    assert done.attempted > 0
    assert done.failed == 0
