"""The audit log end to end in one process: append, ship, restart."""

from __future__ import annotations

import pytest

from gateway.audit.log import AuditLog
from gateway.errors import SpoolUnavailable
from gateway.stores.calls import SqlCalls
from gateway.stores.interfaces import CallFilter
from tests.audit.parts import Place, intent, outcome


async def test_what_was_appended_is_in_the_database_after_a_clean_close(place: Place):
    log = await AuditLog.open(place.booting())
    await log.append(intent("c1"))
    await log.append(outcome("c1"))
    assert await log.close()
    (row,) = SqlCalls(place.database().engine).search(CallFilter())
    assert (row.intent.id, row.outcome.ending, row.outcome.cost_nano_usd) == ("c1", "complete", 63_000)


async def test_the_entries_of_a_writer_are_numbered_from_its_boot_entry(place: Place):
    log = await AuditLog.open(place.booting())
    await log.append(intent("c1"))
    await log.append(outcome("c1"))
    await log.close()
    rows = SqlCalls(place.database().engine).entries(log.writer, 0, 10)
    assert [(row.seq, row.boot, row.kind) for row in rows] == [
        (1, 1, "boot"),
        (2, 1, "intent"),
        (3, 1, "outcome"),
    ]


async def test_a_call_that_was_open_at_a_restart_is_closed_as_interrupted(place: Place):
    first = await AuditLog.open(place.booting())
    await first.append(intent("c1"))
    await first.close()
    second = await AuditLog.open(place.booting())
    await second.close()
    (row,) = SqlCalls(place.database().engine).search(CallFilter())
    assert (row.outcome.ending, second.writer) == ("interrupted", first.writer)


async def test_nothing_is_taken_after_closing(place: Place):
    log = await AuditLog.open(place.booting())
    await log.close()
    with pytest.raises(SpoolUnavailable):
        log.append(intent("c1"))


async def test_two_processes_on_one_folder_write_two_chains(place: Place):
    first = await AuditLog.open(place.booting())
    second = await AuditLog.open(place.booting())
    assert first.writer != second.writer
    await first.close()
    await second.close()


async def test_nothing_waits_for_the_database_after_a_clean_close(place: Place):
    log = await AuditLog.open(place.booting())
    await log.append(intent("c1"))
    await log.close()
    assert (log.lag, log.healthy) == (0, True)
