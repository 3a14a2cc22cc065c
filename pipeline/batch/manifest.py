"""What a run folder says of itself: what it is made of, and so whether it may be continued.

`parts/plan.json` comes first and `manifest.json` last of all; both hold the plan, which names all
that decides the output but the input.
"""

from __future__ import annotations

import fcntl
import hashlib
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import orjson

from pipeline import __version__, resources
from pipeline.batch.parts import Counts, part_files, sync, writing
from pipeline.errors import RunError
from pipeline.files import PARTIAL, sync_path
from pipeline.run_folder import ARTICLES_NAME, PARTS_NAME, PLAN_NAME, REJECTS_NAME, TRIPLES_NAME
from pipeline.run_folder import MANIFEST_NAME as MANIFEST
from pipeline.schema import JSON_SCHEMAS, SCHEMA_VERSION

OUTPUTS = (TRIPLES_NAME, ARTICLES_NAME, REJECTS_NAME)
PARTS = PARTS_NAME
PLAN = PLAN_NAME
LOCK = "lock"
SCHEMA_FOLDER = "schemas"

# `is_locked` holds the lock for a moment, too.
_LOCK_TRIES = 5
_LOCK_SECONDS = 0.05

# The last is what `zongheng report` puts beside them.
_FILES = (MANIFEST, *OUTPUTS, "report.html")
_OURS = frozenset({*_FILES, *(name + PARTIAL for name in _FILES), SCHEMA_FOLDER, PARTS})
_PART_FILE = re.compile(r"\d{5,}\.jsonl|plan\.json|progress\.json|lock|.*\.partial")
_DIGEST = re.compile("[0-9a-f]{64}")

# What of a plan is not the user's choice.
_SHIPPED = ("schema", "zongheng", "code_sha256", "registry_sha256", "character_model_sha256")

Plan = dict[str, Any]


def make_plan(settings: dict[str, Any]) -> Plan:
    """All that decides what comes of an input: `settings`, and what ships with the package."""
    package = Path(__file__).parents[1]
    code = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        code.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes())
    plan = {
        "schema": SCHEMA_VERSION,
        "zongheng": __version__,
        "code_sha256": code.hexdigest(),
        "registry_sha256": folder_digest(resources.find("registry"), "*.jsonl"),
        "character_model_sha256": folder_digest(resources.find("char-trigram"), "*"),
        "settings": settings,
    }
    found: Plan = orjson.loads(orjson.dumps(plan))
    return found


def folder_digest(folder: Path, pattern: str) -> str:
    """sha256 over the names and contents of the files in `folder` that match; `folder` may be one
    file."""
    total = hashlib.sha256()
    for path in [folder] if folder.is_file() else sorted(folder.glob(pattern)):
        total.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


@contextmanager
def opened(out: Path, plan: Plan, *, fresh: bool) -> Iterator[Path]:
    """The folder of the parts of the run in `out`, for this process alone; what is there of another
    driver's parts in the making is dropped, and with `fresh` all that is there.

    Raises RunError where `out` holds something else than a run, or one with another plan, or one
    that another process is writing.
    """
    check_folder(out)
    parts = out / PARTS
    with ExitStack() as stack:
        with writing(out):
            parts.mkdir(parents=True, exist_ok=True)
            stack.enter_context(_locked(parts / LOCK, out))
            if fresh:
                _clear(out)
            check_plan(out, plan)
            for path in parts.glob("*" + PARTIAL):
                path.unlink()
            _write(parts / PLAN, plan)
        yield parts


def check_folder(out: Path) -> None:
    """Raises RunError where `out` is, or holds, something that no run wrote."""
    with writing(out):
        if out.exists() and not out.is_dir():
            raise RunError(f"{out} is a file; --out names a folder")
        names = {path.name for path in out.iterdir()} if out.is_dir() else set()
        strange = names - _OURS
        if MANIFEST in names and not _is_our_manifest(out / MANIFEST):
            strange.add(MANIFEST)
        if PARTS in names:
            inside = (path.name for path in (out / PARTS).iterdir())
            strange.update(f"{PARTS}/{name}" for name in inside if not _PART_FILE.fullmatch(name))
    if strange:
        raise RunError(
            f"{out} holds files that no run wrote ({', '.join(sorted(strange)[:3])}); "
            "choose an empty folder as --out"
        )


