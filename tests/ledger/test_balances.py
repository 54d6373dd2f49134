"""What is left of budgets, by what is on record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gateway.ledger.balances import balances, facts_of
from gateway.ledger.demands import Increase
from gateway.policy.entries import Entry
from gateway.stores.spending import Used
from tests.ledger.declared import budget
from tests.parts.runtime import NOON_MS

ROW = Used(
    user="u-1",
    team="support",
    key="key_1",
    end_user=None,
    roles="caller,lead",
    use_case=None,
    api="chat",
    model="fast",
    provider="acme",
    region="eu",
    target="acme/small",
    calls=1,
    tokens=9,
    nano_usd=3,
)


class Rows:
    """What was used. `asked` are the times that were asked for."""

    def __init__(self, *rows: Used) -> None:
        self.rows = rows
        self.asked: list[tuple[str, str]] = []

    def used(self, since: str, until: str, cuts: Mapping[str, int]) -> Sequence[Used]:
        self.asked.append((since, until))
        return self.rows


def of(rows: Rows, *entries: Entry, **increases: Increase) -> list[tuple[str, tuple[str, ...], int, int]]:
    """Name, scope, what is spent and left."""
    raised = {name: (each,) for name, each in increases.items()}
    found = balances(entries, rows, NOON_MS, raised)
    return [(each.entry.name, each.scope, each.spent, each.left) for each in found]


def test_what_all_calls_spent_is_one_sum():
    rows = Rows(ROW, ROW._replace(team=None, nano_usd=4))
    assert of(rows, budget(name="a", amount="0.000000009 USD")) == [("a", (), 7, 2)]


def test_what_is_counted_apart_is_told_apart_and_in_order():
    rows = Rows(ROW, ROW._replace(team="legal"), ROW._replace(team=None), ROW)
    assert [each[1:3] for each in of(rows, budget(per=["team"]))] == [
        (("key=key_1",), 3),
        (("team=legal",), 3),
        (("team=support",), 6),
    ]


def test_calls_that_a_budget_is_not_about_are_not_counted():
    rows = Rows(ROW, ROW._replace(team="legal"))
    assert [each[2] for each in of(rows, budget(match={"team": ("support",)}))] == [3]


def test_a_budget_is_asked_for_its_own_period_and_those_of_one_period_once():
    rows = Rows()
    of(rows, budget(), budget(name="b"), budget(name="c", period="day"), budget(name="d", period="total"))
    assert rows.asked == [
        ("2027-01-01T00:00:00.000Z", "2027-02-01T00:00:00.000Z"),
        ("2027-01-15T00:00:00.000Z", "2027-01-16T00:00:00.000Z"),
        ("1970-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"),
    ]


def test_an_increase_counts_for_whom_it_is_until_it_ends_and_is_told_of_whoever_spent_nothing():
    entry = budget(name="a", per=["team"], amount="0.000000009 USD")
    for_legal = Increase(5, NOON_MS + 1, "launch", ("team=legal",))
    assert of(Rows(ROW), entry, a=for_legal) == [
        ("a", ("team=legal",), 0, 14),
        ("a", ("team=support",), 3, 6),
    ]
    over = Increase(5, NOON_MS, "launch")
    assert of(Rows(ROW), entry, a=over) == [("a", ("team=support",), 3, 6)]


def test_what_is_spent_beyond_the_amount_leaves_nothing():
    assert of(Rows(ROW), budget(name="a", amount="0.000000001 USD")) == [("a", (), 3, 0)]


def test_the_facts_of_a_row_are_those_of_its_calls():
    facts = facts_of(ROW)
    assert (facts.team, facts.roles, facts.region) == ("support", ("caller", "lead"), "eu")
    assert facts_of(ROW._replace(roles="")).roles == ()


def test_what_is_held_for_calls_that_run_is_told_apart_and_not_left():
    rows = Rows(ROW, ROW._replace(open="c9", nano_usd=4, tokens=0))
    [found] = balances([budget(name="a", amount="0.000000009 USD")], rows, NOON_MS, {})
    assert (found.spent, found.reserved, found.left) == (3, 4, 2)
