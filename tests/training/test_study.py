"""Variants of one recipe on a tiny encoder: same steps, compared on dev and on real passages. Needs
the extra `train`."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("matplotlib")

from safetensors.torch import load_file  # noqa: E402

from pipeline import resources  # noqa: E402
from pipeline.entities.registry import load_registry  # noqa: E402
from pipeline.errors import InputError  # noqa: E402
from pipeline.training.config import (  # noqa: E402
    ModelConfig,
    load_config,
    load_study,
    with_defaults,
)
from pipeline.training.data import TrainingData, load_data  # noqa: E402
from pipeline.training.examples import OURS, Example  # noqa: E402
from pipeline.training.sources import is_held_out  # noqa: E402
from pipeline.training.study import (  # noqa: E402
    curve_variants,
    load_real,
    markdown,
    run_study,
    training_triples,
)
from pipeline.training.train import (  # noqa: E402
    Step,
    find_names,
    run_training,
)
from tests.command import Command  # noqa: E402
from tests.training.killing import Killed, killed_at  # noqa: E402

# The width of this encoder's auxiliary head is nought, at which torch warns.
pytestmark = [pytest.mark.full, pytest.mark.filterwarnings("ignore::UserWarning")]

PASSAGE = """@ wire hans
[远山|company:1]{}宣布收购[青穹|company:2]，此前它入股了[白鹭|company:3]。
1 buy 2 actual
1 invest 3 actual
"""
PASSAGES = "\n".join(PASSAGE.format(when) for when in ("", "昨日", "今日", "上周", "去年", "再次"))
STUDY = """
[data]
finre = 0

[training]
steps = 3
batch_tokens = 60
checkpoint_minutes = 0.0
spurious_from_epoch = 0

[variants.all]

[variants.half.data]
part = 0.5

[variants.no-real.data]
real = 0

