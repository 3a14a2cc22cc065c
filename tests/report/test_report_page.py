from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from pipeline.errors import InputError, RunError
from pipeline.report import Options, check_packages, write
from pipeline.report.embedding import source_hash
from pipeline.run_folder import RunFolder
from tests.report.conftest import ARTICLES, MakeRun

BLOCK = re.compile(r'<script type="application/json" id="([^"]+)">(.*?)</script>', re.DOTALL)


def test_the_same_run_gives_the_same_bytes(run: RunFolder, page_path: Path, tmp_path: Path) -> None:
    write(run, tmp_path / "again.html", Options(language="en"))
    assert (tmp_path / "again.html").read_bytes() == page_path.read_bytes()


def test_the_policy_allows_the_two_scripts_and_no_address(page_path: Path) -> None:
    content = page_path.read_text(encoding="utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', content)
    assert policy
    scripts = re.findall(r"<script>(.*?)</script>", content, re.DOTALL)
    hashes = " ".join(source_hash(code) for code in scripts).replace("'", "&#x27;")
    assert len(scripts) == 2
    assert f"default-src &#x27;none&#x27;; script-src {hashes};" in policy[1]
    assert "http" not in policy[1]
    assert "unsafe-eval" not in policy[1]


def test_nothing_outside_the_file_is_named(page_path: Path) -> None:
    content = page_path.read_text(encoding="utf-8")
    own = re.sub(r"<script.*?</script>", "", content, flags=re.DOTALL)
    assert re.findall(r"(?:src|href)=\"(?!#)[^\"]*\"|@import|url\(", own) == []


def test_every_article_has_a_block_of_its_own(page_path: Path) -> None:
    blocks = {name: json.loads(text) for name, text in BLOCK.findall(page_path.read_text("utf-8"))}
    texts = [blocks[f"article-{place}"]["text"] for place in range(len(ARTICLES))]
    assert texts == [article.text for article in ARTICLES]
    assert [line["id"] for line in blocks["data-list"]] == [article.id for article in ARTICLES]


def test_articles_beyond_the_limit_are_counted_and_left_out(run: RunFolder, tmp_path: Path) -> None:
    told: list[int] = []
    path = tmp_path / "one.html"
    outcome = write(run, path, Options(articles=1), progress=told.append)
    assert (outcome.shown, outcome.left_out) == (1, len(ARTICLES) - 1)
    assert sum(told) == len(ARTICLES) + run.manifest["counts"]["triples"]
    blocks = {name: json.loads(text) for name, text in BLOCK.findall(path.read_text("utf-8"))}
    assert "article-1" not in blocks
    assert blocks["data-overview"]["articles"] == len(ARTICLES)


def test_a_run_without_articles_has_a_report_too(make_run: MakeRun, tmp_path: Path) -> None:
    outcome = write(make_run(tmp_path / "empty", []), tmp_path / "empty.html", Options())
    assert (outcome.shown, outcome.left_out) == (0, 0)


def test_a_damaged_run_leaves_no_file(make_run: MakeRun, tmp_path: Path) -> None:
    broken = make_run(tmp_path / "run", ARTICLES[:1])
    (tmp_path / "run" / "articles.jsonl").write_text("{", encoding="utf-8")
    (tmp_path / "out").mkdir()
    with pytest.raises(RunError, match=r"articles\.jsonl:1: not JSON"):
        write(broken, tmp_path / "out" / "report.html", Options())
    assert list((tmp_path / "out").iterdir()) == []


def test_a_folder_that_is_not_there_is_told(run: RunFolder, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="none: no such folder; make it first"):
        write(run, tmp_path / "none" / "report.html", Options())


@pytest.mark.parametrize("package", ["bokeh", "networkx"])
def test_a_missing_package_names_the_extra(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(InputError, match=rf"needs {package}; .*'zongheng\[report\]'"):
        check_packages()
