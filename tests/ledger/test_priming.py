"""Looking up what counters begin with."""

from __future__ import annotations

import asyncio

import pytest

from gateway.ledger.demand import Demand
from gateway.ledger.operations import Adopt, Operation, Prime
from gateway.ledger.priming import Priming, primed
from gateway.ledger.protocol import NO_CUTS, Cuts, LedgerUnavailable, Recorded
from gateway.stores.interfaces import StoreUnavailable
from tests.ledger.drawn import demand
from tests.ledger.parts import GivenPast

BUDGET = demand("budget", 5, most=100, name="month")


class SlowPast(GivenPast):
    """Answers when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()

    async def before(self, demand: Demand, cuts: Cuts = NO_CUTS) -> Recorded:
        recorded = await super().before(demand, cuts)
        await self.gate.wait()
        return recorded


class Applied(list[Operation]):
    async def apply(self, operations: list[Operation]) -> None:
        self.extend(operations)


async def test_a_counter_begins_with_what_ended_and_holds_what_did_not():
    past = GivenPast({"month": Recorded(30, (("a", 7),))})
    assert await primed(past.before, [BUDGET]) == [
        Prime(BUDGET, 30),
        Adopt("a", (demand("budget", 7, most=100, name="month"),), of_record=True),
    ]


async def test_what_many_wait_for_is_looked_up_once():
    past, applied = SlowPast(), Applied()
    priming = Priming(past.before, applied.apply, 10)
    waiting = [asyncio.ensure_future(priming.wait([BUDGET])) for _ in range(5)]
    await asyncio.sleep(0)
    past.gate.set()
    await asyncio.gather(*waiting)
    assert (past.asked, applied) == (["month"], [Prime(BUDGET, 0)])


async def test_nobody_waits_for_longer_than_the_limit_and_the_look_up_goes_on():
    past, applied = SlowPast(), Applied()
    priming = Priming(past.before, applied.apply, 0.001)
    with pytest.raises(LedgerUnavailable):
        await priming.wait([BUDGET])
    past.gate.set()
    while not applied:
        await asyncio.sleep(0)
    assert applied == [Prime(BUDGET, 0)]


async def test_a_look_up_that_failed_is_made_again():
    past, applied = GivenPast(down=True), Applied()
    priming = Priming(past.before, applied.apply, 10)
    with pytest.raises(StoreUnavailable):
        await priming.wait([BUDGET])
    past.down = False
    await priming.wait([BUDGET])
    assert applied == [Prime(BUDGET, 0)]


async def test_closing_stops_what_is_under_way():
    past, applied = SlowPast(), Applied()
    priming = Priming(past.before, applied.apply, 0.001)
    with pytest.raises(LedgerUnavailable):
        await priming.wait([BUDGET])
    await priming.aclose()
    assert applied == []
