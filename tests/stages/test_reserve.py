"""Is there room: one hold, an upper bound of the cost, given back once."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import Raw
from msgspec.structs import replace

from gateway.call import Call, Candidate, Grant, Measured, Plan
from gateway.dialects import openai_chat
from gateway.dialects.interface import Asked
from gateway.dialects.kept import Held
from gateway.dialects.openai_family import OPENAI
from gateway.dialects.speech import Speeches
from gateway.errors import Refused
from gateway.ledger.demand import Charge
from gateway.ledger.local import LocalLedger
from gateway.policy.entries import Entry
from gateway.policy.snapshot import Model, Provider, Target
from gateway.rendering import changes_for, most_bytes
from gateway.runtime import Runtime
from gateway.stages import reserve
from gateway.upstream.prices import FREE
from gateway.upstream.rates import Rates
from gateway.usage import Usage
from tests.ledger.declared import budget, limit
from tests.parts.calls import CHAT, ROLE, TARGET, candidate, chat_body, make_policy, planned_call
from tests.parts.ledgers import CountingLedger, NoPast, roomy
from tests.parts.runtime import RATES, FakeClock, make_runtime

MODEL = Model("fast", (TARGET,))
CLAUDE = Target("c/claude", Provider("c", "anthropic", "https://claude.test"), "claude")


def at(rates: Rates | None) -> Candidate:
    return Candidate(TARGET, "fast", rates, 0, CHAT)


def bound(*candidates: Candidate, granted: int | None = None, **ask: Any) -> int | None:
    cap = ask.get("max_output_tokens")
    fields = {} if cap is None else {"max_tokens": Raw(b"%d" % cap)}
    asked = Asked(**({"raw": b"x" * 100, "fields": fields, "model": "fast"} | ask))
    return reserve.decide(Plan(candidates), asked, Grant(ROLE, MODEL, granted))


def test_the_bound_is_a_token_a_byte_and_the_output_cap_at_the_dearest_rates_of_the_plan():
    cheap, dear = at(Rates(input=1, output=9_000_000)), at(Rates(input=8_000_000, output=2))
    sent = most_bytes(dear, Asked(b"x" * 100, {}, "fast"), Grant(ROLE, MODEL, None))
    assert sent > 100
    assert bound(cheap, dear, max_output_tokens=10) == sent * 8 + 10 * 9


def test_the_largest_body_that_is_paid_for_is_bounded():
    hello = openai_chat.parse(b'{"model":"m","messages":[{"role":"user","content":"hi"}],"max_tokens":9}')
    speech = Speeches(openai_chat.DIALECT, OPENAI, hello).to("anthropic")
    assert speech is not None and speech.translation is not None
    a_nano_a_token, free = Rates(input=1_000_000, output=0), Rates(input=0, output=0)
    claude = Candidate(CLAUDE, "fast", a_nano_a_token, 0, speech)
    body = speech.translation.render(changes_for(claude, Grant(ROLE, MODEL, None)))
    facts: dict[str, Any] = {"raw": hello.raw, "max_output_tokens": 9}
    assert bound(claude, at(free), **facts) == len(body)
    assert (bound(claude, at(a_nano_a_token), **facts) or 0) > len(body)


def test_what_a_provider_tells_its_model_of_tools_is_bounded_too():
    rates = at(Rates(input=1_000_000, output=0))
    plain, told = (bound(rates, max_output_tokens=1, functions=tools) for tools in ((), ("f",)))
    assert plain is not None and told is not None
    assert told - plain > 530


def test_every_choice_is_bounded():
    assert bound(at(Rates(input=0, output=1_000_000)), max_output_tokens=10, choices=3) == 30


@pytest.mark.parametrize(("granted", "sent", "cap"), [(5, 50, 5), (5, None, 5), (None, 7, 7), (5, 3, 3)])
def test_the_cap_is_the_one_that_will_be_sent(granted: int | None, sent: int | None, cap: int):
    assert bound(at(Rates(input=0, output=1_000_000)), granted=granted, max_output_tokens=sent) == cap


def test_a_cap_that_a_server_may_ignore_bounds_nothing_there_unless_it_costs_nothing():
    sent: dict[str, Any] = {"max_output_tokens": 1, "fields": {"max_completion_tokens": Raw(b"1")}}
    openai = Target("o/x", Provider("o", "openai", "https://api.openai.com/v1"), "x")
    priced, free = Rates(input=0, output=1_000_000), Rates(input=0, output=0, free=True)
    at_openai = Candidate(openai, "fast", priced, 0, CHAT)
    assert bound(at_openai, **sent) == 1
    assert bound(at_openai, at(priced), **sent) is None
    assert bound(at_openai, at(free), **sent) == 1
    assert bound(at(priced), granted=9, **sent) == 9


def test_what_nothing_bounds_has_no_bound():
    assert bound(at(Rates(input=1, output=1))) is None, "no cap on the output"
    assert bound(at(None), max_output_tokens=1) is None, "no known price"


@pytest.mark.parametrize(
    "ask",
    [
        {"raw": b'{"messages":[{"content":[{"type":"image_url"}]}]}'},
        {"raw": b'{"input":[{"type":"input_file"}]}'},
        {"raw": b'{"contents":[{"parts":[{"fileData":{}}]}]}'},
        {"raw": b'{"contents":[{"parts":[{"file_data":{}}]}]}'},
        {"raw": b'{"contents":[{"parts":[{"inline_data":{}}]}]}'},
        {"raw": b'{"messages":[{"content":[{"type":"video_url"}]}]}'},
        {"raw": b'{"messages":[{"content":[{"type":"im\\u0061ge"}]}]}'},
        {"hosted_tools": ("web_search",)},
        {"mcp_servers": ("https://tools.example",)},
        {"privileges": ("service_tier",)},
        {"held": (Held("response", "resp_1", "previous_response_id"),)},
    ],
)
def test_what_is_not_counted_by_its_bytes_has_no_bound(ask: dict[str, Any]):
    rates = at(Rates(input=1, output=1))
    assert bound(rates, max_output_tokens=5) is not None
    assert bound(rates, max_output_tokens=5, **ask) is None


def test_what_is_free_needs_no_cap():
    assert bound(at(Rates(input=0, output=0, free=True))) == 0


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


def test_what_an_image_may_cost_is_not_in_its_request():
    assert bound(at(Rates(input=1, output=1)), max_output_tokens=0, unbounded=True) is None
