"""What people asked for, and by when it is due."""

from __future__ import annotations

from gateway.stores.database import Database
from gateway.stores.privacy_requests import DUE_AFTER_MS, PrivacyRequest, SqlPrivacyRequests
from tests.stores.parts import NOW_MS


def request(number: int, kind: str = "erase", subject: str = "u-1") -> PrivacyRequest:
    at = NOW_MS + number
    return PrivacyRequest(f"r{number}", kind, subject, at, at + DUE_AFTER_MS, "open")


def test_requests_come_by_when_they_are_due(database: Database):
    store = SqlPrivacyRequests(database.engine)
    for number in (2, 1):
        store.add(request(number))
    assert store.list() == [request(1), request(2)]


def test_what_is_done_is_told_only_to_who_asks_for_it(database: Database):
    store = SqlPrivacyRequests(database.engine)
    store.add(request(1))
    store.end("r1", NOW_MS + 7, "{}")
    [done] = store.list(done=True)
    assert (store.list(), done.state, done.ended_at, done.document) == ([], "done", NOW_MS + 7, "{}")


def test_an_erasure_that_is_not_done_is_found_again(database: Database):
    store = SqlPrivacyRequests(database.engine)
    for one in (request(1, "export"), request(2), request(3), request(4, subject="u-2")):
        store.add(one)
    store.defer("r2", "hold_1")
    found = store.open_erasure("u-1")
    assert found is not None
    assert (found.id, found.state, found.note, found.ended_at) == ("r2", "deferred", "hold_1", None)
    for name in ("r2", "r3"):
        store.end(name, NOW_MS)
    assert store.open_erasure("u-1") is None
