"""Corrections stand beside what is recorded."""

from __future__ import annotations

from gateway.stores.corrections import Correction, SqlCorrections
from gateway.stores.database import Database
from gateway.stores.usages import UsageFilter
from tests.parts.spending import NOON, Spent, spend

ALL = UsageFilter()


def test_calls_that_used_something_come_page_by_page_oldest_first(database: Database):
    at = ["2026-11-20T13:00:00.000Z", NOON, NOON, NOON]
    made = [Spent(name, at=when) for name, when in zip("dcba", at, strict=True)]
    spend(database.engine, [*made, Spent("refused", tokens=None)])
    to = SqlCorrections(database.engine)
    first = to.charged(ALL, None, 2)
    second = to.charged(ALL, (first[-1].at, first[-1].id), 9)
    assert [one.id for one in (*first, *second)] == ["a", "b", "c", "d"]


def test_the_last_correction_of_a_call_counts_and_can_be_withdrawn(database: Database):
    spend(database.engine, [Spent("a"), Spent("b")])
    to = SqlCorrections(database.engine)
    to.correct("r1", [Correction("a", 1, "v1"), Correction("b", 2, "v1")], [])
    to.correct("r2", [Correction("a", 3, "v2")], ["b"])
    assert [one.corrected for one in to.charged(ALL, None, 9)] == [3, None]
