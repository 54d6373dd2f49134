"""Opens the database: engine, migrations, and the installation's id. SQLite in a file, or PostgreSQL for several
machines; whatever is written is written as if by one after the other, in either."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from gateway.stores import tables
from gateway.stores.interfaces import StoreUnavailable
from gateway.stores.migrate import migrate, pending
from gateway.stores.postgres import is_postgres, postgres_engine
from gateway.stores.sqlite import sqlite_engine

_TURN_OF_WRITERS: Final = 0x706F7274
"""The number that transactions which write lock in PostgreSQL: they come one after the other, as in SQLite."""
_TAKE_TURN: Final = text(f"SELECT pg_advisory_xact_lock({_TURN_OF_WRITERS})")
_MIGRATION_WAIT: Final = "60s"


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
    """`sqlite:///PATH` or `postgresql://…`. Blocks; brings the tables up to date unless `read_only`.

    StoreUnavailable where it can't be opened, is of another kind, or is older (`read_only`) or
    newer than this program.
    """
    engine = _engine(url, busy_timeout_ms)
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


def _engine(url: str, busy_timeout_ms: int) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            return sqlite_engine(parsed, busy_timeout_ms)
        if is_postgres(parsed):
            return postgres_engine(parsed, busy_timeout_ms)
    except ArgumentError:
        pass
    raise StoreUnavailable("expected sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A consistent view; SQLAlchemy's errors become StoreUnavailable."""
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "postgresql":
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection
    except SQLAlchemyError as error:
        raise StoreUnavailable(_sentence(error)) from error


@contextmanager
def writing(engine: Engine, *, durable: bool = False, alone: bool = True) -> Iterator[Connection]:
    """A transaction, committed at the end; SQLAlchemy's errors become StoreUnavailable.

    `durable`: it survives a power loss when this returns, at the price of an fsync. `alone`: nobody else who asks for
    that writes meanwhile; in SQLite nobody ever does.
    """
    try:
        with engine.connect() as connection:
            connection = connection.execution_options(begin_immediate=True, durable=durable)
            with connection.begin():
                if alone and engine.dialect.name == "postgresql":
                    connection.execute(_TAKE_TURN)
                yield connection
    except SQLAlchemyError as error:
        raise StoreUnavailable(_sentence(error)) from error


def _known(engine: Engine) -> str | None:
    """The installation of a database that is up to date. None: there is something to write, which waits for
    others that write, as a command beside a busy gateway need not."""
    with reading(engine) as connection:
        if pending(connection):
            return None
        return connection.execute(select(tables.installation.c.id)).scalar_one_or_none()


def _made(engine: Engine, now_ms: Callable[[], int], new_id: Callable[[], str]) -> str:
    with writing(engine, alone=False) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"SET LOCAL lock_timeout = '{_MIGRATION_WAIT}'"))
            connection.execute(_TAKE_TURN)
        migrate(connection)
        found = connection.execute(select(tables.installation.c.id)).scalar_one_or_none()
        if found is not None:
            return str(found)
        made = new_id()
        connection.execute(tables.installation.insert().values(id=made, created_at=now_ms()))
        return made


def _sentence(error: SQLAlchemyError) -> str:
    """The driver's words, without the statement, its parameters and the values of a row."""
    cause = getattr(error, "orig", None)
    cause = getattr(getattr(cause, "diag", None), "message_primary", None) or cause
    return f"the database can't be used: {cause or type(error).__name__}"
