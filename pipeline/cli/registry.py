"""`zongheng registry`: names looked up, checked, and added to a file of one's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.app import registry_app
from pipeline.cli.terminal import safe
from pipeline.errors import InputError
from pipeline.schema import CHIP, COMPANY, ENTITY_TYPES, PERSON

if TYPE_CHECKING:
    from pipeline.entities.registry import Line

Registries = Annotated[
    list[Path] | None,
    typer.Option(help="Your own registry: a *.jsonl or a folder of them; may be repeated."),
]


@registry_app.command("find")
def find(
    name: Annotated[str, typer.Argument(help="A name or a part of one, in any script.")],
    registry: Registries = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Whole records, as one JSON list.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, help="How many records to show.")] = 20,
) -> None:
    """Look a name up: records that bear it, then those with a name that begins with or holds it.

    Examples:

        zongheng registry find 輝達

        zongheng registry find "rtx 40" --limit 50

        zongheng registry find 苹果 --json
    """
    from pipeline.cleaning.script import converter
    from pipeline.entities.registry import read_lines
    from pipeline.entities.registry_files import matching

    lines = [*shipped(), *read_lines(registry or ())]
    found = matching(lines, name, converter().simplify)
    if as_json:
        print(json.dumps(found[:limit], ensure_ascii=False, indent=1))
        return
    if not found:
        raise InputError(f"no name is or holds {name!r}; zongheng registry add puts it in a file")
    _print_records(found[:limit])
    if len(found) > limit:
        print(f"{len(found) - limit} more; --limit {len(found)} shows all")


@registry_app.command("verify")
def verify(
    registry: Registries = None,
) -> None:
    """Check registry files; ours when none is given.

    Format, order and ids; names that two entities claim, one entity under two ids; characters of
    the wrong script; names of one character or that are ordinary words and not marked ambiguous;
    makers and companies that no record has. Your own files are checked together with ours.

    Examples:

        zongheng registry verify

        zongheng registry verify --registry my.jsonl
    """
    from pipeline.cleaning.script import converter
    from pipeline.entities.registry import read_lines
    from pipeline.entities.registry_checks import faults

    known = shipped() if registry else []
    lines = list(read_lines(registry)) if registry else shipped()
    found = faults(lines, script=converter(), known=known)
    if found:
        raise InputError("\n".join([*map(str, found), f"{len(found)} faults"]))
    counts = {kind: sum(line.entry.get("type") == kind for line in lines) for kind in ENTITY_TYPES}
    blocked = sum("id" not in line.entry for line in lines)
    counted = ", ".join(f"{count:,} × {kind}" for kind, count in counts.items())
    print(f"sound: {counted}, {blocked:,} × blocked name")


@registry_app.command("add")
def add(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Names, told apart by their script; further ones become aliases."),
    ] = None,
    registry: Annotated[
        Path | None, typer.Option(help="Your own file (*.jsonl), made when it is not there.")
    ] = None,
    kind: Annotated[str, typer.Option("--type", help="company, person or chip.")] = COMPANY,
    zh_hans: Annotated[str, typer.Option(help="Simplified Chinese name.")] = "",
    zh_hant: Annotated[str, typer.Option(help="Traditional one, as Taiwan writes it.")] = "",
    zh_hk: Annotated[str, typer.Option(help="Hong Kong's, where it differs.")] = "",
    en: Annotated[str, typer.Option(help="English name.")] = "",
    alias: Annotated[list[str] | None, typer.Option(help="Further name; repeatable.")] = None,
    nickname: Annotated[list[str] | None, typer.Option(help="As 鹅厂; repeatable.")] = None,
    ticker: Annotated[list[str] | None, typer.Option(help="As NVDA; repeatable.")] = None,
    ambiguous: Annotated[
        list[str] | None,
        typer.Option(help="'NAME=what else it means', in a few English words; repeatable."),
    ] = None,
    maker: Annotated[str, typer.Option(help="Of a chip: the id of its company.")] = "",
    company: Annotated[str, typer.Option(help="Of a person: the id of the company.")] = "",
    entity_id: Annotated[str, typer.Option("--id", help="Made of the name when not given.")] = "",
    force: Annotated[
        bool, typer.Option("--force", help="Replace a record of the same id; allow shared names.")
    ] = False,
) -> None:
    """Add a company, person or chip to a file of your own; ours are never written to.

    A name that is taken is refused, unless it is marked with --ambiguous or --force is given. Use
    the file with `zongheng run --registry my.jsonl`.

    Examples:

        zongheng registry add 星川芯片 Xingchuan --alias 星川 --registry my.jsonl

        zongheng registry add --type chip --en XC100 --maker company:xingchuan --registry my.jsonl

        zongheng registry add 远山 --ambiguous '远山=distant hills' --registry my.jsonl
    """
    from pipeline.cleaning.script import converter
    from pipeline.entities.registry_files import new_record

    path = own_file(registry)
    if kind not in ENTITY_TYPES:
        raise InputError(f"--type {kind}: unknown; there are: {', '.join(ENTITY_TYPES)}")
    if (maker and kind != CHIP) or (company and kind != PERSON):
        raise InputError("--maker is for chips, --company for people")
    script = converter()
    record = new_record(
        kind,
        names or [],
        {
            **{"id": entity_id, "zh_hans": zh_hans, "zh_hant": zh_hant, "zh_hk": zh_hk, "en": en},
            **{"aliases": alias, "nicknames": nickname, "tickers": ticker},
            **{"ambiguous": _senses(ambiguous or []), "maker": maker, "company": company},
        },
        simplify=script.simplify,
        traditional=script.traditional,
    )
    _put(record, path, force=force)
    print(f"{record['id']} → {safe(str(path))}")


def own_file(path: Path | None, option: str = "--registry") -> Path:
    """`path`, given as `option`, if it may name a registry file of the user's."""
    if path is None:
        raise InputError(f"name your own file: {option} my.jsonl")
    if path.suffix != ".jsonl" or path.is_dir():
        raise InputError(f"{path}: {option} names a file that ends in .jsonl")
    if not path.parent.is_dir():
        raise InputError(f"{path.parent}: no such folder; make it first")
    if path.resolve().parent == _shipped_folder().resolve():
        raise InputError(f"{path} is one of our own files; name a file of yours")
    return path


