"""Keys: added, revoked and noticed by every process."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, event

from gateway.stores.database import Database, writing
from gateway.stores.key_records import Keys
from gateway.stores.key_uses import SqlKeyUses
from gateway.stores.keys import DuplicateKey, SqlKeys
from tests.stores.parts import NOW_MS, key


@pytest.fixture
def keys(database: Database) -> Keys:
    return SqlKeys(database.engine)


@pytest.mark.parametrize(
    "record",
    [
        key(),
        key(roles=(), team=None, user="ann", use_case=None, expires_at=5),
        key(networks=("10.0.0.0/8", "2001:db8::/32"), previous_hash=b"p", previous_until=7),
    ],
)
def test_a_key_comes_back_as_it_was_added(keys: Keys, record):
    keys.add(record)
    assert keys.list() == [record]


@pytest.mark.parametrize("changes", [{"id": "k-1"}, {"hash": key(1).hash}])
def test_an_id_or_a_secret_is_taken_once(keys: Keys, changes: dict[str, object]):
    keys.add(key(1))
    with pytest.raises(DuplicateKey):
        keys.add(key(2, **changes))
    assert keys.count() == 1


def test_a_key_is_revoked_for_good(keys: Keys):
    keys.add(key())
    assert [keys.revoke("k-1", NOW_MS), keys.revoke("k-1", NOW_MS + 1)] == [True, True]
    assert keys.list()[0].revoked_at == NOW_MS


def test_revoking_a_key_that_is_not_there_says_so(keys: Keys):
    assert not keys.revoke("k-9", NOW_MS)


def test_all_changes_are_seen_from_the_start(keys: Keys):
    for number in (1, 2):
        keys.add(key(number))
    records = keys.changed_since(0).keys
    assert [record.id for record in records] == ["k-1", "k-2"]


def test_only_what_changed_since_is_seen(keys: Keys):
    keys.add(key(1))
    cursor = keys.changed_since(0).cursor
    keys.add(key(2))
    keys.revoke("k-1", NOW_MS)
    records, _, after = keys.changed_since(cursor)
    assert [(record.id, record.revoked_at) for record in records] == [("k-2", None), ("k-1", NOW_MS)]
    assert keys.changed_since(after) == ((), (), after)


def test_changes_of_another_process_are_seen(keys: Keys, database: Database):
    cursor = keys.changed_since(0).cursor
    SqlKeys(database.engine).add(key(3))
    assert [record.id for record in keys.changed_since(cursor).keys] == ["k-3"]


def test_keys_are_counted(keys: Keys):
    counts = [keys.count()]
    keys.add(key())
    assert [*counts, keys.count()] == [0, 1]


def test_a_database_that_was_set_back_says_so_by_its_cursor(keys: Keys):
    keys.add(key(1))
    assert keys.changed_since(7) == ((), (), 1)


def test_a_change_of_keys_survives_a_power_loss_and_what_follows_need_not(sqlite: Database):
    keys, levels = SqlKeys(sqlite.engine), list[int]()

    def note(connection: Connection) -> None:
        levels.append(connection.exec_driver_sql("PRAGMA synchronous").scalar_one())

    event.listen(sqlite.engine, "commit", note)
    keys.add(key(1))
    keys.revoke("k-1", NOW_MS)
    with writing(sqlite.engine):
        pass
    full, normal = 2, 1
    assert levels == [full, full, normal]


def test_a_new_secret_takes_the_place_of_the_old_one_which_stays_good_for_a_while(keys: Keys):
    keys.add(key(1, expires_at=NOW_MS + 100, networks=("10.0.0.0/8",)))
    cursor = keys.changed_since(0).cursor
    made = keys.rotate(
        "k-1", new_hash=b"new", hint="wxyz", expires_at=NOW_MS + 900, previous_until=NOW_MS + 50
    )
    assert made == key(
        1,
        hash=b"new",
        hint="wxyz",
        expires_at=NOW_MS + 900,
        networks=("10.0.0.0/8",),
        previous_hash=key(1).hash,
        previous_until=NOW_MS + 50,
    )
    assert keys.list() == list(keys.changed_since(cursor).keys) == [made]


def test_a_secret_that_was_replaced_is_good_no_longer_than_it_would_have_been(keys: Keys):
    keys.add(key(1, expires_at=NOW_MS + 100))
    made = keys.rotate("k-1", new_hash=b"new", hint="", expires_at=None, previous_until=NOW_MS + 500)
    assert made is not None
    assert (made.expires_at, made.previous_until) == (None, NOW_MS + 100)


def test_a_revoked_key_and_one_that_is_not_there_get_no_new_secret(keys: Keys):
    keys.add(key(1, revoked_at=NOW_MS))
    for name in ("k-1", "k-9"):
        assert keys.rotate(name, new_hash=b"n", hint="", expires_at=None, previous_until=NOW_MS) is None
    assert keys.list() == [key(1, revoked_at=NOW_MS)]


def test_the_list_says_when_each_key_was_used_last(keys: Keys, database: Database):
    keys.add(key(1))
    keys.add(key(2))
    SqlKeyUses(database.engine).write({"k-2": NOW_MS})
    assert [record.last_used_at for record in keys.list()] == [None, NOW_MS]


def test_pages_hold_the_keys_behind_a_place(keys: Keys):
    for number in (1, 2, 3, 4):
        keys.add(key(number, created_at=5 if number in (2, 3) else number * 2))
    whole = list(keys.list())
    assert list(keys.page(after=None, teams=None, limit=10)) == whole
    for number, one in enumerate(whole):
        assert list(keys.page(after=(one.created_at, one.id), teams=None, limit=10)) == whole[number + 1 :]
    assert list(keys.page(after=None, teams=None, limit=2)) == whole[:2]


def test_pages_hold_the_keys_of_some_teams_and_of_none_where_there_are_none(keys: Keys):
    for number, team in enumerate(("support", "legal", None), 1):
        keys.add(key(number, team=team))
    assert [one.team for one in keys.page(after=None, teams=("legal", "nowhere"), limit=10)] == ["legal"]
    assert list(keys.page(after=None, teams=(), limit=10)) == []


def test_a_key_is_found_by_its_id(keys: Keys):
    keys.add(key(1))
    assert keys.find("k-1") == key(1)
    assert keys.find("k-2") is None


def test_the_keys_of_a_user_are_counted_but_those_revoked(keys: Keys):
    for number, user in enumerate(("anna", "anna", "ben"), 1):
        keys.add(key(number, user=user))
    keys.revoke("k-1", 9)
    assert [keys.count_of(user) for user in ("anna", "ben", "carl")] == [1, 1, 0]
