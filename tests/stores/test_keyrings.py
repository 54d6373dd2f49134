"""The keyring's rows: one key of each purpose is in use, the rest are retired."""

from __future__ import annotations

from collections.abc import Callable

from gateway.stores.database import Database
from gateway.stores.keyrings import SIGNING, SqlKeyring


def test_the_newest_key_of_a_purpose_is_in_use_and_the_rest_are_retired(database: Database):
    store = SqlKeyring(database.engine)
    store.add("content", "content-1", b"one", 10)
    store.add("cookie", "cookie-1", b"other", 11)
    store.add("content", "content-2", b"two", 20)
    assert [tuple(row) for row in store.wrapping()] == [
        ("content-1", "content", 10, 20, b"one"),
        ("cookie-1", "cookie", 11, None, b"other"),
        ("content-2", "content", 20, None, b"two"),
    ]


def test_a_first_key_is_made_once(database: Database):
    store = SqlKeyring(database.engine)
    for key_id in ("content-1", "content-2"):
        store.add_first("content", made(key_id), 10)
    assert [row.id for row in store.wrapping()] == ["content-1"]


def test_keys_that_sign_are_kept_apart_from_those_that_wrap(database: Database):
    store = SqlKeyring(database.engine)
    store.add(SIGNING, "signing-1", b"s" * 16 + b"p" * 32, 10)
    store.add(SIGNING, "signing-2", b"t" * 16 + b"q" * 32, 20, certificate="vouched")
    assert store.wrapping() == []
    assert [tuple(row) for row in store.signing()] == [
        ("signing-1", 10, 20, b"s" * 16, b"p" * 32, None),
        ("signing-2", 20, None, b"t" * 16, b"q" * 32, "vouched"),
    ]


def made(key_id: str) -> Callable[[], tuple[str, bytes]]:
    return lambda: (key_id, b"material")
