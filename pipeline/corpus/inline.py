"""The inline format of corpus files: marks inside the text, triples below it.

    # a comment, between passages
    @ wire hant
    [輝達|company:1]擬以[400億美元|amount]收購[安謀|company:2]，監管機構仍在審查。
    1 buy 2 planned

A passage is a header, lines of text, lines of triples, and a blank line (or the file's end).

- Header: `@ style script`, then `conv` where the script was converted by machine, and `neg=kind`
  exactly where there is no triple.
- Mark: `[name|type:number]`; equal numbers are one entity. `[words|amount]` (stake, date, object)
  belongs to the passage's only triple; `amount:2`, `amount:1,3` and `amount:*` to the second, to
  the first and third, to all; `amount:-` to none. In text, `[` and `\\` are written `\\[` and
  `\\\\`; inside a mark `|` and `]` are too. `\\n` is a line break where a real one cannot stand:
  inside a mark and beside a blank line. A line that looks like a header or a triple begins with
  `\\`.
- Triple: `head relation tail status`, by entity number. The sentences that state it follow as `s2`
  or `s1,2`; without, it is the first one that names both, and there must be one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.corpus.passages import (
    NEGATIVES,
    QUALIFIERS,
    STYLES,
    NamedSpan,
    Passage,
    QualifierSpan,
    StatedTriple,
    evidence_of,
    line_of,
    numbered,
    places_of,
)
from pipeline.errors import CorpusError
from pipeline.schema import ENTITY_TYPES, RELATIONS, STATUSES, admits
from pipeline.types import RawSpan

SCRIPT_WORDS = {"hans": "Hans", "hant": "Hant"}
CONVERTED = "conv"
SUFFIX = ".passages"

_TRIPLE = re.compile(r"(\d+) ([a-z]+) (\d+) ([a-z]+)( s\d+(?:,\d+)*)?\s*$")
_TRIPLE_LIKE = re.compile(r"\d+ [a-z]+ \d+\b")
_ESCAPED = ("[", "]", "|", "\\", "@", "n")
_LABEL = re.compile(r"([a-z]+)(?::([0-9,*-]+))?$")


def read_passages(paths: Iterable[Path]) -> Iterator[Passage]:
    """The passages of corpus files, in order; a folder stands for its files, sorted by name.

    Raises CorpusError (file:line: what) at the first passage that breaks the format.
    """
    for passage in try_passages(paths):
        if isinstance(passage, CorpusError):
            raise passage
        yield passage


def try_passages(paths: Iterable[Path]) -> Iterator[Passage | CorpusError]:
    """As `read_passages`, but a passage that breaks the format gives its error, and the rest
    follows. Raises CorpusError only where a file cannot be read."""
    for file in passage_files(paths):
        try:
            content = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CorpusError(f"{file}: cannot be read as UTF-8: {error}") from error
        yield from parse(content, name=str(file))


def passage_files(paths: Iterable[Path]) -> Iterator[Path]:
    """The corpus files that `paths` stand for, a folder's sorted by name. Raises CorpusError for a
    path that does not exist and for a folder that holds none."""
    for path in paths:
        if not path.exists():
            raise CorpusError(f"no such file or folder: {path}")
        files = sorted(path.rglob(f"*{SUFFIX}")) if path.is_dir() else [path]
        if not files:
            raise CorpusError(f"{path}: no *{SUFFIX} file in this folder")
        yield from files


def parse(content: str, *, name: str = "<text>") -> Iterator[Passage | CorpusError]:
    """Every passage of a file's content, or in its place the error that it is broken by.

    name: what errors call the file.
    """
    for number, lines in _blocks(content):
        try:
            yield _parse_block(lines, _Place(name, number))
        except CorpusError as error:
            yield error


def _blocks(content: str) -> Iterator[tuple[int, list[str]]]:
    """The runs of lines between blank ones, with the first one's number; comments left out."""
    block: list[str] = []
    start = 0
    for number, line in enumerate([*content.split("\n"), ""], start=1):
        if line.strip():
            if not block:
                if line.startswith("#"):
                    continue
                start = number
            block.append(line)
        elif block:
            yield start, block
            block = []


@dataclass(frozen=True, slots=True)
class _Place:
    name: str
    line: int

    def error(self, message: str, *, below: int = 0) -> CorpusError:
        return CorpusError(f"{self.name}:{self.line + below}: {message}")


