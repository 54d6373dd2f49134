"""Gateway keys in SQL.

Each change of a key or a user takes the next number of one counter row inside its transaction; the row's lock makes
numbers appear in the order of commits, so that `changed_since` misses none.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, and_, func, insert, or_, select, update

from gateway.errors import GatewayError
from gateway.stores.database import reading, writing
from gateway.stores.key_records import KeyChanges, KeyRecord, UserState
from gateway.stores.tables import counters, key_uses, keys, users

_COUNTER = "keys"
_USED = select(keys, key_uses.c.last_used_at).outerjoin(key_uses, key_uses.c.key == keys.c.id)


class DuplicateKey(GatewayError):
    """A key with this id or hash exists."""


class SqlKeys:
    """gateway.stores.key_records.Keys."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, key: KeyRecord) -> None:
        with writing(self._engine, durable=True) as connection:
            taken = select(keys.c.id).where(or_(keys.c.id == key.id, keys.c.hash == key.hash))
            if connection.execute(taken).first() is not None:
                raise DuplicateKey(f"a key {key.id} or one with the same secret exists")
            connection.execute(insert(keys).values(**_columns(key), change=next_change(connection)))

    def list(self) -> builtins.list[KeyRecord]:
        return self._records(_USED.order_by(keys.c.created_at, keys.c.id))

    def page(
        self, *, after: tuple[int, str] | None, teams: Sequence[str] | None, limit: int
    ) -> builtins.list[KeyRecord]:
        wanted = _USED.order_by(keys.c.created_at, keys.c.id).limit(limit)
        if after is not None:
            at, key_id = after
            same_time = and_(keys.c.created_at == at, keys.c.id > key_id)
            wanted = wanted.where(or_(keys.c.created_at > at, same_time))
        if teams is not None:
            wanted = wanted.where(keys.c.team.in_(teams))
        return self._records(wanted)

    def find(self, key_id: str) -> KeyRecord | None:
        return next(iter(self._records(_USED.where(keys.c.id == key_id))), None)

    def _records(self, wanted: Select[Any]) -> builtins.list[KeyRecord]:
        with reading(self._engine) as connection:
            return [_record(row) for row in connection.execute(wanted)]

    def rotate(
        self, key_id: str, *, new_hash: bytes, hint: str, expires_at: int | None, previous_until: int
    ) -> KeyRecord | None:
        mine = keys.c.id == key_id
        with writing(self._engine, durable=True) as connection:
            old = connection.execute(select(keys).where(mine, keys.c.revoked_at.is_(None))).first()
            if old is None:
                return None
            facts = {
                "hash": new_hash,
                "hint": hint,
                "expires_at": expires_at,
                "previous_hash": old.hash,
                "previous_until": min(previous_until, old.expires_at or previous_until),
                "change": next_change(connection),
            }
            connection.execute(update(keys).where(mine).values(facts))
            return _record(connection.execute(select(keys).where(mine)).one())

    def revoke(self, key_id: str, at: int) -> bool:
        with writing(self._engine, durable=True) as connection:
            done = connection.execute(
                update(keys)
                .where(keys.c.id == key_id, keys.c.revoked_at.is_(None))
                .values(revoked_at=at, change=next_change(connection))
            )
            if done.rowcount:
                return True
            return connection.execute(select(keys.c.id).where(keys.c.id == key_id)).first() is not None

    def changed_since(self, cursor: int) -> KeyChanges:
        with reading(self._engine) as connection:
            latest = select(counters.c.value).where(counters.c.name == _COUNTER)
            newest = connection.execute(latest).scalar_one_or_none() or 0
            if newest <= cursor:
                return KeyChanges((), (), newest)
            changed = select(keys).where(keys.c.change > cursor).order_by(keys.c.change)
            people = select(users.c.name, users.c.disabled_at).where(users.c.change > cursor)
            return KeyChanges(
                [_record(row) for row in connection.execute(changed)],
                [UserState(*row) for row in connection.execute(people.order_by(users.c.change))],
                newest,
            )

    def count(self) -> int:
        with reading(self._engine) as connection:
            return connection.execute(select(func.count()).select_from(keys)).scalar_one()

    def count_of(self, user: str) -> int:
        theirs = select(func.count()).where(keys.c.user == user, keys.c.revoked_at.is_(None))
        with reading(self._engine) as connection:
            return connection.execute(theirs).scalar_one()


def next_change(connection: Connection) -> int:
    """The number of a change that is made in this transaction."""
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
        "networks": ",".join(key.networks),
        "previous_hash": key.previous_hash,
        "previous_until": key.previous_until,
    }


def _record(row: Row[Any]) -> KeyRecord:
    found = row._mapping
    return KeyRecord(
        id=found["id"],
        name=found["name"],
        hash=found["hash"],
        hint=found["hint"],
        roles=_listed(found["roles"]),
        team=found["team"],
        user=found["user"],
        use_case=found["use_case"],
        created_at=found["created_at"],
        expires_at=found["expires_at"],
        revoked_at=found["revoked_at"],
        networks=_listed(found["networks"]),
        previous_hash=found["previous_hash"],
        previous_until=found["previous_until"],
        last_used_at=found.get("last_used_at"),
    )


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()