[variants.no-registry.model]
hints = false
"""


def real_record(source: str) -> dict[str, object]:
    return {
        "text": f"远山收购青穹。{source}", "source": source,
        "mentions": [
            {"start": 0, "end": 2, "type": "company", "entity": 1},
            {"start": 4, "end": 6, "type": "company", "entity": 2},
        ],
        "triples": [{"head": 1, "relation": "buy", "tail": 2, "status": "actual"}],
    }  # fmt: skip


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """On so small an encoder two threads wait for each other more than they work."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def public(tmp_path: Path) -> Path:
    """A folder of public sets: three real passages to learn from, one that is kept out."""
    sources = [f"s{number}" for number in range(40)]
    learned = [source for source in sources if not is_held_out(source)][:3]
    kept_out = [source for source in sources if is_held_out(source)][:1]
    folder = tmp_path / "public"
    (folder / "real").mkdir(parents=True)
    lines = [json.dumps(real_record(source)) for source in learned + kept_out]
    (folder / "real/passages.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


@pytest.fixture
def passages(tmp_path: Path) -> Path:
    path = tmp_path / "mine.passages"
    path.write_text(PASSAGES, encoding="utf-8")
    return path


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "study.toml"
    path.write_text(STUDY, encoding="utf-8")
    return path


def test_the_command_trains_each_variant_once_and_compares_them(
    zongheng: Command, backbone: Path, passages: Path, public: Path, config: Path, tmp_path: Path
) -> None:
    out = tmp_path / "study"
    folders = {"--data": public, "--out": out, "--backbone": backbone}
    files = {"--corpus": passages, "--dev": passages}
    options = [str(part) for option in {**folders, **files}.items() for part in option]
    command = ("study", str(config), *options, "--threads", "1")
    done = zongheng(*command)
    assert done.status == 0, done.err
    assert "no-registry (4/4) triple F1 dev 0." in done.err
    with (out / "study.csv").open(encoding="utf-8") as file:
        rows = {row["variant"]: row for row in csv.DictReader(file)}
    assert list(rows) == ["all", "half", "no-real", "no-registry"]
    assert {row["steps"] for row in rows.values()} == {"3"}
    assert rows["all"]["training_triples"] == "15"
    assert rows["no-real"]["training_triples"] == "12"
    assert int(rows["half"]["training_triples"]) < 15
    assert (out / "curve.png").read_bytes().startswith(b"\x89PNG")
    assert "| no-real | 12 |" in done.out
    logs = {path: path.read_bytes() for path in out.glob("*/log.jsonl")}
    again = zongheng(*command)
    assert again.out == done.out
    assert {path: path.read_bytes() for path in out.glob("*/log.jsonl")} == logs


def test_variants_start_from_a_training_of_public_sets_alone(
    zongheng: Command, backbone: Path, passages: Path, public: Path, config: Path, tmp_path: Path
) -> None:
    common = [
        "--data", str(public), "--backbone", str(backbone), "--threads", "1",
        "--corpus", str(passages), "--dev", str(passages),
    ]  # fmt: skip
    (public / "finre").mkdir()
    (public / "finre/train.tsv").write_text(
        "远山\t青穹\t收购\t远山宣布收购青穹。\n", encoding="utf-8"
    )
    starts = {"others": "corpus = 0\nreal = 0", "own": "corpus = 1\nreal = 0"}
    for name, shown in starts.items():
        recipe = tmp_path / f"{name}.toml"
        recipe.write_text(f"[data]\n{shown}\n[training]\nsteps = 1\n", encoding="utf-8")
        out = str(tmp_path / name)
        assert zongheng("train", "--config", str(recipe), "--out", out, *common).status == 0
    study = ("study", str(config), "--out", str(tmp_path / "study"), *common, "--start-from")
    refused = zongheng(*study, str(tmp_path / "own"))
    assert refused.status == 1
    assert "a study starts from public sets alone, and this training had corpus" in refused.err
    done = zongheng(*study, str(tmp_path / "others"))
    assert done.status == 0, done.err
    manifest = json.loads((tmp_path / "study/all/manifest.json").read_text("utf-8"))
    assert manifest["start_from"]


def test_a_training_of_given_steps_scores_dev_once_at_its_end(
    backbone: Path, passages: Path, config: Path, tmp_path: Path
) -> None:
    settings = load_study(config).variants["all"]
    many = replace(settings, training=replace(settings.training, steps=8, patience=1))
    data = load_data([passages], [passages], None)
    seen: list[Step] = []
    run_training(many, data, str(backbone), tmp_path / "run", progress=seen.append)
    assert seen[0].batches < 8, "more than one epoch is wanted"
    assert [step.position.step for step in seen if step.scores] == [8]
    assert len(seen) == 9
    assert run_training(many, data, str(backbone), tmp_path / "run") is None


@pytest.mark.parametrize("killed", [2, 8])
def test_a_training_of_given_steps_that_was_killed_ends_with_the_same_weights(
    killed: int, backbone: Path, passages: Path, config: Path, tmp_path: Path
) -> None:
    settings = load_study(config).variants["all"]
    many = replace(settings, training=replace(settings.training, steps=8))
    data = load_data([passages], [passages], None)
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    run_training(many, data, str(backbone), whole)
    with pytest.raises(Killed):
        run_training(many, data, str(backbone), broken, progress=killed_at(killed))
    last = run_training(many, data, str(backbone), broken)
    assert last is not None
    assert last.scores
    one, other = (load_file(folder / "best.safetensors") for folder in (whole, broken))
    assert all(torch.allclose(one[name], other[name], atol=1e-4) for name in one)


def test_a_variant_whose_scores_were_not_written_is_scored_and_not_trained(
    backbone: Path, passages: Path, public: Path, config: Path, tmp_path: Path
) -> None:
    study, out = load_study(config), tmp_path / "study"
    study = replace(study, variants={"all": study.variants["all"]})
    data, real = load_data([passages], [passages], public), load_real(public)
    before = run_study(study, data, real, str(backbone), out)
    (out / "all/scores.json").unlink()
    trained: list[Step] = []
    after = run_study(
        study, data, real, str(backbone), out, progress=lambda _, step: trained.append(step)
    )
    assert (after, trained) == (before, [])
    assert markdown(after).count("\n") == 2


def test_a_smaller_part_of_the_data_is_in_every_larger_one() -> None:
    def example(number: int) -> Example:
        return Example(f"第{number}条", (), {(1, "buy", 2): ""}, OURS, None, {}, "corpus")

    many = tuple(example(number) for number in range(400))
    data = TrainingData({"corpus": many, "finre": many}, many, {})
    parts = [data.part(share).train["corpus"] for share in (0.125, 0.25, 0.5, 1.0)]
    for smaller, larger in pairwise(parts):
        assert {e.text for e in smaller} < {e.text for e in larger}
    assert 30 <= len(parts[0]) <= 70
    assert parts[-1] == many
    assert data.part(0.125).train["finre"] == many
    assert data.part(0.125).dev == many


def test_triples_of_sets_that_are_not_shown_do_not_count(
    passages: Path, public: Path, config: Path
) -> None:
    data, variants = load_data([passages], [passages], public), load_study(config).variants
    assert training_triples(data, variants["all"]) == 15
    assert training_triples(data, variants["no-real"]) == 12


def test_without_hints_no_name_is_found() -> None:
    registry = load_registry([resources.find("registry")], str)
    assert find_names(registry, ModelConfig())("英伟达")
    assert not find_names(registry, ModelConfig(hints=False))("英伟达")


def test_the_curve_has_the_variants_that_differ_in_the_amount_of_data(config: Path) -> None:
    assert curve_variants(load_study(config)) == ["all", "half"]


def test_the_shipped_study_is_one_of_seven_variants(root: Path) -> None:
    study = load_study(root / "models/zongheng-small/study.toml")
    assert len(study.variants) == 7
    assert curve_variants(study) == ["all", "eighth", "quarter", "half"]


def test_a_manifest_from_before_a_field_counts_as_having_its_default(
    backbone: Path, passages: Path, config: Path, tmp_path: Path
) -> None:
    data, run = load_data([passages], [passages], None), tmp_path / "run"
    settings = load_study(config).variants["all"]
    settings = replace(settings, training=replace(settings.training, steps=0, epochs=1))
    run_training(settings, data, str(backbone), run)
    path = run / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    for table, field in (("model", "hints"), ("data", "part"), ("training", "steps")):
        del manifest["config"][table][field]
    assert with_defaults(manifest["config"])["training"]["steps"] == 0
    path.write_text(json.dumps(manifest), encoding="utf-8")
    assert run_training(settings, data, str(backbone), run) is None
    other = replace(settings, data=replace(settings.data, part=0.5))
    with pytest.raises(InputError, match="another config"):
        run_training(other, data, str(backbone), run)


def test_steps_without_any_example_are_refused(
    backbone: Path, passages: Path, config: Path, tmp_path: Path
) -> None:
    settings = load_study(config).variants["all"]
    nothing = replace(settings, data=replace(settings.data, corpus=0.0))
    with pytest.raises(InputError, match="no example"):
        run_training(
            nothing, load_data([passages], [passages], None), str(backbone), tmp_path / "run"
        )


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("[training]\nsteps = 2", "no variants"),
        ("[variants.all]", "steps: one number"),
        ("[training]\nsteps = 2\n[variants.a]\n[variants.b.training]\nsteps = 3", "steps: one"),
        ("[variants.a.dat]", r"unknown table \[variants.a.dat\]"),
        ("[variants.a.data]\nreel = 1", r"\[variants.a.data\] has no field 'reel'"),
        ("[variants]\na = 1", r"expected a table \[variants.a\]"),
        ('[variants."../a"]', "letters, digits"),
        ("data = 1", r"expected a table \[data\]"),
    ],
)
def test_a_wrong_study_is_told(content: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=told):
        load_study(path)


def test_a_training_takes_no_variants(config: Path) -> None:
    with pytest.raises(InputError, match=r"unknown table \[variants\]"):
        load_config(config)
