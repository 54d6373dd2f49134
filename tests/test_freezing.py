"""Calls that are frozen: they go nowhere, and those that run end like any other."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from msgspec import structs

from gateway.call import Call, Candidate
from gateway.errors import NotConnected, Refused
from gateway.freezing import end_frozen, freeze_of_caller, may_go, unfrozen
from gateway.ledger.demands import Freeze
from gateway.policy.match import Match
from gateway.policy.models.match import MatchEntry
from gateway.runtime import Runtime
from gateway.stages import attempt
from tests.parts.calls import candidate, planned_call
from tests.parts.runtime import FakeMeasures, FakeUpstream, make_runtime
from tests.test_revocation import Running

FIRST, SECOND = candidate("acme/small", region="eu"), candidate("other/large", region="us")


def freeze(**match: tuple[str, ...]) -> Freeze:
    return Freeze("frz_1", Match.of(MatchEntry.model_validate(match)))


def frozen_by(call: Call, *freezes: Freeze) -> Runtime:
    return make_runtime(call.policy, measures=FakeMeasures(freezes=freezes))


def test_a_call_may_go_where_it_is_not_frozen():
    call = planned_call(FIRST, SECOND)
    assert call.plan is not None
    left = unfrozen(call, call.plan, frozen_by(call, freeze(provider=("acme",))))
    assert [each.target.name for each in left.candidates] == ["other/large"]
    assert (call.trail[-1].rule, call.trail[-1].verdict) == ("frz_1", "change")


def test_a_call_that_may_go_nowhere_is_refused_and_not_told_why():
    call = planned_call(FIRST, SECOND)
    assert call.plan is not None
    with pytest.raises(Refused) as refused:
        unfrozen(
            call,
            call.plan,
            frozen_by(call, freeze(region=("eu",)), freeze(target=("other/*",))),
        )
    problem = refused.value.problem
    assert (problem.kind.status, problem.code, problem.should_retry) == (403, "frozen", False)
    assert (refused.value.stage, refused.value.rule) == ("reserve", "frz_1")


def test_a_call_that_is_not_meant_keeps_its_plan():
    call = planned_call(FIRST)
    assert call.plan is not None
    assert unfrozen(call, call.plan, frozen_by(call, freeze(team=("legal",)))) is call.plan


def test_after_a_failure_a_call_does_not_go_where_it_is_frozen_by_now():
    call = planned_call(FIRST, SECOND)
    runtime = frozen_by(call, freeze(provider=("other",)))
    assert [may_go(call, each, runtime) for each in (FIRST, SECOND)] == [True, False]
    assert (call.trail[-1].rule, call.trail[-1].verdict) == ("frz_1", "flag")
    assert may_go(call, SECOND, make_runtime(call.policy))


async def test_a_fallback_that_is_frozen_is_not_called():
    call = planned_call(FIRST, SECOND)
    upstream = FakeUpstream(NotConnected("no"), NotConnected("no"))
    measures = FakeMeasures((freeze(provider=("other",)),))
    with pytest.raises(NotConnected):
        await attempt.enter(call, make_runtime(call.policy, upstream, measures=measures))
    assert len(upstream.sent) == 1


@pytest.mark.parametrize(("sent_to", "ends"), [(None, True), (FIRST, True), (SECOND, False)])
def test_a_call_ends_by_where_it_went_not_by_where_it_might_have_gone(sent_to: Candidate | None, ends: bool):
    call = planned_call(FIRST, SECOND)
    call.sent_to = sent_to
    runtime = frozen_by(call, freeze(provider=("acme",)))
    runtime.running[call.id] = call
    end_frozen(runtime)
    assert (call.ending == "refused") is ends


def test_a_call_whose_caller_is_not_known_yet_is_left_to_the_stages():
    call = planned_call(FIRST)
    call.caller = call.plan = None
    runtime = make_runtime(call.policy, measures=FakeMeasures((freeze(team=("*",)),), (freeze(team=("*",)),)))
    runtime.running[call.id] = call
    end_frozen(runtime)
    assert (call.ending, runtime.running) == (None, {call.id: call})


def test_a_caller_is_known_by_team_role_key_and_network():
    call = planned_call(FIRST)
    call.address = "10.1.2.3"
    assert call.caller is not None
    call.caller = structs.replace(call.caller, team="support")
    for match, meant in (
        ({"team": ("support",)}, True),
        ({"role": ("caller",)}, True),
        ({"key": ("key_1",)}, True),
        ({"network": ("10.0.0.0/8",)}, True),
        ({"network": ("192.168.0.0/16",)}, False),
        ({"team": ("support",), "role": ("boss",)}, False),
    ):
        runtime = make_runtime(call.policy, measures=FakeMeasures(of_caller=(freeze(**match),)))
        assert (freeze_of_caller(call, runtime) is not None) is meant, match


class Frozen(Running):
    """A call that runs, and what people take by and by."""

    def freeze(self, **match: tuple[str, ...]) -> None:
        found = freeze(**match)
        own = (found,) if match.keys() <= {"team", "role", "key", "network"} else ()
        self.runtime = replace(self.runtime, measures=FakeMeasures((found,), own))
        end_frozen(self.runtime)


async def test_the_stream_of_a_frozen_caller_ends_with_an_error_event_and_a_record_of_why():
    running = Frozen(stream=True, team="home")
    await running.turns()
    running.freeze(team=("home",))
    end_frozen(running.runtime)
    await running.serving
    assert b'"code":"frozen"' in running.client.body.replace(b" ", b"")
    assert running.client.ended and running.incoming.closed
    [outcome] = running.audit.outcomes
    assert outcome.ending == "refused"
    said_no = [(d.stage, d.rule) for d in outcome.decisions if d.verdict == "refuse"]
    assert said_no == [("throttle", "frz_1")], "once"
    assert outcome.usage is not None and outcome.usage.estimated, "what was made before is counted"
    assert (running.ledger.open_holds, running.ledger.settled) == (0, 1)


async def test_a_call_ends_by_where_it_goes():
    running = Frozen(stream=True)
    await running.turns()
    running.freeze(provider=("other",))
    await running.turns()
    assert not running.serving.done()
    running.freeze(provider=("acme",), model=("fast",))
    await running.serving
    assert b"frozen" in running.client.body


async def test_where_nothing_is_frozen_nothing_ends():
    running = Frozen(stream=True)
    await running.turns()
    end_frozen(running.runtime)
    await running.turns()
    assert not running.serving.done()
    running.serving.cancel()
    await asyncio.wait([running.serving])
