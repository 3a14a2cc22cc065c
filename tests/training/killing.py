"""A training that dies at a step of the test's choice."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.training.train import Step


class Killed(Exception):
    pass


def killed_at(number: int) -> Callable[[Step], None]:
    def progress(step: Step) -> None:
        if step.position.step == number:
            raise Killed

    return progress
