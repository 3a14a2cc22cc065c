"""Floors under the scores, pinned together with the digest of the gold they were measured on."""

from __future__ import annotations

import json
from pathlib import Path

from pipeline.errors import GoldError, InputError, PipelineError
from pipeline.evaluation.report import Report


class BelowFloor(PipelineError):
    """A score fell below its pinned floor."""


def hold_floors(report: Report, path: Path) -> int:
    """The number of floors in `path` (JSON: gold_sha256, floors by figure name), when all of them
    hold.

    Raises BelowFloor for a score below its floor, GoldError when the gold is not the one that was
    pinned, InputError when the file cannot be read as floors.
    """
    try:
        pinned = json.loads(path.read_text(encoding="utf-8"))
        expected = str(pinned["gold_sha256"])
        floors = {name: float(floor) for name, floor in pinned["floors"].items()}
        low = report.below(floors)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path}: not a file of floors (gold_sha256, floors): {error!r}"
        ) from error
    if report.gold_sha256 != expected:
        raise GoldError(
            f"the gold has changed: its sha256 is {report.gold_sha256}, {path} pins {expected}; "
            "if that is meant, verify it (zongheng gold verify), measure anew and pin both "
            "in one commit"
        )
    if low:
        raise BelowFloor("below the floor: " + "; ".join(low))
    return len(floors)