def _parse_block(lines: list[str], place: _Place) -> Passage:
    style, script, converted, negative = _parse_header(lines[0], place)
    first_triple = next(
        (i for i, line in enumerate(lines[1:], start=1) if _TRIPLE_LIKE.match(line)), len(lines)
    )
    text_lines, triple_lines = lines[1:first_triple], lines[first_triple:]
    if not text_lines:
        raise place.error("no text below the header")
    for below, line in enumerate(text_lines, start=1):
        if line.startswith("@ "):
            raise place.error(
                "a header inside a passage: leave a blank line before it", below=below
            )
    if bool(triple_lines) == bool(negative):
        raise place.error(
            "a passage with triples has no neg=…"
            if negative
            else "a passage without triples says why by neg=…: " + " ".join(NEGATIVES)
        )
    text, mentions, qualifiers = _parse_text(text_lines, len(triple_lines), place)
    bare = Passage(
        text=text,
        style=style,
        script=script,
        converted=converted,
        negative=negative,
        mentions=mentions,
        qualifiers=qualifiers,
        triples=(),
        where=f"{place.name}:{place.line}",
    )
    _check_numbers(mentions, place)
    triples = tuple(
        _parse_triple(line, bare, place, below=first_triple + i)
        for i, line in enumerate(triple_lines)
    )
    return bare.with_triples(triples)


def _parse_header(line: str, place: _Place) -> tuple[str, str, bool, str]:
    words = line.split()
    if words[0] != "@" or len(words) < 3:
        raise place.error("expected a header such as '@ wire hant' or '@ wire hans neg=lawsuit'")
    style, script, *options = words[1:]
    if style not in STYLES:
        raise place.error(f"unknown style {style!r}; there are: {' '.join(STYLES)}")
    if script not in SCRIPT_WORDS:
        raise place.error(f"unknown script {script!r}; there are: {' '.join(SCRIPT_WORDS)}")
    negative = ""
    for option in options:
        if option.startswith("neg="):
            negative = option.removeprefix("neg=")
            if negative not in NEGATIVES:
                raise place.error(f"unknown neg={negative}; there are: {' '.join(NEGATIVES)}")
        elif option != CONVERTED:
            raise place.error(f"unknown option {option!r}; there are: {CONVERTED}, neg=…")
    return style, SCRIPT_WORDS[script], CONVERTED in options, negative


def _parse_text(
    lines: list[str], triple_count: int, place: _Place
) -> tuple[str, tuple[NamedSpan, ...], tuple[QualifierSpan, ...]]:
    text: list[str] = []
    mentions: list[NamedSpan] = []
    qualifiers: list[QualifierSpan] = []
    opened = -1
    label = False
    below = 1
    written = iter("\n".join(lines))
    labelled: list[str] = []
    for character in written:
        if character == "\n":
            below += 1
            if opened >= 0:
                raise place.error("a '[' is not closed on its line", below=below - 1)
        if character == "\\":
            escaped = next(written, "")
            if escaped not in _ESCAPED and not escaped.isdecimal():
                raise place.error(f"nothing to escape in '\\{escaped}'", below=below)
            text.append("\n" if escaped == "n" else escaped)
        elif character == "[":
            if opened >= 0:
                raise place.error("a '[' inside a mark; a literal one is '\\['", below=below)
            opened = len(text)
        elif character == "|" and opened >= 0 and not label:
            label = True
        elif character == "]" and opened >= 0:
            if not label:
                raise place.error(
                    f"{''.join(text[opened:])!r}: a mark is [name|label]", below=below
                )
            span = RawSpan(opened, len(text))
            mark = _parse_label("".join(labelled), span, triple_count, place, below)
            if span.start == span.end or "".join(text[opened:]).strip() != "".join(text[opened:]):
                raise place.error("a mark is empty or begins or ends with a blank", below=below)
            if isinstance(mark, NamedSpan):
                mentions.append(mark)
            else:
                qualifiers.append(mark)
            opened, label, labelled = -1, False, []
        elif label:
            labelled.append(character)
        else:
            text.append(character)
    if opened >= 0:
        raise place.error("a '[' is not closed on its line", below=below)
    return "".join(text), tuple(mentions), tuple(qualifiers)


