"""The archive takes each entry once."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gateway.stores.archive import SqlArchive
from gateway.stores.calls import SqlCalls
from gateway.stores.database import Database, open_database, reading, writing
from gateway.stores.interfaces import CALL_COLUMNS, CallFilter, Position, StoreUnavailable, call_row
from gateway.stores.tables import calls
from tests.stores.parts import NOW_MS, OPEN, call, calls_shipment, ended, entry, shipped


@pytest.fixture
def archive(database: Database) -> SqlArchive:
    made = SqlArchive(database.engine, now_ms=lambda: NOW_MS)
    made.position("w1")
    return made


def test_a_new_writer_stands_before_its_first_entry(archive: SqlArchive):
    assert archive.position("w2") == Position(0, "")


def test_asking_for_its_position_registers_a_writer(archive: SqlArchive, database: Database):
    archive.position("w2")
    archive.position("w2")
    assert SqlCalls(database.engine).writers() == {"w1": Position(0, ""), "w2": Position(0, "")}


def test_a_shipment_moves_the_position_to_its_last_entry(archive: SqlArchive):
    assert archive.ship(calls_shipment(3), 0)
    assert archive.position("w1") == Position(6, f"{6:064x}")


def test_a_shipment_from_elsewhere_is_not_taken(archive: SqlArchive, database: Database):
    assert archive.ship(calls_shipment(3), 0)
    assert not archive.ship(calls_shipment(3), 0)
    assert not archive.ship(calls_shipment(3, 8), 7)
    assert len(SqlCalls(database.engine).entries("w1", 0, 100)) == 6


@pytest.mark.parametrize("count", [1, 9, 10, 11, 99, 100, 101, 333])
def test_every_row_of_a_shipment_arrives(archive: SqlArchive, database: Database, count: int):
    shipment = calls_shipment(count)
    archive.ship(shipment, 0)
    found = SqlCalls(database.engine)
    assert [(*row[:-1], row.body.decode()) for row in found.entries("w1", 0, 10_000)] == shipment.entries
    rows = found.search(CallFilter(limit=1_000))
    assert {call_row(row.intent, row.outcome) for row in rows} == set(shipment.calls)


def test_a_failed_shipment_leaves_nothing(archive: SqlArchive, database: Database):
    shipment = calls_shipment(3)
    shipment.entries.append(shipment.entries[-1])
    with pytest.raises(StoreUnavailable):
        archive.ship(shipment, 0)
    assert (archive.position("w1").seq, SqlCalls(database.engine).entries("w1", 0, 10)) == (0, [])


def test_an_outcome_ends_its_call_and_keeps_the_refusal_of_its_intent(
    archive: SqlArchive, database: Database
):
    opened = call(1, 1, decision="authorize:models")
    archive.ship(shipped([entry(1)], [(opened, OPEN)]), 0)
    archive.ship(shipped([entry(2, kind="outcome")], [], [("c1", ended(2))]), 1)
    row = SqlCalls(database.engine).named(["c1"])["c1"]
    assert (row.intent, row.outcome) == (opened, ended(2, decision="authorize:models"))


def test_the_refusal_of_an_outcome_is_the_last_word(archive: SqlArchive, database: Database):
    opened = call(1, 1, decision="authorize:models")
    archive.ship(shipped([entry(1), entry(2)], [(opened, ended(2, decision="reserve:month"))]), 0)
    assert SqlCalls(database.engine).named(["c1"])["c1"].intent.decision == "reserve:month"


def test_a_call_ends_once(archive: SqlArchive, database: Database):
    archive.ship(calls_shipment(1), 0)
    again = [("c0", ended(3, ending="interrupted"))]
    archive.ship(shipped([entry(3, kind="outcome")], [], again), 2)
    assert SqlCalls(database.engine).named(["c0"])["c0"].outcome.ending == "complete"


def test_a_call_id_that_comes_twice_does_not_stop_the_log(archive: SqlArchive, database: Database):
    archive.ship(calls_shipment(1), 0)
    archive.ship(shipped([entry(3)], [(call(0, 3), OPEN)]), 2)
    assert SqlCalls(database.engine).named(["c0"])["c0"].intent.intent_seq == 1


def test_open_calls_are_those_of_the_writer_without_an_outcome(archive: SqlArchive):
    archive.position("w2")
    archive.ship(calls_shipment(2), 0)
    archive.ship(shipped([entry(5), entry(6)], [(call(5, 5), OPEN), (call(6, 6), OPEN)]), 4)
    archive.ship(shipped([entry(1, "w2")], [(call(7, 1, "w2"), OPEN)]), 0)
    assert [one.id for one in archive.open_calls("w1")] == ["c5", "c6"]


def test_a_busy_database_is_unavailable_not_wrong(sqlite: Database):
    SqlArchive(sqlite.engine, now_ms=lambda: NOW_MS).position("w1")
    impatient = open_database(
        str(sqlite.engine.url), now_ms=lambda: NOW_MS, new_id=lambda: "id", busy_timeout_ms=1
    )
    busy = SqlArchive(impatient.engine, now_ms=lambda: NOW_MS)
    with writing(sqlite.engine), pytest.raises(StoreUnavailable):
        busy.ship(calls_shipment(1), 0)
    assert busy.ship(calls_shipment(1), 0)
    impatient.close()


def test_what_was_shipped_is_durable_once_a_checkpoint_copied_all_of_it(sqlite: Database, tmp_path: Path):
    archive = SqlArchive(sqlite.engine, now_ms=lambda: NOW_MS)
    archive.position("w1")
    with reading(sqlite.engine) as connection:
        connection.exec_driver_sql("SELECT * FROM entries").all()
        archive.ship(calls_shipment(1), 0)
        assert not archive.make_durable(), "a reader still looks at what was before"
    assert archive.make_durable()
    alone = Path(shutil.copy(str(sqlite.engine.url.database), tmp_path / "without-its-log.db"))
    with closing(sqlite3.connect(alone)) as connection:
        assert connection.execute("SELECT seq FROM shipped").fetchall() == [(2,)]


def test_rows_follow_the_order_of_the_columns():
    assert tuple(column.name for column in calls.columns) == CALL_COLUMNS
