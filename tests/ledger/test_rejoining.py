"""What a process says to counters that began anew. Against a real Redis: tests/ledger/test_shared.py."""

from __future__ import annotations

import asyncio

import pytest

from gateway.ledger import rejoining
from gateway.ledger.demand import Demand, Hold
from gateway.ledger.operations import Adopt, Answer, Answers, Prime, Unprimed
from gateway.ledger.protocol import LedgerUnavailable, Recorded
from gateway.ledger.rejoining import tell
from tests.ledger.drawn import demand
from tests.ledger.parts import GivenPast, ScriptedStore

BUDGET = demand("budget", 5, most=100, name="month")


async def test_many_holds_go_in_several_batches():
    store = ScriptedStore()
    holds = [Hold(str(number), 0, (BUDGET,)) for number in range(300)]
    await tell(store, GivenPast().before, 1, holds, 0.25)
    assert [len(batch) for batch in store.batches] == [128, 128, 44]


async def test_counters_that_begin_anew_in_between_are_not_told():
    with pytest.raises(LedgerUnavailable):
        await tell(ScriptedStore(state="void"), GivenPast().before, 1, [Hold("a", 0, (BUDGET,))], 0.25)


class UnprimedStore(ScriptedStore):
    """Until something was primed."""

    async def run(self, epoch, operations, timeout_s):
        said = await super().run(epoch, operations, timeout_s)
        primed = any(isinstance(each, Prime) for batch in self.batches for each in batch)
        unprimed: tuple[Answer, ...] = tuple(Unprimed(0, (0,)) for _ in operations)
        return said if primed else Answers(said.now_ms, epoch, "telling", unprimed)


async def test_counters_are_primed_first_and_each_once():
    store, past = UnprimedStore(), GivenPast({"month": Recorded(30)})
    await tell(store, past.before, 1, [Hold(id_, 0, (BUDGET,)) for id_ in ("a", "b")], 0.25)
    adopts = [Adopt("a", (BUDGET,)), Adopt("b", (BUDGET,))]
    assert store.batches == [adopts, [Prime(BUDGET, 30)], adopts]
    assert past.asked == ["month"]


async def test_records_that_take_their_time_are_not_waited_for_at_a_stretch(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rejoining, "_LOOK_UP_S", 0.001)

    async def never(_: Demand) -> Recorded:
        await asyncio.Event().wait()
        raise AssertionError

    with pytest.raises(LedgerUnavailable):
        await tell(UnprimedStore(), never, 1, [Hold("a", 0, (BUDGET,))], 0.25)
