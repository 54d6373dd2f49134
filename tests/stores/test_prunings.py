"""Which calls are over, and the spans of what was deleted."""

from __future__ import annotations

import pytest

from gateway.stores.archive import SqlArchive
from gateway.stores.calls import SqlCalls
from gateway.stores.database import Database
from gateway.stores.holds import Hold, SqlHolds
from gateway.stores.interfaces import CallFilter
from gateway.stores.prunings import Expired, HeldNow, Span, SqlPrunings
from tests.stores.parts import NOW_MS, OPEN, call, ended, entry, shipped

SPAN = Span("w1", 1, 2, "p" * 64, "h" * 64, 1, NOW_MS, "act_1")


@pytest.fixture
def prunings(database: Database) -> SqlPrunings:
    """c0 and c1 have ended, at 08:01; c2 has not."""
    archive = SqlArchive(database.engine, now_ms=lambda: NOW_MS)
    archive.position("w1")
    calls = [(call(0, 1), ended(2)), (call(1, 3, team="legal"), ended(4)), (call(2, 5), OPEN)]
    archive.ship(shipped([entry(seq) for seq in range(1, 6)], calls), 0)
    return SqlPrunings(database.engine)


@pytest.mark.parametrize(
    ("before", "found"),
    [
        ("2027-01-15T08:00:59.000Z", []),
        ("2027-01-15T08:01:00.001Z", ["c0", "c1"]),
        ("2028-01-15T08:00:00.000Z", ["c0", "c1"]),
    ],
)
def test_only_calls_that_ended_before_are_over(prunings: SqlPrunings, before: str, found: list[str]):
    assert [one.id for one in prunings.expired(before, (), 9)] == found


def test_what_is_held_is_not_over(prunings: SqlPrunings):
    held = Hold("hold_1", 1, "a dispute", team="legal")
    assert prunings.expired("2028", (held,), 9) == [Expired("c0", "w1", 1, 2)]


def test_a_span_is_found_by_what_is_before_and_behind_it(prunings: SqlPrunings):
    prunings.delete([SPAN], prunings.expired("2028", (), 1), ())
    assert (prunings.after("w1", 0), prunings.until("w1", 3)) == (SPAN, SPAN)
    assert (prunings.after("w1", 1), prunings.until("w1", 2), prunings.after("w2", 0)) == (None, None, None)


def test_a_wider_span_takes_the_place_of_those_inside(prunings: SqlPrunings, database: Database):
    prunings.delete([SPAN], prunings.expired("2028", (), 1), ())
    wider = SPAN._replace(last=4, hash="i" * 64, act="act_2")
    prunings.delete([wider], prunings.expired("2028", (), 1), ())
    assert (prunings.after("w1", 0), prunings.until("w1", 3)) == (wider, None)
    assert [row.intent.id for row in SqlCalls(database.engine).search(CallFilter())] == ["c2"]


def test_a_hold_that_came_meanwhile_stops_it(prunings: SqlPrunings, database: Database):
    gone = prunings.expired("2028", (), 1)
    SqlHolds(database.engine).add(Hold("hold_1", 1, "a dispute"))
    with pytest.raises(HeldNow):
        prunings.delete([SPAN], gone, ())
    assert (prunings.after("w1", 0), prunings.delete_contents("2028", (), 9)) == (None, 0)
