"""Erasures outlive a restore."""

from __future__ import annotations

import os
from datetime import datetime

from msgspec.structs import replace

from gateway.audit.erasure import certificate
from gateway.audit.tombstones import replay, tombstone_of, write_down, written_down
from gateway.stores.erasures import SqlErasures
from tests.audit.parts import Place
from tests.audit.test_erasure import SIGNER, STATEMENT


def document(subject: str) -> str:
    return certificate(replace(STATEMENT, subject=subject), SIGNER)


def erasures(place: Place) -> SqlErasures:
    return SqlErasures(place.database().engine)


def test_what_an_older_database_does_not_know_of_is_erased_again(place: Place):
    write_down(place.data, document("u-1"))
    assert replay(place.data, erasures(place)) == ["u-1"]
    assert (replay(place.data, erasures(place)), erasures(place).since(0)) == ([], (1, ["u-1"]))


def test_what_an_older_folder_does_not_know_of_is_written_down_again(place: Place):
    erasures(place).erase(tombstone_of(document("u-1")))
    assert replay(place.data, erasures(place)) == []
    assert written_down(place.data) == {"u-1": document("u-1")}


def test_a_line_that_a_crash_cut_short_is_none_and_spoils_no_other(place: Place):
    for subject in ("u-1", "u-2"):
        write_down(place.data, document(subject))
    path = place.data / "erasures.jsonl"
    os.truncate(path, path.stat().st_size - 5)
    assert list(written_down(place.data)) == ["u-1"]
    write_down(place.data, document("u-3"))
    assert list(written_down(place.data)) == ["u-1", "u-3"]


def test_nothing_is_written_where_nobody_was_erased(place: Place):
    assert replay(place.data, erasures(place)) == []
    assert not (place.data / "erasures.jsonl").exists()


def test_a_tombstone_is_what_its_certificate_says():
    made = tombstone_of(document("u-1"))
    at_ms = int(datetime.fromisoformat(STATEMENT.erased_at).timestamp() * 1000)
    assert (made.subject, made.at, made.keys) == ("u-1", at_ms, ("key_1",))


def test_the_file_is_its_owners_alone(place: Place):
    write_down(place.data, document("u-1"))
    assert (place.data / "erasures.jsonl").stat().st_mode & 0o777 == 0o600
