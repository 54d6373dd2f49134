"""Legal holds, in SQL: what must not be deleted or erased while somebody may need it as evidence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Engine, and_, insert, or_, select, true, update

from gateway.stores.database import reading, writing
from gateway.stores.rights_tables import holds
from gateway.stores.tables import calls


@dataclass(frozen=True, slots=True)
class Hold:
    """Every field that is set must hold of a call: `subject` is a pseudonym among its people, `since` and `until` are
    times as the audit log has them. Without any it holds everything. Other times in milliseconds since 1970."""

    id: str
    created_at: int
    reason: str
    subject: str | None = None
    team: str | None = None
    use_case: str | None = None
    key: str | None = None
    since: str | None = None
    until: str | None = None
    released_at: int | None = None


class SqlHolds:
    """Blocks; raises StoreUnavailable."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, hold: Hold) -> None:
        values = {name: getattr(hold, name) for name in Hold.__slots__}
        with writing(self._engine, durable=True) as connection:
            connection.execute(insert(holds).values(**values))

    def list(self, *, released: bool = False) -> Sequence[Hold]:
        """Oldest first; those that were released only where they are asked for."""
        wanted = select(*(holds.c[name] for name in Hold.__slots__))
        if not released:
            wanted = wanted.where(holds.c.released_at.is_(None))
        with reading(self._engine) as connection:
            rows = connection.execute(wanted.order_by(holds.c.created_at, holds.c.id))
            return [Hold(*row) for row in rows]

    def release(self, hold_id: str, at_ms: int) -> bool:
        """False: there is none of this id in force."""
        mine = holds.c.id == hold_id, holds.c.released_at.is_(None)
        with writing(self._engine, durable=True) as connection:
            return connection.execute(update(holds).where(*mine).values(released_at=at_ms)).rowcount == 1

    def about(self, subject: str) -> Sequence[Hold]:
        """Those that keep a person from being erased: that name them, or hold one of their calls."""
        return [
            hold for hold in self.list() if hold.subject == subject or self._holds_a_call_of(subject, hold)
        ]

    def _holds_a_call_of(self, subject: str, hold: Hold) -> bool:
        if hold.subject is not None:
            return False
        theirs = or_(calls.c.user == subject, calls.c.end_user == subject)
        wanted = select(calls.c.id).where(theirs, held_by(hold)).limit(1)
        with reading(self._engine) as connection:
            return connection.execute(wanted).first() is not None


def held_by(hold: Hold) -> ColumnElement[bool]:
    """Of a row of `calls`."""
    wanted: list[ColumnElement[bool]] = [
        calls.c[name] == value
        for name in ("team", "use_case", "key")
        if (value := getattr(hold, name)) is not None
    ]
    if hold.subject is not None:
        wanted.append(or_(calls.c.user == hold.subject, calls.c.end_user == hold.subject))
    if hold.since is not None:
        wanted.append(calls.c.at >= hold.since)
    if hold.until is not None:
        wanted.append(calls.c.at < hold.until)
    return and_(true(), *wanted)


def held_by_any(held: Iterable[Hold]) -> list[ColumnElement[bool]]:
    return [held_by(hold) for hold in held]
