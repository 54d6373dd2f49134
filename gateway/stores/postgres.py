"""The engine of a PostgreSQL database, for several machines."""

from __future__ import annotations

import importlib.util
from typing import Final

from sqlalchemy import URL, Connection, Engine, create_engine, text

from gateway.stores.interfaces import StoreUnavailable

_DRIVER: Final = "psycopg"
_CONNECT_S: Final = 5
_STATEMENT_MS: Final = 60_000
_IDLE_IN_TRANSACTION_MS: Final = 60_000
_CONNECTIONS: Final = 8
"""Of one gateway; as many again for a moment."""


def is_postgres(url: URL) -> bool:
    return url.get_backend_name() == "postgresql" and url.drivername in (
        "postgresql",
        f"postgresql+{_DRIVER}",
    )


def postgres_engine(url: URL, busy_timeout_ms: int) -> Engine:
    """Connections are asked for a sign of life before they are used, so that a restart of the server costs no call.
    No statement waits longer than `busy_timeout_ms` for another one's lock."""
    if importlib.util.find_spec(_DRIVER) is None:
        raise StoreUnavailable("PostgreSQL needs its driver: pip install 'portcullis-gateway[postgres]'")
    options = {
        "statement_timeout": _STATEMENT_MS,
        "lock_timeout": busy_timeout_ms,
        "idle_in_transaction_session_timeout": _IDLE_IN_TRANSACTION_MS,
    }
    return create_engine(
        url.set(drivername=f"postgresql+{_DRIVER}"),
        paramstyle="format",  # rows are sent as tuples
        pool_pre_ping=True,
        pool_size=_CONNECTIONS,
        max_overflow=_CONNECTIONS,
        pool_timeout=_CONNECT_S,
        connect_args={
            "connect_timeout": _CONNECT_S,
            "application_name": "portcullis",
            "options": " ".join(f"-c {name}={value}" for name, value in options.items()),
        },
    )


def drop_lengths(connection: Connection) -> None:
    """SQLite never held to the lengths of columns, and what fits there must fit here: a long name of a model must not
    stop the audit log. Tells the catalogue only; no row is written anew."""
    columns = connection.execute(
        text(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema() "
            "AND data_type = 'character varying' AND character_maximum_length IS NOT NULL"
        )
    )
    for table, column in columns.all():
        connection.exec_driver_sql(f'ALTER TABLE "{table}" ALTER COLUMN "{column}" TYPE text')
