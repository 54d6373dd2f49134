"""The ledger of one process: holds by call, settled once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.ledger.interface import Hold
from gateway.ledger.memory import MemoryLedger


async def test_a_hold_is_open_until_it_is_settled():
    ledger = MemoryLedger()
    hold = await ledger.reserve("a", 10)
    assert (hold, ledger.open_holds) == (Hold("a", 10), 1)
    ledger.settle(hold, 7)
    assert (ledger.open_holds, ledger.spent_nano_usd, ledger.settled) == (0, 7, 1)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9)), max_size=20))
async def test_each_call_is_charged_once_however_often_it_is_settled(settlements: list[tuple[str, int]]):
    ledger = MemoryLedger()
    holds = {name: await ledger.reserve(name, None) for name in "abc"}
    first: dict[str, int] = {}
    for name, spent in settlements:
        ledger.settle(holds[name], spent)
        first.setdefault(name, spent)
    assert ledger.spent_nano_usd == sum(first.values())
    assert ledger.open_holds == 3 - len(first)


def test_a_hold_of_another_process_changes_nothing():
    ledger = MemoryLedger()
    ledger.settle(Hold("stranger", 5), 5)
    assert (ledger.spent_nano_usd, ledger.settled) == (0, 0)
