"""Statements for many rows, compiled once and run on plain tuples.

SQLAlchemy writes the SQL (names quoted, parameters in the driver's style); per row nothing of it
runs. Many rows in one statement, because each statement lets go of the interpreter's lock and has
to get it back from a busy event loop: that costs more than the insert.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import chain

from sqlalchemy import Connection, Dialect, Table, Update

from gateway.stores.upserts import insert_into

_CHUNKS = (100, 10, 1)


class BulkInsert:
    """Rows as tuples in the order of `columns`.

    With `ignore_duplicates_of` a row whose value in that column exists is left out.
    """

    def __init__(
        self,
        dialect: Dialect,
        table: Table,
        columns: Sequence[str],
        *,
        ignore_duplicates_of: str | None = None,
    ) -> None:
        # When it is first needed: a command that ships one entry must not compile a statement for a hundred.
        self._compile = partial(_insert, dialect, table, columns, ignore_duplicates_of)
        self._statements: dict[int, str] = {}

    def run(self, connection: Connection, rows: Sequence[tuple[object, ...]]) -> None:
        done = 0
        for size in _CHUNKS:
            while len(rows) - done >= size:
                statement = self._statements.get(size) or self._statements.setdefault(
                    size, self._compile(size)
                )
                values = tuple(chain.from_iterable(rows[done : done + size]))
                connection.exec_driver_sql(statement, values)
                done += size


def row_statement(dialect: Dialect, statement: Update, order: Sequence[str]) -> str:
    """The SQL of a statement with bind parameters, to be run on tuples in `order`."""
    compiled = statement.compile(dialect=dialect)
    if list(compiled.positiontup or ()) != list(order):
        raise ValueError(f"the statement takes {compiled.positiontup}, not {list(order)}")
    return str(compiled)


def _insert(
    dialect: Dialect, table: Table, columns: Sequence[str], ignore_duplicates_of: str | None, rows: int
) -> str:
    statement = insert_into(dialect, table).values([dict.fromkeys(columns) for _ in range(rows)])
    if ignore_duplicates_of is not None:
        statement = statement.on_conflict_do_nothing(index_elements=[ignore_duplicates_of])
    return str(statement.compile(dialect=dialect))
