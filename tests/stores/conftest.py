"""Each store's tests run against every implementation: add one to `engines`, and they hold for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.stores.database import Database, open_database
from tests.stores.parts import NOW_MS, counted


@pytest.fixture(params=["sqlite"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    urls = {"sqlite": f"sqlite:///{tmp_path / 'gateway.db'}"}
    opened = open_database(urls[request.param], now_ms=lambda: NOW_MS, new_id=counted("id"))
    yield opened
    opened.close()
