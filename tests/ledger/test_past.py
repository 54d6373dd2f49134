"""What a counter begins with, from the records of calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from gateway.ledger.demand import Demand
from gateway.ledger.demands import Bound, demands
from gateway.ledger.past import RecordedPast
from gateway.policy.entries import Entry
from gateway.policy.match import Facts
from gateway.policy.scopes import about
from gateway.stores.spending import Used
from tests.ledger.declared import budget, limit
from tests.parts.runtime import NOON_MS


class GivenSpending:
    def __init__(self, *rows: Used) -> None:
        self.rows = rows
        self.asked: list[tuple[str, str, Mapping[str, str]]] = []

    def used(self, since: str, until: str, facts: Mapping[str, str]) -> Sequence[Used]:
        self.asked.append((since, until, facts))
        return self.rows

    def ended(self, ids: Sequence[str]) -> frozenset[str]:
        return frozenset(id_ for id_ in ids if id_ != "running")


def used(**facts: Any) -> Used:
    row: dict[str, Any] = dict.fromkeys(Used._fields)
    return Used(**(row | {"roles": "", "api": "chat", "calls": 2, "tokens": 30, "nano_usd": 400} | facts))


def asked(entry: Entry, **facts: Any) -> Demand:
    known = Facts(key="key_1", **facts)
    found = demands(about([entry], known, known), Bound(1, 1), NOON_MS)
    assert isinstance(found, tuple)
    return found[0]


async def before(entry: Entry, spending: GivenSpending, **facts: Any) -> int:
    with ThreadPoolExecutor(1) as executor:
        past = RecordedPast(spending, executor, {entry.id: entry}.get, lambda: NOON_MS)
        return (await past.before(asked(entry, **facts))).used


async def test_a_budget_begins_with_what_its_scope_spent_in_its_period():
    spending = GivenSpending(used(team="support"), used(team="legal"), used(team="support", user="anna"))
    assert await before(budget(per=["team"]), spending, team="support") == 800
    [(since, until, facts)] = spending.asked
    assert (since[:10], until[:10], facts) == ("2027-01-01", "2027-02-01", {"team": "support"})


@pytest.mark.parametrize(("kind", "expected"), [("requests", 2), ("tokens", 30)])
async def test_a_limit_begins_with_its_window(kind: str, expected: int):
    spending = GivenSpending(used())
    assert await before(limit(**{kind: "9/minute"})[0], spending) == expected
    assert spending.asked[0][0] == "2027-01-15T07:59:00.000Z"


async def test_who_lacks_a_fact_is_counted_by_key():
    rows = used(key="key_1"), used(key="key_2"), used(key="key_1", team="support")
    assert await before(budget(per=["team"]), GivenSpending(*rows)) == 400


async def test_what_the_records_do_not_know_counts_for_everybody_who_may_be_meant():
    entry = budget(match={"team": "support", "tag": "project=x", "not": {"user": "anna"}})
    rows = used(team="support"), used(team="legal")
    facts = {"team": "support", "tags": ("project=x",)}
    assert await before(entry, GivenSpending(*rows), **facts) == 400


async def test_a_budget_of_all_time_begins_at_the_beginning():
    spending = GivenSpending(used())
    assert await before(budget(period="total"), spending) == 400
    assert spending.asked[0][:2] == ("1970-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z")


async def test_calls_at_once_and_entries_that_are_gone_begin_with_nothing():
    spending = GivenSpending(used())
    assert await before(limit(concurrent=1)[0], spending) == 0
    with ThreadPoolExecutor(1) as executor:
        past = RecordedPast(spending, executor, lambda _: None, lambda: NOON_MS)
        assert (await past.before(asked(budget()))).used == 0
    assert spending.asked == []


async def test_a_hold_has_ended_when_its_call_has():
    with ThreadPoolExecutor(1) as executor:
        past = RecordedPast(GivenSpending(), executor, lambda _: None, lambda: NOON_MS)
        found = await past.ended(["a", "a/1", "b~", "running", "running/1"])
    assert found == {"a", "a/1", "b~"}
