"""Waiting for records: of this process, and of calls whose process died."""

from __future__ import annotations

from gateway.ledger.demand import Charge
from gateway.ledger.operations import Settle
from gateway.ledger.protocol import Ended
from gateway.ledger.sweeping import settle_ended, settlement, shipped
from gateway.usage import MAX_NANO_USD
from tests.ledger.parts import GivenLog, GivenPast


async def test_only_what_is_on_record_is_settled():
    settled: list[Settle] = []
    await settle_ended(GivenPast(over={"a": Ended(1, Charge(5, 6))}), ["a", "b"], settled.append)
    assert settled == [Settle("a", 5, 6)]


def test_a_charge_is_never_more_than_can_be_counted():
    assert settlement("a", Charge(10**30, 10**30)) == Settle("a", MAX_NANO_USD, 2**53)
    assert settlement("a", Charge(5, 6)) == Settle("a", 5, 6)


async def test_what_was_written_by_now_is_waited_for_and_no_more():
    log = GivenLog(appended=5, shipped=3)

    class Ships:
        async def sleep(self, seconds: float) -> None:
            log.shipped, log.appended = log.shipped + 1, 100

    await shipped(log, Ships())
    assert (log.shipped, log.hurried) == (5, 2)
