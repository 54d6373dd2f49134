"""Freezes and increases in memory: what others changed is taken over, what is known stays where nobody can be asked."""

from __future__ import annotations

import pytest

from gateway.ledger.demands import Increase
from gateway.measures import MeasuresInForce, open_measures
from gateway.policy.match import Facts
from gateway.stores.interfaces import StoreUnavailable
from gateway.stores.measures import Frozen, Raised, Taken
from tests.parts.executors import AtOnce
from tests.parts.runtime import NOON_MS, FakeClock

FROZEN = Frozen("frz_1", {"team": ("support",)}, "incident", "anna", NOON_MS)
OF_A_MODEL = Frozen("frz_2", {"team": ("support",), "model": ("gpt-*",)}, "incident", "anna", NOON_MS)
RAISED = Raised("inc_1", "month", None, 5, NOON_MS + 1000, "launch", "anna", NOON_MS)


class Over(BaseException):
    """Ends what has no end."""


class Kept:
    """A store of measures. `looks` are the times that they were read whole."""

    def __init__(self, *freezes: Frozen, increases: tuple[Raised, ...] = ()) -> None:
        self.now = Taken(freezes, increases, 1)
        self.down = False
        self.looks = 0

    def change(self) -> int:
        if self.down:
            raise StoreUnavailable("down")
        return self.now.change

    def taken(self, now_ms: int) -> Taken:
        self.looks += 1
        return self.now._replace(increases=[each for each in self.now.increases if now_ms < each.until])


async def opened(store: Kept, clock: FakeClock | None = None) -> MeasuresInForce:
    return await open_measures(store, AtOnce(), clock or FakeClock())


async def test_a_freeze_is_about_the_calls_of_which_all_of_it_is_so():
    measures = await opened(Kept(OF_A_MODEL))
    [freeze] = measures.freezes
    said = [("support", "gpt-5"), ("support", "fast"), (None, "gpt-5")]
    assert [freeze.match.matches(Facts(team=team, model=model)) for team, model in said] == [
        True,
        False,
        False,
    ]


async def test_what_speaks_only_of_the_caller_is_known_apart():
    measures = await opened(Kept(FROZEN, OF_A_MODEL))
    assert (len(measures.freezes), len(measures.of_caller)) == (2, 1)
    assert measures.of_caller[0].match.matches(Facts(team="support"))


async def test_increases_are_by_the_name_of_their_budget():
    other = RAISED._replace(id="inc_2", amount=7, scope=("team=a",))
    measures = await opened(Kept(increases=(RAISED, other)))
    until = RAISED.until
    assert measures.increases == {
        "month": (Increase(5, until, "launch"), Increase(7, until, "launch", ("team=a",)))
    }


async def test_nothing_is_read_again_that_has_not_changed():
    store = Kept(FROZEN)
    measures = await opened(store)
    assert (await measures.refresh(), store.looks) == (False, 1)
    store.now = Taken([], [], 2)
    assert (await measures.refresh(), measures.freezes) == (True, ())


async def test_an_increase_ends_by_the_clock():
    clock = FakeClock()
    measures = await opened(Kept(increases=(RAISED,)), clock)
    clock.ms = RAISED.until
    await measures.refresh()
    assert measures.increases == {}


async def test_where_the_database_can_not_be_asked_a_freeze_stays_in_force():
    store = Kept(FROZEN)
    measures = await opened(store)
    store.down = True
    with pytest.raises(StoreUnavailable):
        await measures.refresh()
    assert len(measures.freezes) == 1


async def test_a_change_is_told_of_once_whatever_fails_in_between():
    store, told = Kept(FROZEN), list[int]()
    measures = MeasuresInForce(store, AtOnce(), FakeClock())

    def then() -> None:
        told.append(len(measures.freezes))
        if len(told) == 1:
            store.down = True
            raise ValueError("a mistake of ours")

    clock = measures._clock
    assert isinstance(clock, FakeClock)
    sleep = clock.sleep

    async def counted(seconds: float) -> None:
        await sleep(seconds)
        if len(clock.slept) == 3:
            store.down, store.now = False, Taken([], [], 2)
        if len(clock.slept) == 5:
            raise Over

    clock.sleep = counted  # type: ignore[method-assign]
    with pytest.raises(Over):
        await measures.follow(then)
    assert told == [1, 0]
