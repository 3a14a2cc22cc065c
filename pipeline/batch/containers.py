"""What a file wraps an article in: HTML, or Markdown with front matter."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from pipeline.cleaning.boilerplate import FRONT_MATTER
from pipeline.cleaning.markup import remove_markup

if TYPE_CHECKING:
    from trafilatura.settings import Document

HTML_SUFFIXES = (".html", ".htm")
MARKDOWN_SUFFIXES = (".md",)

# A page declares its charset in its first 1,024 bytes (HTML standard); old ones put comments first.
DECLARATION_BYTES = 8_192
_DECLARATION = re.compile(
    rb"""(?ix) <meta [^>]{0,500}? charset \s*=\s* ["']? \s* ([\w.:-]{2,40})
    | <\?xml [^>]{0,200}? encoding \s*=\s* ["'] ([\w.:-]{2,40})"""
)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,500}\?>")
_ROOT = re.compile(r"<(?:html|body)\b", re.IGNORECASE)
_OPEN_TITLE = re.compile(r"(<title>)([^<]{0,500})(?=<(?!/title))", re.IGNORECASE)

# Trafilatura takes a text of fewer characters for a failure and falls back to every paragraph of
# the page, sidebars included; its own 250 are made for alphabets. A Chinese character stands for
# two or three letters.
MIN_MAIN_TEXT_CHARS = 100

# Never text of the article: code, and what stands in where scripts or frames do not run.
UNREAD_TAGS = ("script", "style", "noscript", "template", "textarea", "iframe")
# Chinese editors set every run of a sentence in a span of its own; left in, each becomes a line.
INLINE_TAGS = ("span", "font", "strong", "b", "em", "i", "u")
BLOCK_TAGS = frozenset(
    "address article aside blockquote center dd details div dl dt fieldset figure footer form "
    "h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tbody td tfoot th thead tr "
    "ul".split()
)

_DATE = re.compile(r"((?:19|20)\d{2})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)")
_KEY_VALUE = re.compile(r"(?m)^([A-Za-z]+)[ \t]*:[ \t]*(.*?)[ \t]*\r?$")
_HEADING = re.compile(r"(?m)^#[ \t]+(\S[^\r\n]{0,500}?)[ \t]*#*[ \t]*\r?$")
_SOURCE_KEYS = ("source", "site", "url", "link")
_DATE_KEYS = ("date", "published", "created")


@dataclass(frozen=True, slots=True)
class Page:
    """An article out of its container.

    text: what offsets and Article.sha256 speak of. title, source (site name or address), published
        (ISO 8601 date): "" where the container names none.
    """

    text: str
    title: str = ""
    source: str = ""
    published: str = ""


def declared_charset(content: bytes) -> str:
    """The charset that an HTML page names in its head; "" for none. It may well be wrong."""
    match = _DECLARATION.search(content[:DECLARATION_BYTES])
    return (match[1] or match[2]).decode("ascii") if match else ""


def read_markdown(text: str) -> Page:
    """The whole of `text`, with what its front matter says, and its first heading of the first
    level for a title where that names none. Both stay in the text, which cleaning frees of marks,
    so that offsets speak of the file."""
    match = FRONT_MATTER.match(text)
    found = _KEY_VALUE.findall(match.group()) if match else []
    fields = {key.lower(): _unquoted(value) for key, value in found}
    heading = _HEADING.search(text, match.end() if match else 0)
    return Page(
        text,
        title=fields.get("title", "") or (remove_markup(heading[1])[0] if heading else ""),
        source=_first(fields, _SOURCE_KEYS),
        published=iso_date(_first(fields, _DATE_KEYS)),
    )


def read_html(html: str) -> Page | None:
    """The main text of a page, a line for each paragraph, and its metadata; None where there is no
    main text.

    Scripts are never read as text, not even an article's body in JSON-LD. The same page gives the
    same article on any day: dates are taken from what the page states, never from relative ones.
    """
    # Imported late: half a second and 60 MB that only HTML needs.
    from trafilatura import extract, extract_metadata, load_html
    from trafilatura.settings import use_config

    tree = load_html(_document(html))
    if tree is None:
        return None
    dates = {"original_date": True, "extensive_search": False, "max_date": "2100-01-01"}
    metadata: Document | None = extract_metadata(tree, date_config=dates)
    config = use_config()
    config["DEFAULT"]["MIN_EXTRACTED_SIZE"] = str(MIN_MAIN_TEXT_CHARS)
    text = extract(_readable(tree), include_comments=False, config=config)
    if not text or not text.strip():
        return None
    site, url = _field(metadata, "sitename"), _field(metadata, "url")
    return Page(
        text,
        title=_field(metadata, "title"),
        # Where no site is named, trafilatura gives the host, which says less than the address.
        source=url if site in url else site,
        published=iso_date(_field(metadata, "date")),
    )


def iso_date(written: str) -> str:
    """The ISO 8601 date that `written` begins with or holds (2024-05-14T09:30, 2024年5月14日);
    "" for none."""
    match = _DATE.search(written)
    if not match:
        return ""
    try:
        return date(*map(int, match.groups())).isoformat()
    except ValueError:  # such as a 31st of February
        return ""


def _document(html: str) -> str:
    """`html` such as lxml and trafilatura accept it: without an XML declaration, with a root, and
    with its title closed (an open one swallows the page)."""
    html = _OPEN_TITLE.sub(r"\1\2</title>", _XML_DECLARATION.sub("", html), count=1)
    return html if _ROOT.search(html) else f"<html><body>{html}</body></html>"


def _readable(tree: Any) -> Any:
    """`tree` as trafilatura can read a Chinese page: without unread tags, and with a paragraph in
    place of each innermost block that holds a sentence outside links (editors of Chinese sites
    write div and section, and trafilatura skips their text)."""
    from lxml import etree

    etree.strip_elements(tree, *UNREAD_TAGS, with_tail=False)
    etree.strip_tags(tree, *INLINE_TAGS)
    outer = set()
    for element in tree.iter(*BLOCK_TAGS):
        outer.update(element.iterancestors("div", "section", "center"))
    for block in list(tree.iter("div", "section", "center")):
        if block in outer:
            continue
        text = "".join(block.itertext())
        linked = sum(len("".join(link.itertext())) for link in block.iter("a"))
        if "。" in text and 2 * linked < len(text):
            block.tag = "p"
    return tree


def _field(metadata: Document | None, name: str) -> str:
    value = getattr(metadata, name, None)
    return " ".join(value.split()) if isinstance(value, str) else ""


def _first(fields: dict[str, str], keys: tuple[str, ...]) -> str:
    return next((fields[key] for key in keys if fields.get(key)), "")


def _unquoted(value: str) -> str:
    quoted = len(value) >= 2 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if quoted else value
