"""Questions to the shipped log."""

from __future__ import annotations

import pytest

from gateway.stores.archive import SqlArchive
from gateway.stores.calls import SqlCalls
from gateway.stores.database import Database, writing
from gateway.stores.interfaces import CallFilter, Totals
from tests.stores.parts import NOW_MS, OPEN, call, calls_shipment, ended, entry, shipped

SENT_TO_TWO = {
    "region": "eu",
    "regions": ",eu,us,",
    "provider": "vllm",
    "cost_nano_usd": 7,
    "input_tokens": 99,
}


@pytest.fixture
def calls(database: Database) -> SqlCalls:
    """c0…c3, of which c1 is refused, c2 is another team's in the eu, and c3 is open."""
    archive = SqlArchive(database.engine, now_ms=lambda: NOW_MS)
    archive.position("w1")
    listed = [
        (call(0, 1), ended(2, regions=",us,", entities=",EMAIL,PERSON,")),
        (call(1, 3, user="u-2", model="local"), ended(4, ending="refused", decision="authorize:models")),
        (call(2, 5, team="legal", key="k-2", use_case=None, end_user="u-2"), ended(6, **SENT_TO_TWO)),
        (call(3, 7), OPEN),
    ]
    entries = [
        entry(seq, kind="outcome" if seq % 2 == 0 else "intent", call_id=f"c{(seq - 1) // 2}")
        for seq in range(1, 8)
    ]
    archive.ship(shipped(entries, listed), 0)
    return SqlCalls(database.engine)


def ids(calls: SqlCalls, **wanted: object) -> list[str]:
    return [row.intent.id for row in calls.search(CallFilter(**wanted))]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, ["c3", "c2", "c1", "c0"]),
        ({"user": "u-2"}, ["c1"]),
        ({"team": "legal"}, ["c2"]),
        ({"key": "k-1"}, ["c3", "c1", "c0"]),
        ({"use_case": "faq"}, ["c3", "c1", "c0"]),
        ({"model": "local"}, ["c1"]),
        ({"region": "eu"}, ["c2"]),
        ({"region": "us"}, ["c2", "c0"]),
        ({"region": "u"}, []),
        ({"region": "%"}, []),
        ({"entity": "EMAIL"}, ["c0"]),
        ({"entity": "PERSON"}, ["c0"]),
        ({"entity": "IBAN"}, []),
        ({"provider": "vllm"}, ["c2"]),
        ({"api": "chat", "policy": "rev-1", "limit": 1}, ["c3"]),
        ({"policy": "rev-2"}, []),
        ({"end_user": "u-2"}, ["c2"]),
        ({"subject": "u-2"}, ["c2", "c1"]),
        ({"cost_over": 7}, ["c1", "c0"]),
        ({"cost_over": 6}, ["c2", "c1", "c0"]),
        ({"order": "oldest"}, ["c0", "c1", "c2", "c3"]),
        ({"order": "oldest", "before": ("2027-01-15T08:00:01.000Z", "c1")}, ["c2", "c3"]),
        ({"order": "dearest"}, ["c1", "c0", "c2"]),
        ({"order": "dearest", "before": (9_000_000 * 10**9, "c1")}, ["c0", "c2"]),
        ({"order": "longest"}, ["c2", "c1", "c0"]),
        ({"order": "longest", "before": (42, "c1")}, ["c0"]),
        ({"ending": "complete"}, ["c2", "c0"]),
        ({"decision": "refused"}, ["c1"]),
        ({"decision": "authorize"}, ["c1"]),
        ({"decision": "authorize:models"}, ["c1"]),
        ({"decision": "authorize:model_"}, []),
        ({"decision": "author"}, []),
        ({"since": "2027-01-15T08:00:01.000Z"}, ["c3", "c2", "c1"]),
        ({"until": "2027-01-15T08:00:01.000Z"}, ["c0"]),
        ({"limit": 2}, ["c3", "c2"]),
        ({"before": ("2027-01-15T08:00:02.000Z", "c2")}, ["c1", "c0"]),
        ({"teams": ("legal", "nowhere")}, ["c2"]),
        ({"teams": ()}, []),
        ({"team": "support", "ending": "refused"}, ["c1"]),
    ],
)
def test_every_filter_that_is_set_holds(calls: SqlCalls, wanted: dict[str, object], found: list[str]):
    assert ids(calls, **wanted) == found


