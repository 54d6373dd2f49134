"""What is asked: the body parsed once, and the claims about purpose and person."""

from __future__ import annotations

import pytest

from gateway.call import Caller
from gateway.errors import Kind, Refused
from gateway.policy.roles import Team
from gateway.stages import prompt
from gateway.stages.prompt import bounded
from tests.parts.calls import chat_body, make_call, make_policy
from tests.parts.forms import form_of
from tests.parts.runtime import FakeSubjects, make_runtime


async def entered(call, **changes):
    await prompt.enter(call, make_runtime(make_policy(), **changes))
    return call


async def test_a_body_becomes_what_was_asked():
    call = await entered(make_call(body=chat_body(stream=True, max_tokens=7)))
    assert (call.asked.model, call.asked.stream, call.asked.max_output_tokens) == ("fast", True, 7)
    assert call.asked.raw is call.body


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"model": 3}', b'{"model": ""}'])
async def test_a_body_that_cannot_be_read_is_the_callers_mistake(body: bytes):
    with pytest.raises(Refused) as caught:
        await entered(make_call(body=body))
    assert (caught.value.stage, caught.value.problem.kind) == ("prompt", Kind.INVALID_REQUEST)
    assert caught.value.problem.code == "invalid_body"


async def test_an_end_user_is_kept_under_a_pseudonym():
    call = await entered(make_call(body=chat_body(user="patient 4711")))
    assert call.end_user == "end_user-of-12"


async def test_a_long_name_of_an_end_user_is_cut_and_stays_its_own():
    names = ["x" * 256, "x" * 1000, "x" * 999 + "y"]
    kept = [bounded(name) for name in names]
    assert kept[0] == names[0]
    assert len(set(kept)) == 3
    assert max(map(len, kept)) <= 256


async def test_an_end_user_without_a_pseudonym_is_a_503():
    with pytest.raises(Refused) as caught:
        await entered(make_call(body=chat_body(user="anna")), subjects=FakeSubjects(down=True))
    assert (caught.value.stage, caught.value.problem.kind) == ("prompt", Kind.UNAVAILABLE)


async def test_a_use_case_and_tags_come_from_the_headers():
    call = make_call(headers=((b"x-gateway-use-case", b"faq"), (b"x-gateway-tags", b"channel=chat")))
    call.caller = Caller("key", "key_1", None, None, (), "faq")
    await entered(call)
    assert (call.use_case, call.tags) == ("faq", {"channel": "chat"})


async def test_a_use_case_that_no_key_proves_is_left_to_be_judged():
    call = make_call(headers=((b"x-gateway-use-case", b"faq"),))
    await entered(call)
    assert (call.use_case, call.claimed) == (None, "faq")


async def test_metadata_claims_tags_and_a_use_case():
    call = make_call(body=chat_body(metadata={"use_case": "faq", "channel": "chat"}))
    await entered(call)
    assert (call.use_case, call.claimed, call.tags) == (None, "faq", {"channel": "chat"})


async def test_an_end_user_in_a_header_comes_before_the_one_in_the_body():
    call = make_call(body=chat_body(user="anna"), headers=((b"x-gateway-end-user", b"berta"),))
    await entered(call)
    assert call.end_user == "end_user-of-5"


async def test_another_use_case_than_the_keys_is_refused():
    call = make_call(headers=((b"x-gateway-use-case", b"faq"),))
    call.caller = Caller("key", "key_1", None, None, (), "other")
    with pytest.raises(Refused) as caught:
        await entered(call)
    assert caught.value.problem.kind is Kind.FORBIDDEN


async def test_what_no_policy_can_judge_is_not_offered():
    body = b'{"model": "fast", "input": [{"type": "reasoning", "id": "rs_1"}]}'
    with pytest.raises(Refused) as caught:
        await entered(make_call(path="/v1/responses", body=body))
    problem = caught.value.problem
    assert (problem.kind, problem.code, problem.param) == (
        Kind.FORBIDDEN,
        "not_offered",
        "input",
    )
    assert caught.value.rule == "not_offered"


async def test_a_form_becomes_what_was_asked():
    call = make_call(path="/v1/audio/transcriptions", body=b"")
    call.form = form_of(("file", b"x", "a.mp3"), ("model", "fast"), ("user", "anna"))
    await entered(call)
    assert call.asked is not None
    assert (call.asked.model, call.asked.form, call.end_user) == ("fast", call.form, "end_user-of-4")


async def test_a_form_that_can_not_be_judged_is_the_callers_mistake():
    call = make_call(path="/v1/audio/transcriptions", body=b"")
    call.form = form_of(("file", b"x", "a.mp3"), ("model", "fast"), ("model", "dear"))
    with pytest.raises(Refused) as caught:
        await entered(call)
    assert (caught.value.problem.kind, caught.value.problem.param) == (Kind.INVALID_REQUEST, "model")


# ---------------------------------------------------------------- a request without a model

TEAMS = {
    "home": Team("home", default_model="fast"),
    "bare": Team("bare"),
    "lab": Team("lab", above=("bare", "home")),
}


def call_of(team: str | None, *, path: str = "/v1/responses", body: bytes = b""):
    call = make_call(make_policy(teams=TEAMS), path=path, body=body)
    call.caller = Caller("key", "key_1", None, team, ("caller",), None)
    return call


async def test_a_request_without_a_model_asks_for_its_teams_own():
    call = await entered(call_of("home", body=b' {"input" : "x", "n0": 1.50 }'))
    assert call.asked.model == "fast"
    assert call.asked.raw == call.body == b' {"model":"fast","input" : "x", "n0": 1.50 }'
    assert [(one.stage, one.rule, one.verdict, one.reason) for one in call.trail] == [
        ("prompt", "default_model", "change", "home: fast")
    ]


async def test_a_request_with_a_model_asks_for_that():
    call = await entered(call_of("home", body=b'{"model":"dear","input":"x"}'))
    assert (call.asked.model, call.trail) == ("dear", [])


async def test_the_nearest_team_above_has_the_default():
    call = await entered(call_of("lab", body=b'{"input":"x"}'))
    assert (call.asked.model, call.trail[0].reason) == ("fast", "home: fast")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/chat/completions", b'{"messages":[]}'),
        ("/v1/completions", b'{"prompt":"x"}'),
        ("/v1/embeddings", b'{"input":"x"}'),
        ("/v1/audio/speech", b'{"input":"x","voice":"alloy"}'),
        ("/v1/messages", b'{"messages":[],"max_tokens":9}'),
        ("/v1/messages/count_tokens", b'{"messages":[]}'),
    ],
)
async def test_every_api_whose_body_carries_the_model_has_the_default(path, body):
    assert (await entered(call_of("home", path=path, body=body))).asked.model == "fast"


async def test_a_form_without_a_model_has_the_default():
    call = call_of("home", path="/v1/audio/transcriptions")
    call.form = form_of(("file", b"x", "a.mp3"))
    assert (await entered(call)).asked.model == "fast"


@pytest.mark.parametrize("team", ["bare", None])
async def test_without_a_default_a_missing_model_is_the_callers_mistake(team):
    with pytest.raises(Refused, match="'default_model'") as caught:
        await entered(call_of(team, body=b'{"input":"x"}'))
    assert (caught.value.problem.kind, caught.value.problem.param) == (Kind.INVALID_REQUEST, "model")


async def test_what_else_is_wrong_with_it_is_refused_and_not_noted():
    call = call_of("home", body=b'{"input":5}')
    with pytest.raises(Refused, match="'input'"):
        await entered(call)
    assert call.trail == []
