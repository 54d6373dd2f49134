"""Brings a database's tables up to date, with the migrations inside the package."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection

from gateway.stores.interfaces import StoreUnavailable
from gateway.stores.postgres import drop_lengths

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(connection: Connection) -> None:
    """Inside the caller's transaction. StoreUnavailable if a newer version made the database."""
    if not pending(connection):
        return
    config = _config()
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise StoreUnavailable("the database was made by a newer version of the gateway") from error
    if connection.dialect.name == "postgresql":
        drop_lengths(connection)


def pending(connection: Connection) -> bool:
    """Whether the tables differ from what this version knows."""
    current = MigrationContext.configure(connection).get_current_revision()
    return current != ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
