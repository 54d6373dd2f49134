"""Unpack: each request inside a batch is judged as a single call is, and written for its provider."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from msgspec import Raw, structs

from gateway.call import Call, Caller, Grant
from gateway.dialects.batch_lines import read_request
from gateway.errors import Kind, Refused
from gateway.ledger.demands import Freeze
from gateway.policy.match import Match
from gateway.policy.models.match import MatchEntry
from gateway.policy.protection import Privacy
from gateway.policy.roles import Role
from gateway.policy.snapshot import Model, Provider, Target
from gateway.privacy.inside import by_request
from gateway.runtime import Runtime
from gateway.stages import authorize, inspect, own, plan, unpack
from gateway.stores.ownership import KeptObject, Place
from tests.parts.calls import candidate, make_call, make_policy
from tests.parts.protections import privacy
from tests.parts.runtime import FakeJournal, FakeMeasures, FakeObjects, make_runtime

AS_A_CALL = unpack.AsACall(authorize.decide, own.places_of, inspect.protect)
CLAUDE = Provider("claude", "anthropic", "https://claude.test", region="us")
OTHER = Provider("other", "anthropic", "https://other.test")
MODELS = {
    "fast": Model(
        "fast",
        (
            Target("other/x", OTHER, "x"),
            Target("claude/idle", CLAUDE, "idle", weight=0),
            Target("claude/haiku", CLAUDE, "haiku"),
        ),
    ),
    "spare": Model("spare", (Target("claude/spare", CLAUDE, "spare", weight=0),)),
    "theirs": Model("theirs", (Target("other/x", OTHER, "x"),)),
    "secret": Model("secret", (Target("claude/secret", CLAUDE, "secret"),)),
}
ROLE = Role("caller", models=("fast", "spare", "theirs"), max_output_tokens=100, functions=("search",))


def request(**params: Any) -> dict[str, Any]:
    facts = {"model": "fast", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}
    return {"custom_id": "1", "params": facts | params}


async def unpacked(
    *requests: Any,
    role: Role = ROLE,
    rows: tuple[KeptObject, ...] = (),
    rules: Privacy | None = None,
    **changes: Any,
) -> Call:
    providers = {"claude": CLAUDE, "other": OTHER}
    policy = make_policy(models=MODELS, roles={"caller": role}, providers=providers, privacy=rules)
    body = json.dumps({"requests": requests}).encode()
    call = make_call(policy, path="/v1/messages/batches", body=body)
    call.asked = call.dialect.parse(body)
    call.caller = Caller("key", "key_1", None, "home", ("caller",), None)
    call.grant = Grant(role, None, None)
    runtime: Runtime = make_runtime(policy, objects=FakeObjects(list(rows)), **changes)
    await plan.enter(call, runtime)
    await unpack.enter(call, runtime, AS_A_CALL)
    return call


async def refused(*requests: Any, **facts: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        await unpacked(*requests, **facts)
    assert caught.value.stage == "unpack"
    return caught.value


def written(call: Call) -> list[dict[str, Any]]:
    assert call.asked is not None
    return [one["params"] for one in json.loads(call.asked.raw)["requests"]]


async def test_each_request_gets_the_model_of_its_target_and_the_roles_cap():
    call = await unpacked(request(max_tokens=500), request(model="spare", max_tokens=5))
    assert [(one["model"], one["max_tokens"]) for one in written(call)] == [("haiku", 100), ("spare", 5)]


async def test_the_record_says_which_models_were_asked_for():
    call = await unpacked(request(), request(model="spare"), request())
    assert (call.trail[-1].stage, call.trail[-1].verdict, call.trail[-1].reason) == (
        "unpack",
        "change",
        "of fast, spare",
    )


@pytest.mark.parametrize(
    ("params", "kind", "code", "rule"),
    [
        ({"model": "nowhere"}, Kind.NOT_FOUND, "model_not_found", "authorize:model"),
        ({"model": "secret"}, Kind.FORBIDDEN, "model_forbidden", "authorize:caller"),
        ({"model": "theirs"}, Kind.INVALID_REQUEST, "model_elsewhere", "model_elsewhere"),
        (
            {"tools": [{"name": "rm", "input_schema": {}}]},
            Kind.FORBIDDEN,
            "tool_forbidden",
            "authorize:caller",
        ),
        ({"tools": [{"type": "web_search_20250305"}]}, Kind.FORBIDDEN, "tool_forbidden", "authorize:caller"),
        ({"service_tier": "priority"}, Kind.FORBIDDEN, "option_forbidden", "authorize:caller"),
        ({"container": "c_1"}, Kind.FORBIDDEN, "tool_forbidden", "authorize:caller"),
        ({"stream": True}, Kind.INVALID_REQUEST, "invalid_body", "body"),
        ({"max_tokens": "many"}, Kind.INVALID_REQUEST, "invalid_body", "body"),
        ({"user_profile_id": "u_1"}, Kind.NOT_FOUND, "not_found", "own:user_profile"),
    ],
)
async def test_one_request_that_would_be_refused_refuses_the_batch(params, kind, code, rule):
    refusal = await refused(request(), request(**params), request())
    assert (refusal.problem.kind, refusal.problem.code, refusal.rule) == (kind, code, rule)
    assert refusal.problem.message.startswith("request 2: ")


async def test_the_api_of_each_request_must_be_allowed():
    refusal = await refused(request(), role=replace(ROLE, apis=frozenset({"batches"})))
    assert refusal.problem.code == "api_forbidden"


async def test_a_file_must_be_ones_own_and_where_the_batch_goes():
    source = {"type": "document", "source": {"type": "file", "file_id": "file_1"}}
    asked = request(messages=[{"role": "user", "content": [source]}])

    def kept(tenant: str, provider: str) -> tuple[KeptObject, ...]:
        return (KeptObject(tenant, Place(provider, 0), "file_1", "file", 1, "call-0"),)

    assert len(written(await unpacked(asked, rows=kept("team:home", "claude")))) == 1
    assert (await refused(asked, rows=kept("team:away", "claude"))).problem.code == "not_found"
    assert (await refused(asked, rows=kept("team:home", "other"))).problem.code == "kept_apart"


async def test_what_is_no_list_of_requests_is_refused():
    assert (await refused(5)).problem.message.startswith("request 1: ")


async def test_many_requests_leave_the_loop_to_others():
    call = await unpacked(*[request()] * 200)
    assert len(written(call)) == 200


async def test_a_call_without_a_batch_is_left_alone():
    call = make_call()
    call.asked = call.dialect.parse(call.body)
    raw = call.asked.raw
    await unpack.enter(call, make_runtime(call.policy), AS_A_CALL)
    assert (call.asked.raw, call.trail) == (raw, [])


def test_an_api_that_the_provider_lacks_is_said_so():
    provider = replace(CLAUDE, apis=frozenset({"batches"}))
    made = structs.replace(candidate(), target=Target("claude", provider, ""))
    inner = read_request(Raw(json.dumps(request()).encode()))
    with pytest.raises(Refused) as caught:
        unpack.decide(made, inner, Grant(ROLE, MODELS["fast"], None), None)
    assert caught.value.problem.code == "api_not_served"


async def test_an_upload_for_which_there_is_no_room_is_unavailable(monkeypatch):
    class Full:
        called = "line"

        def requests(self) -> AsyncIterator[bytes]:
            raise OSError("no room")

    journal = FakeJournal()
    monkeypatch.setattr(unpack, "batch_of", lambda call, runtime: Full())
    refusal = await refused(request(), journal=journal)
    assert (refusal.problem.kind, refusal.problem.code, len(journal.faults)) == (
        Kind.UNAVAILABLE,
        "upload",
        1,
    )


def test_leaving_closes_what_was_written_anew_and_twice_is_once():
    closed = []

    class Written:
        def close(self) -> None:
            closed.append(1)

    call = make_call()
    unpack.leave(call, make_runtime(call.policy))
    call.rewritten = Written()  # type: ignore[assignment]
    unpack.leave(call, make_runtime(call.policy))
    assert closed == [1]


async def test_what_may_not_go_out_may_not_name_a_request_either():
    left = privacy({"output": "leave"})
    harmless = await unpacked(request(), rules=left)
    assert len(written(harmless)) == 1
    why = await refused({**request(), "custom_id": "ann@lee.org"}, rules=left)
    assert (why.problem.code, why.problem.param, why.rule) == (
        "privacy_blocked",
        "custom_id",
        "inspect:custom_id",
    )


@pytest.mark.parametrize(
    ("match", "frozen"),
    [({"model": ("spare",)}, True), ({"target": ("claude/spare",)}, True), ({"model": ("theirs",)}, False)],
)
async def test_a_frozen_model_is_not_reached_by_a_batch(match: dict[str, tuple[str, ...]], frozen: bool):
    freeze = Freeze("frz_1", Match.of(MatchEntry.model_validate(match)))
    asked = request(), request(model="spare")
    if frozen:
        refusal = await refused(*asked, measures=FakeMeasures((freeze,)))
        assert (refusal.problem.kind, refusal.problem.code) == (Kind.FORBIDDEN, "frozen")
        assert refusal.problem.message.startswith("request 2: ")
    else:
        assert len(written(await unpacked(*asked, measures=FakeMeasures((freeze,))))) == 2


async def test_the_placeholders_of_each_request_are_kept_under_its_name():
    first, second = (request(messages=[{"role": "user", "content": name}]) for name in ("Ann Lee", "Bob Ray"))
    call = await unpacked(first, {**second, "custom_id": "two"}, rules=privacy({}))
    assert call.inside is not None
    assert by_request(call.inside.values) == {"1": {"PERSON_1": "Ann Lee"}, "two": {"PERSON_1": "Bob Ray"}}
    nameless = {"params": first["params"]}
    assert (await refused(nameless, rules=privacy({}))).problem.code == "privacy_not_restorable"
    assert (await unpacked(nameless, rules=privacy({"output": "leave"}))).inside is None
