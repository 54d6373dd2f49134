"""Operations that share round trips."""

from __future__ import annotations

import asyncio

import pytest

from gateway.ledger.batches import MOST_OPERATIONS, Batches
from gateway.ledger.operations import Answer, Cancel, Closed, Done, Reserve, Settle
from gateway.ledger.protocol import LedgerUnavailable
from tests.ledger.parts import ScriptedStore


def flying(store: ScriptedStore) -> Batches:
    batches = Batches(store, 0.25)
    batches.resume(1)
    return batches


async def asked(batches: Batches, *ids: str) -> list[Answer | BaseException]:
    return await asyncio.gather(*(batches.ask(Reserve(id_, ())) for id_ in ids), return_exceptions=True)


async def test_what_is_asked_in_one_turn_of_the_loop_goes_in_one_round_trip():
    store = ScriptedStore()
    assert await asked(flying(store), "a", "b", "c") == [Done(), Done(), Done()]
    assert store.batches == [[Reserve("a", ()), Reserve("b", ()), Reserve("c", ())]]


async def test_what_is_asked_while_one_is_under_way_goes_with_the_next():
    store = ScriptedStore()
    batches = flying(store)
    store.gate.clear()
    first = batches.ask(Reserve("a", ()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    later = [batches.ask(Reserve(id_, ())) for id_ in ("b", "c")]
    assert [len(batch) for batch in store.batches] == [1]
    store.gate.set()
    assert [await each for each in (first, *later)] == [Done()] * 3
    assert [len(batch) for batch in store.batches] == [1, 2]


async def test_what_is_posted_goes_before_what_is_asked():
    store = ScriptedStore()
    batches = flying(store)
    waiting = batches.ask(Reserve("b", ()))
    batches.post(Settle("a", 1, 1))
    await waiting
    assert store.batches == [[Settle("a", 1, 1), Reserve("b", ())]]


async def test_a_script_is_given_only_so_many():
    store = ScriptedStore()
    batches = flying(store)
    await asyncio.gather(*(batches.ask(Reserve(str(number), ())) for number in range(MOST_OPERATIONS + 1)))
    assert [len(batch) for batch in store.batches] == [MOST_OPERATIONS, 1]


async def test_a_reservation_without_an_answer_is_cancelled_by_its_id():
    store = ScriptedStore(broken=True)
    batches = flying(store)
    (refused,) = await asked(batches, "a")
    assert isinstance(refused, LedgerUnavailable)
    store.broken = False
    batches.resume(1)
    await batches.aclose()
    assert store.batches == [[Reserve("a", ())], [Cancel("a")]]


async def test_while_it_is_down_nobody_waits():
    store = ScriptedStore(broken=True)
    batches = flying(store)
    await asked(batches, "a")
    with pytest.raises(LedgerUnavailable):
        batches.ask(Reserve("b", ()))
    assert len(store.batches) == 1


async def test_what_was_posted_is_told_until_it_was_heard():
    store = ScriptedStore(broken=True)
    batches = flying(store)
    heard: list[Answer] = []
    batches.post(Settle("a", 1, 1), heard.append)
    await batches.aclose()
    assert (heard, batches.down) == ([], True)
    store.broken = False
    batches.resume(1)
    await batches.aclose()
    assert heard == [Done()]
    assert store.batches == [[Settle("a", 1, 1)], [Settle("a", 1, 1)]]


async def test_whoever_waits_behind_a_failed_round_trip_hears_of_it_too():
    store = ScriptedStore(broken=True)
    store.gate.clear()
    batches = flying(store)
    first = batches.ask(Reserve("a", ()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    behind = batches.ask(Reserve("b", ()))
    store.gate.set()
    for waiting in (first, behind):
        with pytest.raises(LedgerUnavailable):
            await waiting
    assert store.batches == [[Reserve("a", ())]]


async def test_counters_of_another_epoch_take_nothing_and_nothing_is_lost():
    store = ScriptedStore(state="void")
    batches = flying(store)
    heard: list[Answer] = []
    batches.post(Settle("a", 1, 1), heard.append)
    (refused,) = await asked(batches, "b")
    assert isinstance(refused, LedgerUnavailable)
    assert (heard, batches.down) == ([], True)
    store.state = "open"
    batches.resume(2)
    await batches.aclose()
    assert heard == [Done()]
    assert store.batches[1:] == [[Settle("a", 1, 1)]]


async def test_a_closed_store_is_unavailable():
    class ClosedStore(ScriptedStore):
        async def run(self, epoch, operations, timeout_s):
            said = await super().run(epoch, operations, timeout_s)
            return type(said)(said.now_ms, epoch, "gathering", tuple(Closed() for _ in operations))

    (refused,) = await asked(flying(ClosedStore()), "a")
    assert isinstance(refused, LedgerUnavailable)


async def test_who_waited_for_one_round_trip_waits_so_much_less_for_the_next():
    store = ScriptedStore()
    batches = flying(store)
    store.gate.clear()
    first = batches.ask(Reserve("a", ()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    second = batches.ask(Reserve("b", ()))
    batches._oldest_s -= 0.2  # as if it had waited for so long
    store.gate.set()
    await asyncio.gather(first, second)
    assert store.timeouts_s[0] > 0.2
    assert store.timeouts_s[1] < 0.06


async def test_nobody_waits_for_ever_for_a_round_trip_that_was_broken_off():
    store = ScriptedStore()
    store.gate.clear()
    batches = flying(store)
    batches.post(Settle("b", 1, 1))
    waiting = batches.ask(Reserve("a", ()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert batches._flying is not None
    batches._flying.cancel()
    with pytest.raises(LedgerUnavailable):
        await waiting
    assert batches.trouble == "the round trip was broken off"
    store.gate.set()
    batches.resume(1)
    await batches.aclose()
    assert store.batches[1:] == [[Settle("b", 1, 1), Cancel("a")]]


async def test_a_caller_that_gave_up_is_no_trouble_for_the_others():
    store = ScriptedStore()
    batches = flying(store)
    gone, stays = batches.ask(Reserve("a", ())), batches.ask(Reserve("b", ()))
    gone.cancel()
    assert await stays == Done()


async def test_the_stores_clock_is_known_from_its_answers():
    batches = flying(ScriptedStore())
    assert batches.store_ms() is None
    await asked(batches, "a")
    assert 1_000_000 <= (batches.store_ms() or 0) < 1_060_000


async def test_whoever_waits_when_the_counters_begin_anew_hears_of_it_at_once():
    store = ScriptedStore()
    store.gate.clear()
    batches = flying(store)
    under_way = batches.ask(Reserve("a", ()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    behind = batches.ask(Reserve("b", ()))
    batches.suspend("the counters began anew")
    for _ in range(3):
        await asyncio.sleep(0)
    assert behind.done()
    assert isinstance(behind.exception(), LedgerUnavailable)
    store.gate.set()
    assert await under_way == Done()


async def test_who_is_told_of_a_settlement_and_fails_keeps_nobody_waiting():
    def breaks(_: Answer) -> None:
        raise RuntimeError("an alert can't be sent")

    store = ScriptedStore()
    batches = flying(store)
    batches.post(Settle("a", 1, 1), breaks)
    batches.post(Settle("b", 1, 1), (heard := list[Answer]()).append)
    waiting = batches.ask(Reserve("c", ()))
    flown = asyncio.ensure_future(asyncio.wait_for(waiting, 5))
    assert await flown == Done()
    assert heard == [Done()]
    assert not batches.down