def test_totals_are_of_all_that_is_asked_for_whatever_the_page(calls: SqlCalls):
    dear = 9_000_000 * 10**9
    assert calls.totals(CallFilter(limit=1)) == Totals(4, 1, 123, 90, 2 * dear + 7, 0)
    assert calls.totals(CallFilter(team="legal")) == Totals(1, 0, 99, 30, 7, 0)
    assert calls.totals(CallFilter(team="nobody")) == Totals(0, 0, 0, 0, 0, 0)


def test_pages_join_without_gap_or_overlap_among_equal_times(database: Database):
    archive = SqlArchive(database.engine, now_ms=lambda: NOW_MS)
    archive.position("w1")
    archive.ship(calls_shipment(25, at="2027-01-15T08:00:00.000Z"), 0)
    calls, before, seen = SqlCalls(database.engine), None, []
    while page := calls.search(CallFilter(limit=4, before=before)):
        seen += [row.intent.id for row in page]
        before = (page[-1].intent.at, page[-1].intent.id)
    assert (len(seen), len(set(seen))) == (25, 25)


def test_named_finds_any_number_of_calls(database: Database):
    archive = SqlArchive(database.engine, now_ms=lambda: NOW_MS)
    archive.position("w1")
    archive.ship(calls_shipment(1_200), 0)
    wanted = [f"c{number}" for number in range(1_200)] + ["none"]
    assert set(SqlCalls(database.engine).named(wanted)) == set(wanted[:-1])


def test_bodies_are_found_by_place(calls: SqlCalls):
    found = calls.bodies([("w1", 2), ("w1", 5), ("w1", 99), ("w9", 1)])
    assert {place: row.body for place, row in found.items()} == {
        ("w1", 2): b"body of 2",
        ("w1", 5): b"body of 5",
    }


def test_entries_come_in_order_a_page_at_a_time(calls: SqlCalls):
    assert [[row.seq for row in calls.entries("w1", after, 3)] for after in (0, 3, 6, 7)] == [
        [1, 2, 3],
        [4, 5, 6],
        [7],
        [],
    ]


def test_calls_without_entries_are_found(calls: SqlCalls, database: Database):
    assert calls.without_entries(10) == []
    with writing(database.engine) as connection:
        connection.exec_driver_sql("DELETE FROM entries WHERE seq IN (4, 7)")
    assert sorted(row.intent.id for row in calls.without_entries(10)) == ["c1", "c3"]


def test_entries_of_writers_nobody_registered_are_found(calls: SqlCalls, database: Database):
    with writing(database.engine) as connection:
        connection.exec_driver_sql(
            "INSERT INTO entries SELECT 'x', seq, boot, at, kind, call_id, hash, body FROM entries"
        )
    assert calls.unregistered() == ["x"]


@pytest.mark.parametrize(("stored", "read"), [("'text'", b"text"), ("x'ff00'", b"\xff\x00")])
def test_whatever_type_someone_stored_is_read_as_bytes(sqlite: Database, stored: str, read: bytes):
    archive = SqlArchive(sqlite.engine, now_ms=lambda: NOW_MS)
    archive.position("w1")
    archive.ship(calls_shipment(1), 0)
    with writing(sqlite.engine) as connection:
        connection.exec_driver_sql(f"UPDATE entries SET body = {stored} WHERE seq = 1")
    assert SqlCalls(sqlite.engine).entries("w1", 0, 1)[0].body == read
