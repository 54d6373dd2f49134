"""Gateway keys in SQL.

Each change takes the next number of one counter row inside its transaction; the row's lock makes
numbers appear in the order of commits, so that `changed_since` misses none.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, insert, or_, select, update

from gateway.errors import GatewayError
from gateway.stores.database import reading, writing
from gateway.stores.interfaces import KeyRecord
from gateway.stores.tables import counters, keys

_COUNTER = "keys"


class DuplicateKey(GatewayError):
    """A key with this id or hash exists."""


class SqlKeys:
    """gateway.stores.interfaces.Keys."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, key: KeyRecord) -> None:
        with writing(self._engine, durable=True) as connection:
            taken = select(keys.c.id).where(or_(keys.c.id == key.id, keys.c.hash == key.hash))
            if connection.execute(taken).first() is not None:
                raise DuplicateKey(f"a key {key.id} or one with the same secret exists")
            connection.execute(insert(keys).values(**_columns(key), change=_next_change(connection)))

    def list(self) -> builtins.list[KeyRecord]:
        with reading(self._engine) as connection:
            rows = connection.execute(select(keys).order_by(keys.c.created_at, keys.c.id))
            return [_record(row) for row in rows]

    def revoke(self, key_id: str, at: int) -> bool:
        with writing(self._engine, durable=True) as connection:
            done = connection.execute(
                update(keys)
                .where(keys.c.id == key_id, keys.c.revoked_at.is_(None))
                .values(revoked_at=at, change=_next_change(connection))
            )
            if done.rowcount:
                return True
            return connection.execute(select(keys.c.id).where(keys.c.id == key_id)).first() is not None

    def changed_since(self, cursor: int) -> tuple[Sequence[KeyRecord], int]:
        with reading(self._engine) as connection:
            changed = select(keys).where(keys.c.change > cursor).order_by(keys.c.change)
            rows = connection.execute(changed).all()
            latest = select(counters.c.value).where(counters.c.name == _COUNTER)
            return [_record(row) for row in rows], connection.execute(latest).scalar_one_or_none() or 0

    def count(self) -> int:
        with reading(self._engine) as connection:
            return connection.execute(select(func.count()).select_from(keys)).scalar_one()


def _next_change(connection: Connection) -> int:
    step = update(counters).where(counters.c.name == _COUNTER).values(value=counters.c.value + 1)
    if connection.execute(step).rowcount == 0:
        connection.execute(insert(counters).values(name=_COUNTER, value=1))
    return int(connection.execute(select(counters.c.value).where(counters.c.name == _COUNTER)).scalar_one())


def _columns(key: KeyRecord) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "hash": key.hash,
        "hint": key.hint,
        "roles": ",".join(key.roles),
        "team": key.team,
        "user": key.user,
        "use_case": key.use_case,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
    }


def _record(row: Row[Any]) -> KeyRecord:
    found = row._mapping
    return KeyRecord(
        id=found["id"],
        name=found["name"],
        hash=found["hash"],
        hint=found["hint"],
        roles=tuple(found["roles"].split(",")) if found["roles"] else (),
        team=found["team"],
        user=found["user"],
        use_case=found["use_case"],
        created_at=found["created_at"],
        expires_at=found["expires_at"],
        revoked_at=found["revoked_at"],
    )
