"""Shares of budgets are told once each, as they are spent; and calls that cost more than was held for them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.alerts.spending import SpendingWatch, exceeded
from gateway.ledger.demand import Demand, Hold
from gateway.ledger.operations import Spent
from gateway.policy.entries import Entry
from gateway.policy.snapshot import Policy
from tests.ledger.declared import budget
from tests.parts.runtime import NOON_MS, FakeEvents

SCOPE = "12:team=support"


class Watched:
    """A watch over one budget of 100 nano-dollars a month, for the team support."""

    def __init__(self, *alert_at: str) -> None:
        self.entry = budget(amount="0.000000100 USD", per=["team"], alert_at=list(alert_at))
        self.events = FakeEvents()
        self.now_ms = NOON_MS
        self.watch = SpendingWatch(self.events, self._policy, lambda: self.now_ms)
        self.policy = Policy("rev", entries=(self.entry,))

    def _policy(self) -> Policy:
        return self.policy

    def spend(self, spent: int, *, overrun: int = 0, most: int = 100) -> None:
        demand = demand_of(self.entry, most)
        self.watch.settled(Hold("c1", 0, (demand,)), (Spent(demand.key, spent, overrun),))

    @property
    def told(self) -> list[str]:
        return [each.data.get("threshold", each.what) for each in self.events.told]


def demand_of(entry: Entry, most: int = 100) -> Demand:
    assert entry.calendar is not None
    period = entry.calendar.at(NOON_MS)
    key = f"{entry.id}|{period.from_ms}|{SCOPE}"
    return Demand(
        "budget", key, 5, most, 0, period.from_ms, period.until_ms, "block", entry.id, entry.on_failure
    )


def test_each_share_is_told_when_it_is_spent_and_once():
    watched = Watched("50%", "80%", "100%")
    for spent in (49, 50, 60, 60, 95, 100, 120):
        watched.spend(spent)
    assert watched.told == ["50%", "80%", "100%"]


def test_a_budget_that_came_into_force_while_a_call_ran_is_told_of_with_the_next_one():
    watched = Watched("50%")
    before = Hold("c0", 0, (demand_of(budget(name="older", per=["team"])),))
    watched.watch.settled(before, (Spent(demand_of(watched.entry).key, 60, 5),))
    assert watched.told == []
    watched.spend(61)
    assert watched.told == ["50%"]


def test_an_event_says_what_is_spent_of_what_by_whom_and_until_when():
    watched = Watched("12.5%")
    watched.spend(13)
    [event] = watched.events.told
    assert (event.kind, event.what) == ("budget", "budget.threshold")
    assert event.data == {
        "budget": "support-month",
        "scope": ["team=support"],
        "amount_usd": "0.000000100",
        "spent_usd": "0.000000013",
        "since": "2027-01-01T00:00:00.000Z",
        "resets_at": "2027-02-01T00:00:00.000Z",
        "threshold": "12.5%",
    }


def test_what_another_process_told_before_has_the_same_name_here():
    one, other = Watched("50%", "80%"), Watched("50%", "80%")
    one.spend(60)
    other.spend(85)
    assert one.events.told[0].once == other.events.told[0].once
    assert len({each.once for each in (*one.events.told, *other.events.told)}) == 2


def test_a_share_of_a_raised_budget_is_of_all_there_is():
    watched = Watched("50%")
    watched.spend(60, most=200)
    assert watched.told == []
    watched.spend(100, most=200)
    assert watched.told == ["50%"]


def test_budgets_without_shares_are_not_looked_at():
    watched = Watched()
    watched.spend(100)
    assert (watched.told, watched.watch._seen) == ([], {})


def test_a_policy_that_is_read_anew_says_what_is_told_from_then_on():
    watched = Watched("50%")
    other = budget(amount="0.000000100 USD", per=["team"], alert_at=["90%"])
    watched.spend(40)
    watched.policy = Policy("rev-2", entries=(other,))
    watched.spend(95)
    assert watched.told == ["90%"]


def test_a_call_that_cost_more_than_was_held_is_told_once_a_day_for_each_budget():
    watched = Watched()
    for _ in range(2):
        watched.spend(10, overrun=3)
    watched.now_ms += 86_400_000
    watched.spend(10, overrun=4)
    assert watched.told == ["budget.overrun"] * 3
    assert [each.data["overrun_usd"] for each in watched.events.told[1:]] == ["0.000000003", "0.000000004"]
    first, second, later = [each.once for each in watched.events.told]
    assert first == second != later


def test_a_budget_without_room_is_told_once_in_its_period():
    event = exceeded(demand_of(Watched().entry))
    assert (event.what, event.once) == ("budget.exceeded", exceeded(demand_of(Watched().entry)).once)
    assert (event.data["budget"], event.data["scope"]) == ("support-month", ["team=support"])


@given(st.lists(st.integers(0, 150), max_size=30))
def test_however_it_is_spent_a_share_is_told_if_and_only_if_it_was_reached(steps: list[int]):
    watched = Watched("50%", "80%", "100%")
    for spent in steps:
        watched.spend(spent)
    reached = [
        text for text, share in (("50%", 50), ("80%", 80), ("100%", 100)) if max(steps, default=0) >= share
    ]
    assert watched.told == reached
