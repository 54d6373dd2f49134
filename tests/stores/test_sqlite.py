"""A database in a file."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from pathlib import Path

import pytest

from gateway.stores.database import Database, open_database, reading
from tests.stores.parts import NOW_MS, counted


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 1), ("foreign_keys", 1), ("busy_timeout", 2000)],
)
def test_sqlite_is_set_up_for_many_readers_and_one_writer(sqlite: Database, pragma: str, value: object):
    with reading(sqlite.engine) as connection:
        assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar_one() == value


def test_a_new_file_that_another_process_writes_is_waited_for(tmp_path: Path):
    file = tmp_path / "a.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as other, ThreadPoolExecutor() as threads:
        other.execute("BEGIN IMMEDIATE")
        opening = threads.submit(
            open_database,
            f"sqlite:///{file}",
            now_ms=lambda: NOW_MS,
            new_id=counted("id"),
            busy_timeout_ms=30_000,
        )
        assert not wait([opening], timeout=0.1).done
        other.execute("COMMIT")
        opening.result().close()
