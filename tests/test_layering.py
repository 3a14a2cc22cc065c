"""Which part of the package may know which other, and what a start may load."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "pipeline"
FOUNDATION = frozenset(
    {"dictionary", "errors", "files", "offsets", "resources", "run_folder", "schema", "types"}
)
# Downstream order: each knows the foundation and what stands before it.
STAGES = ("cleaning", "model", "entities", "relations", "triples", "extractor", "batch")
MAY_IMPORT: dict[str, frozenset[str]] = {
    **dict.fromkeys(FOUNDATION, FOUNDATION),
    **{stage: FOUNDATION | set(STAGES[:place]) for place, stage in enumerate(STAGES)},
    # The registry's matches are hints to the encoder; of the task it knows nothing.
    "model": FOUNDATION | {"cleaning", "entities"},
    "evaluation": FOUNDATION | {"corpus"},
    "corpus": FOUNDATION | {"cleaning", "entities", "relations"},
    # What reads runs knows none of the stages that made them.
    "frames": FOUNDATION,
    "graph": FOUNDATION,
    "report": FOUNDATION | {"cleaning", "evaluation", "graph"},
    "spacy": FOUNDATION | {"extractor"},
    "training": FOUNDATION | {"cleaning", "corpus", "entities", "evaluation", "model"},
    "cli": FOUNDATION | {*STAGES, "corpus", "evaluation", "frames", "graph", "report", "training"},
    # Its public names; the extractor only when asked for.
    "__init__": frozenset({"errors", "types", "extractor", "frames"}),
}
HEAVY = ("torch", "transformers", "ray", "spacy", "pandas", "onnx")
DELAYED = ("opencc", "ahocorasick", "jieba", "typer")

MODULES = sorted(PACKAGE.rglob("*.py"))
everywhere = pytest.mark.parametrize(
    "module", MODULES, ids=[path.relative_to(PACKAGE).as_posix() for path in MODULES]
)


def part_of(module: Path) -> str:
    """The stage, or the module straight below the package, that `module` belongs to."""
    return module.relative_to(PACKAGE).with_suffix("").parts[0]


def imported_parts(module: Path) -> Iterator[str]:
    """The parts of the package that `module` imports, wherever in the file, for types or late."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module.name}:{node.lineno}: a relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            package, _, rest = name.partition(".")
            if package == "pipeline" and rest != "__version__":
                yield rest.split(".")[0]


@everywhere
def test_a_module_imports_only_what_stands_before_it(module: Path) -> None:
    part = part_of(module)
    assert part in MAY_IMPORT, f"{part} is new: say in MAY_IMPORT what it may know"
    assert set(imported_parts(module)) <= MAY_IMPORT[part] | {part}


def exits_or_prints(module: Path) -> Iterator[int]:
    """The lines of `module` that print or end the process."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Name) and node.id in ("print", "exit", "quit", "SystemExit"):
            yield node.lineno
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and (node.value.id, node.attr)
            in {("sys", "exit"), ("os", "_exit"), ("sys", "stdout"), ("sys", "stderr")}
        ):
            yield node.lineno


@everywhere
def test_only_the_command_prints_or_exits(module: Path) -> None:
    if part_of(module) == "cli":
        assert list(exits_or_prints(module))
    else:
        assert list(exits_or_prints(module)) == []


def loaded_after(code: str) -> set[str]:
    """The top-level modules in a fresh interpreter that has run `code`."""
    report = "import json, sys; print(json.dumps([name.split('.')[0] for name in sys.modules]))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{report}"],
        cwd=PACKAGE.parent,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_an_extraction_loads_none_of_the_heavy_packages() -> None:
    code = (
        "import pipeline.extractor, pipeline.batch\n"
        "extraction = pipeline.extractor.Extractor.load()('软银去年收购了Graphcore。')\n"
        "assert extraction.entities"
    )
    loaded = loaded_after(code)
    assert "opencc" in loaded
    assert loaded.isdisjoint(HEAVY)


def test_the_package_alone_loads_no_dictionary_and_no_command_line() -> None:
    assert loaded_after("import pipeline").isdisjoint((*HEAVY, *DELAYED))


def test_the_extractor_is_a_public_name_of_the_package_all_the_same() -> None:
    assert "opencc" in loaded_after("from pipeline import Extractor")
