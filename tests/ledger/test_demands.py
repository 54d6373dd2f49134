"""From a policy's entries and a call's facts to what is asked of the ledger."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from gateway.ledger.demand import Demand, Hold, Refusal
from gateway.ledger.demands import Blocked, Bound, Freeze, Increase, demands, frozen, scope_of
from gateway.ledger.local import LocalLedger
from gateway.ledger.protocol import Recorded
from gateway.policy.entries import Entry
from gateway.policy.match import Facts, Match
from gateway.policy.models.match import MatchEntry
from gateway.policy.scopes import about
from gateway.usage import MAX_NANO_USD
from tests.ledger.boards import START_MS
from tests.ledger.declared import budget, limit
from tests.ledger.parts import GivenPast
from tests.parts.runtime import FakeClock

CALL = Facts(team="support", user="anna", key="k1", model="fast", provider="openai", target="openai/gpt")
BOUND = Bound(nano_usd=5_000, tokens=120)


def wanted(
    *entries: Entry, facts: Facts = CALL, bound: Bound = BOUND, again: bool = False, **more
) -> tuple[Demand, ...]:
    found = demands(about(entries, facts, facts, again=again), bound, START_MS, **more)
    assert not isinstance(found, Blocked)
    return found


def one(*entries: Entry, facts: Facts = CALL, bound: Bound = BOUND, **more) -> Demand:
    (found,) = wanted(*entries, facts=facts, bound=bound, **more)
    return found


def test_each_kind_asks_for_its_own_amount():
    some = (*limit(requests="60/minute", tokens="100k/minute", concurrent=8), budget())
    assert [(each.kind, each.amount) for each in wanted(*some)] == [
        ("requests", 1),
        ("tokens", 120),
        ("concurrent", 1),
        ("budget", 5_000),
    ]


def test_an_entry_about_other_calls_is_left_out():
    assert wanted(budget(match={"team": "legal"})) == ()


def test_a_budget_is_of_the_period_of_now():
    found = one(budget(period="day"))
    assert (found.from_ms, found.until_ms) == (START_MS, START_MS + 86_400_000)


def test_each_value_has_its_own_counter():
    entry = budget(per=["user"])
    keys = {one(entry, facts=replace(CALL, user=user)).key for user in ("anna", "ben")}
    assert len(keys) == 2
    assert one(entry).key == one(entry).key


def test_values_cannot_be_cut_so_that_two_scopes_look_alike():
    entry = budget(per=["user", "end_user"])
    left = replace(CALL, user="a", end_user="b|7:user=c")
    right = replace(CALL, user="a|10:end_user=b", end_user="c")
    assert one(entry, facts=left).key != one(entry, facts=right).key


def test_a_missing_fact_is_replaced_by_the_key():
    entry = budget(per=["end_user"])
    assert scope_of(one(entry)) == ("key=k1",)
    assert one(entry, facts=replace(CALL, key="k2")).key != one(entry).key


def test_a_user_who_is_named_like_a_key_is_not_that_key():
    entry = budget(per=["user"])
    named = one(entry, facts=replace(CALL, user="k1"))
    assert named.key != one(entry, facts=replace(CALL, user=None)).key


def test_a_scope_can_be_read_from_its_key():
    assert scope_of(one(budget(per=["user", "team"], name="a.b-c"))) == ("user=anna", "team=support")
    assert scope_of(one(budget())) == ()


def test_a_long_claim_is_counted_by_its_hash():
    entry = budget(per=["end_user"])
    some = {one(entry, facts=replace(CALL, end_user=end * 100_000)).key for end in "ab"}
    assert len(some) == 2
    assert all(len(key) < 300 for key in some)


def test_a_call_without_a_bound_is_blocked_where_its_budget_says_so():
    assert demands(about([budget()], CALL, CALL), Bound(None, 120), START_MS) == Blocked(
        "support-month", "unbounded"
    )


def test_a_call_without_a_bound_holds_an_estimate_where_its_budget_says_so():
    assert one(budget(on_unbounded="estimate"), bound=Bound(None, 120, 700)).amount == 700


def test_a_call_without_a_price_is_blocked_where_its_budget_says_so():
    unpriced = Bound(None, 120, priced=False)
    assert demands(about([budget()], CALL, CALL), unpriced, START_MS) == Blocked("support-month", "unpriced")


def test_a_call_without_a_price_counts_nothing_where_its_budget_says_so():
    assert wanted(budget(on_unknown_price="flag"), bound=Bound(None, 120, priced=False)) == ()


def test_a_second_attempt_counts_no_second_request_but_for_its_target():
    some = (
        *limit(requests="60/minute", concurrent=8),
        *limit(name="of-target", requests="9/minute", per=["target"]),
    )
    assert [each.name for each in wanted(*some, again=True)] == ["per-user", "of-target"]
    assert [each.kind for each in wanted(*some, again=True)] == ["concurrent", "requests"]


def test_a_budget_counts_the_model_that_it_downgrades_to_and_does_not_refuse_it():
    entry = budget(on_exceeded={"downgrade": "local"})
    assert one(entry).exceeded == "downgrade"
    assert one(entry, downgraded=True).exceeded == "warn"
    assert one(budget(), downgraded=True).exceeded == "block"


@pytest.mark.parametrize(
    ("increase", "most"),
    [
        (Increase(7, START_MS + 1, "launch"), 500_000_000_007),
        (Increase(7, START_MS, "over"), 500_000_000_000),
        (Increase(7, START_MS + 1, "for her", ("user=anna",)), 500_000_000_007),
        (Increase(7, START_MS + 1, "for him", ("user=ben",)), 500_000_000_000),
        (Increase(MAX_NANO_USD, START_MS + 1, "too much"), MAX_NANO_USD),
    ],
)
def test_an_increase_holds_until_it_expires_and_for_whom_it_is(increase: Increase, most: int):
    found = one(budget(per=["user"]), increases={"support-month": (increase,)})
    assert found.most == most


def test_a_freeze_stops_the_calls_that_it_is_about():
    freeze = Freeze("frz_1", Match.of(MatchEntry(team=("support",))))
    assert frozen([freeze], CALL) is freeze
    assert frozen([freeze], replace(CALL, team="legal")) is None
    assert frozen([], CALL) is None


async def test_a_budget_renamed_in_mid_period_begins_with_what_was_spent_in_it():
    clock = FakeClock()
    past = GivenPast({"renamed": Recorded(499_999_996_000)})
    ledger = LocalLedger(clock, past)
    before = budget()
    assert isinstance(await ledger.reserve("a", lambda now_ms: (wanted(before),)), Refusal | Hold)
    after = budget(name="renamed")

    def asked(now_ms: int) -> tuple[tuple[Demand, ...], ...]:
        found = demands(about([after], CALL, CALL), BOUND, now_ms)
        assert not isinstance(found, Blocked)
        return (found,)

    refused = await ledger.reserve("b", asked)
    assert isinstance(refused, Refusal)
    assert (refused.demand.name, refused.left) == ("renamed", 4_000)