def check_plan(out: Path, plan: Plan) -> None:
    """Raises RunError, naming what differs, where the run in `out` has another plan; one of which
    no part is done has nothing to lose."""
    before = read_manifest(out)
    if not before and part_files(out / PARTS):
        before = _read(out / PARTS / PLAN)
    if not before:
        return
    old, new = _flat(before), _flat(plan)
    names = [name for name in new if new[name] != old.get(name)]
    if names:
        changes = ", ".join(
            f"{name} (was {_told(old.get(name))}, now {_told(new[name])})" for name in names
        )
        raise RunError(
            f"the run in {out} was made with other settings: {changes}; "
            "add --fresh to replace it, or choose another --out"
        )


def holds_run(folder: Path) -> bool:
    """Whether `folder` is that of a run, finished or not."""
    return _is_our_manifest(folder / MANIFEST) or _is_our_manifest(folder / PARTS / PLAN)


def read_manifest(out: Path) -> dict[str, Any] | None:
    """The manifest of the finished run in `out`; None where there is none."""
    return _read(out / MANIFEST) if _is_our_manifest(out / MANIFEST) else None


def drop_parts(out: Path) -> None:
    """Remove what a stop right behind the manifest left of the parts of the run in `out`."""
    if not is_locked(out):
        shutil.rmtree(out / PARTS, ignore_errors=True)


def input_changed(out: Path) -> RunError:
    """What to tell where the run in `out` was begun with another input."""
    return RunError(
        f"the input has changed since the run in {out} was begun; "
        "add --fresh to replace it, or choose another --out"
    )


def finish(out: Path, plan: Plan, counts: Counts, input_sha256: str) -> None:
    """Write schemas and manifest, by which the run in `out` is finished, and remove its parts."""
    folder = out / SCHEMA_FOLDER
    folder.mkdir(exist_ok=True)
    for name in ("triples", "articles", "rejects"):
        schema = orjson.dumps(JSON_SCHEMAS[name], option=orjson.OPT_INDENT_2)
        (folder / f"{name}.schema.json").write_bytes(schema)
    manifest = {
        **plan,
        "input_sha256": input_sha256,
        "counts": {
            "items": counts.items,
            "articles": counts.articles,
            "rejected": counts.rejected,
            "characters": counts.characters,
            "mentions": counts.mentions,
            "triples": counts.triples,
            "rejects": dict(sorted(counts.rejects.items())),
        },
        "outputs": {name: _file_digest(out / name) for name in OUTPUTS},
    }
    _write(out / MANIFEST, manifest)
    # A network folder may keep the lock's file until it is closed; the next call removes it.
    shutil.rmtree(out / PARTS, ignore_errors=True)


def is_locked(out: Path) -> bool:
    """Whether a process is writing the run in `out`."""
    try:
        with (out / PARTS / LOCK).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        pass
    return False


@contextmanager
def _locked(path: Path, out: Path) -> Iterator[None]:
    with path.open("ab") as lock:
        for left in reversed(range(_LOCK_TRIES)):
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not left:
                    raise RunError(
                        f"another process is writing the run in {out}; wait for it "
                        "(zongheng status), or choose another --out"
                    ) from None
            time.sleep(_LOCK_SECONDS)
        # The lock goes with the process, however it ends.
        yield


def _clear(out: Path) -> None:
    """Remove all of a run but its lock."""
    # The manifest goes first: what a stop in between leaves must not look like a finished run.
    for name in (MANIFEST, *sorted(_OURS - {MANIFEST, PARTS, SCHEMA_FOLDER})):
        (out / name).unlink(missing_ok=True)
    shutil.rmtree(out / SCHEMA_FOLDER, ignore_errors=True)
    (out / PARTS / PLAN).unlink(missing_ok=True)
    for path in (out / PARTS).iterdir():
        if path.name != LOCK:
            path.unlink()


def _is_our_manifest(path: Path) -> bool:
    manifest = _read(path)
    return isinstance(manifest, dict) and "zongheng" in manifest


def _read(path: Path) -> Any:
    try:
        return orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return None


def _write(path: Path, content: Any) -> None:
    partial = path.with_name(path.name + PARTIAL)
    with partial.open("wb") as file:
        file.write(orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        sync(file)
    partial.rename(path)
    sync_path(path.parent)


def _file_digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _flat(plan: Plan) -> dict[str, Any]:
    return {name: plan.get(name) for name in _SHIPPED} | dict(plan.get("settings", {}))


def _told(value: Any) -> str:
    """`value` as people compare it: a digest by its beginning."""
    if value is None:
        return "unknown"
    shown = value if isinstance(value, str) and value else orjson.dumps(value).decode()
    return _DIGEST.sub(lambda digest: digest[0][:12], shown)
