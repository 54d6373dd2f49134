"""What is held as attempts fail: it goes along to where the next one goes."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from gateway.call import Call, Plan
from gateway.errors import Broken, NotConnected, TimedOut, UpstreamFault
from gateway.holding import facts_of, lose, moved
from gateway.ledger.demand import Charge, Refusal
from gateway.ledger.local import LocalLedger
from gateway.policy.entries import Entry
from gateway.runtime import Runtime
from gateway.stages import reserve
from tests.ledger.declared import budget, limit
from tests.ledger.parts import requests
from tests.parts.calls import candidate, chat_body, key_record, make_policy, planned_call
from tests.parts.ledgers import CountingLedger, NoPast, roomy
from tests.parts.runtime import NOON_MS, FakeClock, make_runtime

FIRST, SECOND = candidate("acme/small"), candidate("other/large")
REFUSED, LATE, CUT = NotConnected("no"), TimedOut("total"), Broken("cut", underway=True)


async def held(ledger: CountingLedger, *entries: Entry) -> tuple[Call, Runtime]:
    call = planned_call(FIRST, SECOND, body=chat_body(max_tokens=10))
    call.policy = make_policy(entries=entries)
    runtime = make_runtime(call.policy, ledger=ledger)
    await reserve.enter(call, runtime, lambda *_: None)
    call.sent_to = FIRST
    call.attempts.append(None)  # type: ignore[arg-type]
    return call, runtime


async def test_where_no_entry_speaks_of_targets_the_hold_stays():
    ledger = CountingLedger()
    call, runtime = await held(ledger, *roomy())
    assert await moved(call, SECOND, REFUSED, runtime)
    assert ledger.asked == [call.id]


async def test_an_entry_of_the_target_is_asked_again_for_nothing_more_than_before():
    ledger = CountingLedger()
    call, runtime = await held(ledger, *roomy(), *limit(requests="9/minute", per=["target"]))
    assert await moved(call, SECOND, REFUSED, runtime)
    assert (ledger.asked, ledger.charges) == ([call.id, f"{call.id}/1"], [Charge(0, 0)])
    assert call.hold is not None
    assert any("other/large" in each.key for each in call.hold.demands)


async def test_a_request_of_a_model_is_counted_again_only_for_another_model():
    for model, kinds in (("fast", ["budget"]), ("other", ["requests", "budget"])):
        ledger = CountingLedger()
        call, runtime = await held(ledger, *limit(requests="9/minute", per=["model"]), budget())
        assert await moved(call, replace(SECOND, asked_for=model), REFUSED, runtime)
        assert call.hold is not None
        assert [each.kind for each in call.hold.demands] == kinds


@pytest.mark.parametrize("fault", [LATE, CUT], ids=["late", "cut"])
async def test_an_attempt_of_which_no_more_is_heard_is_charged_at_its_reservation_once(fault: UpstreamFault):
    ledger = CountingLedger()
    call, runtime = await held(ledger, budget())
    assert call.bound is not None and call.bound.nano_usd
    assert await moved(call, SECOND, fault, runtime)
    lose(call, fault, runtime)
    lose(call, fault, runtime)
    charge = Charge(call.bound.nano_usd, call.bound.tokens)
    assert ledger.charges == [charge, charge]
    assert call.lost_nano_usd == 2 * call.bound.nano_usd


async def test_without_room_there_the_next_candidate_is_not_called_and_nothing_is_held():
    ledger = CountingLedger()
    call, runtime = await held(ledger, *limit(requests="9/minute", per=["target"]))
    ledger.refusal = Refusal(requests(1)(NOON_MS), 0, 9)
    assert not await moved(call, SECOND, REFUSED, runtime)
    assert (call.hold, ledger.open_holds) == (None, 0)
    assert (call.trail[-1].rule, call.trail[-1].verdict) == ("per-user", "flag")


async def test_a_call_that_was_downgraded_goes_on_to_its_fallback_under_the_same_budget():
    spent = budget(on_exceeded={"downgrade": "local"}, amount="0.000000001 USD")
    call = planned_call(FIRST, body=chat_body(max_tokens=10))
    call.policy = make_policy(entries=(spent,))
    runtime = make_runtime(call.policy, ledger=LocalLedger(FakeClock(), NoPast()))
    await reserve.enter(call, runtime, lambda *_: Plan((FIRST, SECOND)))
    assert call.trail[-1].verdict == "change"
    call.sent_to = FIRST
    call.attempts.append(None)  # type: ignore[arg-type]
    assert await moved(call, SECOND, LATE, runtime)
    assert call.hold is not None


async def test_a_fallback_is_counted_although_the_first_target_was_not():
    ledger = CountingLedger()
    call, runtime = await held(ledger, *limit(requests="9/minute", match={"provider": "other"}))
    assert ledger.asked == []
    assert await moved(call, SECOND, REFUSED, runtime)
    assert ledger.open_holds == 1


@pytest.mark.parametrize("fact", [{"user": "anna"}, {"end_user": "bert"}])
async def test_rules_match_on_names_and_count_under_pseudonyms(fact: dict[str, Any]):
    call = planned_call(FIRST)
    call.credential = key_record(user="anna")
    assert call.caller is not None
    call.caller = replace(call.caller, user="user-of-4")
    call.end_user, call.end_user_name = "end_user-of-4", "bert"
    matched, counted = facts_of(call, FIRST, {"end_user"})
    [(name, value)] = fact.items()
    assert (getattr(matched, name), getattr(counted, name)) == (value, f"{name}-of-4")
