"""What a counter begins with, from the records of calls."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from gateway.ledger.demand import Charge, Demand
from gateway.ledger.demands import Bound, demands
from gateway.ledger.past import RecordedPast
from gateway.ledger.protocol import NO_CUTS, Cuts, Ended, Orphans, Recorded
from gateway.policy.entries import Entry
from gateway.policy.match import Facts
from gateway.policy.scopes import about
from gateway.stores.interfaces import StoreUnavailable
from gateway.stores.spending import EndedCall, Used
from tests.ledger.declared import budget, limit
from tests.parts.runtime import NOON_MS


class GivenSpending:
    def __init__(self, *rows: Used) -> None:
        self.rows = rows
        self.asked: list[tuple[str, str, Mapping[str, int]]] = []
        self.facts: list[Collection[str]] = []

    def used(self, since: str, until: str, cuts: Mapping[str, int], facts: Collection[str]) -> Sequence[Used]:
        self.asked.append((since, until, cuts))
        self.facts.append(facts)
        return self.rows

    def ended(self, ids: Sequence[str]) -> Sequence[EndedCall]:
        return [EndedCall(id_, 7, 400, 30) for id_ in ids if id_ != "running"]

    def recorded(self, ids: Sequence[str], writer: str, boot: int) -> frozenset[str] | None:
        return None if boot > 3 else frozenset(ids) - {"never"}


def used(**facts: Any) -> Used:
    row: dict[str, Any] = dict.fromkeys(Used._fields)
    return Used(**(row | {"roles": "", "api": "chat", "calls": 2, "tokens": 30, "nano_usd": 400} | facts))


def asked(entry: Entry, **facts: Any) -> Demand:
    known = Facts(key="key_1", **facts)
    found = demands(about([entry], known, known), Bound(1, 1), NOON_MS)
    assert isinstance(found, tuple)
    return found[0]


@contextmanager
def recorded(spending: GivenSpending, *entries: Entry) -> Iterator[RecordedPast]:
    with ThreadPoolExecutor(1) as executor:
        yield RecordedPast(spending, executor, lambda: entries, lambda: NOON_MS)


async def before(entry: Entry, spending: GivenSpending, **facts: Any) -> int:
    with recorded(spending, entry) as past:
        return (await past.before(asked(entry, **facts))).used


async def test_a_budget_begins_with_what_its_scope_spent_in_its_period():
    spending = GivenSpending(used(team="support"), used(team="legal"), used(team="support", user="anna"))
    assert await before(budget(per=["team"]), spending, team="support") == 800
    [(since, until, cuts)] = spending.asked
    assert (since[:10], until[:10], cuts) == ("2027-01-01", "2027-02-01", {})


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
    with recorded(spending) as past:
        assert (await past.before(asked(budget()))).used == 0
        assert past.counted() == frozenset()
    assert spending.asked == []


async def test_calls_without_an_end_are_held_at_what_was_reserved_and_tokens_nobody_knows_are_not():
    rows = (
        used(),
        used(open="a", calls=1, tokens=0, nano_usd=90),
        used(open="b", calls=1, tokens=0, nano_usd=0),
    )
    for entry, expected in (
        (budget(), Recorded(400, (("a", 90),))),
        (limit(requests="9/minute")[0], Recorded(2, (("a", 1), ("b", 1)))),
        (limit(tokens="9/minute")[0], Recorded(30)),
    ):
        with recorded(GivenSpending(*rows), entry) as past:
            assert await past.before(asked(entry)) == expected


async def test_all_scopes_of_an_entry_are_looked_up_at_once():
    spending, entry = (
        GivenSpending(used(team="support"), used(team="legal", nano_usd=5)),
        budget(per=["team"]),
    )
    with recorded(spending, entry) as past:
        some = await asyncio.gather(
            *(past.before(asked(entry, team=team)) for team in ("support", "legal", "home"))
        )
        assert [each.used for each in some] == [400, 5, 0]
        assert len(spending.asked) == 1


async def test_only_facts_that_an_entry_depends_on_are_told_apart():
    spending = GivenSpending(used())
    entry = budget(per=["team"], match={"model": "fast", "not": {"role": "analyst"}})
    with recorded(spending, entry) as past:
        await past.before(asked(entry, team="support", model="fast"))
    assert spending.facts == [{"key", "team", "model", "roles"}]


async def test_other_cuts_are_another_look_up():
    spending, entry = GivenSpending(used()), budget()
    cuts: list[Cuts] = [{"w1": 5}, {"w1": 9}, NO_CUTS]
    with recorded(spending, entry) as past:
        for each in (cuts[0], cuts[0], *cuts):
            await past.before(asked(entry), each)
    assert [each for _, _, each in spending.asked] == cuts


async def test_a_look_up_that_failed_is_made_again():
    class Failing(GivenSpending):
        def used(
            self, since: str, until: str, cuts: Mapping[str, int], facts: Collection[str]
        ) -> Sequence[Used]:
            if not super().used(since, until, cuts, facts) or len(self.asked) == 1:
                raise StoreUnavailable("busy")
            return self.rows

    with recorded(Failing(used()), entry := budget()) as past:
        with pytest.raises(StoreUnavailable):
            await past.before(asked(entry))
        assert (await past.before(asked(entry))).used == 400


async def test_a_hold_has_ended_when_its_call_has():
    with recorded(GivenSpending()) as past:
        found = await past.ended(["a", "a/1", "b~", "running", "running/1"])
    assert found == dict.fromkeys(["a", "a/1", "b~"], Ended(7, Charge(400, 30)))


async def test_a_call_is_never_on_record_once_its_writer_has_begun_anew():
    with recorded(GivenSpending()) as past:
        ids = ["a", "never", "never/1", "b~"]
        assert await past.unsent(Orphans("w1", 3, ids)) == {"never", "never/1"}
        assert await past.unsent(Orphans("w1", 4, ids)) == frozenset()
