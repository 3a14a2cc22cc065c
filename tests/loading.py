"""Extractors that are loaded once, for tests that go through what loads them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from pipeline.extractor import MAX_CHARACTERS, Extractor


@contextmanager
def loaded_once(extractor: Extractor) -> Iterator[None]:
    """`Extractor.load` as it is, but that one call of a kind does the work, and none the plain
    one, which gives `extractor`."""
    load = Extractor.load
    loaded = {((), ()): extractor}

    def once(**options: Any) -> Extractor:
        registries = tuple(options.pop("registries", ()))
        told = {name: value for name, value in options.items() if value is not None}
        if told.get("max_characters") == MAX_CHARACTERS:
            del told["max_characters"]
        key = registries, tuple(sorted(told.items()))
        if key not in loaded:
            loaded[key] = load(registries=registries, **options)
        return loaded[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Extractor, "load", once)
        yield
