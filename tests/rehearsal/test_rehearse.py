"""A rehearsal takes the stages of a real call, and says what they say."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from gateway.call import Caller
from gateway.policy.roles import Role
from gateway.policy.snapshot import Model, Provider, Target
from gateway.rehearsal.rehearse import Circumstances, kept_out, rehearse
from gateway.rehearsal.requests import Facts, NotSayable, Request, request_of
from tests.parts.calls import make_policy
from tests.parts.runtime import NOON_MS, RATES

CALLER = Caller("key", "k", "somebody", "home", ("caller",), None)
HERE = Circumstances(NOON_MS, "10.1.2.3")
FAR = Target("far/model", Provider("far", "openai", "https://far.test/v1", region="us"), "model")


class Priced:
    def rates(self, *_: Any, **__: Any) -> Any:
        return RATES


async def test_what_is_allowed_has_a_grant_and_a_plan():
    done = await rehearse(make_policy(), CALLER, request_of(Facts("fast")), HERE, Priced())
    assert done.refused is None
    assert done.call.grant is not None and done.call.grant.role.name == "caller"
    assert done.call.plan is not None
    assert [one.target.name for one in done.call.plan.candidates] == ["acme/small"]
    assert [decision.stage for decision in done.call.trail] == ["authorize"]


async def test_what_is_refused_is_refused_as_a_call_would_be():
    caller = replace(CALLER, roles=("nobody",))
    done = await rehearse(make_policy(), caller, request_of(Facts("fast")), HERE, Priced())
    assert done.refused is not None
    assert (done.refused.stage, done.refused.problem.code) == ("authorize", "no_role")
    assert done.call.plan is None


async def test_a_body_that_is_none_is_refused():
    request = Request("POST", "/v1/chat/completions", b"{")
    done = await rehearse(make_policy(), CALLER, request, HERE, Priced())
    assert done.refused is not None
    assert done.refused.problem.code == "invalid_body"


async def test_a_claim_in_a_header_counts_as_it_does_in_a_call():
    claim = Circumstances(NOON_MS, None, ((b"x-gateway-use-case", b"faq"),))
    done = await rehearse(make_policy(), CALLER, request_of(Facts("fast")), claim, Priced())
    assert done.refused is not None
    assert done.refused.problem.code == "use_case_forbidden"


async def test_what_a_provider_keeps_is_nobodys():
    body = {"input": "Hi.", "previous_response_id": "resp_1"}
    policy = make_policy(roles={"caller": Role("caller", models=("*",), allow=frozenset({"store"}))})
    request = request_of(Facts("fast", api="responses", body=body))
    done = await rehearse(policy, CALLER, request, HERE, Priced())
    assert done.refused is not None
    assert (done.refused.stage, done.refused.problem.kind.status) == ("own", 404)


async def test_a_path_that_is_no_call_can_not_be_rehearsed():
    with pytest.raises(NotSayable, match="POST /nowhere is no call"):
        await rehearse(make_policy(), CALLER, Request("POST", "/nowhere", b"{}"), HERE, Priced())


async def test_what_keeps_a_target_out_is_what_keeps_it_out_alone():
    caller = replace(CALLER, team="bound")
    done = await rehearse(make_policy(), caller, request_of(Facts("fast")), HERE, Priced())
    model = Model("fast", (FAR,))
    refused = await kept_out(done.call, model, FAR, Priced())
    assert refused is not None
    assert refused.problem.code == "residency"
    assert await kept_out(done.call, model, done.call.policy.models["fast"].targets[0], Priced()) is None
