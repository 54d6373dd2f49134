"""What goes back: heads, problems in the caller's own dialect, and which of a provider's words pass."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from gateway import reply
from gateway.call import Measured, Served
from gateway.errors import Answered, Broken, BrokenOff, Kind, NotConnected, Problem, TimedOut, UpstreamFault
from gateway.presence import RawHeaders
from gateway.streams.passing import Passing
from gateway.wire import Exchange
from tests.parts.asgi_client import AsgiClient
from tests.parts.calls import candidate, chat_body, make_call, planned_call
from tests.parts.provider_answers import CHAT_DONE, chat_chunk, chat_error
from tests.parts.runtime import FakeIncoming, make_runtime

PROBLEM = Problem(Kind.FORBIDDEN, "no", code="never")
JSON = {"content-type": "application/json; charset=utf-8"}
BODY = json.dumps(chat_error("the words of the provider")).encode()


def said(headers: RawHeaders) -> dict[str, str]:
    return {name.decode(): value.decode("latin-1") for name, value in headers}


# ---------------------------------------------------------------- heads


def test_every_answer_names_its_call_and_the_policy_in_force():
    assert said(reply.head(make_call(), "text/plain")) == {
        "content-type": "text/plain",
        "x-gateway-policy": "rev-1",
        "x-request-id": "call-1",
    }


def test_anthropics_clients_find_the_id_under_their_own_name_too():
    headers = said(reply.head(make_call(path="/v1/messages"), "text/plain"))
    assert headers["request-id"] == headers["x-request-id"] == "call-1"


def test_an_answer_names_the_model_and_target_that_served_it():
    call = planned_call()
    call.served = Served(candidate("acme/ünü\r\nx: y"), FakeIncoming(), "application/json")
    headers = said(reply.head(call, "text/plain"))
    assert headers["x-gateway-model"] == "fast"
    assert headers["x-gateway-target"] == "acme/?n???x: y", "nothing breaks out of a header"


LIMITS = {"x-ratelimit-remaining-requests": "41", "openai-organization": "org-ours", "set-cookie": "a=b"}


def test_an_answer_tells_the_limits_of_its_provider_and_nothing_of_its_account():
    call = planned_call()
    assert call.plan is not None
    served = FakeIncoming(headers=LIMITS)
    call.served = Served(call.plan.candidates[0], served, "application/json")
    headers = said(reply.head(call, "text/plain"))
    assert headers["x-ratelimit-remaining-requests"] == "41"
    assert not {"openai-organization", "set-cookie"} & headers.keys()


async def test_an_error_tells_the_limits_of_its_provider_in_the_callers_words():
    client, call = AsgiClient(), planned_call(path="/v1/messages", body=chat_body(max_tokens=8))
    call.sent_to = candidate()
    fault = Answered(429, LIMITS, b"")
    call.end("upstream_error", reply.problem_of(fault, call.sent_to))
    exchange = Exchange(client.scope, client.receive, client.send)
    await reply.send_end(call, exchange, make_runtime(call.policy), fault)
    assert client.headers["anthropic-ratelimit-requests-remaining"] == "41"
    assert "x-ratelimit-remaining-requests" not in client.headers


@pytest.mark.parametrize(
    ("measured", "cost"),
    [(None, None), (Measured(None, None, None), None), (Measured(None, 9, "v"), "0.000000009")],
)
def test_a_whole_answer_says_its_cost_where_it_is_known(measured: Measured | None, cost: str | None):
    call = make_call()
    call.measured = measured
    headers = said(reply.whole_head(call, "text/plain", 0.01234))
    assert headers.get("x-gateway-cost-usd") == cost
    assert headers["x-gateway-overhead-ms"] == "12.34"


@pytest.mark.parametrize(
    ("problem", "headers"),
    [
        (PROBLEM, {}),
        (Problem(Kind.RATE_LIMITED, "slow", retry_after_s=0.2), {"retry-after": "1"}),
        (Problem(Kind.UPSTREAM, "x", should_retry=False), {"x-should-retry": "false"}),
        (Problem(Kind.UPSTREAM, "x", should_retry=True), {"x-should-retry": "true"}),
    ],
)
def test_a_problem_says_in_headers_when_to_come_back(problem: Problem, headers: dict[str, str]):
    assert said(reply.problem_head([], problem)) == headers


# ---------------------------------------------------------------- a provider's faults


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        (TimedOut("idle"), Kind.UPSTREAM_TIMEOUT, "upstream_timeout"),
        (NotConnected("x"), Kind.UPSTREAM, "upstream_error"),
        (Broken("x"), Kind.UPSTREAM, "upstream_error"),
        (Answered(500, {}, BODY), Kind.UPSTREAM, "upstream_error"),
        (Answered(401, {}, BODY), Kind.UPSTREAM, "upstream_error"),
        (Answered(403, {}, BODY), Kind.UPSTREAM, "upstream_error"),
        (Answered(429, {}, BODY), Kind.RATE_LIMITED, "rate_limit_exceeded"),
        (Answered(529, {}, BODY), Kind.OVERLOADED, "upstream_overloaded"),
    ],
)
def test_a_fault_is_told_in_our_words_and_the_sdk_need_not_retry(fault: UpstreamFault, kind: Kind, code: str):
    problem = reply.problem_of(fault, candidate(retries=1))
    assert (problem.kind, problem.code, problem.should_retry) == (kind, code, False)
    assert "provider" in problem.message
    assert "words" not in problem.message


def test_where_the_policy_does_not_retry_a_status_is_left_to_the_callers_sdk():
    assert reply.problem_of(Answered(429, {"retry-after": "7"}, b""), candidate()).should_retry is None
    assert reply.problem_of(TimedOut("idle"), candidate()).should_retry is False, "it may have been billed"


@pytest.mark.parametrize("fault", [NotConnected("x"), Broken("x", stale=True)])
def test_what_nobody_read_is_left_to_the_callers_sdk_too(fault: UpstreamFault):
    assert reply.problem_of(fault, candidate()).should_retry is None
    assert reply.problem_of(fault, candidate(retries=1)).should_retry is False
    assert reply.problem_of(Broken("x"), candidate()).should_retry is False


def test_an_error_event_is_told_as_it_is():
    assert reply.problem_of(BrokenOff(PROBLEM), candidate()) == replace(PROBLEM, should_retry=False)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("7", 7.0), ("0", 0.0), ("soon", None), ("-1", None), ("9" * 10, None), ("٣", None), ("³", None)],
)
def test_a_providers_retry_after_is_passed_where_it_is_a_number(text: str, seconds: float | None):
    assert reply.problem_of(Answered(429, {"retry-after": text}, b""), candidate()).retry_after_s == seconds


def test_google_says_in_the_body_when_to_come_back_and_a_header_comes_first():
    info = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.07s"}
    body = json.dumps({"error": {"code": 429, "message": "slow", "details": [info]}}).encode()
    assert reply.problem_of(Answered(429, {}, body), candidate()).retry_after_s == 34.07
    assert reply.problem_of(Answered(429, {"retry-after-ms": "500"}, body), candidate()).retry_after_s == 0.5


@pytest.mark.parametrize("status", [400, 404, 409, 413, 422])
def test_words_about_the_callers_request_pass_verbatim(status: int):
    assert reply.verbatim_body(Answered(status, JSON, BODY), "openai") == BODY


@pytest.mark.parametrize(
    "fault",
    [
        Answered(401, JSON, BODY),
        Answered(403, JSON, BODY),
        Answered(429, JSON, BODY),
        Answered(500, JSON, BODY),
        Answered(400, {"content-type": "text/html"}, BODY),
        Answered(400, {}, BODY),
        Answered(400, JSON, b"<html>"),
        Answered(400, JSON, b'{"detail": "of another server"}'),
        Answered(400, JSON, b""),
        Answered(400, JSON, b"{" + b" " * 65536),
        Broken("x"),
    ],
)
def test_words_that_may_be_about_us_or_are_no_json_do_not_pass(fault: UpstreamFault):
    assert reply.verbatim_body(fault, "openai") is None


# ---------------------------------------------------------------- streams


async def passed(
    *pieces: bytes | UpstreamFault, hangs: bool = False
) -> tuple[AsgiClient, UpstreamFault | None]:
    """A stream passed on, and the fault that ended it."""
    client = AsgiClient()
    call = planned_call(body=chat_body(stream=True))
    assert call.asked is not None
    reader = call.dialect.read_stream(call.asked)
    incoming = FakeIncoming(*pieces, hangs=hangs)
    call.served = Served(candidate(), incoming, "text/event-stream", reader=reader)
    exchange = Exchange(client.scope, client.receive, client.send)
    try:
        await reply.send_stream(call, exchange, make_runtime(call.policy))
    except UpstreamFault as fault:
        return client, fault
    return client, None


async def test_all_of_a_stream_but_its_terminator_is_passed_on():
    client, fault = await passed(chat_chunk("a"), chat_chunk("b")[:9], chat_chunk("b")[9:] + CHAT_DONE)
    assert fault is None
    assert client.body == chat_chunk("a") + chat_chunk("b")
    assert not client.ended


async def test_a_stream_without_its_terminator_is_whole_if_all_choices_have_finished():
    client, fault = await passed(chat_chunk("a"), chat_chunk(finish="stop"))
    assert fault is None
    assert client.body == chat_chunk("a") + chat_chunk(finish="stop")


async def test_a_stream_that_ends_before_its_end_is_broken():
    client, fault = await passed(chat_chunk("a"))
    assert isinstance(fault, Broken)
    assert client.body == chat_chunk("a")


@pytest.mark.parametrize("hangs", [False, True], ids=["ends", "hangs"])
async def test_an_error_event_is_passed_as_it_came_and_ends_the_stream(hangs: bool):
    """A provider that says nothing more after it is not waited for."""
    event = b"data: " + json.dumps(chat_error("it broke")).encode() + b"\n\n"
    client, fault = await passed(chat_chunk("a"), event, hangs=hangs)
    assert isinstance(fault, BrokenOff)
    assert client.body == chat_chunk("a") + event


async def test_time_spent_waiting_for_the_provider_is_not_ours():
    call = planned_call(body=chat_body(stream=True))
    assert call.asked is not None
    client, runtime = AsgiClient(), make_runtime(call.policy)
    incoming = Slow(runtime.clock, chat_chunk("a"), CHAT_DONE)
    call.served = Served(
        candidate(), incoming, "text/event-stream", reader=call.dialect.read_stream(call.asked)
    )
    await reply.send_stream(call, Exchange(client.scope, client.receive, client.send), runtime)
    assert call.timing.upstream_s == 0.5
    assert call.timing.first_byte == 100.0


class Slow(FakeIncoming):
    """A quarter of a second before each piece."""

    def __init__(self, clock: object, *chunks: bytes) -> None:
        super().__init__(*chunks)
        self._clock = clock

    async def next_chunk(self) -> bytes:
        self._clock.seconds += 0.25  # type: ignore[attr-defined]
        return await super().next_chunk()


@pytest.mark.parametrize(
    ("path", "begins"),
    [
        ("/v1/chat/completions", b'data: {"error":'),
        ("/v1/responses", b'event: error\ndata: {"type":"error",'),
    ],
)
async def test_a_broken_stream_ends_with_an_error_event_of_its_own_api(path: str, begins: bytes):
    client = AsgiClient()
    call = planned_call(
        body=b'{"model": "fast", "input": "hi"}' if path.endswith("responses") else chat_body(), path=path
    )
    call.problem = Problem(Kind.UPSTREAM, "it broke")
    exchange = Exchange(client.scope, client.receive, client.send)
    await exchange.start(200, [])
    await reply.send_end(call, exchange, make_runtime(call.policy), None)
    assert client.body.startswith(begins)
    assert client.ended


async def test_sound_that_breaks_off_is_cut_and_told_nothing():
    client = AsgiClient()
    call = planned_call(body=b'{"model": "fast", "input": "hi", "voice": "alloy"}', path="/v1/audio/speech")
    call.served = Served(candidate(), FakeIncoming(), "audio/mpeg", reader=Passing())
    call.problem = Problem(Kind.UPSTREAM, "it broke")
    exchange = Exchange(client.scope, client.receive, client.send)
    await exchange.start(200, [])
    await exchange.write(b"ID3")
    await reply.send_end(call, exchange, make_runtime(call.policy), None)
    assert (client.body, client.ended) == (b"ID3", False)
