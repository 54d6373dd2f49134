"""A past that tests may write and look back at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.stores.database import open_database
from gateway.stores.revisions import SqlRevisions
from tests.reload.past import Past
from tests.stores.parts import NOW_MS, counted


@pytest.fixture
def past(tmp_path: Path) -> Iterator[Past]:
    folder = tmp_path / "policies"
    folder.mkdir()
    database = open_database(f"sqlite:///{tmp_path / 'x.db'}", now_ms=lambda: NOW_MS, new_id=counted("id"))
    yield Past(folder, SqlRevisions(database.engine))
    database.close()
