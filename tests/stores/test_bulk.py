"""Statements for many rows."""

from __future__ import annotations

import pytest
from sqlalchemy import bindparam, update
from sqlalchemy.dialects import postgresql, sqlite

from gateway.stores.bulk import BulkInsert, row_statement
from gateway.stores.database import Database, writing
from gateway.stores.tables import counters


@pytest.mark.parametrize("count", [0, 1, 5, 10, 100, 257])
def test_all_rows_are_inserted(database: Database, count: int):
    rows = [(f"name {number}", number) for number in range(count)]
    with writing(database.engine) as connection:
        BulkInsert(database.engine.dialect, counters, ("name", "value")).run(connection, rows)
        found = connection.execute(counters.select().order_by(counters.c.value)).all()
    assert [tuple(row) for row in found] == rows


def test_duplicates_are_left_out_where_asked(database: Database):
    insert = BulkInsert(database.engine.dialect, counters, ("name", "value"), ignore_duplicates_of="name")
    with writing(database.engine) as connection:
        insert.run(connection, [("a", 1), ("a", 2)])
        assert [tuple(row) for row in connection.execute(counters.select())] == [("a", 1)]


def test_a_statement_takes_its_parameters_in_the_order_given():
    statement = update(counters).where(counters.c.name == bindparam("who")).values(value=bindparam("much"))
    with pytest.raises(ValueError, match="takes"):
        row_statement(sqlite.dialect(paramstyle="qmark"), statement, ("who", "much"))
    assert row_statement(sqlite.dialect(paramstyle="qmark"), statement, ("much", "who")).count("?") == 2


def test_postgresql_gets_its_own_parameters(monkeypatch: pytest.MonkeyPatch):
    dialect = postgresql.dialect(paramstyle="format")
    insert = BulkInsert(dialect, counters, ("name", "value"), ignore_duplicates_of="name")
    assert "ON CONFLICT (name) DO NOTHING" in insert._compile(1)
    assert insert._compile(1).count("%s") == 2
