from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from pipeline.corpus.inline import parse
from pipeline.corpus.passages import Passage
from pipeline.extractor import Extractor
from pipeline.run_folder import ARTICLES_NAME, MANIFEST_NAME, TRIPLES_NAME, RunFolder
from pipeline.triples.records import article_record, triple_records
from pipeline.types import Article

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


# Characters outside the BMP, DOS line breaks, both scripts, blank lines, HTML entities, a hard line
# break inside a name, and lines that look like the inline format's own.
ARTICLES = {
    "emoji": "🚀盘前速递🚀\r\n\r\n英伟达周二宣布，将以50亿美元入股英特尔，持股约4%。😀业内人士称，AMD与英伟达的竞争会更加激烈。\r\n\r\n甲骨文计划向英伟达采购四十万枚GB200芯片。𠮷野家没有回应。",
    "hant": "輝達執行長黃仁勳昨日表示，輝達已向台積電追加訂單。\n\n　　\n據報導，軟銀擬以65億美元收購安培運算（Ampere），交易尚待核准。高通否認將收購英特爾。",
    "damaged": "微软宣布向Open&nbsp;AI追加投资100亿美元。<br>\n2023 年 3 月起，谷歌的Gemini与OpenAI竞争，AT&amp;T也向英伟\n达采购了一批H100。",
    "quiet": "远处的山在雾里。\n\n[图片] 天气转凉，@ 大家注意加衣。\n2 nm 3 只是一行字。",
}


@pytest.fixture(scope="session")
def finished(extractor: Extractor, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """What the shipped extractor finds in ARTICLES, as a run folder."""
    folder = tmp_path_factory.mktemp("run")
    extractions = [extractor(Article(id=name, text=text)) for name, text in ARTICLES.items()]
    articles = [article_record(extraction) for extraction in extractions]
    triples = [record for extraction in extractions for record in triple_records(extraction)]
    for name, records in ((ARTICLES_NAME, articles), (TRIPLES_NAME, triples)):
        (folder / name).write_bytes(b"".join(orjson.dumps(record) + b"\n" for record in records))
    (folder / MANIFEST_NAME).write_bytes(b"{}")
    return RunFolder.open(Path(folder))
