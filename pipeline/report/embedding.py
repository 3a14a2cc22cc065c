"""Data inside a page: JSON that no text can break out of, and offsets as browsers count them."""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Callable
from importlib.resources import files
from itertools import accumulate
from typing import Any

import orjson

_LAST_OF_ONE_UNIT = "\uffff"


def static(name: str) -> str:
    """The text of the file `name` in pipeline/report/static."""
    return files("pipeline.report").joinpath("static", name).read_text(encoding="utf-8")


def data_block(name: str, value: Any) -> bytes:
    """`value` as a script element of JSON with the id `name`, which no browser runs."""
    # In JSON "<" stands in strings only. Without it no text ends the element or opens a comment.
    content = orjson.dumps(value).replace(b"<", b"\\u003c")
    opening = f'<script type="application/json" id="{html.escape(name)}">'
    return opening.encode() + content + b"</script>\n"


def script_block(code: str) -> str:
    """`code` as a script element. Raises ValueError where it could not be told from its end."""
    lowered = code.lower()
    if "</script" in lowered or "<!--" in lowered or "\r" in code:
        raise ValueError("this code cannot stand in a page as it is")
    return f"<script>{code}</script>\n"


def source_hash(code: str) -> str:
    """What a Content-Security-Policy calls the script `code`."""
    digest = hashlib.sha256(code.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def utf16_offsets(text: str) -> Callable[[int], int]:
    """Code points of `text` → UTF-16 code units, which JavaScript counts in."""
    if not text or max(text) <= _LAST_OF_ONE_UNIT:
        return lambda offset: offset
    units = list(accumulate((1 + (char > _LAST_OF_ONE_UNIT) for char in text), initial=0))
    return units.__getitem__
