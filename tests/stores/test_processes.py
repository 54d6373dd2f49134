"""Processes: those that were seen of late, and what each of them runs."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gateway.stores.database import Database
from gateway.stores.interfaces import StoreUnavailable
from gateway.stores.processes import ALIVE_MS, FORGOTTEN_MS, Process, Processes, Reports, SqlProcesses
from tests.parts.executors import AtOnce
from tests.parts.runtime import FakeClock
from tests.stores.parts import NOW_MS


@pytest.fixture
def processes(database: Database) -> Processes:
    return SqlProcesses(database.engine)


def process(name: str = "p1", **changes: Any) -> Process:
    return Process(name, "w1", "host", 7, NOW_MS, NOW_MS, "rev-1", NOW_MS, 0)._replace(**changes)


def test_a_process_is_alive_for_as_long_as_it_reports(processes: Processes):
    processes.report(process())
    later = process(seen_at=NOW_MS + 5_000, revision="rev-2", faults=2)
    processes.report(later)
    assert processes.alive(NOW_MS + 5_000 + ALIVE_MS) == [later]
    assert processes.alive(NOW_MS + 5_001 + ALIVE_MS) == []


def test_the_oldest_process_comes_first(processes: Processes):
    processes.report(process("young", started_at=NOW_MS + 1))
    processes.report(process("old"))
    assert [one.id for one in processes.alive(NOW_MS)] == ["old", "young"]


def test_a_process_that_ends_is_seen_no_more(processes: Processes):
    processes.report(process())
    processes.leave("p1")
    processes.leave("p1")
    assert processes.alive(NOW_MS) == []


def test_a_new_process_takes_away_what_is_long_gone(processes: Processes):
    processes.report(process("gone"))
    processes.report(process("new", seen_at=NOW_MS + FORGOTTEN_MS + 1))
    assert [one.id for one in processes.alive(0)] == ["new"]


class Down:
    """A database that can't be used, `faults` times."""

    def __init__(self, *faults: Exception) -> None:
        self.faults = list(faults)
        self.reported: list[Process] = []

    def report(self, process: Process) -> None:
        if self.faults:
            raise self.faults.pop(0)
        self.reported.append(process)

    def leave(self, process_id: str) -> None:
        raise StoreUnavailable("gone")

    def alive(self, now_ms: int) -> list[Process]:
        return []


class Ends(FakeClock):
    """Stops whoever sleeps for the third time."""

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds)
        if len(self.slept) == 3:
            raise asyncio.CancelledError


async def test_reports_go_on_whatever_becomes_of_one():
    store = Down(StoreUnavailable("down"), OSError("full"))
    with pytest.raises(asyncio.CancelledError):
        await Reports(store, AtOnce(), Ends(), process).follow()
    assert store.reported == [process()]


async def test_a_process_ends_where_the_database_is_down():
    store = Down()
    await Reports(store, AtOnce(), FakeClock(), process).leave()
    assert store.reported == []