def _senses(pairs: list[str]) -> dict[str, str]:
    senses: dict[str, str] = {}
    for pair in pairs:
        name, _, sense = pair.partition("=")
        if not name.strip() or not sense.strip():
            raise InputError(f"--ambiguous {pair!r}: write 'NAME=what else it means'")
        senses[name.strip()] = sense.strip()
    return senses


def _put(record: dict[str, Any], path: Path, *, force: bool) -> None:
    """Write `record` into the user's file, if nothing is wrong with it."""
    from pipeline.cleaning.script import converter
    from pipeline.entities.registry import Line, read_lines
    from pipeline.entities.registry_checks import faults
    from pipeline.entities.registry_files import put

    ours = shipped()
    own = list(read_lines([path])) if path.exists() else []
    taken = [line.place for line in [*ours, *own] if line.entry.get("id") == record["id"]]
    if taken and not force:
        raise InputError(
            f"{record['id']} is already in {taken[-1]}; choose another --id, "
            "or add --force to put yours in its place"
        )
    line = Line(path, len(own) + 1, record)
    known = [other for other in [*ours, *own] if other.entry.get("id") != record["id"]]
    found = faults([line], script=converter(), known=known)
    if force:
        found = [fault for fault in found if not fault.shared]
    if found:
        raise InputError("not added: " + "\n".join(fault.text for fault in found))
    try:
        put([record], path)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}") from error


def _shipped_folder() -> Path:
    from pipeline import resources

    return resources.find("registry")


def shipped() -> list[Line]:
    """The records that ship with the package."""
    from pipeline.entities.registry import read_lines

    return list(read_lines([_shipped_folder()]))


def _print_records(records: list[dict[str, Any]]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("id", no_wrap=True)
    for title in ("zh-Hans", "zh-Hant", "en", "other names", "of", "also means"):
        table.add_column(title, overflow="fold")
    for record in records:
        table.add_row(*(safe(cell) for cell in _cells(record)))
    Console(highlight=False, markup=False, emoji=False).print(table)


def _cells(record: dict[str, Any]) -> tuple[str, ...]:
    hong_kong = record.get("zh_hk", "")
    others = [*record["aliases"], *record.get("nicknames", []), *record.get("tickers", [])]
    marked = record["ambiguous"]
    senses = marked.items() if isinstance(marked, dict) else ((name, "?") for name in marked)
    return (
        record["id"],
        record["zh_hans"],
        record["zh_hant"] + (f" (HK {hong_kong})" if hong_kong else ""),
        record["en"],
        ", ".join(others),
        record.get("maker", "") or record.get("company", ""),
        ", ".join(f"{name}: {sense}" for name, sense in senses),
    )
