"""What a process says to counters that began anew. Against a real Redis: tests/ledger/test_shared.py."""

from __future__ import annotations

import pytest

from gateway.ledger.demand import Hold
from gateway.ledger.operations import Adopt
from gateway.ledger.protocol import LedgerUnavailable
from gateway.ledger.rejoining import rejoin
from tests.ledger.drawn import demand
from tests.ledger.parts import GivenPast, ScriptedStore

BUDGET = demand("budget", 5, most=100, name="month")


async def test_what_is_on_record_as_ended_is_not_said_again():
    store = ScriptedStore()
    holds = {id_: Hold(id_, 0, (BUDGET,)) for id_ in ("open", "told", "untold")}
    await rejoin(store, GivenPast(over={"told"}), 1, holds, frozenset({"told", "untold"}), 0.25)
    assert store.batches == [[Adopt("open", (BUDGET,)), Adopt("untold", (BUDGET,))]]


async def test_an_open_hold_is_said_whatever_is_on_record_of_it():
    store = ScriptedStore()
    await rejoin(store, GivenPast(over={"open"}), 1, {"open": Hold("open", 0, (BUDGET,))}, frozenset(), 0.25)
    assert store.batches == [[Adopt("open", (BUDGET,))]]


async def test_many_holds_go_in_several_batches():
    store = ScriptedStore()
    holds = {str(number): Hold(str(number), 0, (BUDGET,)) for number in range(300)}
    await rejoin(store, GivenPast(), 1, holds, frozenset(), 0.25)
    assert [len(batch) for batch in store.batches] == [128, 128, 44]


async def test_counters_that_begin_anew_in_between_are_not_joined():
    holds = {"a": Hold("a", 0, (BUDGET,))}
    with pytest.raises(LedgerUnavailable):
        await rejoin(ScriptedStore(state="void"), GivenPast(), 1, holds, frozenset(), 0.25)
