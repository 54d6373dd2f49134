"""INSERT with ON CONFLICT, which each kind of database has and SQLAlchemy's common language has not."""

from __future__ import annotations

from sqlalchemy import Dialect, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_into(dialect: Dialect, table: Table) -> sqlite.Insert | postgresql.Insert:
    return postgresql.insert(table) if dialect.name == "postgresql" else sqlite.insert(table)
