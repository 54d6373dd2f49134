"""What is known already is refused before a body is read or a ledger asked, and nothing else is."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from gateway.call import Call
from gateway.errors import Refused
from gateway.ledger.demands import Freeze
from gateway.ledger.exhausted import Exhausted
from gateway.ledger.local import LocalLedger
from gateway.policy.entries import Entry
from gateway.policy.match import Match
from gateway.policy.models.match import MatchEntry
from gateway.runtime import Runtime
from gateway.stages import reserve, throttle
from tests.ledger.declared import budget, limit
from tests.parts.calls import candidate, chat_body, key_record, make_policy, planned_call
from tests.parts.ledgers import NoPast
from tests.parts.runtime import FakeClock, FakeMeasures, make_runtime


class Door:
    """Calls of one key, one after the other, under these entries."""

    def __init__(self, *entries: Entry, **changes: Any) -> None:
        self.clock = FakeClock()
        self.policy = make_policy(entries=entries)
        ledger = LocalLedger(self.clock, NoPast())
        self.runtime: Runtime = make_runtime(self.policy, clock=self.clock, ledger=ledger, **changes)
        self.calls = 0

    def call(self, key: str = "key_1", user: str | None = None) -> Call:
        self.calls += 1
        call = planned_call(candidate(), body=chat_body(max_tokens=1))
        call.id, call.policy = f"call-{self.calls}", self.policy
        assert call.caller is not None
        call.caller = structs.replace(call.caller, key=key, user=None if user is None else f"u-{user}")
        call.credential = key_record(id=key, user=user)
        return call

    async def refusal(self, call: Call | None = None) -> Refused | None:
        """By whichever stage; None: it is held."""
        call = call or self.call()
        try:
            throttle.enter(call, self.runtime)
            await reserve.enter(call, self.runtime, lambda *_: None)
        except Refused as refused:
            return refused
        return None


async def test_who_comes_back_too_early_is_told_the_same_without_asking():
    door = Door(*limit(requests="1/minute", per=["key"]))
    assert await door.refusal() is None
    first, second = await door.refusal(), await door.refusal()
    assert first is not None and second is not None
    assert (first.stage, second.stage) == ("reserve", "throttle")
    assert second.rule == first.rule == "per-user"
    assert (second.problem.kind, second.problem.code) == (first.problem.kind, first.problem.code)
    assert first.problem.retry_after_s is not None and second.problem.retry_after_s is not None
    assert 0 <= first.problem.retry_after_s - second.problem.retry_after_s < 0.01
    named = dict(second.problem.limits)
    assert named["x-ratelimit-remaining-requests"] == "0"


async def test_who_waits_as_told_is_let_in():
    door = Door(*limit(requests="1/minute", per=["key"]))
    await door.refusal()
    refused = await door.refusal()
    assert refused is not None and refused.problem.retry_after_s is not None
    door.clock.seconds += refused.problem.retry_after_s
    door.clock.ms += int(refused.problem.retry_after_s * 1000)
    assert await door.refusal() is None


async def test_other_callers_are_not_meant():
    door = Door(*limit(requests="1/minute", per=["user"]))
    assert await door.refusal(door.call(user="anna")) is None
    assert await door.refusal(door.call(user="anna")) is not None
    assert await door.refusal(door.call(user="ben")) is None
    again = await door.refusal(door.call(user="anna", key="key_2"))
    assert again is not None and again.stage == "throttle"


@pytest.mark.parametrize(
    "said",
    [{"per": ["model"]}, {"match": {"model": ("fast",)}}, {"match": {"tag": ("a=b",)}, "per": ["key"]}],
)
async def test_what_depends_on_the_body_is_never_decided_without_it(said: dict[str, Any]):
    door = Door(*limit(requests="1/minute", **said))
    for _ in range(3):
        refused = await door.refusal()
        assert refused is None or refused.stage == "reserve"
    assert not door.runtime.exhausted


async def test_money_tokens_and_slots_come_free_whenever_a_call_ends_so_the_ledger_is_asked():
    door = Door(
        *limit(tokens="1/minute", per=["key"]),
        *limit(concurrent=1, per=["key"]),
        budget(amount="0.000000001 USD", per=["key"]),
    )
    for _ in range(3):
        refused = await door.refusal()
        assert refused is not None and refused.stage == "reserve"
    assert not door.runtime.exhausted


async def test_a_call_that_was_never_sent_makes_room_again():
    door = Door(*limit(requests="1/minute", per=["key"]))
    held = door.call()
    assert await door.refusal(held) is None
    assert await door.refusal() is not None
    reserve.leave(held, door.runtime)
    assert await door.refusal() is None


async def test_a_limit_that_was_raised_by_a_reload_is_asked_again():
    door = Door(*limit(requests="1/minute", per=["key"]))
    await door.refusal()
    assert await door.refusal() is not None
    door.policy = make_policy(entries=limit(requests="2/minute", per=["key"]))
    assert await door.refusal() is None
    door.policy = make_policy()
    assert await door.refusal() is None


async def test_whoever_is_frozen_is_refused_before_a_body_is_read():
    freeze = Freeze("frz_1", Match.of(MatchEntry(key=("key_1",))))
    door = Door(measures=FakeMeasures((freeze,), (freeze,)))
    refused = await door.refusal()
    assert refused is not None
    assert (refused.stage, refused.rule, refused.problem.code) == ("throttle", "frz_1", "frozen")
    assert await door.refusal(door.call("key_2")) is None


def test_where_nothing_is_known_nothing_is_looked_at():
    class Nothing(Exhausted):
        def known(self, *_: object) -> None:
            raise AssertionError("nothing was to be looked at")

    door = Door(*limit(requests="1/minute", per=["key"]), exhausted=Nothing())
    call = door.call()
    call.caller = None
    throttle.enter(call, door.runtime)
    assert call.trail == []
