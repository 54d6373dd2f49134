"""Keys in memory: a known one costs a look-up, an unknown one a look that all who ask share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, ParamSpec, TypeVar

import pytest

from gateway.credentials import digest, mint
from gateway.stores.interfaces import StoreUnavailable
from gateway.stores.key_records import KeyChanges, KeyRecord, UserState
from gateway.stores.keybook import KeyBook
from tests.parts.calls import key_record
from tests.parts.executors import AtOnce
from tests.parts.runtime import FakeClock

HASH_KEY = bytes(32)
ANNA, BEN = (mint(bytes([n]) * 32) for n in (1, 2))
P = ParamSpec("P")
T = TypeVar("T")


def record_of(key: str, **changes: Any) -> KeyRecord:
    return key_record(**({"id": f"key_{key[-4:]}", "hash": digest(key, HASH_KEY)} | changes))


class Store:
    """Keys in the order in which they changed; the cursor counts the changes."""

    def __init__(self, *records: KeyRecord) -> None:
        self.changes: list[KeyRecord | UserState] = list(records)
        self.looks: list[int] = []
        self.down = False

    def changed_since(self, cursor: int) -> KeyChanges:
        if self.down:
            raise StoreUnavailable("down")
        self.looks.append(cursor)
        new = self.changes[cursor:]
        keys = [each for each in new if isinstance(each, KeyRecord)]
        return KeyChanges(keys, [each for each in new if isinstance(each, UserState)], len(self.changes))

    def add(self, key: KeyRecord) -> None:
        self.changes.append(key)


class Held(Executor):
    """Reads at once and tells when it is let: a thread that the machine keeps waiting."""

    def __init__(self) -> None:
        self.held: list[tuple[Future[Any], Any]] = []

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        later: Future[T] = Future()
        self.held.append((later, fn(*args, **kwargs)))
        return later

    async def lets(self, number: int) -> None:
        later, result = self.held[number]
        later.set_result(result)
        for _ in range(20):
            await asyncio.sleep(0)


def book_on(store: Store, executor: Executor | None = None, clock: FakeClock | None = None) -> KeyBook:
    return KeyBook(store, executor or AtOnce(), clock or FakeClock(), hash_key=HASH_KEY)


async def test_a_key_that_was_read_is_known_without_another_look():
    store = Store(record_of(ANNA))
    book = book_on(store)
    await book.refresh()
    assert book.known(ANNA) == await book.find(ANNA) == record_of(ANNA)
    assert store.looks == [0]


async def test_a_key_made_a_moment_ago_elsewhere_is_found():
    store = Store(record_of(ANNA))
    book = book_on(store)
    await book.refresh()
    store.add(record_of(BEN))
    assert book.known(BEN) is None
    assert await book.find(BEN) == record_of(BEN)
    assert store.looks == [0, 1], "only what has changed is read"


async def test_guessing_keys_costs_the_database_a_look_in_a_fifth_of_a_second():
    store, clock = Store(), FakeClock()
    book = book_on(store, clock=clock)
    for _ in range(5):
        assert await book.find(ANNA) is None
    assert len(store.looks) == 5
    assert clock.slept == [pytest.approx(0.2)] * 4


async def test_all_who_ask_at_once_share_a_look():
    store = Store(record_of(ANNA))
    book = book_on(store)
    found = await asyncio.gather(*(book.find(ANNA) for _ in range(50)))
    assert set(found) == {record_of(ANNA)}
    assert len(store.looks) == 1


async def test_who_leaves_does_not_take_the_look_from_the_others():
    store, executor = Store(record_of(ANNA)), Held()
    book = book_on(store, executor)
    leaving, staying = (asyncio.create_task(book.find(ANNA)) for _ in range(2))
    while not executor.held:
        await asyncio.sleep(0)
    leaving.cancel()
    await executor.lets(0)
    assert await staying == record_of(ANNA)
    assert leaving.cancelled()


async def test_a_look_that_began_before_a_key_was_made_does_not_deny_it():
    """Somebody guesses keys; meanwhile a key is made and used."""
    store, executor = Store(), Held()
    book = book_on(store, executor)
    guessing = asyncio.create_task(book.find(ANNA))
    while not executor.held:
        await asyncio.sleep(0)
    store.add(record_of(BEN))
    using = asyncio.create_task(book.find(BEN))
    await asyncio.sleep(0)
    await executor.lets(0)
    assert await guessing is None
    await executor.lets(1)
    assert await using == record_of(BEN)


async def test_a_look_that_was_overtaken_brings_no_revoked_key_back():
    store, executor = Store(record_of(ANNA)), Held()
    book = book_on(store, executor)
    slow = asyncio.create_task(book.refresh())
    await asyncio.sleep(0)
    store.add(record_of(ANNA, revoked_at=7))
    fast = asyncio.create_task(book.refresh())
    await asyncio.sleep(0)
    await executor.lets(1)
    await executor.lets(0)
    await asyncio.gather(slow, fast)
    known = book.known(ANNA)
    assert known is not None
    assert known.revoked_at == 7


async def test_a_database_that_is_down_is_told_to_who_asks_and_known_keys_stay():
    store = Store(record_of(ANNA))
    book = book_on(store)
    await book.refresh()
    store.down = True
    with pytest.raises(StoreUnavailable):
        await book.find(BEN)
    assert await book.find(ANNA) == record_of(ANNA)
    store.down = False
    assert await book.find(BEN) is None


class Ends(FakeClock):
    """Stops whoever sleeps for the third time."""

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds)
        if len(self.slept) == 3:
            raise asyncio.CancelledError


async def test_revocations_arrive_twice_a_second_and_an_outage_in_between_is_survived():
    store, clock = Store(record_of(ANNA)), Ends()
    book = book_on(store, clock=clock)
    store.down = True
    following = asyncio.create_task(book.follow())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    store.down = False
    await asyncio.wait([following])
    assert clock.slept == [0.5, 0.5, 0.5]
    assert book.known(ANNA) == record_of(ANNA)


async def test_a_mistake_while_reading_does_not_end_the_following():
    class Faulty(Store):
        def changed_since(self, cursor: int) -> KeyChanges:
            if not self.looks:
                self.looks.append(cursor)
                raise RuntimeError("a mistake")
            return super().changed_since(cursor)

    clock = Ends()
    book = book_on(Faulty(record_of(ANNA)), clock=clock)
    await asyncio.wait([asyncio.create_task(book.follow())])
    assert clock.slept == [0.5, 0.5, 0.5]
    assert book.known(ANNA) == record_of(ANNA)


async def test_a_database_that_was_set_back_is_read_anew():
    store = Store(record_of(ANNA), record_of(BEN), record_of(BEN, revoked_at=7))
    book = book_on(store)
    await book.refresh()
    store.changes = [record_of(ANNA)]
    await book.refresh()
    assert (book.known(ANNA), book.known(BEN)) == (record_of(ANNA), None)
    store.add(record_of(ANNA, revoked_at=9))
    await book.refresh()
    assert book.known(ANNA) == record_of(ANNA, revoked_at=9)


async def test_a_look_from_before_the_database_was_set_back_changes_nothing():
    store, executor = Store(record_of(ANNA), record_of(BEN)), Held()
    book = book_on(store, executor)
    first = asyncio.create_task(book.refresh())
    await asyncio.sleep(0)
    await executor.lets(0)
    await first
    store.add(record_of(BEN, revoked_at=7))
    slow = asyncio.create_task(book.refresh())
    await asyncio.sleep(0)
    store.changes = [record_of(ANNA)]
    fast = asyncio.create_task(book.refresh())
    await asyncio.sleep(0)
    await executor.lets(2)
    await executor.lets(3)
    await executor.lets(1)
    await asyncio.gather(first, slow, fast)
    assert (book.known(ANNA), book.known(BEN)) == (record_of(ANNA), None)


async def test_what_follows_a_look_is_done_after_each_also_after_one_that_failed():
    store, clock, done = Store(), Ends(), list[int]()
    store.down = True
    book = book_on(store, clock=clock)
    await asyncio.wait([asyncio.create_task(book.follow(lambda: done.append(len(store.looks))))])
    assert done == [0, 0]


def rotated(**changes: Any) -> KeyRecord:
    """Anna's key with Ben's as the secret that took its place."""
    return record_of(BEN, id=record_of(ANNA).id, previous_hash=digest(ANNA, HASH_KEY), **changes)


async def test_both_secrets_of_a_rotated_key_lead_to_it_and_the_old_one_ends():
    store = Store(record_of(ANNA))
    book = book_on(store)
    await book.refresh()
    store.add(rotated(previous_until=7, expires_at=9))
    await book.refresh()
    new, old = book.known(BEN), book.known(ANNA)
    assert new is not None and old is not None
    assert (new.id, new.ends_at, old.id, old.ends_at) == (old.id, 9, new.id, 7)
    assert book.current(record_of(ANNA)) == old


async def test_a_secret_that_was_replaced_twice_is_forgotten():
    store = Store(record_of(ANNA), rotated(previous_until=7))
    book = book_on(store)
    await book.refresh()
    third = record_of(mint(bytes([3]) * 32), id=record_of(ANNA).id, previous_hash=digest(BEN, HASH_KEY))
    store.add(third)
    await book.refresh()
    assert book.known(ANNA) is book.current(record_of(ANNA)) is None
    assert book.known(BEN) is not None


async def test_users_are_disabled_and_enabled_as_the_database_says():
    store = Store()
    book = book_on(store)
    store.changes = [UserState("anna", 7), UserState("ben", 7)]
    await book.refresh()
    assert set(book.disabled) == {"anna", "ben"}
    store.changes.append(UserState("anna", None))
    await book.refresh()
    assert set(book.disabled) == {"ben"}
    store.changes = [UserState("ben", None)]
    await book.refresh()
    assert set(book.disabled) == set(), "the database was set back"
