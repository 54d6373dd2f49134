"""Names behind pseudonyms."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest
from sqlalchemy import select, update

from gateway.stores.database import Database, reading, writing
from gateway.stores.interfaces import StoreUnavailable
from gateway.stores.rights_tables import subjects as subjects_table
from gateway.stores.subjects import SqlSubjects, SubjectCache
from tests.stores.parts import NOW_MS


def numbered() -> Callable[[int], bytes]:
    numbers = count(1)
    return lambda size: next(numbers).to_bytes(size, "big")


def opened(database: Database, hash_key: bytes = b"h" * 32, seal_key: bytes = b"s" * 32) -> SqlSubjects:
    return SqlSubjects(
        database.engine, hash_key=hash_key, seal_key=seal_key, random_bytes=numbered(), now_ms=lambda: NOW_MS
    )


def test_a_name_keeps_its_pseudonym(database: Database):
    subjects = opened(database)
    assert subjects.pseudonym("user", "ann") == subjects.pseudonym("user", "ann")


def test_names_and_kinds_are_kept_apart(database: Database):
    subjects = opened(database)
    made = {subjects.pseudonym(kind, name) for kind in ("user", "end_user") for name in ("ann", "bob")}
    assert len(made) == 4


def test_a_pseudonym_leads_to_its_name(database: Database):
    subjects = opened(database)
    assert subjects.name_of(subjects.pseudonym("user", "Ännchen")) == "Ännchen"


def test_a_pseudonym_nobody_has_leads_nowhere(database: Database):
    assert opened(database).name_of("u-00") is None


def test_finding_a_name_makes_nothing(database: Database):
    subjects = opened(database)
    assert subjects.find("user", "ann") is None
    made = subjects.pseudonym("user", "ann")
    assert subjects.find("user", "ann") == made


def test_the_table_holds_no_name(database: Database):
    opened(database).pseudonym("user", "ann-who-is-not-there")
    with reading(database.engine) as connection:
        rows = connection.exec_driver_sql("SELECT * FROM subjects").all()
    assert b"ann-who" not in repr(rows).encode()


def test_another_key_does_not_open_a_name(database: Database):
    made = opened(database).pseudonym("user", "ann")
    assert opened(database, seal_key=b"x" * 32).name_of(made) is None


def test_a_sealed_name_belongs_to_its_pseudonym(database: Database):
    subjects = opened(database)
    ann, bob = subjects.pseudonym("user", "ann"), subjects.pseudonym("user", "bob")
    with writing(database.engine) as connection:
        sealed = select(subjects_table.c.sealed_name).where(subjects_table.c.pseudonym == ann)
        taken = connection.execute(sealed).scalar_one()
        of_bob = update(subjects_table).where(subjects_table.c.pseudonym == bob)
        connection.execute(of_bob.values(sealed_name=taken))
    assert subjects.name_of(bob) is None


def test_a_race_for_a_new_name_has_one_pseudonym(database: Database):
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.append(opened(database).pseudonym("user", "ann")))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(found), len(set(found))) == (8, 1)


class Counting:
    """A store that counts, can be held back, and can fail."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.free = threading.Event()
        self.free.set()
        self.error: Exception | None = None

    def pseudonym(self, kind: str, name: str) -> str:
        assert self.free.wait(30)
        self.asked.append(name)
        if self.error is not None:
            raise self.error
        return f"{kind}:{name}"

    def find(self, kind: str, name: str) -> str | None:
        raise NotImplementedError

    def name_of(self, pseudonym: str) -> str | None:
        raise NotImplementedError


@pytest.fixture
def executor():
    with ThreadPoolExecutor(2) as made:
        yield made


async def test_a_name_is_known_once_it_was_resolved(executor: ThreadPoolExecutor):
    cache = SubjectCache(Counting(), executor)
    before = cache.known("user", "ann")
    resolved = await cache.resolve("user", "ann")
    assert (before, resolved, cache.known("user", "ann")) == (None, "user:ann", "user:ann")


async def test_callers_who_ask_together_share_one_lookup(executor: ThreadPoolExecutor):
    store = Counting()
    store.free.clear()
    cache = SubjectCache(store, executor)
    waiting = [asyncio.ensure_future(cache.resolve("user", "ann")) for _ in range(5)]
    await asyncio.sleep(0)
    store.free.set()
    assert (await asyncio.gather(*waiting), store.asked) == (["user:ann"] * 5, ["ann"])


async def test_a_caller_that_leaves_does_not_take_the_lookup_along(executor: ThreadPoolExecutor):
    store = Counting()
    store.free.clear()
    cache = SubjectCache(store, executor)
    leaving, staying = (asyncio.ensure_future(cache.resolve("user", "ann")) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    store.free.set()
    assert await staying == "user:ann"


async def test_a_failed_lookup_is_tried_again(executor: ThreadPoolExecutor):
    store = Counting()
    store.error = StoreUnavailable("down")
    cache = SubjectCache(store, executor)
    with pytest.raises(StoreUnavailable):
        await cache.resolve("user", "ann")
    store.error = None
    assert await cache.resolve("user", "ann") == "user:ann"


async def test_the_name_used_longest_ago_is_forgotten_first(executor: ThreadPoolExecutor):
    cache = SubjectCache(Counting(), executor, capacity=2)
    for name in ("ann", "bob", "ann", "cyd"):
        await cache.resolve("user", name)
    assert [cache.known("user", name) is not None for name in ("ann", "bob", "cyd")] == [True, False, True]


async def test_no_more_names_wait_than_may(executor: ThreadPoolExecutor):
    store = Counting()
    store.free.clear()
    cache = SubjectCache(store, executor, max_lookups=3)
    waiting = [asyncio.ensure_future(cache.resolve("user", f"u{number}")) for number in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(StoreUnavailable):
        await cache.resolve("user", "one too many")
    sharing = asyncio.ensure_future(cache.resolve("user", "u0"))
    store.free.set()
    assert len(await asyncio.gather(*waiting, sharing)) == 4
    assert await cache.resolve("user", "one too many") == "user:one too many"


async def test_who_was_erased_is_forgotten_also_while_they_are_looked_up(executor: ThreadPoolExecutor):
    store = Counting()
    cache = SubjectCache(store, executor)
    await cache.resolve("user", "ann")
    await cache.resolve("user", "bob")
    store.free.clear()
    waiting = asyncio.ensure_future(cache.resolve("user", "cyd"))
    await asyncio.sleep(0)
    cache.forget(["user:ann", "user:cyd"])
    store.free.set()
    await waiting
    assert [cache.known("user", name) is not None for name in ("ann", "bob", "cyd")] == [False, True, False]
