"""What a dead gateway left is shipped and closed by one that lives."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor

import pytest

from gateway.audit.adoption import EVERY_S, Adoption
from gateway.audit.boot import start
from gateway.audit.log import AuditLog
from gateway.audit.segments import FolderLock, writer_folders
from gateway.stores.calls import SqlCalls
from gateway.stores.interfaces import CallFilter
from tests.audit.parts import Place, intent, outcome
from tests.audit.test_verify import verify


class Thrice:
    """A clock: at the third look it is over."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if len(self.slept) == 3:
            raise asyncio.CancelledError


async def died(place: Place, call_id: str) -> str:
    """The writer of a gateway that died within a call, before anything of it was shipped."""
    log = await AuditLog.open(place.booting())
    await log.append(intent(call_id))
    await log.append(outcome(call_id))
    await log.append(intent(f"{call_id}-open"))
    log._shipper._closing.set()
    log._started.recovered.lock.close()
    return log.writer


def endings(place: Place) -> dict[str, str | None]:
    found = SqlCalls(place.database().engine).search(CallFilter())
    return {row.intent.id: row.outcome.ending for row in found}


def adoption(place: Place, executor: ThreadPoolExecutor) -> Adoption:
    return Adoption(place.booting, executor, Thrice())


async def test_what_a_dead_gateway_left_is_shipped_and_closed_while_another_lives(place: Place):
    alive = await AuditLog.open(place.booting())
    dead = await died(place, "c1")
    with ThreadPoolExecutor(1) as executor:
        adoption(place, executor).look()
    assert endings(place) == {"c1": "complete", "c1-open": "interrupted"}
    lock = FolderLock.take(place.data / "spool" / dead)
    assert lock is not None, "it is let go again"
    lock.close()
    await alive.append(intent("c2"))
    await alive.close()
    assert verify(place).fault is None


async def test_what_was_adopted_is_not_read_again_until_it_grew(
    place: Place, monkeypatch: pytest.MonkeyPatch
):
    await died(place, "c1")
    with ThreadPoolExecutor(1) as executor:
        one = adoption(place, executor)
        one.look()
        entries = verify(place).entries
        monkeypatch.setattr(one, "_adopt", None)
        one.look()
        monkeypatch.undo()
        await died(place, "c2")
        one.look()
    assert verify(place).entries > entries
    assert endings(place)["c2-open"] == "interrupted"


async def test_a_spool_that_was_tampered_with_is_said_once_and_left_alone(
    place: Place, caplog: pytest.LogCaptureFixture
):
    started = start(place.booting())
    started.recovered.lock.close()
    [folder] = writer_folders(place.data)
    [segment] = folder.glob("*.log")
    segment.write_bytes(b"not an entry\n" + segment.read_bytes())
    with ThreadPoolExecutor(1) as executor, caplog.at_level(logging.ERROR):
        one = adoption(place, executor)
        one.look()
        one.look()
    assert [record.message for record in caplog.records] == [
        f"the spool of a dead gateway can't be shipped: {segment}: entry 1 is unreadable: its line is not a hash, a "
        "space and an entry. Move the folder aside to start"
    ]


async def test_it_looks_now_and_then(place: Place):
    clock, looks = Thrice(), []
    with ThreadPoolExecutor(1) as executor:
        one = Adoption(place.booting, executor, clock)
        one.look = lambda: looks.append(1)  # type: ignore[method-assign]
        with pytest.raises(asyncio.CancelledError):
            await one.follow()
    assert (clock.slept, len(looks)) == ([EVERY_S] * 3, 2)