def _parse_label(
    label: str, span: RawSpan, triple_count: int, place: _Place, below: int
) -> NamedSpan | QualifierSpan:
    match = _LABEL.match(label)
    name, number = match.groups() if match else ("", None)
    if name in ENTITY_TYPES:
        if number is None or not number.isdigit():
            raise place.error(f"{label!r}: give the entity's number, as in company:1", below=below)
        return NamedSpan(span, name, int(number))
    if name not in QUALIFIERS:
        labels = " ".join((*ENTITY_TYPES, *QUALIFIERS))
        raise place.error(f"unknown label {label!r}; there are: {labels}", below=below)
    if number is None:
        if triple_count > 1:
            raise place.error(
                f"{label!r}: say of which triples, as in {name}:1,2 or {name}:* or {name}:-",
                below=below,
            )
        places: tuple[int, ...] = tuple(range(triple_count))
    elif number == "*":
        places = tuple(range(triple_count))
    elif number == "-":
        places = ()
    else:
        try:
            places = places_of(number)
        except ValueError:
            raise place.error(f"{label!r}: expected numbers such as 1,2", below=below) from None
        if not all(0 <= p < triple_count for p in places):
            raise place.error(f"{label!r}: the passage has {triple_count} triples", below=below)
    return QualifierSpan(span, name, places)


def _check_numbers(mentions: tuple[NamedSpan, ...], place: _Place) -> None:
    types: dict[int, str] = {}
    for mention in mentions:
        if types.setdefault(mention.entity, mention.type) != mention.type:
            raise place.error(f"entity {mention.entity} is given two types")


def _parse_triple(line: str, passage: Passage, place: _Place, *, below: int) -> StatedTriple:
    match = _TRIPLE.match(line)
    if not match:
        raise place.error(
            "expected a triple such as '1 buy 2 planned' or '1 buy 2 actual s1,2'", below=below
        )
    head, relation, tail, status = int(match[1]), match[2], int(match[3]), match[4]
    if relation not in RELATIONS:
        raise place.error(f"unknown relation {relation!r}: {' '.join(RELATIONS)}", below=below)
    if status not in STATUSES:
        raise place.error(f"unknown status {status!r}: {' '.join(STATUSES)}", below=below)
    for number in (head, tail):
        if number not in passage.types:
            raise place.error(f"no mention has number {number}", below=below)
    head_type, tail_type = passage.types[head], passage.types[tail]
    if head == tail or not admits(relation, head_type, tail_type):
        raise place.error(
            f"{relation} does not hold from {head_type} {head} to {tail_type} {tail}", below=below
        )
    if match[5]:
        sentences = tuple(sorted(places_of(match[5].strip()[1:])))
        if not all(0 <= n < len(passage.sentences) for n in sentences):
            raise place.error(f"the text has {len(passage.sentences)} sentences", below=below)
    else:
        sentences = evidence_of(passage, head, tail)
        if not sentences:
            raise place.error(
                "no sentence names both: say which state it, as in "
                f"'{head} {relation} {tail} {status} s1,2'",
                below=below,
            )
    return StatedTriple(head, relation, tail, status, sentences)


def render(passage: Passage) -> str:
    """The passage in the inline format; parsing it gives the passage back."""
    words = ["@", passage.style, passage.script.lower()]
    if passage.converted:
        words.append(CONVERTED)
    if passage.negative:
        words.append(f"neg={passage.negative}")
    lines = [" ".join(words), _render_text(passage)]
    lines += [line_of(passage, triple) for triple in passage.triples]
    return "\n".join(lines) + "\n"


def _render_text(passage: Passage) -> str:
    marks = [(m.span, f"{m.type}:{m.entity}") for m in passage.mentions]
    marks += [(q.span, _qualifier_label(q, passage)) for q in passage.qualifiers]
    pieces: list[str] = []
    at = 0
    for span, label in sorted(marks):
        name = _escape(span.of(passage.text)).replace("|", "\\|").replace("]", "\\]")
        name = name.replace("\n", "\\n")
        pieces += [_escape(passage.text[at : span.start]), f"[{name}|{label}]"]
        at = span.end
    pieces.append(_escape(passage.text[at:]))
    lines: list[str] = []
    for line in "".join(pieces).split("\n"):
        if lines and not (line.strip() and lines[-1].strip()):  # a blank line would end the passage
            lines[-1] += "\\n" + line
        else:
            lines.append(line)
    return "\n".join(
        "\\" + line if line.startswith("@ ") or _TRIPLE_LIKE.match(line) else line for line in lines
    )


def _qualifier_label(qualifier: QualifierSpan, passage: Passage) -> str:
    if len(passage.triples) == 1 and qualifier.triples:
        return qualifier.name
    return f"{qualifier.name}:{numbered(qualifier.triples) or '-'}"


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("[", "\\[")
