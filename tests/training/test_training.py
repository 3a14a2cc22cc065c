"""The whole path of a training on a tiny encoder with random weights: data to ONNX, and a kill in
between. Needs the extra `train`."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from safetensors.torch import load_file  # noqa: E402

from pipeline.errors import InputError, ResourceError  # noqa: E402
from pipeline.extractor import Extractor  # noqa: E402
from pipeline.model.session import Model  # noqa: E402
from pipeline.model.tags import encode  # noqa: E402
from pipeline.training import checkpoint  # noqa: E402
from pipeline.training.augmentation import NamePools, joined, with_other_names  # noqa: E402
from pipeline.training.averaging import average  # noqa: E402
from pipeline.training.batches import batched, items_of  # noqa: E402
from pipeline.training.building import (  # noqa: E402
    BEST_NAME,
    MANIFEST_NAME,
    build_network,
    start_with,
)
from pipeline.training.config import load_config  # noqa: E402
from pipeline.training.data import load_data  # noqa: E402
from pipeline.training.distillation import Teacher  # noqa: E402
from pipeline.training.examples import OURS, Example, Marked  # noqa: E402
from pipeline.training.losses import losses_of  # noqa: E402
from pipeline.training.packing import pack  # noqa: E402
from pipeline.training.train import run_training  # noqa: E402
from tests.training.killing import Killed, killed_at  # noqa: E402

# The width of this encoder's auxiliary head is nought, at which torch warns.
pytestmark = [pytest.mark.full, pytest.mark.filterwarnings("ignore::UserWarning")]

PASSAGES = """@ wire hans
[远山|company:1]宣布收购[青穹|company:2]，此前它入股了[白鹭|company:3]。
1 buy 2 actual
1 invest 3 actual

@ wire hans
传[Norvane|company:1]的[L2|chip:2]将叫板[Q7|chip:3]，[林若川|person:4]不予置评。
2 compete 3 rumored

