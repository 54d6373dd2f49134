"""Whose the objects are that providers keep."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Connection, event

from gateway.stores.database import Database, open_database
from gateway.stores.interfaces import StoreUnavailable
from gateway.stores.objects import ObjectCache, SqlObjects
from gateway.stores.ownership import KeptObject, Place
from tests.stores.parts import NOW_MS, counted


def kept(
    name: str = "file-1", tenant: str = "team:a", *, provider: str = "openai", kind: str = "file", at: int = 1
) -> KeptObject:
    return KeptObject(tenant, Place(provider, 0), name, kind, at, "call-1")


def test_what_is_claimed_is_found_by_its_tenant_alone(database: Database):
    store = SqlObjects(database.engine)
    assert store.claim([kept()])
    assert store.find("team:a", ["file-1", "file-2"]) == [kept()]
    assert store.find("team:b", ["file-1"]) == []


def test_another_tenants_object_can_not_be_claimed(database: Database):
    store = SqlObjects(database.engine)
    store.claim([kept()])
    assert not store.claim([kept("file-2", "team:b"), kept(tenant="team:b")])
    assert (store.find("team:b", ["file-1", "file-2"]), store.find("team:a", ["file-1"])) == ([], [kept()])


def test_what_another_tenant_claims_at_the_same_time_is_theirs_and_nothing_beside_it_is_taken(
    database: Database,
):
    def ahead(_: Connection, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.startswith("INSERT"):
            values = "('file-1', 'openai', 'team:b', 0, 'file', 1, 'call-2')"
            names = "id, provider, tenant, credential, kind, created_at, call"
            cursor.execute(f"INSERT INTO objects ({names}) VALUES {values}")

    event.listen(database.engine, "before_cursor_execute", ahead)
    store = SqlObjects(database.engine)
    assert not store.claim([kept("file-2"), kept()])
    assert store.find("team:a", ["file-1", "file-2"]) == []


def test_what_a_tenant_has_stays_as_it_is_when_claimed_again(database: Database):
    store = SqlObjects(database.engine)
    store.claim([kept()])
    assert store.claim([kept(kind="batch", at=9), kept("file-2"), kept("file-2")])
    assert store.find("team:a", ["file-1", "file-2"]) == [kept(), kept("file-2")]


def test_an_id_is_unique_at_its_provider_and_not_beyond(database: Database):
    store = SqlObjects(database.engine)
    store.claim([kept()])
    assert store.claim([kept(tenant="team:b", provider="vllm")])
    assert store.find("team:b", ["file-1"]) == [kept(tenant="team:b", provider="vllm")]


def test_more_ids_are_found_than_one_statement_takes(database: Database):
    store = SqlObjects(database.engine)
    many = [kept(f"file-{number}") for number in range(1_201)]
    store.claim(many)
    assert set(store.find("team:a", [one.id for one in many])) == set(many)


def test_only_its_tenant_can_have_an_object_forgotten(database: Database):
    store = SqlObjects(database.engine)
    store.claim([kept()])
    store.forget("team:b", "openai", "file-1")
    store.forget("team:a", "vllm", "file-1")
    still = store.find("team:a", ["file-1"])
    store.forget("team:a", "openai", "file-1")
    assert (still, store.find("team:a", ["file-1"])) == ([kept()], [])


def test_a_list_has_the_newest_of_its_kind_first(database: Database):
    store = SqlObjects(database.engine)
    mine = [kept("old", at=1), kept("batch-file", kind="file:batch", at=2), kept("new", at=3)]
    others = [
        kept("theirs", "team:b"),
        kept("elsewhere", provider="vllm"),
        kept("other", kind="files"),
        kept("job", kind="job"),
    ]
    store.claim(mine)
    for other in others:
        store.claim([other])
    assert [one.id for one in store.list("team:a", "openai", "file", 10)] == ["new", "batch-file", "old"]
    assert [one.id for one in store.list("team:a", "openai", "file", 1)] == ["new"]


def test_owners_outlive_a_restart(database: Database, url: str):
    SqlObjects(database.engine).claim([kept()])
    database.close()
    again = open_database(url, now_ms=lambda: NOW_MS, new_id=counted("id"))
    assert SqlObjects(again.engine).find("team:a", ["file-1"]) == [kept()]
    again.close()


# -------------------------------------------------------------------- for the event loop


class Counting:
    """A store in memory that counts what it is asked, can be held back, and can fail."""

    def __init__(self, *rows: KeptObject) -> None:
        self.rows = list(rows)
        self.asked: list[str] = []
        self.free = threading.Event()
        self.free.set()
        self.error: Exception | None = None

    def _ask(self, what: str) -> None:
        assert self.free.wait(30)
        self.asked.append(what)
        if self.error is not None:
            raise self.error

    def claim(self, objects: Sequence[KeptObject]) -> bool:
        self._ask("claim")
        self.rows += objects
        return True

    def find(self, tenant: str, ids: Sequence[str]) -> list[KeptObject]:
        self._ask("find")
        return [one for one in self.rows if one.tenant == tenant and one.id in ids]

    def forget(self, tenant: str, provider: str, object_id: str) -> None:
        self._ask("forget")
        self.rows = [one for one in self.rows if one.id != object_id]

    def list(self, tenant: str, provider: str, kind: str, limit: int) -> list[KeptObject]:
        self._ask("list")
        return self.rows[:limit]


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as made:
        yield made


async def test_what_was_found_is_not_looked_up_again(executor: ThreadPoolExecutor):
    store = Counting(kept())
    cache = ObjectCache(store, executor)
    found = [await cache.find("team:a", ["file-1"]) for _ in range(3)]
    assert (found, store.asked) == ([[kept()]] * 3, ["find"])


async def test_what_was_not_found_is_looked_up_again(executor: ThreadPoolExecutor):
    store = Counting()
    cache = ObjectCache(store, executor)
    before = await cache.find("team:a", ["file-1"])
    store.rows.append(kept())
    assert (before, await cache.find("team:a", ["file-1"])) == ([], [kept()])


async def test_a_tenant_never_gets_what_is_known_of_another(executor: ThreadPoolExecutor):
    cache = ObjectCache(Counting(kept()), executor)
    await cache.find("team:a", ["file-1"])
    assert await cache.find("team:b", ["file-1"]) == []


async def test_what_is_claimed_is_claimed_once(executor: ThreadPoolExecutor):
    store = Counting()
    cache = ObjectCache(store, executor)
    claimed = [await cache.claim("team:a", [kept()]) for _ in range(3)]
    assert (claimed, store.asked) == ([True] * 3, ["claim", "find"])


async def test_what_is_another_tenants_stays_theirs(executor: ThreadPoolExecutor, database: Database):
    cache = ObjectCache(SqlObjects(database.engine), executor)
    assert await cache.claim("team:a", [kept()])
    assert not await cache.claim("team:b", [kept(tenant="team:b")])
    assert await cache.find("team:b", ["file-1"]) == []


async def test_an_id_that_is_known_at_one_provider_is_claimed_at_another(executor: ThreadPoolExecutor):
    store = Counting(kept())
    cache = ObjectCache(store, executor)
    await cache.claim("team:a", [kept(provider="vllm")])
    assert await cache.find("team:a", ["file-1"]) == [kept(), kept(provider="vllm")]


async def test_what_is_forgotten_is_not_found(executor: ThreadPoolExecutor):
    cache = ObjectCache(Counting(kept()), executor)
    await cache.find("team:a", ["file-1"])
    await cache.forget("team:a", "openai", "file-1")
    assert await cache.find("team:a", ["file-1"]) == []


async def test_a_claim_goes_on_when_its_caller_leaves(executor: ThreadPoolExecutor):
    store = Counting()
    store.free.clear()
    cache = ObjectCache(store, executor)
    claiming = asyncio.ensure_future(cache.claim("team:a", [kept()]))
    await asyncio.sleep(0)
    claiming.cancel()
    store.free.set()
    while cache._waiting:
        await asyncio.sleep(0)
    assert (claiming.cancelled(), store.rows) == (True, [kept()])


async def test_a_database_that_is_down_says_nothing_about_owners(executor: ThreadPoolExecutor):
    store = Counting(kept())
    store.error = StoreUnavailable("down")
    cache = ObjectCache(store, executor)
    with pytest.raises(StoreUnavailable):
        await cache.find("team:a", ["file-1"])
    store.error = None
    assert await cache.find("team:a", ["file-1"]) == [kept()]


async def test_questions_do_not_pile_up(executor: ThreadPoolExecutor):
    store = Counting()
    store.free.clear()
    cache = ObjectCache(store, executor, most_waiting=1)
    first = asyncio.ensure_future(cache.find("team:a", ["file-1"]))
    await asyncio.sleep(0)
    with pytest.raises(StoreUnavailable):
        await cache.find("team:a", ["file-2"])
    store.free.set()
    assert await first == []


async def test_no_more_is_kept_than_there_is_room_for(executor: ThreadPoolExecutor):
    store = Counting(*(kept(f"file-{number}") for number in range(5)))
    cache = ObjectCache(store, executor, capacity=2)
    for number in (0, 1, 0, 2):
        await cache.find("team:a", [f"file-{number}"])
    store.asked.clear()
    await cache.find("team:a", ["file-0", "file-2"])
    assert (store.asked, len(cache._known)) == ([], 2)


async def test_a_list_is_asked_of_the_store(executor: ThreadPoolExecutor):
    assert await ObjectCache(Counting(kept()), executor).list("team:a", "openai", "file", 5) == [kept()]
