"""Reading the audit log from SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Engine,
    LargeBinary,
    Row,
    Select,
    and_,
    bindparam,
    cast,
    exists,
    func,
    or_,
    select,
)

from gateway.stores.call_filters import SUMS, behind, conditions, order_of
from gateway.stores.database import reading
from gateway.stores.interfaces import (
    CallFilter,
    CallRow,
    EntryRow,
    IntentColumns,
    OutcomeColumns,
    Position,
    Totals,
)
from gateway.stores.tables import calls, entries, shipped, writers

_INTENT = tuple(calls.c[name] for name in IntentColumns._fields)
_OUTCOME = tuple(calls.c[name] for name in OutcomeColumns._fields[1:])
# SQLite keeps bytes in a column of text if someone puts them there: verifying must not stumble.
_ENTRY = (
    *(entries.c[name] for name in EntryRow._fields[:-2]),
    cast(entries.c.hash, LargeBinary).label("hash"),
    cast(entries.c.body, LargeBinary).label("body"),
)
_PARAMETERS = 500


class SqlCalls:
    """gateway.stores.interfaces.Calls."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def search(self, wanted: CallFilter) -> list[CallRow]:
        found = select(*_INTENT, *_OUTCOME).where(*conditions(wanted), *behind(wanted))
        return self._rows(found.order_by(*order_of(wanted)).limit(wanted.limit))

    def totals(self, wanted: CallFilter) -> Totals:
        with reading(self._engine) as connection:
            found = connection.execute(select(*SUMS).where(*conditions(wanted))).one()
        return Totals._make(int(one or 0) for one in found)

    def named(self, ids: Sequence[str]) -> dict[str, CallRow]:
        found: dict[str, CallRow] = {}
        for start in range(0, len(ids), _PARAMETERS):
            some = calls.c.id.in_(ids[start : start + _PARAMETERS])
            found.update((row.intent.id, row) for row in self._rows(select(*_INTENT, *_OUTCOME).where(some)))
        return found

    def bodies(self, places: Sequence[tuple[str, int]]) -> dict[tuple[str, int], EntryRow]:
        # Writer by writer: of pairs SQLite looks through the whole table.
        wanted: dict[str, list[int]] = {}
        for writer, seq in places:
            wanted.setdefault(writer, []).append(seq)
        found: dict[tuple[str, int], EntryRow] = {}
        with reading(self._engine) as connection:
            for writer, seqs in wanted.items():
                for start in range(0, len(seqs), _PARAMETERS):
                    some = entries.c.seq.in_(seqs[start : start + _PARAMETERS])
                    rows = connection.execute(select(*_ENTRY).where(entries.c.writer == writer, some))
                    found.update(((row.writer, row.seq), _entry_row(row)) for row in rows)
        return found

    def entries(self, writer: str, after: int, limit: int) -> list[EntryRow]:
        wanted = select(*_ENTRY).where(entries.c.writer == writer, entries.c.seq > after)
        with reading(self._engine) as connection:
            return [
                _entry_row(row) for row in connection.execute(wanted.order_by(entries.c.seq).limit(limit))
            ]

    def writers(self) -> dict[str, Position]:
        last = func.coalesce(shipped.c.seq, 0), func.coalesce(shipped.c.hash, "")
        wanted = select(writers.c.id, *last).outerjoin_from(writers, shipped)
        with reading(self._engine) as connection:
            rows = connection.execute(wanted.order_by(writers.c.created_at, writers.c.id))
            return {name: Position(int(seq), str(digest)) for name, seq, digest in rows}

    def unregistered(self) -> list[str]:
        registered = self.writers()
        found: list[str] = []
        last = ""
        with reading(self._engine) as connection:
            # One step of the primary key's index per writer, however many entries there are.
            after = select(func.min(entries.c.writer)).where(entries.c.writer > bindparam("last"))
            while (name := connection.execute(after, {"last": last}).scalar_one()) is not None:
                last = name
                if name not in registered:
                    found.append(name)
        return found

    def without_entries(self, limit: int) -> list[CallRow]:
        wanted = select(*_INTENT, *_OUTCOME).where(
            or_(
                ~_entry_exists(calls.c.intent_seq, "intent"),
                and_(calls.c.outcome_seq.is_not(None), ~_entry_exists(calls.c.outcome_seq, "outcome")),
            )
        )
        return self._rows(wanted.limit(limit))

    def _rows(self, wanted: Select[Any]) -> list[CallRow]:
        with reading(self._engine) as connection:
            return [_call_row(row) for row in connection.execute(wanted)]


def _entry_exists(seq: ColumnElement[Any], kind: str) -> ColumnElement[bool]:
    return exists().where(
        entries.c.writer == calls.c.writer,
        entries.c.seq == seq,
        entries.c.kind == kind,
        entries.c.call_id == calls.c.id,
    )


def _entry_row(row: Row[Any]) -> EntryRow:
    writer, seq, boot, at, kind, call_id, digest, body = tuple(row)
    return EntryRow(writer, seq, boot, at, kind, call_id, digest.decode("ascii", "replace"), body)


def _call_row(row: Row[Any]) -> CallRow:
    values = tuple(row)
    split = len(_INTENT)
    intent = IntentColumns(*values[:split])
    return CallRow(intent, OutcomeColumns(intent.decision, *values[split:]))
