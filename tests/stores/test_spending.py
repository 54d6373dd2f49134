"""What calls on record used."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from gateway.stores.archive import SqlArchive
from gateway.stores.database import Database
from gateway.stores.spending import EndedCall, SqlSpending, Used
from tests.stores.parts import NOW_MS, OPEN, call, ended, entry, shipped

ALWAYS = "1970-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"


@pytest.fixture
def spending(database: Database) -> SqlSpending:
    """c0 and c1 are alike, c2 is another team's, c3 was refused, c4 is open."""
    archive = SqlArchive(database.engine, now_ms=lambda: NOW_MS)
    archive.position("w1")
    listed = [
        (call(0, 1), ended(2, cost_nano_usd=5)),
        (call(1, 3), ended(4, cost_nano_usd=None, input_tokens=None)),
        (call(2, 5, team="legal"), ended(6, cost_nano_usd=7)),
        (call(3, 7), ended(8, ending="refused", cost_nano_usd=None)),
        (call(4, 9, held_nano_usd=60), OPEN),
    ]
    entries = [
        entry(seq, kind="outcome" if seq % 2 == 0 else "intent", call_id=f"c{(seq - 1) // 2}")
        for seq in range(1, 10)
    ]
    archive.ship(shipped(entries, listed), 0)
    return SqlSpending(database.engine)


def rows(found: Sequence[Used]) -> set[tuple[object, ...]]:
    return {(row.team, row.calls, row.tokens, row.nano_usd, row.open) for row in found}


def test_calls_that_are_alike_are_added_up_without_those_that_were_refused(spending: SqlSpending):
    assert rows(spending.used(*ALWAYS, {})) == {
        ("support", 2, 72, 5, None),
        ("legal", 1, 42, 7, None),
        ("support", 1, 0, 60, "c4"),
    }


def test_only_those_of_the_time_count(spending: SqlSpending):
    [row] = spending.used("2027-01-15T08:00:00.000Z", "2027-01-15T08:00:01.000Z", {})
    assert (row.calls, row.nano_usd) == (1, 5)
    assert (row.target, row.roles, row.api) == ("openai/gpt-5-mini", "analyst", "chat")


def test_of_a_writer_with_a_cut_only_what_had_ended_by_then_counts(spending: SqlSpending):
    assert rows(spending.used(*ALWAYS, {"w1": 5})) == {("support", 2, 72, 5, None)}
    assert len(spending.used(*ALWAYS, {"w2": 0})) == 3


def test_what_a_call_cost_that_was_refused_while_it_ran_counts(spending: SqlSpending, database: Database):
    archive = SqlArchive(database.engine, now_ms=lambda: NOW_MS)
    row = call(5, 10, team="late"), ended(11, ending="refused", cost_nano_usd=3)
    archive.ship(shipped([entry(10, call_id="c5"), entry(11, kind="outcome", call_id="c5")], [row]), 9)
    assert ("late", 1, 42, 3, None) in rows(spending.used(*ALWAYS, {}))


def test_who_has_ended_is_known(spending: SqlSpending):
    found = spending.ended(["c0", "c3", "c4", "c9"])
    assert sorted(found) == [EndedCall("c0", 2, 5, 42), EndedCall("c3", 8, 0, 42)]


def test_what_there_is_no_record_of_is_known_once_the_writer_has_begun_anew(
    spending: SqlSpending, database: Database
):
    assert spending.recorded(["c0", "c9"], "w1", 1) is None
    archive = SqlArchive(database.engine, now_ms=lambda: NOW_MS)
    archive.ship(shipped([entry(10, kind="boot")._replace(boot=2)]), 9)
    assert spending.recorded(["c0", "c4", "c9"], "w1", 1) == frozenset({"c0", "c4"})
    assert spending.recorded(["c0"], "w1", 2) is None
    assert spending.recorded(["c0"], "w9", 0) is None


def test_calls_are_told_apart_by_what_is_asked_for_alone(spending: SqlSpending):
    found = spending.used(*ALWAYS, {}, {"key"})
    assert rows(found) == {(None, 3, 114, 12, None), (None, 1, 0, 60, "c4")}
    assert {(row.key, row.model, row.roles, row.api) for row in found} == {("k-1", None, "", "")}


@pytest.mark.parametrize(
    ("since", "expected"), [("03.500", {"c4"}), ("02.000", {"c4", None}), ("00.500", {"c4", None})]
)
def test_it_is_the_same_by_the_index_and_without(
    spending: SqlSpending, since: str, expected: set[str | None]
):
    """Of four seconds, the last half of one, the last two and the last three and a half."""
    found = spending.used(f"2027-01-15T08:00:{since}Z", "9999", {})
    assert {row.open for row in found} == expected
    assert {row.calls for row in found} == {1}


def test_where_there_are_no_calls_nothing_was_used(database: Database):
    assert SqlSpending(database.engine).used(*ALWAYS, {}) == []
