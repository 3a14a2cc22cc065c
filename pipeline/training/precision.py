"""Matrix products in bfloat16, everything else in float32: twice as fast where the processor
multiplies bfloat16 (AVX512-BF16, AMX), slower where it does not."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional


class _Product(torch.autograd.Function):
    """x wᵀ + b with x and w rounded to bfloat16, forwards and backwards; sums stay float32."""

    @staticmethod
    def forward(context: Any, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        rows, rounded = x.reshape(-1, x.shape[-1]).bfloat16(), weight.bfloat16()
        context.save_for_backward(rows, rounded)
        context.shape = x.shape
        return (functional.linear(rows, rounded).float() + bias).view(*x.shape[:-1], -1)

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        rows, rounded = context.saved_tensors
        gradient = gradients[0].reshape(-1, gradients[0].shape[-1])
        half = gradient.bfloat16()
        return (
            (half @ rounded).float().view(context.shape),
            (half.t() @ rows).float(),
            gradient.sum(0),
        )


class Bfloat16Linear(nn.Linear):
    """A linear layer whose weights stay float32 and whose products are made in bfloat16."""

    def forward(self, input: Tensor) -> Tensor:
        product: Tensor = _Product.apply(input, self.weight, self.bias)  # type: ignore[no-untyped-call]
        return product


def multiply_in_bfloat16(module: nn.Module) -> None:
    """Lets every linear layer with a bias inside `module` do so; parameters and their names stay
    the same."""
    for child in module.modules():
        if type(child) is nn.Linear and child.bias is not None:
            child.__class__ = Bfloat16Linear
