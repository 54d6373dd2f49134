"""What is asked of calls, as SQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from gateway.stores.call_filters import behind, conditions, order_of
from gateway.stores.database import Database, open_database, reading
from gateway.stores.interfaces import CallFilter
from gateway.stores.tables import calls
from tests.stores.parts import NOW_MS, counted


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    """Whose plans are the same whatever there is."""
    opened = open_database(f"sqlite:///{tmp_path / 'a.db'}", now_ms=lambda: NOW_MS, new_id=counted("id"))
    yield opened
    opened.close()


WAYS: tuple[tuple[CallFilter, str], ...] = (
    (CallFilter(), "calls_at"),
    (CallFilter(user="u-1", since="2027"), "calls_user"),
    (CallFilter(end_user="e-1"), "calls_end_user"),
    (CallFilter(decision="refused"), "calls_decision"),
    (CallFilter(entity="EMAIL"), "calls_entities"),
)


@pytest.mark.parametrize(("wanted", "index"), WAYS)
def test_what_few_calls_have_is_found_by_its_index(sqlite: Database, wanted: CallFilter, index: str):
    found = select(calls.c.id).where(*conditions(wanted), *behind(wanted)).order_by(*order_of(wanted))
    asked = str(found.compile(sqlite.engine, compile_kwargs={"literal_binds": True}))
    with reading(sqlite.engine) as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}".replace("%", "%%")).all()
    assert f"{index}" in str(plan)
