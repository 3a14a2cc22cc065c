"""A small run of real extractions, one of each kind that the report shows differently."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import orjson
import pytest

from pipeline.extractor import Extractor
from pipeline.report import Options, Outcome, write
from pipeline.run_folder import RunFolder
from pipeline.triples.records import article_record, reject_record, triple_records
from pipeline.types import Article, Reject

PLAIN = Article(
    "plain", "软银去年收购了Graphcore。\n英特尔是AMD的竞争对手。", published="2025-03-09"
)
HANT = Article(
    "hant",
    "輝達宣布向OpenAI投資1000億美元，並稱不會收購安謀。\n輝達和AMD是競爭對手。",
    title="輝達的投資",
    published="2026-11-20",
)
# What would run, or end the element that it stands in, were it taken for markup.
HOSTILE = Article(
    "hostile</script><script>alert(9)</script>",
    '<script>alert(1)</script>\n</script><!-- <script>\n<img src=x onerror="alert(2)">\n'
    "𠮷野家的消息：微软向OpenAI投资100亿美元。\n",
    title='<img src=x onerror="alert(3)">',
)
DAMAGED = Article(
    "damaged",
    "英偉達(dá)宣布向OpenAI投資(zī)1000億(yì)美元,雙方(fāng)簽(qiān)署了協(xié)議。",
    published="2026-01",
)
ARTICLES = (PLAIN, HANT, HOSTILE, DAMAGED)

MakeRun = Callable[..., RunFolder]


@pytest.fixture(scope="session")
def make_run(extractor: Extractor) -> MakeRun:
    """Extracts articles and writes what a run of them would leave in a folder."""

    def make(
        folder: Path, articles: Iterable[Article], rejects: Iterable[Reject] = ()
    ) -> RunFolder:
        folder.mkdir(exist_ok=True)
        extractions = [extractor(article) for article in articles]
        triples = [record for one in extractions for record in triple_records(one)]
        write_records(folder / "articles.jsonl", map(article_record, extractions))
        write_records(folder / "triples.jsonl", triples)
        write_records(folder / "rejects.jsonl", map(reject_record, rejects))
        counts = {"articles": len(extractions), "triples": len(triples)}
        manifest = {"zongheng": "0", "schema": "zongheng/1", "input_sha256": "ab", "counts": counts}
        (folder / "manifest.json").write_bytes(orjson.dumps(manifest))
        return RunFolder.open(folder)

    return make


def write_records(path: Path, records: Iterable[object]) -> None:
    path.write_bytes(b"".join(orjson.dumps(record) + b"\n" for record in records))


@pytest.fixture(scope="session")
def run(make_run: MakeRun, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    reject = Reject("leer", "article", "empty", "")
    return make_run(tmp_path_factory.mktemp("report") / "run", ARTICLES, [reject])


@pytest.fixture(scope="session")
def page_path(run: RunFolder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of `run`, in English."""
    path = tmp_path_factory.mktemp("page") / "报告 1.html"
    outcome = write(run, path, Options(language="en"))
    assert outcome == Outcome(len(ARTICLES), 0, path.stat().st_size)
    return path
