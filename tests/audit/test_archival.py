"""Waiting until entries are in the database: as long as it takes, and no longer than a bound."""

from __future__ import annotations

import asyncio

import pytest

from gateway.audit.archival import Archival
from gateway.audit.log import AuditLog
from gateway.errors import SpoolUnavailable
from gateway.stores.calls import SqlCalls
from gateway.stores.interfaces import CallFilter
from tests.audit.parts import Place, intent


class Shipping:
    def __init__(self) -> None:
        self.shipped = 3
        self.hurries = 0

    def hurry(self) -> None:
        self.hurries += 1


async def test_each_waits_for_its_own_entry_and_shipping_is_hurried():
    shipping, archival = Shipping(), Archival(asyncio.get_running_loop())
    await archival.wait(3, shipping)
    assert shipping.hurries == 0
    fourth, sixth = (asyncio.create_task(archival.wait(seq, shipping)) for seq in (4, 6))
    await asyncio.sleep(0)
    assert shipping.hurries == 2
    await asyncio.to_thread(archival.told, 5)
    await fourth
    assert not sixth.done()
    await asyncio.to_thread(archival.told, 6)
    await sixth


async def test_what_was_shipped_just_before_it_waited_is_noticed():
    archival = Archival(asyncio.get_running_loop())

    class Quick(Shipping):
        looks = 0

        @property
        def shipped(self) -> int:
            self.looks += 1
            return 3 if self.looks == 1 else 4

        @shipped.setter
        def shipped(self, _: int) -> None: ...

    quick = Quick()
    await archival.wait(4, quick)
    assert quick.looks == 3


async def test_a_database_that_takes_too_long_is_not_waited_for():
    archival = Archival(asyncio.get_running_loop(), most_s=0.01)
    with pytest.raises(SpoolUnavailable, match=r"within 0\.01 s"):
        await archival.wait(4, Shipping())
    archival.told(9)


async def test_who_stopped_waiting_holds_up_nobody():
    shipping, archival = Shipping(), Archival(asyncio.get_running_loop())
    gone, stays = (asyncio.create_task(archival.wait(4, shipping)) for _ in range(2))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.wait([gone])
    archival.told(4)
    await stays
    assert stays.exception() is None


def test_after_its_loop_was_closed_nobody_is_told():
    async def waits() -> Archival:
        archival = Archival(asyncio.get_running_loop())
        waiting = asyncio.create_task(archival.wait(4, Shipping()))
        await asyncio.sleep(0)
        waiting.cancel()
        return archival

    archival = asyncio.run(waits())
    archival.told(4)
    assert archival._loop.is_closed()


async def test_what_is_archived_is_in_the_database(place: Place):
    log = await AuditLog.open(place.booting())
    await log.append(intent("c1"))
    await log.archived()
    assert [row.intent.id for row in SqlCalls(place.database().engine).search(CallFilter())] == ["c1"]
    await log.close()
