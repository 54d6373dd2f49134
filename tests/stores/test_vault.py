"""What placeholders stand for, sealed, in a database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update

from gateway.stores.database import Database, reading, writing
from gateway.stores.erasures import SqlErasures, Tombstone
from gateway.stores.interfaces import StoreUnavailable
from gateway.stores.vault import LASTS_MS, SqlVault, open_vault, vault

SECRET = b"s" * 32
VALUES = {"PERSON_1": "Ann Lee", "EMAIL_1": "ann@lee.org"}
NOBODY = (None, None)


class Time:
    now_ms = 1_000


def store_of(database: Database, secret: bytes = SECRET, time: Time | None = None) -> SqlVault:
    moment = time or Time()
    return SqlVault(database.engine, secret, lambda size: b"n" * size, lambda: moment.now_ms)


def rows(database: Database) -> list[bytes]:
    with reading(database.engine) as connection:
        return list(connection.execute(select(vault.c.sealed)).scalars())


def test_what_is_kept_is_found_by_its_tenant_alone(database: Database):
    store = store_of(database)
    store.keep("team:a", "resp_1", VALUES, NOBODY)
    assert store.find("team:a", "resp_1") == VALUES
    assert store.find("team:b", "resp_1") is None and store.find("team:a", "resp_2") is None


def test_nothing_of_it_can_be_read_in_the_database(database: Database):
    store_of(database).keep("team:a", "resp_1", VALUES, NOBODY)
    assert all(b"Ann" not in sealed and b"lee.org" not in sealed for sealed in rows(database))
    assert store_of(database, b"t" * 32).find("team:a", "resp_1") is None


def test_what_is_kept_again_replaces_what_was(database: Database):
    store = store_of(database)
    store.keep("team:a", "resp_1", VALUES, NOBODY)
    store.keep("team:a", "resp_1", {}, NOBODY)
    assert store.find("team:a", "resp_1") == {} and len(rows(database)) == 1


def test_what_is_too_old_is_gone(database: Database):
    time = Time()
    store = store_of(database, time=time)
    store.keep("team:a", "resp_1", VALUES, NOBODY)
    time.now_ms += LASTS_MS
    assert store.find("team:a", "resp_1") is None
    store.keep("team:a", "resp_2", VALUES, NOBODY)
    assert len(rows(database)) == 1


def test_a_row_that_was_moved_or_changed_is_no_answer(database: Database):
    store = store_of(database)
    store.keep("team:a", "resp_1", VALUES, NOBODY)
    store.keep("team:b", "resp_1", {"PERSON_1": "Bob Ray"}, NOBODY)
    [first, second] = rows(database)
    with writing(database.engine) as connection:
        connection.execute(update(vault).where(vault.c.sealed == first).values(sealed=second))
    with pytest.raises(StoreUnavailable):
        store.find("team:a", "resp_1")
        store.find("team:b", "resp_1")


def test_what_is_of_a_person_goes_when_they_are_erased(database: Database):
    store = store_of(database)
    store.keep("team:a", "resp_1", VALUES, ("u_1", "e_1"))
    store.keep("team:a", "resp_2", VALUES, (None, "e_1"))
    store.keep("team:a", "resp_3", VALUES, ("u_2", None))
    SqlErasures(database.engine).erase(Tombstone("e_1", 1, "{}"))
    assert store.find("team:a", "resp_2") is None
    assert store.find("team:a", "resp_1") is None and store.find("team:a", "resp_3") == VALUES


async def test_the_event_loop_asks_in_a_thread(database: Database):
    with ThreadPoolExecutor(1) as threads:
        asked = open_vault(database.engine, SECRET, threads, lambda: 1)
        await asked.keep("team:a", "resp_1", VALUES, NOBODY)
        assert await asked.find("team:a", "resp_1") == VALUES
        await asked.forget("team:a", "resp_1")
        assert await asked.find("team:a", "resp_1") is None
