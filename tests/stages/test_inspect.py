"""What is in it that may not go out: candidates are cleared, or leave the plan."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from msgspec.structs import replace

from gateway.call import Call, Candidate, Plan
from gateway.dialects.batch_lines import EXAMPLE
from gateway.errors import GatewayError, Kind, Refused, Uninspected
from gateway.policy.protection import Privacy
from gateway.privacy.faults import DetectorUnavailable
from gateway.rendering import asked_of
from gateway.stages import inspect, plan
from tests.ledger.declared import budget
from tests.parts.calls import candidate, chat_body, make_policy, planned_call
from tests.parts.detection import FakeDetection
from tests.parts.protections import privacy
from tests.parts.runtime import FakeVault, make_runtime

TEXT = "Ann Lee ann@lee.org"
OPEN: dict[str, Any] = {"entities": {"default": "allow"}}
STRICT: dict[str, Any] = {"entities": {"PERSON": "block"}}
BATCH = b'{"input_file_id": "file-1", "endpoint": "/v1/chat/completions"}'
RESPONSE = {"model": "fast", "input": TEXT}


def call_with(rules: Privacy, *candidates: Candidate, body: bytes | None = None, **more: Any) -> Call:
    told = chat_body(messages=[{"role": "user", "content": TEXT}]) if body is None else body
    call = planned_call(*candidates, body=told, **more)
    call.policy = make_policy(privacy=rules)
    return call


async def inspected(
    call: Call, *, fault: GatewayError | None = None, instead: Plan | None = None
) -> FakeDetection:
    detection = FakeDetection(fault)
    runtime = make_runtime(call.policy, detection=detection)
    await inspect.enter(call, runtime, lambda *_: instead)
    return detection


def content(call: Call, number: int = 0) -> str:
    assert call.plan is not None
    asked = asked_of(call, call.plan.candidates[number])
    return str(json.loads(asked.raw)["messages"][0]["content"])


def targets(call: Call) -> list[str]:
    assert call.plan is not None
    return [one.target.name for one in call.plan.candidates]


async def test_each_candidate_is_told_what_the_rules_about_it_allow():
    rules = privacy({}, ("own", {"provider": "own"}, OPEN))
    call = call_with(rules, candidate("own/a"), candidate("far/b"))
    detection = await inspected(call)
    assert (content(call), content(call, 1)) == (TEXT, "<PERSON_1> <EMAIL_1>")
    assert len(detection.asked) == 1, "what is looked for is looked for once"


async def test_a_candidate_that_is_barred_leaves_the_plan():
    call = call_with(
        privacy({}, ("bar", {"provider": "far"}, STRICT)), candidate("far/b"), candidate("near/a")
    )
    await inspected(call)
    assert targets(call) == ["near/a"]
    assert [(one.rule, one.verdict) for one in call.trail] == [("bar", "flag"), ("default", "change")]


async def test_where_none_is_left_it_is_refused():
    call = call_with(privacy(STRICT), candidate("far/b"))
    with pytest.raises(Refused, match="PERSON") as caught:
        await inspected(call)
    assert (caught.value.problem.kind, caught.value.problem.code) == (Kind.FORBIDDEN, "privacy_blocked")
    assert call.checks[0].found == {"EMAIL": 1, "PERSON": 1}


async def test_without_a_rule_about_it_a_call_is_not_looked_at():
    call = call_with(privacy(None, ("own", {"provider": "own"}, {})), candidate("far/b"))
    detection = await inspected(call)
    assert content(call) == TEXT and detection.asked == [] and call.checks == []


async def test_a_rule_about_the_model_that_was_asked_for_is_about_its_fallbacks():
    rules = privacy(None, ("fast", {"model": "fast"}, {}))
    call = call_with(rules, replace(candidate("far/b"), asked_for="other"))
    await inspected(call)
    assert content(call) == "<PERSON_1> <EMAIL_1>"


async def test_what_a_budget_may_choose_instead_is_inspected_too():
    other = Plan((replace(candidate("far/b"), asked_for="cheap"),))
    call = call_with(privacy({}), candidate("far/a"))
    call.policy = make_policy(privacy=privacy({}), entries=(budget(on_exceeded={"downgrade": "cheap"}),))
    await inspected(call, instead=other)
    chosen = inspect.inspected(plan.instead)(call, make_runtime(call.policy), "cheap")
    assert chosen is not None
    assert b"<EMAIL_1>" in asked_of(call, chosen.candidates[0]).raw
    assert inspect.inspected(plan.instead)(call, make_runtime(call.policy), "another") is None


async def test_what_was_not_inspected_is_never_sent():
    call = call_with(privacy({}), candidate("far/a"))
    assert call.plan is not None
    with pytest.raises(Uninspected):
        asked_of(call, call.plan.candidates[0])


async def test_what_could_not_be_read_is_recorded_as_that():
    call, hung = call_with(privacy({}), candidate("far/a")), DetectorUnavailable("timed_out", "")
    with pytest.raises(Refused) as caught:
        await inspected(call, fault=hung)
    assert (caught.value.problem.kind, caught.value.rule) == (Kind.UNAVAILABLE, "timed_out")
    [check] = call.checks
    assert (check.status, check.mode, check.read_bytes, call.unread) == ("failed", "block", 0, ("request",))
    assert check.total_bytes > 0
    passing = call_with(privacy({"on_failure": "allow"}), candidate("far/a"))
    await inspected(passing, fault=hung)
    assert (content(passing), passing.checks[0].mode, passing.checks[0].status) == (TEXT, "allow", "failed")


@pytest.mark.parametrize("held", [{"previous_response_id": "resp_1"}, {"conversation": "conv_1"}])
async def test_what_a_provider_keeps_of_a_conversation_is_refused_where_names_would_be_confused(held: Any):
    body = json.dumps(RESPONSE | held).encode()
    call = call_with(privacy({}), body=body, path="/v1/responses")
    with pytest.raises(Refused) as caught:
        await inspected(call)
    assert caught.value.problem.code == "privacy_history"
    assert caught.value.problem.param in held
    masking = privacy({"entities": {"default": "mask"}})
    await inspected(call_with(masking, body=body, path="/v1/responses"))


async def test_a_conversation_goes_on_with_the_names_that_it_had():
    body = json.dumps(
        {"model": "fast", "input": "Bob Ray knows Ann Lee", "previous_response_id": "resp_1"}
    ).encode()
    call = call_with(privacy({}), body=body, path="/v1/responses")
    kept: dict[tuple[str, str], Mapping[str, str]] = {
        ("key:key_1", "resp_1"): {"PERSON_1": "Zoe Ruiz", "PERSON_2": "Ann Lee"}
    }
    runtime = make_runtime(call.policy, vault=FakeVault(kept))
    await inspect.enter(call, runtime, lambda *_: None)
    assert call.plan is not None
    [there] = call.plan.candidates
    assert b"<PERSON_3> knows <PERSON_2>" in asked_of(call, there).raw
    assert there.cleared is not None and there.cleared.issued is not None
    assert set(there.cleared.issued.names()) == {"PERSON_1", "PERSON_2", "PERSON_3"}


async def test_where_the_vault_can_not_be_asked_it_is_not_gone_on_with():
    body = json.dumps(RESPONSE | {"previous_response_id": "resp_1"}).encode()
    call = call_with(privacy({}), body=body, path="/v1/responses")
    with pytest.raises(Refused) as caught:
        await inspect.enter(call, make_runtime(call.policy, vault=FakeVault(down=True)), lambda *_: None)
    assert (caught.value.problem.kind, caught.value.rule) == (Kind.UNAVAILABLE, "store")


async def test_of_claims_is_kept_what_may_be_told():
    call = call_with(privacy({}), candidate("far/a"))
    call.tags, call.request_id = {"who": "ann@lee.org", "Ann Lee": "x", "a": "b"}, "Zoe Ruiz"
    await inspected(call)
    assert call.tags == {"who": "[EMAIL]", "[PERSON]": "x", "a": "b"}
    assert call.request_id == "[PERSON]"
    drawn = call_with(privacy({}), candidate("far/a"))
    drawn.request_id = "0B2F7E1C-3c1d-4f6e-9a57-0d4f3a9b1c2e"
    detection = await inspected(drawn)
    assert drawn.request_id.startswith("0B2F") and all(
        "0B2F" not in text for texts, *_ in detection.asked for text in texts
    )


async def test_a_request_of_a_batch_is_protected_and_its_placeholders_are_given():
    call = call_with(privacy({}), candidate("far/a"))
    assert call.asked is not None and call.plan is not None
    runtime, [there] = make_runtime(call.policy), call.plan.candidates
    asked = await inspect.protect(call, runtime, there, call.dialect, call.asked)
    assert b"<PERSON_1> <EMAIL_1>" in asked.raw
    given = [call.given]
    await inspect.protect(call, runtime, there, EXAMPLE, call.asked)
    given.append(call.given)
    call.policy = make_policy(privacy=privacy({"output": "leave"}))
    await inspect.protect(call, runtime, there, call.dialect, call.asked)
    names = [None if one is None else one.names() for one in (*given, call.given)]
    assert names == [("PERSON_1", "EMAIL_1"), None, None], "nothing answers what a model learns from"
    [check] = call.checks
    assert check.found == {"EMAIL": 3, "PERSON": 3}, "of all requests together"


@pytest.mark.parametrize("match", [{"model": "fast"}, {"api": "chat"}, {"api": "batches"}])
async def test_rules_about_a_request_of_a_batch_are_those_of_its_model_and_of_both_operations(
    match: dict[str, Any],
):
    inner = call_with(privacy({}), candidate("far/a"))
    call = call_with(privacy(None, ("r", match, STRICT)), path="/v1/batches", body=BATCH)
    assert inner.asked is not None and inner.plan is not None
    [there] = inner.plan.candidates
    outside = replace(there, asked_for="")
    with pytest.raises(Refused, match="PERSON"):
        await inspect.protect(call, make_runtime(call.policy), outside, inner.dialect, inner.asked)
    other = call_with(privacy(None, ("r", {"model": "another"}, STRICT)), path="/v1/batches", body=BATCH)
    await inspect.protect(other, make_runtime(other.policy), outside, inner.dialect, inner.asked)


async def test_what_may_not_go_out_may_not_stand_in_a_query():
    path = "/v1/fine_tuning/jobs?metadata[who]=ann%40lee.org"
    call = call_with(privacy({}), path=path, method="GET", body=b"")
    with pytest.raises(Refused, match="EMAIL") as caught:
        await inspected(call)
    assert caught.value.problem.code == "privacy_blocked"
    harmless = call_with(privacy({}), path="/v1/fine_tuning/jobs?limit=5", method="GET", body=b"")
    await inspected(harmless)
