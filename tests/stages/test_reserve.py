"""Is there room: one hold, an upper bound of the cost, given back once."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from msgspec.structs import replace

from gateway.call import Call, Candidate, Measured, Plan
from gateway.errors import Refused
from gateway.ledger.demand import Charge
from gateway.ledger.demands import Freeze, Increase
from gateway.ledger.local import LocalLedger
from gateway.policy.entries import Entry
from gateway.policy.match import Match
from gateway.policy.models.match import MatchEntry
from gateway.policy.secrets import Secret
from gateway.policy.snapshot import Model, Provider, Target
from gateway.policy.webhooks import Webhook
from gateway.runtime import Runtime
from gateway.stages import reserve
from gateway.upstream.prices import FREE
from gateway.upstream.rates import Rates
from gateway.usage import Usage
from tests.ledger.declared import budget, limit
from tests.parts.calls import CHAT, TARGET, candidate, chat_body, make_policy, planned_call
from tests.parts.ledgers import CountingLedger, NoPast, roomy
from tests.parts.runtime import NOON_MS, RATES, FakeClock, FakeEvents, FakeMeasures, make_runtime

MODEL = Model("fast", (TARGET,))
CLAUDE = Target("c/claude", Provider("c", "anthropic", "https://claude.test"), "claude")


def at(rates: Rates | None) -> Candidate:
    return Candidate(TARGET, "fast", rates, 0, CHAT)


def held_call(*entry: Entry) -> Call:
    call = planned_call(candidate(), body=chat_body(max_tokens=10))
    call.policy = make_policy(entries=entry or roomy())
    return call


async def entered(call: Call, ledger: CountingLedger, instead: Plan | None = None) -> Runtime:
    runtime = make_runtime(call.policy, ledger=ledger)
    await reserve.enter(call, runtime, lambda *_: instead)
    return runtime


async def test_a_hold_is_taken_once_and_settled_once_at_what_was_spent():
    ledger, call = CountingLedger(), held_call()
    runtime = await entered(call, ledger)
    assert ledger.asked == [call.id]
    call.sent_to = candidate()
    call.measured = Measured(Usage(input_tokens=3, output_tokens=4), 42, "v")
    reserve.leave(call, runtime)
    reserve.leave(call, runtime)
    assert (ledger.open_holds, ledger.charges) == (0, [Charge(42, 7)])


@pytest.mark.parametrize("measured", [None, Measured(None, None, None)])
async def test_what_was_not_measured_is_settled_at_nothing(measured: Measured | None):
    ledger, call = CountingLedger(), held_call()
    runtime = await entered(call, ledger)
    call.sent_to, call.measured = candidate(), measured
    reserve.leave(call, runtime)
    assert (ledger.open_holds, ledger.charges) == (0, [Charge(0, 0)])


async def test_a_call_that_was_never_sent_takes_nothing():
    ledger, call = CountingLedger(), held_call()
    reserve.leave(call, await entered(call, ledger))
    assert (ledger.open_holds, ledger.settled, ledger.cancelled) == (0, 0, 1)


async def test_a_policy_without_limits_and_budgets_asks_nobody_and_bounds_nothing():
    ledger, call = CountingLedger(), planned_call(candidate())
    reserve.leave(call, await entered(call, ledger))
    assert (ledger.asked, call.hold, call.bound) == ([], None, None)


async def test_entries_about_other_calls_ask_nobody():
    ledger = CountingLedger()
    await entered(held_call(*limit(requests="1/minute", match={"team": "legal"})), ledger)
    assert ledger.asked == []


async def test_what_costs_more_than_was_held_is_flagged():
    ledger, call = CountingLedger(), held_call()
    runtime = await entered(call, ledger)
    call.sent_to, call.measured = candidate(), Measured(Usage(), 10**12, "v")
    reserve.leave(call, runtime)
    assert [(each.rule, each.verdict) for each in call.trail] == [("overrun", "flag")]
    assert ledger.charges == [Charge(10**12, 0)]


@pytest.mark.parametrize(
    ("said", "body", "rates"),
    [
        ({"on_unbounded": "block"}, chat_body(), RATES),
        ({"on_unknown_price": "block"}, chat_body(max_tokens=1), None),
    ],
)
async def test_what_a_budget_does_not_take_is_a_400(said: dict[str, Any], body: bytes, rates: Rates | None):
    call = planned_call(replace(candidate(), rates=rates), body=body)
    call.policy = make_policy(entries=(budget(**said),))
    with pytest.raises(Refused) as refused:
        await entered(call, CountingLedger())
    problem = refused.value.problem
    assert (problem.kind.status, problem.code, problem.should_retry) == (400, "exceeds_limit", False)
    assert "'support-month'" in problem.message


async def test_a_downgrade_is_asked_for_in_the_same_round_trip():
    entry = budget(on_exceeded={"downgrade": "local"}, amount="0.000000001 USD")
    call, cheap = held_call(entry), replace(candidate("vllm/llama"), asked_for="local", rates=FREE)
    ledger = LocalLedger(FakeClock(), NoPast())
    runtime = make_runtime(call.policy, ledger=ledger)
    asked: list[str] = []

    def instead(_: Call, __: Runtime, name: str) -> Plan:
        asked.append(name)
        return Plan((cheap,))

    await reserve.enter(call, runtime, instead)
    assert (asked, call.plan) == (["local"], Plan((cheap,)))
    assert (call.trail[-1].rule, call.trail[-1].verdict, call.trail[-1].reason) == (
        "downgrade",
        "change",
        "local",
    )


async def test_where_no_other_model_can_be_called_a_downgrade_is_a_refusal():
    call = held_call(budget(on_exceeded={"downgrade": "local"}, amount="0.000000001 USD"))
    runtime = make_runtime(call.policy, ledger=LocalLedger(FakeClock(), NoPast()))
    with pytest.raises(Refused) as refused:
        await reserve.enter(call, runtime, lambda *_: None)
    assert refused.value.problem.code == "exceeds_limit"


def test_a_call_without_a_hold_gives_nothing_back():
    ledger = CountingLedger()
    call = planned_call(candidate())
    reserve.leave(call, make_runtime(call.policy, ledger=ledger))
    assert ledger.settled == 0


TINY = "0.000000001 USD"
HOOK = Webhook("w1", "alerts.webhooks.0", Secret("https://alerts.test/"))


def local(call: Call, **changes: Any) -> Runtime:
    """A runtime whose ledger counts."""
    return make_runtime(call.policy, ledger=LocalLedger(FakeClock(), NoPast()), **changes)


async def test_a_budget_that_only_warns_is_noted_and_told_of_and_holds_the_call():
    call = held_call(budget(on_exceeded="warn", amount=TINY))
    call.policy = dataclasses.replace(call.policy, webhooks=(HOOK,))
    events = FakeEvents()
    await reserve.enter(call, local(call, events=events), lambda *_: None)
    assert call.hold is not None
    noted = call.trail[-1]
    assert (noted.rule, noted.verdict, noted.reason) == ("support-month", "flag", "above its amount")
    assert [each.what for each in events.told] == ["budget.exceeded"]


@pytest.mark.parametrize(("hooks", "told"), [((HOOK,), ["budget.exceeded"]), ((), [])])
async def test_of_a_budget_without_room_those_are_told_whom_the_policy_names(
    hooks: tuple[Webhook, ...], told: list[str]
):
    call = held_call(budget(amount="0.001 USD"))
    call.policy = dataclasses.replace(call.policy, webhooks=hooks)
    assert call.policy.entries
    events = FakeEvents()
    runtime = local(call, events=events)
    with pytest.raises(Refused) as refused:
        for number in range(1000):
            call.id, call.hold = f"call-{number}", None
            await reserve.enter(call, runtime, lambda *_: None)
    assert refused.value.problem.code == "budget_exceeded"
    assert [each.what for each in events.told] == told


async def test_what_is_never_affordable_is_a_mistake_of_the_caller_and_nobody_is_told():
    call = held_call(budget(amount=TINY))
    call.policy = dataclasses.replace(call.policy, webhooks=(HOOK,))
    events = FakeEvents()
    with pytest.raises(Refused):
        await reserve.enter(call, local(call, events=events), lambda *_: None)
    assert events.told == []


async def test_an_increase_makes_room_and_its_end_takes_it_back():
    call = held_call(budget(amount=TINY))
    raised = FakeMeasures(increases={"support-month": (Increase(10**9, NOON_MS + 1, "launch"),)})
    await reserve.enter(call, local(call, measures=raised), lambda *_: None)
    assert call.hold is not None
    [demand] = call.hold.demands
    assert demand.most == 10**9 + 1
    over = FakeMeasures(increases={"support-month": (Increase(10**9, NOON_MS, "launch"),)})
    with pytest.raises(Refused):
        await reserve.enter(call, local(call, measures=over), lambda *_: None)


async def test_a_frozen_call_is_refused_also_under_a_policy_without_entries_and_takes_nothing():
    ledger, call = CountingLedger(), planned_call(candidate())
    freeze = Freeze("frz_1", Match.of(MatchEntry(model=("fast",))))
    runtime = make_runtime(call.policy, ledger=ledger, measures=FakeMeasures((freeze,)))
    with pytest.raises(Refused) as refused:
        await reserve.enter(call, runtime, lambda *_: None)
    assert (refused.value.problem.code, refused.value.rule) == ("frozen", "frz_1")
    assert ledger.asked == []


async def test_a_downgrade_does_not_lead_where_calls_are_frozen():
    entry = budget(on_exceeded={"downgrade": "local"}, amount=TINY)
    call, cheap = held_call(entry), replace(candidate("vllm/llama"), asked_for="local", rates=FREE)
    freeze = Freeze("frz_1", Match.of(MatchEntry(provider=("vllm",))))
    runtime = local(call, measures=FakeMeasures((freeze,)))
    with pytest.raises(Refused) as refused:
        await reserve.enter(call, runtime, lambda *_: Plan((cheap,)))
    assert refused.value.problem.code == "exceeds_limit"
