from __future__ import annotations

import pytest


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of three items at most."""
    monkeypatch.setattr("pipeline.batch.parts.MAX_ITEMS", 3)
