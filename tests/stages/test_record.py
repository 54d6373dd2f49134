"""What is believed later: the intent before anything is sent, the outcome at the end."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from gateway.audit.appended import Appended
from gateway.audit.entry import Attempt, Cost, Entry, Intent, Outcome, time_text
from gateway.call import Call, Caller, Measured, Served
from gateway.errors import Kind, Problem, Refused, SpoolUnavailable
from gateway.ledger.demand import Demand, Hold
from gateway.ledger.demands import Bound
from gateway.policy.auditing import Audit
from gateway.runtime import Runtime
from gateway.stages import record
from gateway.usage import Usage
from tests.ledger.drawn import demand
from tests.parts.calls import candidate, chat_body, make_call, make_policy, planned_call
from tests.parts.protections import privacy
from tests.parts.runtime import NOON_MS, FakeAudit, FakeIncoming, kinds, make_runtime


async def test_an_intent_is_durable_when_entering_returns():
    call, audit = planned_call(), FakeAudit(slow=(Intent,))
    entering = asyncio.create_task(record.enter(call, make_runtime(call.policy, audit=audit)))
    for _ in range(5):
        await asyncio.sleep(0)
    assert kinds(audit.entries) == ["Intent"]
    assert not entering.done()
    entering.cancel()
    await asyncio.wait([entering])


@pytest.mark.parametrize("audit", [FakeAudit(full=(Intent,)), FakeAudit(broken=(Intent,))])
async def test_without_a_durable_intent_a_call_is_refused(audit: FakeAudit):
    call = planned_call()
    with pytest.raises(Refused) as caught:
        await record.enter(call, make_runtime(call.policy, audit=audit))
    assert (caught.value.stage, caught.value.problem.kind) == ("record", Kind.UNAVAILABLE)


def in_database() -> Call:
    call = planned_call()
    call.policy = replace(call.policy, audit=Audit(durability="database"))
    return call


async def test_where_the_policy_asks_for_it_each_entry_is_in_the_database_too():
    call, audit = in_database(), FakeAudit()
    runtime = make_runtime(call.policy, audit=audit)
    await record.enter(call, runtime)
    assert audit.archivals == [1]
    await record.leave(call, runtime)
    assert audit.archivals == [1, 2]


async def test_where_the_database_is_away_then_the_call_is_refused_and_recorded_once():
    call, audit = in_database(), FakeAudit(away=True)
    runtime = make_runtime(call.policy, audit=audit)
    with pytest.raises(Refused) as caught:
        await record.enter(call, runtime)
    assert caught.value.problem.kind is Kind.UNAVAILABLE
    with pytest.raises(SpoolUnavailable):
        await record.leave(call, runtime)
    assert kinds(audit.entries) == ["Intent", "Outcome"]


async def test_leaving_chains_the_outcome_at_once():
    call, audit = planned_call(), FakeAudit(slow=(Outcome,))
    runtime = make_runtime(call.policy, audit=audit)
    await record.enter(call, runtime)
    durable = record.leave(call, runtime)
    assert kinds(audit.entries) == ["Intent", "Outcome"]
    assert isinstance(durable, Appended)
    assert not durable.durable.done()


async def test_a_call_refused_before_its_intent_gets_both_entries():
    call, audit = make_call(), FakeAudit()
    call.refuse(Refused(Problem(Kind.UNAUTHENTICATED, "no"), stage="authenticate", rule="missing"))
    await record.leave(call, make_runtime(call.policy, audit=audit))
    assert kinds(audit.entries) == ["Intent", "Outcome"]
    assert {entry.id for entry in audit.entries} == {call.id}
    assert audit.outcomes[0].ending == "refused"


async def test_an_intent_that_failed_is_written_again_so_that_no_outcome_stands_alone():
    """What a broken disk did not take is in no log: the outcome must not be the first of its call."""
    call, broken, mended = planned_call(), FakeAudit(broken=(Intent,)), FakeAudit()
    with pytest.raises(Refused):
        await record.enter(call, make_runtime(call.policy, audit=broken))
    await record.leave(call, make_runtime(call.policy, audit=mended))
    assert kinds(mended.entries) == ["Intent", "Outcome"]


async def test_a_full_spool_at_the_outcome_is_told():
    call = planned_call()
    runtime = make_runtime(call.policy, audit=FakeAudit(full=(Outcome,)))
    await record.enter(call, runtime)
    with pytest.raises(SpoolUnavailable):
        record.leave(call, runtime)


def test_an_intent_says_who_asks_for_what_and_what_was_decided():
    call = planned_call(body=b'{"model": "fast", "messages": [], "stream": true}')
    call.caller = Caller("key", "key_1", "u-1", "home", ("caller",), "faq")
    call.end_user, call.use_case, call.tags = "e-1", "faq", {"channel": "chat"}
    call.network = "198.51.100.0/24"
    call.note("authorize", "caller", "allow")
    intent = record.intent(call, len(call.trail))
    who = intent.who
    assert (who.auth, who.key, who.user, who.team, who.roles) == ("key", "key_1", "u-1", "home", ("caller",))
    assert (who.end_user, who.network) == ("e-1", "198.51.100.0/24")
    assert (intent.purpose.use_case, intent.purpose.tags) == ("faq", {"channel": "chat"})
    assert (intent.asked.api, intent.asked.model, intent.asked.stream) == ("chat", "fast", True)
    assert [decision.rule for decision in intent.decisions] == ["caller"]
    assert (intent.policy, intent.at) == ("rev-1", time_text(NOON_MS))


def test_an_intent_says_what_is_held_for_the_call():
    call = planned_call()
    call.hold, call.bound = Hold("call", 0, (demand("budget", 900, most=10_000),)), Bound(700, 10)
    assert record.intent(call, 0).cost == Cost(reserved_usd="0.000000900")
    call.hold = Hold("call", 0, (demand("requests", 1, most=10),))
    assert record.intent(call, 0).cost is None


def test_a_stranger_is_recorded_by_network_only():
    call = make_call()
    call.network = "198.51.100.0/24"
    intent = record.intent(call, len(call.trail))
    assert (intent.who.key, intent.who.network) == (None, "198.51.100.0/24")
    assert (intent.asked.api, intent.asked.model) == ("chat", None)


def test_an_outcome_says_what_served_cost_and_took():
    call = planned_call()
    call.served = Served(candidate(), FakeIncoming(), "application/json", b"{}")
    call.attempts.append(Attempt(target="acme/small", region="eu", result="ok", ms=250.0))
    budget = Demand("budget", "b|0|", 1_500_000, 9_000_000, 0, 0, 1, "block", "b#1", "block")
    call.hold, call.bound, call.lost_nano_usd = Hold(call.id, 0, (budget,)), Bound(9, 9), 500_000
    call.measured = Measured(Usage(input_tokens=9), 9_000, "policy")
    call.timing.upstream_s, call.timing.first_byte = 0.25, 100.125
    call.end("complete")
    made = record.outcome(call, 100.5, NOON_MS + 500)
    served = made.served
    assert (served.provider, served.region, served.target, served.model) == (
        "acme",
        "eu",
        "acme/small",
        "small",
    )
    assert [attempt.result for attempt in served.attempts] == ["ok"]
    assert (made.cost.usd, made.cost.reserved_usd, made.cost.price_version) == (
        "0.000009000",
        "0.002000000",
        "policy",
    )
    latency = made.latency_ms
    assert (latency.total, latency.first_byte, latency.upstream, latency.overhead) == (500, 125, 250, 250)
    assert (made.ending, made.usage, made.ended_at) == (
        "complete",
        Usage(input_tokens=9),
        "2027-01-15T08:00:00.500Z",
    )


def test_an_outcome_of_a_call_that_nobody_served_names_its_attempts():
    call = planned_call()
    call.attempts.append(Attempt(target="acme/small", region="eu", result="503", ms=1.0))
    call.end("upstream_error")
    made = record.outcome(call, 101.0, NOON_MS)
    assert (made.served.provider, len(made.served.attempts)) == (None, 1)
    assert (made.usage, made.cost.usd) == (None, None)


async def test_a_tool_that_the_provider_runs_is_recorded_where_no_function_is_offered():
    call, audit = planned_call(), FakeAudit()
    assert call.asked is not None
    call.asked.hosted_tools = ("web_search",)
    await record.enter(call, make_runtime(call.policy, audit=audit))
    assert audit.intents[0].asked.tools == ("web_search",)


async def test_endless_names_are_cut_and_control_characters_recorded():
    call, audit = planned_call(), FakeAudit()
    assert call.asked is not None
    call.asked.model, call.asked.functions = "\x1b" * 10_000, ("f",) * 200
    await record.leave(call, make_runtime(call.policy, audit=audit))
    assert audit.intents[0].asked.model == "\x1b" * 256
    assert len(audit.intents[0].asked.tools) == 64


async def test_the_name_of_a_tool_is_recorded_up_to_128_characters():
    call, audit = planned_call(), FakeAudit()
    assert call.asked is not None
    call.asked.functions, call.asked.hosted_tools = ("f" * 1000,), ("h" * 1000,)
    await record.enter(call, make_runtime(call.policy, audit=audit))
    assert audit.intents[0].asked.tools == ("f" * 128, "h" * 128)


class Later(FakeAudit):
    """The disk fails after the caller has left: the test says when."""

    def __init__(self) -> None:
        super().__init__(slow=(Intent,))
        self.told: list[Appended] = []

    def append(self, entry: Entry) -> Appended:
        self.told.append(super().append(entry))
        return self.told[-1]


async def left_while_waiting(call: Call, audit: Later) -> Runtime:
    runtime = make_runtime(call.policy, audit=audit)
    entering = asyncio.create_task(record.enter(call, runtime))
    await asyncio.sleep(0)
    entering.cancel()
    await asyncio.wait([entering])
    assert entering.cancelled()
    return runtime


async def test_an_intent_that_fails_after_its_caller_left_is_written_again():
    call, audit = planned_call(), Later()
    runtime = await left_while_waiting(call, audit)
    audit.told[0].fail(SpoolUnavailable("broken"))
    record.leave(call, runtime)
    assert kinds(audit.entries) == ["Intent", "Intent", "Outcome"]


async def test_an_intent_that_did_not_fail_is_written_once_though_its_caller_left():
    call, audit = planned_call(), Later()
    runtime = await left_while_waiting(call, audit)
    record.leave(call, runtime)
    assert kinds(audit.entries) == ["Intent", "Outcome"]


def test_of_what_was_not_inspected_no_words_of_the_caller_are_recorded():
    call = make_call(make_policy(privacy=privacy({})))
    call.asked = call.dialect.parse(chat_body(model="ann@lee.org"))
    call.tags, call.request_id = {"a": "b"}, "mine"
    told = record.intent(call, 0)
    assert (told.asked.model, told.purpose.tags, told.request_id) == (None, {}, None)
    call.asked = call.dialect.parse(chat_body())
    call.inspected = True
    told = record.intent(call, 0)
    assert (told.asked.model, told.purpose.tags, told.request_id) == ("fast", {"a": "b"}, "mine")
