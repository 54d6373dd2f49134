"""The ledger of one process."""

from __future__ import annotations

import asyncio

from gateway.ledger.demand import Charge, Hold, Refusal
from gateway.ledger.local import LocalLedger
from gateway.ledger.operations import Spent
from gateway.ledger.protocol import Ended, Recorded
from tests.ledger.parts import DAY_MS, NOTHING, GivenLog, GivenPast, as_hold, budget, requests, slot, wanted
from tests.parts.runtime import FakeClock


def test_nothing_is_open_at_first():
    assert LocalLedger(FakeClock(), GivenPast()).open == 0


async def test_a_hold_is_reserved_and_settled_once():
    told: list[tuple[Spent, ...]] = []
    local = LocalLedger(FakeClock(), GivenPast(), on_settled=lambda held, spent: told.append(spent))
    held = as_hold(await local.reserve("a", wanted(budget(60, 100), slot(1))))
    assert local.open == 1
    local.settle(held, Charge(70, 0))
    local.settle(held, Charge(70, 0))
    assert told == [(Spent(held.demands[0].key, 70, 10),)]


async def test_a_refusal_is_of_what_lasts_longest():
    local = LocalLedger(FakeClock(), GivenPast())
    as_hold(await local.reserve("a", wanted(requests(1), budget(60, 100), slot(1))))
    refused = await local.reserve("b", wanted(requests(1), budget(60, 100), slot(1)))
    assert isinstance(refused, Refusal)
    assert (refused.demand.name, refused.left, refused.never) == ("month", 40, False)


async def test_what_can_never_fit_is_told_before_all_else():
    local = LocalLedger(FakeClock(), GivenPast())
    refused = await local.reserve("a", wanted(budget(0, 0), requests(0, name="none")))
    assert isinstance(refused, Refusal)
    assert (refused.demand.name, refused.never) == ("none", True)


async def test_a_restart_begins_with_what_is_on_record():
    past = GivenPast({"month": Recorded(30, (("dead", 25),))})
    local = LocalLedger(FakeClock(), past)
    refused = await local.reserve("a", wanted(budget(46, 100)))
    assert isinstance(refused, Refusal)
    assert refused.left == 45
    assert isinstance(await local.reserve("a", wanted(budget(45, 100))), Hold)
    assert past.asked == ["month"]


async def test_without_the_records_an_entry_that_blocks_refuses():
    refused = await LocalLedger(FakeClock(), GivenPast(down=True)).reserve("a", wanted(requests(1)))
    assert isinstance(refused, Refusal)
    assert refused.unavailable


async def test_without_the_records_an_entry_that_does_not_block_counts_from_now_on():
    local = LocalLedger(FakeClock(), GivenPast(down=True))
    some = wanted(requests(1, failing="local"))
    assert isinstance(await local.reserve("a", some), Hold)
    assert isinstance(await local.reserve("b", some), Refusal)


async def test_a_period_that_has_passed_is_never_taken():
    local = LocalLedger(FakeClock(), GivenPast())
    refused = await local.reserve("a", lambda now_ms: wanted(budget(1, 100))(now_ms - DAY_MS))
    assert isinstance(refused, Refusal)
    assert refused.unavailable


async def test_a_swap_settles_and_reserves():
    local = LocalLedger(FakeClock(), GivenPast())
    held = as_hold(await local.reserve("a", wanted(slot(1))))
    assert isinstance(await local.swap(held, NOTHING, "a/1", wanted(slot(1))), Hold)
    assert local.open == 1


async def test_a_cancelled_hold_gives_its_request_back():
    local = LocalLedger(FakeClock(), GivenPast())
    for call in ("a", "b"):
        local.cancel(as_hold(await local.reserve(call, wanted(requests(1)))))
    assert local.open == 0


async def test_the_wall_clock_going_back_gives_no_request_back():
    clock = FakeClock()
    local = LocalLedger(clock, GivenPast())
    as_hold(await local.reserve("a", wanted(requests(1))))
    clock.ms -= 3_600_000
    assert isinstance(await local.reserve("b", wanted(requests(1))), Refusal)
    clock.seconds += 62
    assert isinstance(await local.reserve("c", wanted(requests(1))), Hold)


async def test_leases_of_running_calls_are_renewed():
    clock = FakeClock()
    local = LocalLedger(clock, GivenPast())
    as_hold(await local.reserve("a", wanted(slot(1))))
    renewing = asyncio.ensure_future(local.run())
    while clock.seconds < 1000:
        await asyncio.sleep(0)
    renewing.cancel()
    assert isinstance(await local.reserve("b", wanted(slot(1))), Refusal)
    await local.aclose()


async def test_what_a_dead_process_held_is_held_until_its_record_says_what_it_cost():
    past = GivenPast({"month": Recorded(30, (("dead", 25), ("gone", 25)))})
    told: list[Spent] = []
    local = LocalLedger(FakeClock(), past, on_settled=lambda held, spent: told.extend(spent))
    assert isinstance(await local.reserve("a", wanted(budget(21, 100))), Refusal)
    past.over = {"dead": Ended(4, Charge(5, 0))}
    await local.sweep()
    held = as_hold(await local.reserve("b", wanted(budget(40, 100))))
    assert isinstance(await local.reserve("c", wanted(budget(1, 100))), Refusal)
    local.settle(held, Charge(0, 0))
    past.over["gone"] = Ended(5, Charge(25, 0))
    await local.sweep()
    assert local.open == 0
    local.settle(as_hold(await local.reserve("d", wanted(budget(1, 100)))), NOTHING)
    assert [each.spent for each in told] == [35, 60]


async def test_what_ended_here_is_on_record_before_a_counter_begins():
    log = GivenLog(appended=7, shipped=6)

    class ShippingClock(FakeClock):
        async def sleep(self, seconds: float) -> None:
            assert not past.asked
            log.shipped = 7

    past = GivenPast()
    await LocalLedger(ShippingClock(), past, log=log).reserve("a", wanted(budget(1, 100)))
    assert (past.asked, log.hurried) == (["month"], 1)
