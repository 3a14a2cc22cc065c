from __future__ import annotations

import base64
import hashlib
import json
from html.parser import HTMLParser

import pytest

from pipeline.report.embedding import data_block, script_block, source_hash, utf16_offsets

HOSTILE = ["</script>", "<!--<script>", "<img src=x onerror=alert(1)>", "\u2028\r\n\x00", "😀"]


class Elements(HTMLParser):
    """The tags of a page, and what stands in them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.content = ""

    def handle_starttag(self, tag: str, _: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.content += data


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_ends_the_element_that_it_stands_in(text: str) -> None:
    parser = Elements()
    parser.feed(data_block("data", {"text": text}).decode())
    assert parser.tags == ["script"]
    assert json.loads(parser.content) == {"text": text}


@pytest.mark.parametrize("code", ["'</script>'", "'</SCRIPT'", "'<!--'", "a\r\nb"])
def test_code_that_a_page_would_change_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="cannot stand in a page"):
        script_block(code)


def test_the_hash_of_a_script_is_that_of_the_text_inside_its_element() -> None:
    digest = base64.b64encode(hashlib.sha256("let 名 = 1;".encode()).digest()).decode()
    assert source_hash("let 名 = 1;") == f"'sha256-{digest}'"
    assert script_block("let 名 = 1;") == "<script>let 名 = 1;</script>\n"


@pytest.mark.parametrize("text", ["", "abc", "漢字", "a😀b𠮷", "😀"])
def test_offsets_become_those_of_javascript(text: str) -> None:
    offset = utf16_offsets(text)
    for place in range(len(text) + 1):
        assert offset(place) == len(text[:place].encode("utf-16-le")) // 2
