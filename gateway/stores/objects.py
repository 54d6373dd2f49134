"""Whose the objects are that providers keep, in SQL, and the cache that the event loop uses."""

from __future__ import annotations

import asyncio
import builtins
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Any, Final, TypeVar

from sqlalchemy import Engine, Row, delete, or_, select

from gateway.stores.database import reading, writing
from gateway.stores.interfaces import StoreUnavailable
from gateway.stores.ownership import KeptObject, Objects, Place
from gateway.stores.tables import objects
from gateway.stores.upserts import insert_into

_PARAMETERS: Final = 500

T = TypeVar("T")


class SqlObjects:
    """gateway.stores.ownership.Objects."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def claim(self, wanted: Sequence[KeptObject]) -> bool:
        """Written first and read then: whoever else claims one meanwhile has it, or has it not."""
        if not wanted:
            return True
        with writing(self._engine) as connection:
            new = insert_into(connection.dialect, objects).on_conflict_do_nothing()
            connection.execute(new, [_columns(one) for one in wanted])
            for one in wanted:
                place = objects.c.id == one.id, objects.c.provider == one.place.provider
                owner = connection.execute(select(objects.c.tenant).where(*place)).scalar_one_or_none()
                if owner != one.tenant:
                    connection.rollback()
                    return False
        return True

    def find(self, tenant: str, ids: Sequence[str]) -> list[KeptObject]:
        found: list[KeptObject] = []
        with reading(self._engine) as connection:
            for start in range(0, len(ids), _PARAMETERS):
                some = objects.c.id.in_(ids[start : start + _PARAMETERS])
                rows = connection.execute(select(objects).where(objects.c.tenant == tenant, some))
                found += [_kept(row) for row in rows]
        return found

    def forget(self, tenant: str, provider: str, object_id: str) -> None:
        gone = objects.c.tenant == tenant, objects.c.provider == provider, objects.c.id == object_id
        with writing(self._engine) as connection:
            connection.execute(delete(objects).where(*gone))

    def list(self, tenant: str, provider: str, kind: str, limit: int) -> builtins.list[KeptObject]:
        of_kind = or_(objects.c.kind == kind, objects.c.kind.startswith(f"{kind}:", autoescape=True))
        wanted = select(objects).where(objects.c.tenant == tenant, objects.c.provider == provider, of_kind)
        newest = wanted.order_by(objects.c.created_at.desc(), objects.c.id).limit(limit)
        with reading(self._engine) as connection:
            return [_kept(row) for row in connection.execute(newest)]


class ObjectCache:
    """What is known of owners, for the event loop; the rest is looked up in a thread.

    Keeps the `capacity` objects used last; that an id is unknown is never kept. No more than `waiting`
    questions wait at a time. Not thread-safe: it belongs to one event loop.
    """

    def __init__(
        self, store: Objects, executor: Executor, *, capacity: int = 50_000, most_waiting: int = 256
    ) -> None:
        self._store = store
        self._executor = executor
        self._capacity = capacity
        self._most_waiting = most_waiting
        self._waiting = 0
        self._known: OrderedDict[tuple[str, str], tuple[KeptObject, ...]] = OrderedDict()

    async def claim(self, tenant: str, wanted: Sequence[KeptObject]) -> bool:
        """False if one belongs to another tenant. StoreUnavailable if nobody can say.

        Whoever leaves meanwhile leaves the claim going: what was made has its owner all the same.
        """
        new = [one for one in wanted if not self._has(tenant, one)]
        if not new:
            return True

        def claimed() -> Sequence[KeptObject] | None:
            mine = self._store.claim(new)
            return self._store.find(tenant, [one.id for one in new]) if mine else None

        found = await self._ask(claimed)
        if found is not None:
            self._keep(found)
        return found is not None

    async def find(self, tenant: str, ids: Sequence[str]) -> Sequence[KeptObject]:
        """Those of the tenant's that have one of these ids. StoreUnavailable."""
        found: list[KeptObject] = []
        unknown: list[str] = []
        for one in dict.fromkeys(ids):
            known = self._known.get((tenant, one))
            if known is None:
                unknown.append(one)
            else:
                self._known.move_to_end((tenant, one))
                found += known
        if unknown:
            looked_up = await self._ask(lambda: self._store.find(tenant, unknown))
            self._keep(looked_up)
            found += looked_up
        return found

    async def forget(self, tenant: str, provider: str, object_id: str) -> None:
        """StoreUnavailable leaves it owned: then its provider says that it is gone."""
        self._known.pop((tenant, object_id), None)
        await self._ask(lambda: self._store.forget(tenant, provider, object_id))

    async def list(self, tenant: str, provider: str, kind: str, limit: int) -> Sequence[KeptObject]:
        """Newest first. StoreUnavailable."""
        return await self._ask(lambda: self._store.list(tenant, provider, kind, limit))

    def _has(self, tenant: str, wanted: KeptObject) -> bool:
        known = self._known.get((tenant, wanted.id), ())
        return any(one.place.provider == wanted.place.provider for one in known)

    def _keep(self, found: Sequence[KeptObject]) -> None:
        by_id: dict[tuple[str, str], tuple[KeptObject, ...]] = {}
        for one in found:
            by_id[one.tenant, one.id] = (*by_id.get((one.tenant, one.id), ()), one)
        self._known.update(by_id)
        while len(self._known) > self._capacity:
            self._known.popitem(last=False)

    async def _ask(self, question: Callable[[], T]) -> T:
        if self._waiting >= self._most_waiting:
            raise StoreUnavailable("too many questions about owners wait for the database")
        self._waiting += 1
        asked = asyncio.get_running_loop().run_in_executor(self._executor, question)
        asked.add_done_callback(self._answered)
        return await asyncio.shield(asked)

    def _answered(self, done: asyncio.Future[Any]) -> None:
        self._waiting -= 1
        if not done.cancelled():
            done.exception()  # looked at: whoever asked may have left


def _columns(one: KeptObject) -> dict[str, Any]:
    return {
        "id": one.id,
        "provider": one.place.provider,
        "tenant": one.tenant,
        "credential": one.place.credential,
        "kind": one.kind,
        "created_at": one.created_at,
        "call": one.call,
    }


def _kept(row: Row[Any]) -> KeptObject:
    return KeptObject(
        row.tenant, Place(row.provider, row.credential), row.id, row.kind, row.created_at, row.call
    )
