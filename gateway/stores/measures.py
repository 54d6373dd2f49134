"""The measures that people take beside the policy: freezes, and increases of budgets. They are kept after they end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol

import msgspec
from sqlalchemy import Connection, Engine, Row, insert, select, update

from gateway.stores.database import reading, writing
from gateway.stores.measure_tables import freezes, increases
from gateway.stores.tables import counters

_COUNTER: Final = "measures"

Facts = Mapping[str, tuple[str, ...]]
"""What a call must be like: by fact, one of these names or globs; all of the facts."""


class Frozen(NamedTuple):
    """No call of which `match` is so goes anywhere. Times in milliseconds since 1970."""

    id: str
    match: Facts
    reason: str
    who: str
    since: int


class Raised(NamedTuple):
    """So many nano-dollars more of a budget, until then. `scope` as in gateway.ledger.demands; None: each."""

    id: str
    budget: str
    scope: tuple[str, ...] | None
    amount: int
    until: int
    reason: str
    who: str
    since: int


class Taken(NamedTuple):
    """The measures that have not been ended, oldest first, those whose time is over left out; `change` is another
    number after every change of one."""

    freezes: Sequence[Frozen]
    increases: Sequence[Raised]
    change: int


class Measures(Protocol):
    """As in gateway.stores.interfaces every method blocks and raises StoreUnavailable."""

    def freeze(self, frozen: Frozen) -> None: ...

    def unfreeze(self, ids: Sequence[str], at: int) -> int:
        """How many were still in force."""
        ...

    def increase(self, raised: Raised) -> None: ...

    def withdraw(self, increase_id: str, at: int) -> bool:
        """False if there is none of this id in force."""
        ...

    def change(self) -> int: ...

    def taken(self, now_ms: int) -> Taken: ...


class SqlMeasures:
    """`Measures` in SQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def freeze(self, frozen: Frozen) -> None:
        with writing(self._engine, durable=True) as connection:
            _count(connection)
            connection.execute(insert(freezes).values({**frozen._asdict(), "match": _text(frozen.match)}))

    def unfreeze(self, ids: Sequence[str], at: int) -> int:
        wanted = update(freezes).where(freezes.c.id.in_(ids), freezes.c.ended_at.is_(None))
        with writing(self._engine, durable=True) as connection:
            _count(connection)
            return connection.execute(wanted.values(ended_at=at)).rowcount

    def increase(self, raised: Raised) -> None:
        scope = None if raised.scope is None else _text(raised.scope)
        with writing(self._engine, durable=True) as connection:
            _count(connection)
            connection.execute(insert(increases).values({**raised._asdict(), "scope": scope}))

    def withdraw(self, increase_id: str, at: int) -> bool:
        mine = (increases.c.id == increase_id) & increases.c.ended_at.is_(None) & (increases.c.until > at)
        with writing(self._engine, durable=True) as connection:
            _count(connection)
            return connection.execute(update(increases).where(mine).values(ended_at=at)).rowcount > 0

    def change(self) -> int:
        with reading(self._engine) as connection:
            return _change(connection)

    def taken(self, now_ms: int) -> Taken:
        stopped = select(freezes).where(freezes.c.ended_at.is_(None)).order_by(freezes.c.since, freezes.c.id)
        more = select(increases).where(increases.c.ended_at.is_(None), increases.c.until > now_ms)
        with reading(self._engine) as connection:
            return Taken(
                [_frozen(row) for row in connection.execute(stopped)],
                [
                    _raised(row)
                    for row in connection.execute(more.order_by(increases.c.since, increases.c.id))
                ],
                _change(connection),
            )


def _count(connection: Connection) -> None:
    step = update(counters).where(counters.c.name == _COUNTER).values(value=counters.c.value + 1)
    if connection.execute(step).rowcount == 0:
        connection.execute(insert(counters).values(name=_COUNTER, value=1))


def _change(connection: Connection) -> int:
    return (
        connection.execute(select(counters.c.value).where(counters.c.name == _COUNTER)).scalar_one_or_none()
        or 0
    )


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _frozen(row: Row[Any]) -> Frozen:
    match = msgspec.json.decode(row.match, type=dict[str, tuple[str, ...]])
    return Frozen(row.id, match, row.reason, row.who, row.since)


def _raised(row: Row[Any]) -> Raised:
    scope = None if row.scope is None else msgspec.json.decode(row.scope, type=tuple[str, ...])
    return Raised(row.id, row.budget, scope, row.amount, row.until, row.reason, row.who, row.since)
