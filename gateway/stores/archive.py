"""Where the audit log is kept for good, in SQL: the writing side.

A shipment and the writer's new position are one transaction, and the position is compared and set:
whatever is sent twice, or by two processes, arrives once.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Engine, bindparam, func, insert, select, update

from gateway.stores.act_rows import ActColumns, ActedColumns
from gateway.stores.bulk import BulkInsert, row_statement
from gateway.stores.database import reading, writing
from gateway.stores.interfaces import CALL_COLUMNS, EntryRow, OpenCall, OutcomeColumns, Position, Shipment
from gateway.stores.tables import acts, calls, entries, shipped, writers


class SqlArchive:
    """gateway.stores.interfaces.Archive."""

    def __init__(self, engine: Engine, *, now_ms: Callable[[], int]) -> None:
        self._engine = engine
        self._now_ms = now_ms
        self._insert_entries = BulkInsert(engine.dialect, entries, EntryRow._fields)
        # A call's id is ours and new. Should one come twice all the same, that is for `verify` to
        # report: it must not stop the log from being shipped.
        self._insert_calls = BulkInsert(engine.dialect, calls, CALL_COLUMNS, ignore_duplicates_of="id")
        self._insert_acts = BulkInsert(engine.dialect, acts, ActColumns._fields, ignore_duplicates_of="id")
        self._end_call = _end_call_statement(engine)
        self._end_act = _end_act_statement(engine)

    def position(self, writer: str) -> Position:
        wanted = select(shipped.c.seq, shipped.c.hash).where(shipped.c.writer == writer)
        with reading(self._engine) as connection:
            row = connection.execute(wanted).first()
        if row is not None:
            return Position(row.seq, row.hash)
        start = Position(0, "")
        with writing(self._engine) as connection:
            row = connection.execute(wanted).first()
            if row is not None:  # another process that writes as this one registered it a moment ago
                return Position(row.seq, row.hash)
            connection.execute(insert(writers).values(id=writer, created_at=self._now_ms()))
            connection.execute(insert(shipped).values(writer=writer, seq=start.seq, hash=start.hash))
        return start

    def ship(self, shipment: Shipment, after: int) -> bool:
        last = shipment.last
        advance = (
            update(shipped)
            .where(shipped.c.writer == shipment.writer, shipped.c.seq == after)
            .values(seq=last.seq, hash=last.hash)
        )
        with writing(self._engine, durable=shipment.durable, alone=False) as connection:
            if connection.execute(advance).rowcount != 1:
                return False
            self._insert_entries.run(connection, shipment.entries)
            self._insert_calls.run(connection, shipment.calls)
            if shipment.outcomes:
                connection.exec_driver_sql(self._end_call, shipment.outcomes)
            self._insert_acts.run(connection, shipment.acts)
            if shipment.act_ends:
                connection.exec_driver_sql(self._end_act, shipment.act_ends)
        return True

    def make_durable(self) -> bool:
        if self._engine.dialect.name == "postgresql":
            return True  # a commit is
        # A commit isn't synced, a checkpoint is. This kind waits for nobody: what a reader keeps it
        # from copying is copied later.
        with reading(self._engine) as connection:
            row = connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)").one()
        busy, in_log, copied = row
        return not busy and in_log == copied

    def open_calls(self, writer: str) -> list[OpenCall]:
        wanted = (
            select(calls.c.id, calls.c.at, calls.c.held_nano_usd)
            .where(calls.c.writer == writer, calls.c.outcome_seq.is_(None))
            .order_by(calls.c.intent_seq)
        )
        with reading(self._engine) as connection:
            return [OpenCall._make(row) for row in connection.execute(wanted)]

    def open_acts(self, writer: str) -> list[str]:
        wanted = select(acts.c.id).where(acts.c.writer == writer, acts.c.acted_seq.is_(None))
        with reading(self._engine) as connection:
            return list(connection.scalars(wanted.order_by(acts.c.act_seq)))


def _end_call_statement(engine: Engine) -> str:
    names = OutcomeColumns._fields
    values: dict[str, object] = {name: bindparam(name) for name in names[1:]}
    statement = (
        update(calls)
        .where(calls.c.id == bindparam("call_id"), calls.c.outcome_seq.is_(None))
        .values(decision=func.coalesce(bindparam("decision"), calls.c.decision), **values)
    )
    return row_statement(engine.dialect, statement, (*names, "call_id"))


def _end_act_statement(engine: Engine) -> str:
    names = ActedColumns._fields
    statement = (
        update(acts)
        .where(acts.c.id == bindparam("act_id"), acts.c.acted_seq.is_(None))
        .values({name: bindparam(name) for name in names})
    )
    return row_statement(engine.dialect, statement, (*names, "act_id"))