@ wire hans neg=cooperation
[远山|company:1]与[青穹|company:2]深化合作。
"""
CONFIG = """
[training]
epochs = 2
batch_tokens = 60
checkpoint_minutes = 0.0
spurious_from_epoch = 0
joined_share = 0.5
"""


@pytest.fixture
def passages(tmp_path: Path) -> Path:
    path = tmp_path / "mine.passages"
    path.write_text(PASSAGES, encoding="utf-8")
    return path


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(CONFIG, encoding="utf-8")
    return path


def test_a_training_that_was_killed_ends_with_the_same_weights(
    backbone: Path, passages: Path, config: Path, tmp_path: Path
) -> None:
    data = load_data([passages], [passages], None)
    settings = load_config(config)
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    run_training(settings, data, str(backbone), whole)
    with pytest.raises(Killed):
        run_training(settings, data, str(backbone), broken, progress=killed_at(3))
    run_training(settings, data, str(backbone), broken)
    one, other = (load_file(folder / "last/weights.safetensors") for folder in (whole, broken))
    assert one.keys() == other.keys()
    # Sums of many threads differ in their last digits from run to run.
    assert all(torch.allclose(one[name], other[name], atol=1e-4) for name in one)


def test_other_data_in_the_same_folder_is_refused(
    backbone: Path, passages: Path, config: Path, tmp_path: Path
) -> None:
    settings, out = load_config(config), tmp_path / "run"
    with pytest.raises(Killed):
        run_training(
            settings, load_data([passages], [passages], None), str(backbone), out,
            progress=killed_at(1),
        )  # fmt: skip
    passages.write_text(PASSAGES.replace("白鹭", "海棠"), encoding="utf-8")
    with pytest.raises(InputError, match="another files"):
        run_training(settings, load_data([passages], [passages], None), str(backbone), out)


def test_what_is_trained_becomes_a_model_that_extracts(
    backbone: Path, passages: Path, config: Path, tmp_path: Path
) -> None:
    run, out = tmp_path / "run", tmp_path / "model"
    run_training(load_config(config), load_data([passages], [passages], None), str(backbone), run)
    packed = pack(run, out, backbone=str(backbone), name="tiny", dev=[passages])
    assert packed.largest_gap < 1e-4
    assert packed.int8_agreement > 0.5
    extraction = Extractor.load(model=out)("远山宣布收购青穹。" * 60)
    assert extraction.article.text
    assert json.loads((out / "meta.json").read_text("utf-8"))["name"] == "tiny"
    (out / "judge.onnx").write_bytes(b"broken")
    with pytest.raises(ResourceError, match=r"judge\.onnx: not the file"):
        Model.load(out)


def test_a_step_with_every_part_lowers_the_loss(backbone: Path, tmp_path: Path) -> None:
    torch.manual_seed(1)
    network, tokenizer = build_network(str(backbone), (), 2, tmp_path)
    example = Example(
        "远山收购青穹。",
        (Marked(0, 2, "company", 1), Marked(4, 6, "company", 2)),
        {(1, "buy", 2): "actual"}, OURS, None, {(1, 2): ("收购",)}, "test",
    )  # fmt: skip
    items = list(items_of(example, tokenizer, lambda _: (), ("入股", "收购")))
    (batch,) = batched(items, max_tokens=100, chance=random.Random(0))
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-2)
    before = None
    for _ in range(12):
        loss = losses_of(network, batch, spurious=True).total
        before = before or float(loss.detach())
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
    assert float(loss.detach()) < before


def test_a_student_comes_close_to_its_teacher(backbone: Path, tmp_path: Path) -> None:
    torch.manual_seed(1)
    teacher = Teacher(build_network(str(backbone), (), 1, tmp_path)[0])
    network, tokenizer = build_network(str(backbone), (1,), 1, tmp_path)
    items = items_of(_stating("远山收购青穹。", "远山", "青穹"), tokenizer, lambda _: ())
    (batch,) = batched(list(items), max_tokens=100, chance=random.Random(0))
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-2)
    before = float(losses_of(network, batch, teacher=teacher).lesson)
    for _ in range(12):
        losses_of(network, batch, teacher=teacher).total.backward()
        optimiser.step()
        optimiser.zero_grad()
    assert float(losses_of(network, batch, teacher=teacher).lesson) < before


def test_a_teacher_says_what_holds_between_names_that_nobody_marked(
    backbone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.manual_seed(1)
    teacher = Teacher(build_network(str(backbone), (), 1, tmp_path)[0])
    with torch.no_grad():
        teacher.network.judge.relations.bias.fill_(3.0)
        teacher.network.judge.statuses.bias[::4] = 3.0
    network, tokenizer = build_network(str(backbone), (1,), 1, tmp_path)
    bare = Example("远山收购青穹。", (), {}, "", frozenset(), {}, "finre")
    network.eval()  # no dropout
    (batch,) = batched(
        list(items_of(bare, tokenizer, lambda _: ())), max_tokens=100, chance=random.Random(0)
    )
    states, tags = teacher.read(batch)
    nothing = torch.full_like(tags, -9.0)
    nothing[..., 0] = 0.0
    names = nothing.clone()
    for place, tag in enumerate(encode([(1, 3, 0), (5, 7, 0)], tags.shape[1])):
        names[0, place, 0] = -9.0
        names[0, place, tag] = 0.0
    monkeypatch.setattr(Teacher, "read", lambda *_: (states, nothing))
    assert float(losses_of(network, batch, teacher=teacher).facts) == 0
    monkeypatch.setattr(Teacher, "read", lambda *_: (states, names))
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-2)
    before = losses_of(network, batch, teacher=teacher)
    assert float(before.facts.detach()) > 0
    assert float(before.statuses.detach()) > 0
    for _ in range(12):
        told = losses_of(network, batch, teacher=teacher)
        (told.facts + told.statuses).backward()
        optimiser.step()
        optimiser.zero_grad()
    after = losses_of(network, batch, teacher=teacher)
    assert float(after.facts) < float(before.facts)
    assert float(after.statuses) < float(before.statuses)
    assert float(losses_of(network, batch).facts) == 0


def test_the_mean_of_two_trainings_is_a_training(
    config: Path, backbone: Path, passages: Path, tmp_path: Path
) -> None:
    settings, data = load_config(config), load_data([passages], [passages], None)
    first, second, mean = (tmp_path / name for name in ("first", "second", "mean"))
    run_training(settings, data, str(backbone), first)
    run_training(settings, data, str(backbone), second, start_from=first)
    average(second, first, mean, share=0.25)
    weights = [load_file(run / BEST_NAME) for run in (second, first, mean)]
    for name, value in weights[2].items():
        torch.testing.assert_close(value, 0.25 * weights[0][name] + 0.75 * weights[1][name])
    packed = pack(mean, tmp_path / "model", backbone=str(backbone), name="mean", dev=[passages])
    assert packed.scores
    with pytest.raises(InputError, match="is there already"):
        average(second, first, mean, share=0.25)
    with pytest.raises(InputError, match="from 0 to 1"):
        average(second, first, tmp_path / "other", share=2)
    with pytest.raises(InputError, match="not the folder of a training"):
        average(second, tmp_path, tmp_path / "other", share=0.5)


def test_a_training_that_had_another_teacher_is_refused(
    backbone: Path, passages: Path, config: Path, tmp_path: Path
) -> None:
    data, settings = load_data([passages], [passages], None), load_config(config)
    teacher, out = tmp_path / "teacher", tmp_path / "student"
    run_training(settings, data, str(backbone), teacher)
    with pytest.raises(Killed):
        run_training(settings, data, str(backbone), out, teach=teacher, progress=killed_at(1))
    with pytest.raises(InputError, match="another teacher"):
        run_training(settings, data, str(backbone), out)


@pytest.mark.parametrize(
    ("before", "after", "taken"),
    [((1,), (), {1: 0}), ((), (1,), {0: 1}), ((0, 1), (1, 0), {0: 1, 1: 0})],
    ids=["deeper", "cut", "reordered"],
)
def test_a_training_starts_with_the_layers_that_another_has(
    backbone: Path, tmp_path: Path, before: tuple[int, ...], after: tuple[int, ...],
    taken: dict[int, int],
) -> None:  # fmt: skip
    torch.manual_seed(2)
    other, _ = build_network(str(backbone), before, 1, tmp_path)
    for parameter in other.parameters():
        torch.nn.init.normal_(parameter)
    checkpoint.save_weights(other, tmp_path / BEST_NAME)
    manifest = {"config": {"model": {"layers": before}}, "labels": ["one"]}
    (tmp_path / MANIFEST_NAME).write_text(json.dumps(manifest))
    network, _ = build_network(str(backbone), after, 3, tmp_path / "own")
    start_with(network, after, tmp_path)
    own, theirs = network.state_dict(), other.state_dict()
    key = "encoder.backbone.encoder.layer.{}.output.dense.weight"
    same = {
        (here, there)
        for here in range(len(after or (0, 1)))
        for there in range(len(before or (0, 1)))
        if torch.equal(own[key.format(here)], theirs[key.format(there)])
    }
    assert same == set(taken.items())
    assert torch.equal(own["judge.span.weight"], theirs["judge.span.weight"])


def test_a_folder_that_is_no_training_is_nothing_to_start_from(
    backbone: Path, tmp_path: Path
) -> None:
    network, _ = build_network(str(backbone), (), 1, tmp_path)
    with pytest.raises(InputError, match="not the folder of a training"):
        start_with(network, (), tmp_path / "nothing")


def test_layers_that_the_encoder_lacks_are_told(backbone: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the encoder has 2"):
        build_network(str(backbone), (0, 7), 1, tmp_path)


def test_a_folder_without_an_encoder_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no encoder"):
        build_network(str(tmp_path), (), 1, tmp_path / "out")


def test_weights_of_another_network_are_told(backbone: Path, tmp_path: Path) -> None:
    one, _ = build_network(str(backbone), (), 1, tmp_path)
    other, _ = build_network(str(backbone), (0,), 1, tmp_path)
    checkpoint.save_weights(one, tmp_path / "one.safetensors")
    with pytest.raises(InputError, match="not the weights"):
        checkpoint.load_weights(other, tmp_path / "one.safetensors")


def test_replaced_names_stand_where_the_example_says() -> None:
    example = Example(
        "远山收购OpenX，远山称。",
        (Marked(0, 2, "company", 1), Marked(4, 9, "company", 2), Marked(10, 12, "company", 1)),
        {(1, "buy", 2): "actual"}, OURS, None, {}, "test",
    )  # fmt: skip
    pools = NamePools.of([("company", "澄光集团"), ("company", "Kestrel")], None)
    for seed in range(20):
        other = with_other_names(example, pools, share=1.0, chance=random.Random(seed))
        names = [other.text[m.start : m.end] for m in other.mentions]
        assert names[0] == names[2] != "远山"
        assert names[1].isascii()
        assert other.text == f"{names[0]}收购{names[1]}，{names[0]}称。"


def _stating(text: str, head: str, tail: str, **changes: Any) -> Example:
    marks = tuple(
        Marked(text.index(name), text.index(name) + len(name), "company", number)
        for number, name in enumerate((head, tail), start=1)
    )
    example = Example(text, marks, {(1, "buy", 2): "actual"}, OURS, None, {}, "test")
    return replace(example, **changes)


def test_joined_examples_hold_what_each_held() -> None:
    first = _stating("远山收购青穹。", "远山", "青穹")
    second = _stating("白鹭买下澄光。", "白鹭", "澄光")
    both = joined(first, second)
    assert both
    assert both.text == "远山收购青穹。\n白鹭买下澄光。"
    names = {m.entity: both.text[m.start : m.end] for m in both.mentions}
    facts = {(names[head], names[tail]) for head, _, tail in both.triples}
    assert facts == {("远山", "青穹"), ("白鹭", "澄光")}


@pytest.mark.parametrize(
    "second",
    [
        _stating("远山买下澄光。", "远山", "澄光"),
        _stating("白鹭买下澄光。", "白鹭", "澄光", judged=frozenset()),
        _stating("白鹭买下澄光。", "白鹭", "澄光", tagged=""),
    ],
    ids=["a name of both", "other pairs unknown", "other mentions unknown"],
)
def test_examples_of_which_too_little_is_known_are_not_joined(second: Example) -> None:
    first = _stating("远山收购青穹。", "远山", "青穹")
    assert joined(first, second) is None
    assert joined(second, first) is None


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("[training]\nepoch = 1", "no field 'epoch'"),
        ("[training]\nepochs = 'two'", "expected int"),
        ("[trainig]", "unknown table"),
        ("epochs = ", "not a configuration"),
    ],
)
def test_a_wrong_configuration_is_told(content: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=told):
        load_config(path)
