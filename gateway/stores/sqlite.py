"""The engine of a database in a file.

WAL, so that readers never wait; `synchronous=NORMAL`, because what matters is already durable in the audit spool (and a
change of keys asks for more). Transactions that write begin IMMEDIATE: two writers then wait for each other instead of
failing half-way.
"""

from __future__ import annotations

import sqlite3
from types import NoneType
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

_CHECKPOINT_PAGES = 500
"""4 MB: a small log is written over while it is still in the processor's cache (measured: -30 % CPU)."""
_TURNS = 10


def sqlite_engine(url: URL, busy_timeout_ms: int) -> Engine:
    # For each None the driver looks for an adapter and, finding none, binds NULL: as dear as a whole row.
    sqlite3.register_adapter(NoneType, _null)
    engine = create_engine(
        url, pool_reset_on_return="rollback", connect_args={"timeout": busy_timeout_ms / 1000}
    )

    def prepare(connection: Any, _record: object) -> None:
        # The driver's own transaction handling begins too late (at the first change).
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA page_size=8192")
        _log_ahead(cursor)
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA wal_autocheckpoint={_CHECKPOINT_PAGES}")
        cursor.close()

    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        immediate, durable = options.get("begin_immediate", False), options.get("durable", False)
        if connection.info.get("durable", False) is not durable:  # `info` lives as long as the connection
            connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
            connection.info["durable"] = durable
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)
    return engine


def _log_ahead(cursor: sqlite3.Cursor) -> None:
    """Turn a new file to WAL. SQLite says busy at once where another process writes to it or turns it too,
    however long it may wait: so wait as any writer does, and ask again."""
    for turn in range(_TURNS):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or turn == _TURNS - 1:
                raise
            cursor.execute("BEGIN IMMEDIATE")
            cursor.execute("ROLLBACK")


def _null(_: None) -> None:
    return None
