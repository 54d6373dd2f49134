"""Budgets by a given clock: the ends of periods where a zone's clocks change, short months, and a clock that goes back."""

from __future__ import annotations

from datetime import datetime

import pytest

from gateway.ledger.demand import Charge, Hold, Refusal
from gateway.ledger.demands import Bound, demands
from gateway.ledger.local import LocalLedger
from gateway.ledger.protocol import Choices, Wanted
from gateway.policy.entries import Entry
from gateway.policy.match import Facts
from gateway.policy.scopes import Scopes
from tests.ledger.declared import budget
from tests.ledger.parts import GivenPast
from tests.parts.runtime import FakeClock

USD = 1_000_000_000
ANNA = Facts(key="key_1", user="anna")


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def asks(entry: Entry, nano_usd: int) -> Wanted:
    """As a call does."""
    scoped = Scopes((entry,)).about(ANNA, ANNA)

    def at(now_ms: int) -> Choices:
        found = demands(scoped, Bound(nano_usd, 1), now_ms)
        assert isinstance(found, tuple)
        return (found,)

    return at


def paris(**said: object) -> Entry:
    return budget(timezone="Europe/Paris", amount="1 USD", **said)


class Day:
    """A ledger whose clock says what the test says."""

    def __init__(self, entry: Entry) -> None:
        self.clock = FakeClock()
        self.ledger = LocalLedger(self.clock, GivenPast())
        self._entry = entry
        self._calls = 0

    async def ask(self, at: str, nano_usd: int = USD) -> Hold | Refusal:
        self.clock.ms = ms(at)
        self._calls += 1
        return await self.ledger.reserve(f"call-{self._calls}", asks(self._entry, nano_usd))

    async def spend(self, at: str, nano_usd: int = USD) -> None:
        held = await self.ask(at, nano_usd)
        assert isinstance(held, Hold)
        self.ledger.settle(held, Charge(nano_usd, 1))

    async def left(self, at: str) -> int:
        """What a call for all of it is told."""
        refused = await self.ask(at)
        assert isinstance(refused, Refusal)
        return refused.left


@pytest.mark.parametrize(
    ("period", "first", "last", "after"),
    [
        ("day", "2026-03-29T00:00+01:00", "2026-03-29T23:59:59.999+02:00", "2026-03-30T00:00+02:00"),
        ("day", "2026-10-25T00:00+02:00", "2026-10-25T23:59:59.999+01:00", "2026-10-26T00:00+01:00"),
        ("hour", "2026-03-29T01:00+01:00", "2026-03-29T01:59:59.999+01:00", "2026-03-29T03:00+02:00"),
        ("hour", "2026-10-25T02:00+02:00", "2026-10-25T02:59:59.999+02:00", "2026-10-25T02:00+01:00"),
        ("hour", "2026-10-25T02:00+01:00", "2026-10-25T02:59:59.999+01:00", "2026-10-25T03:00+01:00"),
        ("week", "2026-03-23T00:00+01:00", "2026-03-29T23:59:59.999+02:00", "2026-03-30T00:00+02:00"),
        ("month", "2026-02-01T00:00+01:00", "2026-02-28T23:59:59.999+01:00", "2026-03-01T00:00+01:00"),
        ("month", "2028-02-01T00:00+01:00", "2028-02-29T23:59:59.999+01:00", "2028-03-01T00:00+01:00"),
        ("month", "2026-10-01T00:00+02:00", "2026-10-31T23:59:59.999+01:00", "2026-11-01T00:00+01:00"),
    ],
    ids=[
        "of-23-hours",
        "of-25-hours",
        "hour-before-the-gap",
        "hour-that-comes-twice",
        "its-second-time",
        "week-with-a-change",
        "of-28-days",
        "of-29-days",
        "month-with-a-change",
    ],
)
async def test_a_budget_lasts_from_the_first_moment_of_its_period_to_the_last(
    period: str, first: str, last: str, after: str
):
    day = Day(paris(period=period))
    await day.spend(first)
    assert await day.left(first) == 0
    assert await day.left(last) == 0
    assert isinstance(await day.ask(after), Hold)


async def test_what_is_settled_after_midnight_is_charged_to_the_day_of_its_reservation():
    day = Day(paris(period="day"))
    held = await day.ask("2026-11-22T23:59:59+01:00", USD // 2)
    assert isinstance(held, Hold)
    await day.spend("2026-11-23T00:00+01:00", USD // 4)
    day.ledger.settle(held, Charge(USD, 1))
    assert await day.left("2026-11-23T00:00:01+01:00") == USD - USD // 4


async def test_a_clock_that_goes_back_into_the_day_before_finds_it_spent_and_forgets_nothing_of_the_next():
    day = Day(paris(period="day"))
    await day.spend("2026-11-22T12:00+01:00")
    await day.spend("2026-11-23T00:00+01:00", USD // 4)
    assert await day.left("2026-11-22T23:59:59+01:00") == 0
    assert await day.left("2026-11-23T00:00+01:00") == USD - USD // 4


async def test_a_clock_that_goes_back_within_a_day_gives_nothing_back():
    day = Day(paris(period="day"))
    await day.spend("2026-11-22T12:00+01:00", USD // 4)
    assert await day.left("2026-11-22T03:00+01:00") == USD - USD // 4


async def test_what_is_held_while_the_clock_goes_back_is_settled_where_it_was_taken():
    day = Day(paris(period="day"))
    held = await day.ask("2026-11-23T00:00+01:00")
    assert isinstance(held, Hold)
    await day.spend("2026-11-22T23:00+01:00", USD // 4)
    day.ledger.settle(held, Charge(USD // 2, 1))
    assert await day.left("2026-11-22T23:00+01:00") == USD - USD // 4
    assert await day.left("2026-11-23T00:00+01:00") == USD - USD // 2
