"""Where a person is in the database."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import insert

from gateway.installation import open_installation
from gateway.settings import Settings
from gateway.stores.erasures import SqlErasures, Tombstone
from gateway.stores.objects import SqlObjects
from gateway.stores.ownership import KeptObject, Place
from gateway.stores.people import Person, SqlPeople
from gateway.stores.vault import vault
from tests.parts.kept_calls import KeptCall, keep


def test_each_kind_of_person_is_counted_as_such(tmp_path: Path):
    with open_installation(Settings(data=tmp_path)) as installation:
        keep(installation, KeptCall("c1", user="anna"), KeptCall("c2", end_user="anna"), KeptCall("c3"))
        people, found = SqlPeople(installation.database.engine), {}
        for kind, name in (("user", "anna"), ("end_user", "anna"), ("key", "key:key_1")):
            person = Person(kind, installation.subjects.find(kind, name) or "", name.removeprefix("key:"))
            found[kind] = {one.store: one.count for one in people.found(person)}
        assert found == {
            "user": {"calls": 1, "contents": 1, "names": 1},
            "end_user": {"calls": 1, "contents": 1, "names": 1},
            "key": {"calls": 3, "contents": 1, "names": 1},
        }


def test_what_the_vault_holds_is_counted_and_erased(tmp_path: Path):
    with open_installation(Settings(data=tmp_path)) as installation:
        engine, anna = installation.database.engine, installation.subjects.pseudonym("user", "anna")
        row = {"id": bytes(32), "sealed": b"s", "user": "u-other", "end_user": anna, "expires_at": 1}
        with engine.begin() as connection:
            connection.execute(insert(vault), row)
        person = Person("user", anna, "anna")
        assert {one.store: one.count for one in SqlPeople(engine).found(person)} == {"vault": 1, "names": 1}
        SqlErasures(engine).erase(Tombstone(anna, 1, "{}"))
        assert SqlPeople(engine).found(person) == []


def test_what_providers_keep_of_their_calls_is_named(tmp_path: Path):
    with open_installation(Settings(data=tmp_path)) as installation:
        keep(installation, KeptCall("c1", user="anna"), KeptCall("c2", user="bert"))
        engine = installation.database.engine
        SqlObjects(engine).claim(
            [
                KeptObject("team:support", Place("openai", 0), "file-1", "file", 1, "c1"),
                KeptObject("team:support", Place("openai", 0), "file-2", "file", 1, "c2"),
            ]
        )
        anna = Person("user", installation.subjects.find("user", "anna") or "", "anna")
        assert SqlPeople(engine).objects_of(anna) == [{"provider": "openai", "kind": "file", "id": "file-1"}]


def test_their_calls_are_counted_by_use_case_and_provider(tmp_path: Path):
    with open_installation(Settings(data=tmp_path)) as installation:
        calls = [KeptCall("c1", user="anna"), KeptCall("c2", user="anna", use_case=None, provider="vllm")]
        keep(installation, *calls)
        anna = Person("user", installation.subjects.find("user", "anna") or "", "anna")
        assert SqlPeople(installation.database.engine).calls_by(anna) == (
            {"faq": 1},
            {"openai": 1, "vllm": 1},
        )
