from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.corpus.inline import parse
from pipeline.corpus.passages import Passage

MIXED = """@ wire hans
[远山科技|company:1]（[Yuanshan|company:1]）上午公告。公司拿出[3.5亿美元|amount:1]入股[青穹|company:2]，持股[两成|stake:1]，[昨日|date:*]又传将买下[白鹭|company:3]的𠮷线[算力|object:2]，\\[另文]
消息|来源：[林若川|person:4]。
1 invest 2 actual s1,2
1 buy 3 rumored s2
"""

HEADLINE = """@ headline hant conv
[輝達|company:1]🚀擬以[400億美元|amount]收購[安謀|company:2]
1 buy 2 planned
"""

NEGATIVE = """@ commentary hans neg=cooperation
[远山|company:1]与[青穹|company:2]深化合作，[Q7|chip:3]照常发布。
"""


@pytest.fixture
def read() -> Callable[[str], list[Passage]]:
    """Parses corpus text that must be sound."""

    def parsed(content: str) -> list[Passage]:
        passages = list(parse(content))
        assert all(isinstance(passage, Passage) for passage in passages), passages
        return [passage for passage in passages if isinstance(passage, Passage)]

    return parsed


@pytest.fixture
def specimens(read: Callable[[str], list[Passage]]) -> list[Passage]:
    """A passage with every kind of mark, one with a character outside the BMP, and a negative."""
    return read("\n".join((MIXED, HEADLINE, NEGATIVE)))
