"""Each store's tests run against every implementation: add one to `database`, and they hold for it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from gateway.stores.database import Database, open_database
from tests.parts.postgres_server import PostgresServer, postgres_server
from tests.stores.parts import NOW_MS, counted


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def emptied(postgres: PostgresServer) -> str:
    """The URL of a database whose tables are there."""
    url = postgres.new_database()
    open_database(url, now_ms=lambda: NOW_MS, new_id=counted("id")).close()
    return url


@pytest.fixture(scope="session")
def new_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as it was made, to be copied: that is ten times as fast."""
    file = tmp_path_factory.mktemp("stores") / "gateway.db"
    open_database(f"sqlite:///{file}", now_ms=lambda: NOW_MS, new_id=counted("id")).close()
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, new_file: Path, tmp_path: Path) -> str:
    """Of a database without rows."""
    if request.param == "sqlite":
        return f"sqlite:///{shutil.copy(new_file, tmp_path / 'gateway.db')}"
    found: str = request.getfixturevalue("emptied")
    with psycopg.connect(found, autocommit=True) as connection:
        tables = connection.execute(
            "SELECT string_agg(quote_ident(tablename), ',') FROM pg_tables "
            "WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
        ).fetchone()
        assert tables is not None
        connection.execute(f"TRUNCATE {tables[0]}".encode())
    return found


@pytest.fixture
def sqlite(new_file: Path, tmp_path: Path) -> Iterator[Database]:
    """For what only a database in a file has."""
    copied = shutil.copy(new_file, tmp_path / "gateway.db")
    opened = open_database(f"sqlite:///{copied}", now_ms=lambda: NOW_MS, new_id=counted("id"))
    yield opened
    opened.close()


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = open_database(url, now_ms=lambda: NOW_MS, new_id=counted("id"))
    yield opened
    opened.close()
