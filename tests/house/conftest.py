"""Syntax trees are let go of behind the last test of the house: in all later tests the garbage collector would go
through a million nodes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.house.tree import modules


@pytest.fixture(scope="package", autouse=True)
def _trees() -> Iterator[None]:
    yield
    modules.cache_clear()
