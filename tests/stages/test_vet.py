"""What of an answer guards read, and what may not be told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec.structs import replace

from gateway.call import Call, Served
from gateway.dialects.openai_stream import OpenAIStream
from gateway.errors import Kind, Refused
from gateway.policy.guardrails import Guardrail
from gateway.runtime import Runtime
from gateway.stages import vet
from gateway.streams.held import HeldStream
from gateway.streams.passing import Passing
from tests.guards.parts import rule
from tests.parts.calls import candidate, chat_body, make_policy, planned_call
from tests.parts.guards import FakeGuards
from tests.parts.provider_answers import CHAT_DONE, chat_answer, chat_chunk
from tests.parts.runtime import FakeIncoming, make_runtime

WORDS: dict[str, Any] = {"words": ("apollo",)}
SERVICE: dict[str, Any] = {"url": "https://guard.example"}


async def nobody(*_: object) -> str:
    raise AssertionError("no model is asked")


def answered(
    *rules: Guardrail, path: str = "/v1/chat/completions", stream: bool = False, **served: Any
) -> Call:
    call = planned_call(body=chat_body(stream=stream, input="x"), path=path)
    call.policy = make_policy(guardrails=rules)
    content_type = "text/event-stream" if stream else "application/json"
    assert call.plan is not None
    call.served = Served(call.plan.candidates[0], FakeIncoming(), content_type, **served)
    return call


def says(text: str, **more: Any) -> bytes:
    answer = chat_answer(text)
    answer["choices"][0].update(more)
    return json.dumps(answer).encode()


async def vetted(call: Call, guards: FakeGuards | None = None) -> Runtime:
    runtime = make_runtime(call.policy, guards=guards or FakeGuards())
    await vet.enter(call, runtime, nobody)
    return runtime


async def refused(call: Call, guards: FakeGuards | None = None) -> Refused:
    with pytest.raises(Refused) as caught:
        await vetted(call, guards)
    return caught.value


def body(call: Call) -> bytes:
    assert call.served is not None and call.served.body is not None
    return call.served.body


async def test_a_whole_answer_is_blocked_by_what_stands_anywhere_in_it():
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": '{"a": "apollo"}'}}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    why = await refused(
        answered(rule("keywords", "block", "output", **WORDS), body=says("", message=message))
    )
    assert (why.problem.kind, why.problem.code, why.stage) == (Kind.FORBIDDEN, "guardrail_blocked", "vet")
    assert why.problem.message == "the guardrail 'keywords' blocks this answer: KEYWORD"


async def test_a_whole_answer_is_redacted_and_the_rest_of_it_stays():
    call = answered(rule("keywords", "redact", "output", **WORDS), body=says("so apollo it is"))
    await vetted(call)
    assert body(call) == says("so [redacted] it is")
    assert [(one.stage, one.verdict, one.reason) for one in call.trail] == [("vet", "change", "KEYWORD 1")]


async def test_probabilities_of_tokens_go_where_words_are_redacted():
    probable = {"content": [{"token": "apollo", "logprob": -1.0}]}
    call = answered(rule("keywords", "redact", "output", **WORDS), body=says("apollo", logprobs=probable))
    await vetted(call)
    assert b"apollo" not in body(call) and json.loads(body(call))["choices"][0]["logprobs"] is None


async def test_an_answer_is_judged_by_what_it_says():
    schema = rule("json_schema", "block", "output", schema={"type": "object"})
    call = answered(schema, body=says('{"a": 1}'))
    await vetted(call)
    assert call.checks[0].found == {}
    assert (await refused(answered(schema, body=says("no")))).rule == "json_schema"


async def test_an_answer_that_is_no_json_is_one_text():
    rules = (rule("keywords", "redact", "output", **WORDS),)
    call = answered(*rules, path="/v1/chat/completions", body=b"so apollo it is")
    await vetted(call)
    assert body(call) == b"so [redacted] it is"


async def test_answers_of_numbers_are_not_read():
    call = answered(rule("keywords", "block", "output", **WORDS), path="/v1/embeddings", body=b'["apollo"]')
    await vetted(call)
    assert call.checks == []


@pytest.mark.parametrize("asked_for", ["fast", "other"])
async def test_a_rule_about_a_model_is_about_whoever_serves_it(asked_for: str):
    call = answered(
        rule("keywords", "block", "output", match={"model": "fast"}, **WORDS), body=says("apollo")
    )
    assert call.served is not None
    call.served.candidate = replace(call.served.candidate, asked_for=asked_for)
    assert (await refused(call)).rule == "keywords"


@pytest.mark.parametrize(("provider", "is_read"), [("acme", True), ("other", False)])
async def test_a_rule_may_be_about_those_that_answer(provider: str, is_read: bool):
    call = answered(
        rule("keywords", "flag", "output", match={"provider": provider}, **WORDS), body=says("apollo")
    )
    await vetted(call)
    assert bool(call.checks) == is_read


async def test_a_service_sees_what_a_whole_answer_says_redacted():
    guards = FakeGuards(b'{"score": 0}')
    await vetted(answered(rule("http", "block", "output", **SERVICE), body=says("Dear Ann Lee")), guards)
    assert [json.loads(one)["texts"] for one in guards.asked] == [["Dear <PERSON_1>"]]


async def test_a_service_is_not_asked_of_an_answer_that_says_nothing():
    guards = FakeGuards(b'{"score": 1}')
    await vetted(answered(rule("http", "block", "output", **SERVICE), body=says("")), guards)
    assert guards.asked == []


def streamed(*rules: Guardrail, first: bytes = b"") -> Call:
    reader = OpenAIStream(hide_usage=False, choices=1)
    return answered(*rules, stream=True, reader=reader, first=reader.feed(first))


async def test_a_stream_is_read_from_its_first_piece_on():
    why = await refused(
        streamed(rule("keywords", "block", "output", **WORDS), first=chat_chunk("apollo " + "x " * 200))
    )
    assert why.problem.code == "guardrail_blocked"


async def concluded(call: Call, *pieces: bytes, guards: FakeGuards | None = None) -> bytes:
    """What the caller is told, up to the end."""
    runtime = await vetted(call, guards)
    assert call.served is not None and call.served.reader is not None
    told = call.served.first + b"".join(map(call.served.reader.feed, pieces))
    try:
        await vet.conclude(call, runtime, nobody)
        return told + call.served.reader.terminator
    finally:
        vet.leave(call, runtime)
        vet.leave(call, runtime)


async def test_a_stream_is_recorded_once_when_it_is_over():
    call = streamed(rule("keywords", "redact", "output", **WORDS), first=chat_chunk("so "))
    told = await concluded(call, chat_chunk("apollo"), chat_chunk(finish="stop"), CHAT_DONE)
    assert b"[redacted]" in told and b"apollo" not in told and told.endswith(CHAT_DONE)
    [check] = call.checks
    assert (check.status, check.read_bytes, check.found) == ("read", 9, {"KEYWORD": 1})
    assert [(one.verdict, one.reason) for one in call.trail] == [("change", "KEYWORD 1")]


async def test_the_last_words_of_a_stream_are_judged_before_its_end_is_sent():
    call = streamed(rule("json_schema", "block", "output", schema={}), first=chat_chunk("no "))
    runtime = await vetted(call)
    assert call.served is not None and call.served.reader is not None
    call.served.reader.feed(chat_chunk("JSON") + CHAT_DONE)
    with pytest.raises(Refused, match="json_schema"):
        await vet.conclude(call, runtime, nobody)
    assert call.served.reader.terminator == b"", "it is asked again when the call is settled"
    vet.leave(call, runtime)
    assert [check.found for check in call.checks] == [{"JSON_SCHEMA": 1}]
    assert call.trail == [], "the refusal is noted by whoever ends the call"


@pytest.mark.parametrize(
    ("action", "on_failure", "waits"),
    [("block", "block", True), ("block", "allow", True), ("flag", "block", True), ("flag", "allow", False)],
)
async def test_a_stream_waits_for_a_service_that_may_end_it(action: Any, on_failure: str, waits: bool):
    call = streamed(rule("http", action, "output", on_failure=on_failure, **SERVICE), first=chat_chunk("so"))
    await vetted(call, FakeGuards(b'{"score": 0}'))
    assert call.served is not None
    assert isinstance(call.served.reader, HeldStream) == waits
    assert (b"so" in call.served.first) != waits


@pytest.mark.parametrize(
    ("answer", "action", "on_failure", "passes"),
    [
        (b'{"score": 0}', "block", "block", True),
        (b'{"score": 1}', "block", "block", False),
        (b'{"score": 1}', "flag", "allow", True),
        (None, "block", "allow", True),
        (None, "flag", "block", False),
    ],
)
async def test_a_service_has_the_last_word_on_a_stream(
    answer: bytes | None, action: Any, on_failure: str, passes: bool
):
    call = streamed(rule("http", action, "output", on_failure=on_failure, **SERVICE), first=chat_chunk("so"))
    pieces = (chat_chunk(" be it"), chat_chunk(finish="stop"), CHAT_DONE)
    if passes:
        told = await concluded(call, *pieces, guards=FakeGuards(answer))
        assert b" be it" in told and told.endswith(CHAT_DONE)
    else:
        with pytest.raises(Refused):
            await concluded(call, *pieces, guards=FakeGuards(answer))
    [check] = call.checks
    assert check.status == ("failed" if answer is None else "read")
    assert check.found == ({"HTTP": 1} if answer == b'{"score": 1}' else {})


async def test_what_is_no_stream_of_words_is_recorded_as_unread():
    call = answered(rule("keywords", "block", "output", **WORDS), stream=True, reader=Passing(), first=b"ID3")
    runtime = await vetted(call)
    vet.leave(call, runtime)
    assert isinstance(call.served and call.served.reader, Passing)
    assert call.unread == ("answer",)
    assert [(check.read_bytes, check.found) for check in call.checks] == [(0, {})]


async def test_a_whole_answer_that_is_told_as_a_stream_is_read_as_one():
    told = chat_chunk("so apo") + chat_chunk("llo") + chat_chunk(finish="stop") + CHAT_DONE
    call = answered(rule("keywords", "redact", "output", **WORDS), stream=True, body=told)
    runtime = await vetted(call)
    vet.leave(call, runtime)
    assert b"[redacted]" in body(call) and b"llo" not in body(call) and body(call).endswith(CHAT_DONE)
    assert [check.found for check in call.checks] == [{"KEYWORD": 1}]


async def test_nothing_is_done_for_a_call_without_guards_about_its_answer():
    call = answered(rule("keywords", "block", **WORDS), body=says("apollo"))
    await vetted(call)
    assert body(call) == says("apollo") and call.vetting is None


def test_a_candidate_of_these_tests_is_one_of_acmes():
    assert candidate().target.provider.name == "acme"
