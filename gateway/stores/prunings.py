"""What was deleted of the log when its time was over, in SQL: spans of entries, and the calls that these were about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection, Engine, delete, exists, func, insert, not_, select

from gateway.stores.database import reading, writing
from gateway.stores.holds import Hold, held_by_any
from gateway.stores.rights_tables import contents, holds, prunings
from gateway.stores.tables import calls, corrections, entries

_PARAMETERS: Final = 500


class Span(NamedTuple):
    """Deleted entries of one writer, from `first` to `last`. `prev` is the hash of the entry before them, `hash` and
    `boot` are those of the last; `act` is the act that recorded it."""

    writer: str
    first: int
    last: int
    prev: str
    hash: str
    boot: int
    at: int
    act: str


class Expired(NamedTuple):
    """A call whose time is over: the places of its two entries."""

    id: str
    writer: str
    intent_seq: int
    outcome_seq: int


class HeldNow(Exception):
    """A hold was set while a deletion was under way: nothing was deleted."""


class SqlPrunings:
    """Blocks; raises StoreUnavailable."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def after(self, writer: str, seq: int) -> Span | None:
        """What was deleted right behind this entry."""
        return self._one(prunings.c.writer == writer, prunings.c.first == seq + 1)

    def until(self, writer: str, seq: int) -> Span | None:
        """What was deleted right before this entry."""
        return self._one(prunings.c.writer == writer, prunings.c.last == seq - 1)

    def expired(self, before: str, held: Sequence[Hold], limit: int) -> list[Expired]:
        """Calls that ended before this time and that nothing holds, oldest first."""
        over = calls.c.at < before, calls.c.ended_at < before, calls.c.outcome_seq.is_not(None)
        wanted = select(*(calls.c[name] for name in Expired._fields)).where(*over)
        wanted = wanted.where(*(not_(one) for one in held_by_any(held))).order_by(calls.c.at, calls.c.id)
        with reading(self._engine) as connection:
            return [Expired._make(row) for row in connection.execute(wanted.limit(limit))]

    def delete(self, spans: Sequence[Span], gone: Sequence[Expired], held: Sequence[Hold]) -> None:
        """Durable. `spans` stand for what they contain and touch of earlier ones. HeldNow: nothing was deleted."""
        ids = [one.id for one in gone]
        with writing(self._engine, durable=True) as connection:
            if _holds_in_force(connection) != len(held):
                raise HeldNow
            for span in spans:
                inside = prunings.c.first >= span.first, prunings.c.last <= span.last
                connection.execute(delete(prunings).where(prunings.c.writer == span.writer, *inside))
                connection.execute(insert(prunings).values(**span._asdict()))
                theirs = entries.c.writer == span.writer, entries.c.seq.between(span.first, span.last)
                connection.execute(delete(entries).where(*theirs))
            for some in _some(ids):
                connection.execute(delete(contents).where(contents.c.call.in_(some)))
                connection.execute(delete(corrections).where(corrections.c.call.in_(some)))
                connection.execute(delete(calls).where(calls.c.id.in_(some)))

    def delete_contents(self, before: str, held: Sequence[Hold], limit: int) -> int:
        """Contents of calls that began before this time and that nothing holds; how many there were."""
        kept = [exists().where(calls.c.id == contents.c.call, one) for one in held_by_any(held)]
        over = (
            select(contents.c.call).where(contents.c.at < before, *(not_(one) for one in kept)).limit(limit)
        )
        with writing(self._engine, durable=True) as connection:
            if _holds_in_force(connection) != len(held):
                return 0
            return int(connection.execute(delete(contents).where(contents.c.call.in_(over))).rowcount)

    def _one(self, *wanted: object) -> Span | None:
        asked = select(*(prunings.c[name] for name in Span._fields)).where(*wanted)  # type: ignore[arg-type]
        with reading(self._engine) as connection:
            row = connection.execute(asked).first()
        return None if row is None else Span._make(row)


def _holds_in_force(connection: Connection) -> int:
    wanted = select(func.count()).select_from(holds).where(holds.c.released_at.is_(None))
    return int(connection.execute(wanted).scalar_one())


def _some(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[start : start + _PARAMETERS] for start in range(0, len(ids), _PARAMETERS))
