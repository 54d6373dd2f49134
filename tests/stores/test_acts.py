"""Acts are found by who did them, what, about what, and when."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.stores.act_rows import ActColumns, ActedColumns, ActFilter, ActRow
from gateway.stores.acts import SqlActs
from gateway.stores.archive import SqlArchive
from gateway.stores.database import Database
from gateway.stores.interfaces import Position, Row, Shipment
from tests.stores.parts import NOW_MS, entry

OPEN = ActedColumns(None, None, None, None, None)


def begun(number: int, seq: int, **changes: Any) -> ActColumns:
    return ActColumns(
        id=f"act_{number}",
        writer="w1",
        act_seq=seq,
        at=f"2027-01-15T08:00:{number % 60:02d}.000Z",
        auth="os",
        key=None,
        user="o-1",
        sudo_user=None,
        act="keys.create",
        about='{"roles":["caller"],"team":"support"}',
        team="support",
        policy="rev-1",
    )._replace(**changes)


def ended(seq: int, **changes: Any) -> ActedColumns:
    return ActedColumns(seq, "2027-01-15T08:01:00.000Z", "done", None, '{"key":"key_1"}')._replace(**changes)


def ship(database: Database, *rows: tuple[ActColumns, ActedColumns]) -> None:
    archive = SqlArchive(database.engine, now_ms=lambda: NOW_MS)
    after = archive.position("w1").seq
    entries: list[Row] = []
    for first, last in rows:
        for kind, seq in (("act", first.act_seq), ("acted", last.acted_seq)):
            if seq is not None:
                row = entry(seq, kind=kind, call_id=first.id)
                entries.append((*row[:-1], row.body.decode()))
    last_row = entries[-1]
    made = Shipment("w1", Position(int(str(last_row[1])), str(last_row[6])), entries, durable=True)
    made.acts = [tuple(first) for first, _ in rows]
    made.act_ends = [(*last, first.id) for first, last in rows if last.acted_seq is not None]
    assert archive.ship(made, after)


@pytest.fixture
def acts(database: Database) -> SqlActs:
    """1: anna makes a key. 2: berta by sudo, refused. 3: a key of the API disables somebody; not ended."""
    ship(
        database,
        (begun(1, 1), ended(2)),
        (
            begun(2, 3, user="o-0", sudo_user="o-2", act="keys.revoke", about='{"key":"key_1"}', team=None),
            ended(4, ending="refused", reason="not_found", result="{}"),
        ),
        (begun(3, 5, auth="key", key="key_9", user="u-1", act="users.disable", about='{"user":"u-5"}'), OPEN),
    )
    return SqlActs(database.engine)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (ActFilter(), [3, 2, 1]),
        (ActFilter(limit=2), [3, 2]),
        (ActFilter(since="2027-01-15T08:00:02.000Z"), [3, 2]),
        (ActFilter(until="2027-01-15T08:00:02.000Z"), [1]),
        (ActFilter(people=("o-1", "u-1")), [3, 1]),
        (ActFilter(people=("o-2",)), [2]),
        (ActFilter(people=()), []),
        (ActFilter(team="support"), [3, 1]),
        (ActFilter(key="key_9"), [3]),
        (ActFilter(act="keys"), [2, 1]),
        (ActFilter(act="keys.create"), [1]),
        (ActFilter(act="key"), []),
        (ActFilter(act="%"), []),
        (ActFilter(ending="refused"), [2]),
        (ActFilter(about=("key_1",)), [2, 1]),
        (ActFilter(about=("caller",)), [1]),
        (ActFilter(about=("key_",)), []),
        (ActFilter(about=("u-5", "nobody")), [3]),
        (ActFilter(about=('"', "%")), []),
        (ActFilter(before=("2027-01-15T08:00:02.000Z", "act_2")), [1]),
    ],
    ids=str,
)
def test_a_filter_finds_its_acts_newest_first(acts: SqlActs, wanted: ActFilter, found: list[int]):
    assert [row.begun.id for row in acts.search(wanted)] == [f"act_{number}" for number in found]


def test_an_act_is_one_row_with_its_end(acts: SqlActs):
    assert acts.named(["act_1", "act_3", "act_7"]) == {
        "act_1": ActRow(begun(1, 1), ended(2)),
        "act_3": ActRow(
            begun(3, 5, auth="key", key="key_9", user="u-1", act="users.disable", about='{"user":"u-5"}'),
            OPEN,
        ),
    }


def test_an_act_that_was_shipped_before_is_ended_later_and_once(acts: SqlActs, database: Database):
    again = Shipment("w1", Position(7, f"{7:064x}"))
    row = entry(6, kind="acted", call_id="act_3")
    again.entries = [(*row[:-1], row.body.decode())]
    again.act_ends = [(*ended(6), "act_3"), (*ended(7, ending="interrupted"), "act_1")]
    assert SqlArchive(database.engine, now_ms=lambda: NOW_MS).ship(again, 5)
    endings = {name: row.ended.ending for name, row in acts.named(["act_1", "act_3"]).items()}
    assert endings == {"act_1": "done", "act_3": "done"}


def test_open_acts_are_those_of_the_writer_that_have_not_ended(acts: SqlActs, database: Database):
    archive = SqlArchive(database.engine, now_ms=lambda: NOW_MS)
    assert (archive.open_acts("w1"), archive.open_acts("w2")) == (["act_3"], [])


def test_an_act_nobody_wrote_an_entry_of_is_found(acts: SqlActs, database: Database):
    assert acts.without_entries(5) == []
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE acts SET acted_seq = 99 WHERE id = 'act_3'")
    assert [row.begun.id for row in acts.without_entries(5)] == ["act_3"]
