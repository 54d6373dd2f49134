"""The keys of people."""

from __future__ import annotations

import secrets

from sqlalchemy import delete, select

from gateway.keyring import Keyring, LocalMaster, key_of, new_material
from gateway.stores.database import Database, reading, writing
from gateway.stores.keyrings import SqlKeyring
from gateway.stores.rights_tables import subjects
from gateway.stores.subject_keys import SqlSubjectKeys
from gateway.stores.subjects import SqlSubjects
from tests.stores.parts import NOW_MS

MASTER = LocalMaster(b"s" * 32, secrets.token_bytes)


def people(database: Database) -> SqlSubjects:
    return SqlSubjects(
        database.engine,
        hash_key=b"h" * 32,
        seal_key=b"k" * 32,
        random_bytes=secrets.token_bytes,
        now_ms=lambda: NOW_MS,
    )


def ring(database: Database, *names: str) -> Keyring:
    store = SqlKeyring(database.engine)
    for name in names:
        store.add("content", name, new_material(MASTER, "content", name, secrets.token_bytes), NOW_MS)
    return Keyring(store, MASTER, secrets.token_bytes)


def keys(database: Database, *names: str) -> SqlSubjectKeys:
    return SqlSubjectKeys(database.engine, ring(database, *names), secrets.token_bytes)


def wrapped(database: Database, pseudonym: str) -> bytes:
    with reading(database.engine) as connection:
        wanted = select(subjects.c.wrapped_key).where(subjects.c.pseudonym == pseudonym)
        return bytes(connection.execute(wanted).scalar_one())


def test_a_person_keeps_the_key_that_was_made_first(database: Database):
    anna, bert = (people(database).pseudonym("user", name) for name in ("anna", "bert"))
    store = keys(database, "one")
    first = store.of(anna)
    assert first is not None
    assert (store.of(anna), keys(database).find(anna), len(first)) == (first, first, 32)
    assert store.of(bert) != first


def test_a_person_has_no_key_until_one_is_needed(database: Database):
    assert keys(database, "one").find(people(database).pseudonym("user", "anna")) is None


def test_who_was_erased_gets_no_key(database: Database):
    store, anna = keys(database, "one"), people(database).pseudonym("user", "anna")
    store.of(anna)
    with writing(database.engine) as connection:
        connection.execute(delete(subjects))
    assert (store.of(anna), store.find(anna)) == (None, None)


def test_the_key_itself_is_not_in_the_database(database: Database):
    anna = people(database).pseudonym("user", "anna")
    made = keys(database, "one").of(anna)
    assert made is not None
    assert made not in wrapped(database, anna)


def test_after_a_rotation_the_same_keys_are_under_the_new_one(database: Database):
    known = [people(database).pseudonym("user", name) for name in ("anna", "bert")]
    before = [keys(database, "one").of(anna) for anna in known[:1]]
    store = keys(database, "two")
    assert (store.rewrap_all(), store.rewrap_all()) == (1, 0)
    assert key_of(wrapped(database, known[0])) == "two"
    assert [store.of(anna) for anna in known[:1]] == before


def test_two_processes_that_make_a_persons_key_at_once_agree_on_one(database: Database):
    anna, other, made = (
        people(database).pseudonym("user", "anna"),
        keys(database, "one"),
        list[bytes | None](),
    )

    def meanwhile(size: int) -> bytes:
        made.append(other.of(anna))
        return b"x" * size

    late = SqlSubjectKeys(database.engine, ring(database), meanwhile)
    assert [late.of(anna)] == made
