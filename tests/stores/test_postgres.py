"""A database on a server."""

from __future__ import annotations

import importlib.util
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from gateway.stores.database import open_database, reading
from gateway.stores.interfaces import StoreUnavailable
from gateway.stores.postgres import is_postgres
from tests.parts.postgres_server import PostgresServer
from tests.stores.parts import NOW_MS, counted


@pytest.mark.parametrize(
    ("url", "ours"),
    [
        ("postgresql://h/x", True),
        ("postgresql+psycopg://h/x", True),
        ("postgresql+asyncpg://h/x", False),
        ("sqlite:///x", False),
    ],
)
def test_one_driver_is_spoken_with(url: str, ours: bool):
    assert is_postgres(make_url(url)) is ours


def test_without_its_driver_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch):
    def lacks(name: str) -> object:
        return None if name == "psycopg" else find_spec(name)

    monkeypatch.setattr(importlib.util, "find_spec", lacks)
    with pytest.raises(StoreUnavailable, match=r"portcullis-gateway\[postgres\]"):
        open_database("postgresql://h/x", now_ms=lambda: NOW_MS, new_id=counted("id"))


def test_a_server_that_is_not_there_is_unavailable(tmp_path: Path):
    with pytest.raises(StoreUnavailable):
        open_database(f"postgresql://x@/x?host={tmp_path}", now_ms=lambda: NOW_MS, new_id=counted("id"))


def test_a_server_that_was_restarted_costs_no_call(postgres: PostgresServer):
    database = open_database(postgres.new_database(), now_ms=lambda: NOW_MS, new_id=counted("id"))
    with reading(database.engine) as connection:
        connection.exec_driver_sql("SELECT 1")
    postgres.stop()
    with pytest.raises(StoreUnavailable), reading(database.engine) as connection:
        connection.exec_driver_sql("SELECT 1")
    postgres.start()
    with reading(database.engine) as connection:
        assert connection.exec_driver_sql("SELECT id FROM installation").scalar_one() == "id1"
    database.close()


def test_a_column_of_postgresql_holds_whatever_one_of_sqlite_holds(emptied: str):
    opened = open_database(emptied, now_ms=lambda: NOW_MS, new_id=counted("id"))
    with reading(opened.engine) as connection:
        held_to_a_length = connection.exec_driver_sql(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' "
            "AND character_maximum_length IS NOT NULL AND table_name <> 'alembic_version'"
        ).all()
    opened.close()
    assert held_to_a_length == []
