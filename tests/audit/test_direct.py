"""What the command line writes straight into the database: chained, whoever else writes, closed by the next."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable

import pytest

from gateway.audit.direct import DirectLog, close_left_open
from gateway.audit.log import AuditLog
from gateway.audit.report import Report
from gateway.audit.verify import Verifier
from gateway.errors import SpoolUnavailable
from gateway.stores.acts import SqlActs
from gateway.stores.archive import SqlArchive
from gateway.stores.calls import SqlCalls
from gateway.stores.database import open_database
from gateway.stores.interfaces import Shipment, StoreUnavailable
from tests.audit.parts import Place, act, acted, counted, intent, outcome


def endings(place: Place) -> dict[str, str | None]:
    wanted = [f"a{number}" for number in range(100)]
    return {name: row.ended.ending for name, row in SqlActs(place.database().engine).named(wanted).items()}


def kinds(place: Place, writer: str) -> list[str]:
    return [row.kind for row in SqlCalls(place.database().engine).entries(writer, 0, 1_000)]


def verify(place: Place) -> Report:
    database = place.database()
    calls, acts = SqlCalls(database.engine), SqlActs(database.engine)
    return Verifier(calls, acts, database.installation, place.data, lambda _: None).run()


def test_an_act_is_in_the_database_when_append_returns(place: Place):
    log = DirectLog.open(place.booting())
    log.append(act("a1"))
    assert endings(place) == {"a1": None}
    log.append(acted("a1"))
    assert endings(place) == {"a1": "done"}
    log.close()
    assert kinds(place, log.writer) == ["boot", "act", "acted"]
    report = verify(place)
    assert (report.fault, report.entries) == (None, 3)


def test_commands_go_on_with_one_chain(place: Place):
    writers = set()
    for number in range(3):
        log = DirectLog.open(place.booting())
        log.append(act(f"a{number}"), acted(f"a{number}"))
        log.close()
        writers.add(log.writer)
    assert kinds(place, writers.pop()) == ["boot"] + 3 * ["act", "acted"]
    assert not writers
    assert verify(place).fault is None


def test_what_a_command_left_open_is_closed_by_the_next(place: Place):
    first = DirectLog.open(place.booting())
    first.append(act("a1"))
    first.close()
    DirectLog.open(place.booting()).close()
    DirectLog.open(place.booting()).close()
    assert endings(place) == {"a1": "interrupted"}
    assert kinds(place, first.writer) == ["boot", "act", "acted"]
    assert verify(place).fault is None


def test_what_a_living_command_does_is_left_open(place: Place):
    living = DirectLog.open(place.booting())
    living.append(act("a1"))
    other = DirectLog.open(place.booting(), turn_wait_s=0.0)
    other.append(act("a2"))
    close_left_open(place.booting())
    assert endings(place) == {"a1": None, "a2": None}
    living.append(acted("a1"))
    living.close()
    other.close()
    close_left_open(place.booting())
    assert endings(place) == {"a1": "done", "a2": "interrupted"}


async def test_the_next_boot_of_a_gateway_closes_what_a_command_left_open(place: Place):
    log = DirectLog.open(place.booting())
    log.append(act("a1"))
    log.close()
    gateway = await AuditLog.open(place.booting())
    assert endings(place) == {"a1": "interrupted"}
    await gateway.close()
    assert verify(place).fault is None


async def test_a_command_writes_beside_a_running_gateway(place: Place):
    gateway = await AuditLog.open(place.booting())
    await gateway.append(intent("c1"))
    log = DirectLog.open(place.booting())
    log.append(act("a1"))
    await gateway.append(outcome("c1"))
    log.append(acted("a1"))
    log.close()
    await gateway.close()
    assert kinds(place, gateway.writer) == ["boot", "intent", "outcome"]
    assert verify(place).fault is None


async def test_an_act_that_a_gateway_left_open_is_closed_in_its_own_chain(place: Place):
    gateway = await AuditLog.open(place.booting())
    await gateway.append(act("a1"))
    await gateway.append(intent("c1"))
    await gateway.close()
    await (await AuditLog.open(place.booting())).close()
    assert endings(place) == {"a1": "interrupted"}
    assert kinds(place, gateway.writer) == ["boot", "act", "intent", "boot", "outcome", "acted"]
    assert verify(place).fault is None


def test_where_no_command_ever_was_a_boot_makes_nothing(place: Place):
    close_left_open(place.booting())
    assert not (place.data / "commands").exists()


@pytest.mark.parametrize("turn_wait_s", [60.0, 0.0])
def test_commands_at_once_write_one_chain_after_the_other(place: Place, turn_wait_s: float):
    """In turns, and where one that was stopped holds its turn for ever: then all go on without."""
    each, at_once = 5, 6
    place.database()
    faults: list[BaseException] = []

    def run(thread: int) -> None:
        url = f"sqlite:///{place.data / 'gateway.db'}"
        database = open_database(url, now_ms=lambda: 0, new_id=counted("x"), busy_timeout_ms=60_000)
        try:
            archive = SqlArchive(database.engine, now_ms=lambda: 0)
            for number in range(each):
                booting = place.booting(archive=archive, new_id=counted(f"id-{thread}-{number}-"))
                log = DirectLog.open(booting, turn_wait_s=turn_wait_s)
                log.append(act(f"a{thread * each + number}"))
                log.append(acted(f"a{thread * each + number}"))
                log.close()
        except BaseException as fault:
            faults.append(fault)
        finally:
            database.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert endings(place) == {f"a{number}": "done" for number in range(each * at_once)}
    report = verify(place)
    assert (report.fault, report.entries, len(report.chains)) == (None, 1 + 2 * each * at_once, 1)
    assert sorted(path.name for path in place.data.glob("commands*")) == ["commands", "commands.turn"]


class Overtaken(SqlArchive):
    """Another command writes between the look at the position and the shipment, `times`."""

    def __init__(self, place: Place, times: int, then: Callable[[int], None]) -> None:
        super().__init__(place.database().engine, now_ms=lambda: 0)
        self.times = times
        self._then = then

    def ship(self, shipment: Shipment, after: int) -> bool:
        if self.times:
            self.times -= 1
            self._then(self.times)
        return super().ship(shipment, after)


def test_a_command_that_was_overtaken_looks_again(place: Place):
    other = DirectLog.open(place.booting())
    archive = Overtaken(place, 3, lambda left: other.append(act(f"a{10 + left}"), acted(f"a{10 + left}")))
    log = DirectLog.open(place.booting(archive=archive), turn_wait_s=0.0)
    log.append(act("a1"), acted("a1"))
    assert set(endings(place)) == {"a1", "a10", "a11", "a12"}
    assert verify(place).fault is None
    other.close()
    log.close()


def test_a_database_that_is_away_is_said_and_nothing_is_in_the_log(place: Place):
    class Away(SqlArchive):
        def ship(self, shipment: Shipment, after: int) -> bool:
            raise StoreUnavailable("away")

    log = DirectLog.open(place.booting(archive=Away(place.database().engine, now_ms=lambda: 0)))
    with pytest.raises(SpoolUnavailable, match="away"):
        log.append(act("a1"))
    log.close()
    assert kinds(place, log.writer) == []


def test_what_can_not_be_written_as_json_is_said(place: Place):
    log = DirectLog.open(place.booting())
    with pytest.raises(SpoolUnavailable):
        log.append(act("\ud800"))
    log.close()


def test_a_command_waits_for_whoever_closes_what_was_left_open(place: Place):
    DirectLog.open(place.booting()).close()
    alone = os.open(place.data / "commands", os.O_RDONLY)
    fcntl.flock(alone, fcntl.LOCK_EX)
    opened: list[DirectLog] = []
    thread = threading.Thread(target=lambda: opened.append(DirectLog.open(place.booting())))
    thread.start()
    thread.join(0.2)
    assert not opened
    os.close(alone)
    thread.join()
    opened[0].close()


def test_a_command_that_was_stopped_in_its_turn_keeps_nobody_from_theirs(place: Place):
    stopped = DirectLog.open(place.booting())
    stopped.append(act("a1"))
    log = DirectLog.open(place.booting(), turn_wait_s=0.05)
    log.append(act("a2"), acted("a2"))
    log.close()
    stopped.append(acted("a1"))
    stopped.close()
    assert endings(place) == {"a1": "done", "a2": "done"}
    assert verify(place).fault is None


def test_the_file_of_the_commands_can_be_read_by_a_gateway_of_another_user(place: Place):
    log = DirectLog.open(place.booting())
    log.close()
    path = place.data / "commands"
    assert (path.read_text(), path.stat().st_mode & 0o777) == (log.writer, 0o644)
