"""What the network is made of and what its windows are asked: early tags, rounded products, facts
that an article states elsewhere. Needs the extra `train`."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from torch import nn  # noqa: E402

from pipeline.training.batches import items_of  # noqa: E402
from pipeline.training.building import build_network  # noqa: E402
from pipeline.training.examples import OURS, Example, Marked  # noqa: E402
from pipeline.training.precision import Bfloat16Linear, multiply_in_bfloat16  # noqa: E402

pytestmark = [pytest.mark.full, pytest.mark.filterwarnings("ignore::UserWarning")]


def test_upper_layers_see_the_early_tags(backbone: Path, tmp_path: Path) -> None:
    network, tokenizer = build_network(str(backbone), (), 0, tmp_path)
    network.eval()
    ids = torch.tensor([tokenizer("远山买下青穹").ids])
    states, _ = network.encoder(ids, torch.zeros_like(ids))
    assert network.encoder.early.scores.shape[:2] == ids.shape
    nn.init.normal_(network.encoder.early.meanings.weight, std=5.0)
    others, _ = network.encoder(ids, torch.zeros_like(ids))
    assert not torch.allclose(states, others, atol=1e-3)


def test_rounded_products_are_near_the_exact_ones_and_so_are_their_gradients() -> None:
    torch.manual_seed(3)
    exact = nn.Sequential(nn.Linear(48, 32), nn.GELU(), nn.Linear(32, 5))
    rounded = nn.Sequential(nn.Linear(48, 32), nn.GELU(), nn.Linear(32, 5))
    rounded.load_state_dict(exact.state_dict())
    multiply_in_bfloat16(rounded)
    assert isinstance(rounded[0], Bfloat16Linear)
    states = torch.randn(2, 7, 48)
    for network in (exact, rounded):
        network(states).square().mean().backward()
    assert torch.allclose(exact(states), rounded(states), atol=0.05)
    for one, other in zip(exact.parameters(), rounded.parameters(), strict=True):
        assert other.grad is not None
        assert other.grad.dtype == torch.float32
        assert torch.allclose(one.grad, other.grad, atol=0.05)


def test_a_window_that_only_names_both_ends_is_not_asked_for_the_fact(
    backbone: Path, tmp_path: Path
) -> None:
    _, tokenizer = build_network(str(backbone), (), 0, tmp_path)
    stating = "远山买下青穹。"
    filler = "这一天天气很好，没有人谈论生意。" * 24
    text = stating + filler + "远山股价上涨。" + "青穹则没有回应。"
    names = [
        Marked(at, at + 2, "company", entity)
        for entity, name in enumerate(("远山", "青穹"))
        for at in (text.index(name), text.rindex(name))
    ]
    example = Example(text, tuple(names), {(0, "buy", 1): "actual"}, OURS, None, {}, "test")
    first, *_, last = items_of(example, tokenizer, lambda _: [])
    assert len(first.mentions) == len(last.mentions) == 2
    assert first.facts == {(0, "buy", 1): "actual"}
    assert last.facts == {}
    asked = set(last.groups.flatten().tolist()) - {-1}
    # It is still asked whether 青穹 buys 远山, whether either invests and whether they compete.
    assert len(asked) == 4
    assert not last.holds.any()
