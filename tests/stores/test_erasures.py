"""Erasing a person."""

from __future__ import annotations

import pytest

from gateway.stores.contents import SqlContents
from gateway.stores.database import Database
from gateway.stores.erasures import GONE, SqlErasures, Tombstone
from gateway.stores.keys import SqlKeys
from tests.stores.parts import NOW_MS, key
from tests.stores.test_contents import row
from tests.stores.test_subject_keys import keys as subject_keys
from tests.stores.test_subject_keys import people


def test_name_key_and_contents_of_a_person_are_gone(database: Database):
    known, keys, contents = people(database), subject_keys(database, "one"), SqlContents(database.engine)
    anna, bert = (known.pseudonym("user", name) for name in ("anna", "bert"))
    bert_key = keys.of(bert)
    keys.of(anna)
    contents.add([row(1, user=anna), row(2, user=bert, end_user=anna), row(3, user=bert)])
    assert SqlErasures(database.engine).erase(Tombstone(anna, NOW_MS, "{}")) == 2
    assert (known.find("user", "anna"), known.name_of(anna), keys.find(anna)) == (None, None, None)
    assert (known.name_of(bert), keys.find(bert), contents.count(bert)) == ("bert", bert_key, 1)


def test_who_comes_back_is_somebody_new(database: Database):
    known = people(database)
    anna = known.pseudonym("user", "anna")
    SqlErasures(database.engine).erase(Tombstone(anna, NOW_MS, "{}"))
    assert known.pseudonym("user", "anna") != anna


@pytest.mark.parametrize("revoked_at", [None, 5])
def test_keys_of_a_person_are_revoked_and_nobodys(database: Database, revoked_at: int | None):
    store = SqlKeys(database.engine)
    store.add(key(1, user="anna"))
    store.add(key(2, user="bert"))
    if revoked_at:
        store.revoke("k-1", revoked_at)
    before = store.changed_since(0).cursor
    SqlErasures(database.engine).erase(Tombstone("u-1", NOW_MS, "{}", ("k-1",)))
    [gone] = store.changed_since(before).keys
    assert (gone.id, gone.user, gone.name, gone.revoked_at) == ("k-1", None, GONE, revoked_at or NOW_MS)


def test_erasures_are_told_in_their_order(database: Database):
    erasures = SqlErasures(database.engine)
    for number in (2, 1, 3):
        erasures.erase(Tombstone(f"u-{number}", NOW_MS, f"document {number}"))
    assert erasures.since(0) == (3, ["u-2", "u-1", "u-3"])
    assert (erasures.since(2), erasures.since(3)) == ((3, ["u-3"]), (3, []))
    assert list(erasures.documents()) == ["u-2", "u-1", "u-3"]


def test_erasing_again_changes_nothing_more(database: Database):
    erasures = SqlErasures(database.engine)
    for document in ("first", "second"):
        assert erasures.erase(Tombstone("u-1", NOW_MS, document)) == 0
    assert erasures.documents() == {"u-1": "first"}
