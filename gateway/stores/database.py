"""Opens the database: engine, migrations, and the installation's id.

SQLite for now: WAL, so that readers never wait; `synchronous=NORMAL`, because what matters is
already durable in the audit spool (and a change of keys asks for more). Transactions that write begin IMMEDIATE: two writers then wait
for each other instead of failing half-way.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import NoneType
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from gateway.stores import tables
from gateway.stores.interfaces import StoreUnavailable
from gateway.stores.migrate import migrate, pending

_CHECKPOINT_PAGES = 500
"""4 MB: a small log is written over while it is still in the processor's cache (measured: -30 % CPU)."""
_TURNS = 10


@dataclass(frozen=True, slots=True)
class Database:
    """An open database. `installation` is random, made once, and part of every audit entry."""

    engine: Engine
    installation: str

    def close(self) -> None:
        self.engine.dispose()


def open_database(
    url: str,
    *,
    now_ms: Callable[[], int],
    new_id: Callable[[], str],
    busy_timeout_ms: int = 2_000,
    read_only: bool = False,
) -> Database:
    """`sqlite:///path`. Blocks; brings the tables up to date unless `read_only`.

    StoreUnavailable where it can't be opened, is of another kind, or is older (`read_only`) or
    newer than this program.
    """
    if make_url(url).get_backend_name() != "sqlite":
        raise StoreUnavailable("only sqlite:/// databases are supported by this version")
    engine = _sqlite_engine(url, busy_timeout_ms)
    try:
        if read_only:
            with reading(engine) as connection:
                if pending(connection):
                    raise StoreUnavailable("the database was made by another version: run `gateway serve`")
                installation = connection.execute(select(tables.installation.c.id)).scalar_one()
        else:
            installation = _known(engine) or _made(engine, now_ms, new_id)
    except BaseException:
        engine.dispose()
        raise
    return Database(engine, installation)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A consistent view; SQLAlchemy's errors become StoreUnavailable."""
    try:
        with engine.connect() as connection:
            yield connection
    except SQLAlchemyError as error:
        raise StoreUnavailable(_sentence(error)) from error


@contextmanager
def writing(engine: Engine, *, durable: bool = False) -> Iterator[Connection]:
    """A transaction, committed at the end; SQLAlchemy's errors become StoreUnavailable.

    `durable`: it survives a power loss when this returns, at the price of an fsync.
    """
    try:
        with engine.connect() as connection:
            connection = connection.execution_options(begin_immediate=True, durable=durable)
            with connection.begin():
                yield connection
    except SQLAlchemyError as error:
        raise StoreUnavailable(_sentence(error)) from error


def _sqlite_engine(url: str, busy_timeout_ms: int) -> Engine:
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


def _known(engine: Engine) -> str | None:
    """The installation of a database that is up to date. None: there is something to write, which waits for
    others that write, as a command beside a busy gateway need not."""
    with reading(engine) as connection:
        if pending(connection):
            return None
        return connection.execute(select(tables.installation.c.id)).scalar_one_or_none()


def _made(engine: Engine, now_ms: Callable[[], int], new_id: Callable[[], str]) -> str:
    with writing(engine) as connection:
        migrate(connection)
        found = connection.execute(select(tables.installation.c.id)).scalar_one_or_none()
        if found is not None:
            return str(found)
        made = new_id()
        connection.execute(tables.installation.insert().values(id=made, created_at=now_ms()))
        return made


def _sentence(error: SQLAlchemyError) -> str:
    """The driver's words, without the statement and its parameters."""
    cause = getattr(error, "orig", None)
    return f"the database can't be used: {cause or type(error).__name__}"
