"""Legal holds."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.stores.archive import SqlArchive
from gateway.stores.database import Database
from gateway.stores.holds import Hold, SqlHolds
from tests.stores.parts import NOW_MS, calls_shipment


def hold(number: int = 1, **facts: Any) -> Hold:
    return Hold(f"hold_{number}", NOW_MS + number, "a dispute", **facts)


@pytest.fixture
def holds(database: Database) -> SqlHolds:
    """Beside two calls of u-1 for the team support and the use case faq, at 08:00:00 and 08:00:01."""
    archive = SqlArchive(database.engine, now_ms=lambda: NOW_MS)
    archive.position("w1")
    archive.ship(calls_shipment(2), 0)
    return SqlHolds(database.engine)


def test_holds_are_in_force_until_they_are_released(holds: SqlHolds):
    holds.add(hold(1, team="support"))
    holds.add(hold(2))
    assert holds.release("hold_1", NOW_MS + 9)
    assert holds.list() == [hold(2)]
    assert holds.list(released=True) == [hold(1, team="support", released_at=NOW_MS + 9), hold(2)]


@pytest.mark.parametrize("hold_id", ["hold_1", "hold_9"])
def test_what_is_not_in_force_can_not_be_released(holds: SqlHolds, hold_id: str):
    holds.add(hold(1, released_at=NOW_MS))
    assert not holds.release(hold_id, NOW_MS)


HOLDING: tuple[dict[str, str], ...] = (
    {},
    {"subject": "u-1"},
    {"team": "support"},
    {"use_case": "faq", "key": "k-1"},
    {"since": "2027-01-15T08:00:01.000Z"},
    {"until": "2027-01-15T08:00:00.001Z"},
)
NOT_HOLDING: tuple[dict[str, str], ...] = (
    {"subject": "u-2"},
    {"team": "legal"},
    {"team": "support", "use_case": "other"},
    {"subject": "u-1x", "team": "support"},
    {"since": "2027-01-15T08:00:02.000Z"},
    {"until": "2027-01-15T08:00:00.000Z"},
)


@pytest.mark.parametrize("facts", HOLDING)
def test_a_hold_on_a_person_or_on_one_of_their_calls_holds_them(holds: SqlHolds, facts: dict[str, str]):
    holds.add(hold(1, **facts))
    assert [one.id for one in holds.about("u-1")] == ["hold_1"]


@pytest.mark.parametrize("facts", NOT_HOLDING)
def test_a_hold_on_others_holds_nobody_else(holds: SqlHolds, facts: dict[str, str]):
    holds.add(hold(1, **facts))
    assert holds.about("u-1") == []


def test_a_person_without_calls_is_held_only_by_name(holds: SqlHolds):
    holds.add(hold(1))
    holds.add(hold(2, subject="u-7"))
    assert [one.id for one in holds.about("u-7")] == ["hold_2"]
