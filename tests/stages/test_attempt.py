"""Send it: what follows a failed try, what is sent, what an answer is, and what the record is told."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.call import Call, Candidate, Grant, Plan
from gateway.dialects.interface import SSE
from gateway.dialects.speech import Speeches
from gateway.errors import (
    Answered,
    Broken,
    BrokenOff,
    Kind,
    NotConnected,
    Problem,
    TimedOut,
    UpstreamFault,
)
from gateway.form import FormBody
from gateway.policy.roles import Role
from gateway.policy.secrets import Secret
from gateway.policy.snapshot import Timeouts
from gateway.policy.via import Via
from gateway.runtime import Runtime
from gateway.stages import attempt, meter
from gateway.upstream.interface import Outgoing
from gateway.usage import Usage
from tests.parts.calls import ROLE, candidate, chat_body, planned_call
from tests.parts.forms import fields_in, form_of, gathered
from tests.parts.provider_answers import CHAT_DONE, chat_chunk, message_answer
from tests.parts.runtime import FakeChance, FakeClock, FakeIncoming, FakeUpstream, make_runtime

PASSING = (408, 429, 498, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529)
THEIRS = (401, 402, 403, 404, 407)
STREAM = "text/event-stream; charset=utf-8"


def json_of(sent: Outgoing) -> Any:
    assert isinstance(sent.body, bytes)
    return json.loads(sent.body)


def answered(status: int, **headers: str) -> Answered:
    return Answered(status, headers, b"")


# ---------------------------------------------------------------- decide

FAULTS = st.one_of(
    st.sampled_from(
        [NotConnected("x"), Broken("x"), Broken("x", stale=True), TimedOut("idle"), TimedOut("total")]
    ),
    st.integers(400, 599).map(answered),
)


@given(FAULTS, st.integers(0, 5))
def test_what_follows_a_failed_try(fault: UpstreamFault, left: int):
    """The rule in other words: the same request again only where that may help and is allowed."""
    step = attempt.decide(fault, left=left)
    if isinstance(fault, Answered) and fault.status not in (*PASSING, *THEIRS):
        assert step == "stop"
    elif isinstance(fault, TimedOut) or (isinstance(fault, Answered) and fault.status in THEIRS):
        assert step == "next"
    elif isinstance(fault, Broken) and not fault.stale:
        assert step == "next", "it may be billed twice"
    else:
        assert step == ("retry" if left else "next")


@given(st.sampled_from(Kind), st.integers(0, 5))
def test_an_error_event_is_followed_as_its_status_would_be(kind: Kind, left: int):
    event = BrokenOff(Problem(kind, "x"))
    assert attempt.decide(event, left=left) == attempt.decide(answered(kind.status), left=left)


@pytest.mark.parametrize(
    "said",
    [
        "Your credit balance is too low to access the API.",
        "API key not valid",
        "Incorrect API key provided: xa***",
    ],
)
def test_a_400_about_our_own_key_or_account_is_no_mistake_of_the_callers(said: str):
    body = json.dumps({"error": {"message": said}}).encode()
    assert attempt.decide(Answered(400, {}, body), left=3) == "next"
    assert attempt.decide(Answered(422, {}, body), left=3) == "stop"


# ---------------------------------------------------------------- pause


@given(st.integers(0, 40), st.floats(0, 1, exclude_max=True))
def test_a_pause_doubles_from_a_tenth_of_a_second_with_full_jitter_up_to_five(number: int, fraction: float):
    pause_s = attempt.pause_s(Broken("x"), number, fraction)
    assert pause_s == pytest.approx(min(0.1 * 2**number, 5.0) * fraction)
    assert 0 <= pause_s <= 5


@pytest.mark.parametrize(
    ("asked", "pause_s"),
    [
        ("0", 0.0),
        ("3", 3.0),
        ("3600", 5.0),
        ("0.25", 0.25),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 0.05),
        ("-1", 0.05),
        ("", 0.05),
        ("³", 0.05),
    ],
)
def test_a_providers_retry_after_is_obeyed_as_far_as_it_is_short(asked: str, pause_s: float):
    assert attempt.pause_s(answered(429, **{"retry-after": asked}), 0, 0.5) == pause_s


# ---------------------------------------------------------------- the ladder


class Tried:
    """One walk of the plan on fakes."""

    def __init__(self, *answers: Any, plan: tuple[Candidate, ...] = (), **asked: Any) -> None:
        self.upstream = FakeUpstream(*answers)
        self.clock = FakeClock()
        self.call: Call = planned_call(*plan, body=chat_body(**asked))
        self.runtime: Runtime = make_runtime(self.call.policy, self.upstream, clock=self.clock)

    async def walk(self) -> Tried:
        await attempt.enter(self.call, self.runtime)
        return self

    async def fails(self) -> UpstreamFault:
        with pytest.raises(UpstreamFault) as caught:
            await self.walk()
        return caught.value

    @property
    def results(self) -> list[tuple[str, str]]:
        return [(tried.target, tried.result) for tried in self.call.attempts]


def whole(body: bytes = b'{"choices":[]}', **facts: Any) -> FakeIncoming:
    return FakeIncoming(body, **facts)


async def test_the_first_answer_serves():
    tried = await Tried(whole(b'{"choices": []}')).walk()
    served = tried.call.served
    assert served is not None
    assert (served.body, served.reader, served.content_type) == (b'{"choices": []}', None, "application/json")
    assert tried.results == [("acme/small", "ok")]


async def test_a_target_is_tried_as_often_as_retries_say_then_the_next():
    plan = (candidate("a/x", retries=2), candidate("b/x"))
    tried = await Tried(*[NotConnected("x")] * 3, whole(), plan=plan).walk()
    assert tried.results == [("a/x", "not_connected")] * 3 + [("b/x", "ok")]
    assert tried.clock.slept == [0.05, 0.1], "no pause before another candidate"


async def test_the_last_fault_is_raised_when_the_plan_ends():
    last = answered(503)
    assert await Tried(Broken("x"), last, plan=(candidate("a/x"), candidate("b/x"))).fails() is last


async def test_a_mistake_of_the_caller_ends_the_walk():
    tried = Tried(whole(b'{"error": 1}', status=422), plan=(candidate("a/x", retries=3), candidate("b/x")))
    fault = await tried.fails()
    assert isinstance(fault, Answered)
    assert (fault.status, fault.body) == (422, b'{"error": 1}')
    assert tried.results == [("a/x", "422")]


@pytest.mark.parametrize("status", [201, 202, 204, 206, 301, 307, 399])
async def test_an_answer_that_is_neither_200_nor_an_error_is_broken(status: int):
    incoming = whole(status=status)
    assert isinstance(await Tried(incoming).fails(), Broken)
    assert incoming.closed


BATCH: dict[str, Any] = {
    "path": "/v1/batches",
    "body": b'{"input_file_id": "file-1", "endpoint": "/v1/responses"}',
}


@pytest.mark.parametrize("status", [200, 201, 202])
async def test_what_a_provider_says_it_made_or_will_make_is_an_answer(status: int):
    call = planned_call(**BATCH)
    made = b'{"id": "batch_1"}'
    await attempt.enter(call, make_runtime(call.policy, FakeUpstream(whole(made, status=status))))
    assert call.served is not None
    assert (call.served.body, call.attempts[0].result) == (made, "ok")


@pytest.mark.parametrize("status", [203, 204, 206, 301])
async def test_what_is_kept_is_not_answered_in_part_or_by_another(status: int):
    call = planned_call(**BATCH)
    with pytest.raises(Broken):
        await attempt.enter(call, make_runtime(call.policy, FakeUpstream(whole(status=status))))


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/v1/files/f-1", {"id": "f-1", "object": "file", "deleted": True}),
        ("/v1/responses/f-1", {"id": "f-1", "object": "response", "deleted": True}),
        ("/v1/messages/batches/f-1", {"id": "f-1", "type": "message_batch_deleted"}),
    ],
)
async def test_what_is_gone_without_a_word_is_said_to_be_gone(path: str, said: dict[str, Any]):
    call = planned_call(path=path, method="DELETE", body=b"")
    await attempt.enter(call, make_runtime(call.policy, FakeUpstream(whole(b"", status=204))))
    assert call.served is not None and call.served.body is not None
    assert json.loads(call.served.body) == said
    assert call.attempts[0].result == "ok"


async def test_what_a_provider_says_of_what_is_gone_is_passed_on():
    call = planned_call(path="/v1/files/f-1", method="DELETE", body=b"")
    said = b'{"id": "f-1", "object": "file", "deleted": false}'
    await attempt.enter(call, make_runtime(call.policy, FakeUpstream(whole(said))))
    assert call.served is not None and call.served.body == said


async def test_every_answer_that_does_not_serve_is_closed():
    first, second = whole(status=500), FakeIncoming(Broken("x"))
    plan = (candidate("a/x"), candidate("b/x"), candidate("c/x"))
    tried = await Tried(first, second, whole(), plan=plan).walk()
    assert first.closed and second.closed
    assert tried.call.served is not None
    assert not tried.call.served.incoming.closed  # type: ignore[attr-defined]


async def test_a_try_is_recorded_under_the_id_that_its_provider_gave_it():
    first = whole(status=500, headers={"request-id": "req_1"})
    second = whole(headers={"x-request-id": "req_2"})
    tried = await Tried(first, NotConnected("x"), second, plan=(candidate("a/x", retries=2),)).walk()
    assert [one.request_id for one in tried.call.attempts] == ["req_1", None, "req_2"]


async def test_a_cancelled_try_closes_its_answer_and_is_in_the_record():
    incoming = FakeIncoming(hangs=True)
    tried = Tried(incoming)
    walking = asyncio.create_task(tried.walk())
    while not tried.upstream.sent:
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    walking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await walking
    assert incoming.closed
    assert tried.results == [("acme/small", "cancelled")]


async def test_time_spent_with_providers_is_counted_over_all_tries():
    clock = FakeClock()

    def slow() -> FakeIncoming:
        clock.seconds += 0.25
        return whole()

    tried = Tried(slow)
    await attempt.enter(tried.call, make_runtime(tried.call.policy, tried.upstream, clock=clock))
    assert tried.call.timing.upstream_s == 0.25
    assert [one.ms for one in tried.call.attempts] == [250.0]


# ---------------------------------------------------------------- streams


async def test_a_stream_serves_once_its_first_event_is_whole():
    event = chat_chunk("Hi")
    tried = await Tried(FakeIncoming(event[:5], event[5:], content_type=STREAM), stream=True).walk()
    assert tried.call.served is not None
    assert tried.call.served.reader is not None
    assert (tried.call.served.first, tried.call.served.body) == (event, None)


async def test_a_stream_that_ends_before_its_first_event_is_another_try():
    empty = FakeIncoming(b": nothing", content_type=STREAM)
    good = FakeIncoming(chat_chunk("Hi"), content_type=STREAM)
    tried = await Tried(empty, good, plan=(candidate("a/x"), candidate("b/x")), stream=True).walk()
    assert tried.results == [("a/x", "broken"), ("b/x", "ok")]
    assert empty.closed


def failing_stream(*, error: dict[str, Any]) -> FakeIncoming:
    """It says what went wrong, in two pieces, and never ends."""
    event = b"data: " + json.dumps({"error": error}).encode() + b"\n\n"
    return FakeIncoming(event[:9], event[9:], content_type=STREAM, hangs=True)


async def test_an_error_event_before_any_content_is_a_failed_try():
    overloaded = failing_stream(error={"type": "overloaded_error"})
    good = FakeIncoming(chat_chunk("Hi"), content_type=STREAM)
    tried = await Tried(overloaded, good, plan=(candidate("a/x", retries=1),), stream=True).walk()
    assert tried.results == [("a/x", "error_event:529"), ("a/x", "ok")]
    assert overloaded.closed
    assert tried.call.served is not None
    assert tried.call.served.first == chat_chunk("Hi")


async def test_the_last_error_event_is_raised_when_the_plan_ends():
    fault = await Tried(failing_stream(error={"code": 429}), stream=True).fails()
    assert isinstance(fault, BrokenOff)
    assert fault.problem.kind is Kind.RATE_LIMITED


async def test_an_error_event_that_tells_of_the_callers_mistake_ends_the_walk():
    mistake = failing_stream(error={"type": "invalid_request_error", "message": "no"})
    tried = Tried(mistake, plan=(candidate("a/x", retries=3), candidate("b/x")), stream=True)
    await tried.fails()
    assert tried.results == [("a/x", "error_event:400")]


async def test_a_stream_that_has_content_before_its_error_has_begun():
    """However it is cut: the content may be billed, so it is passed on."""
    both = FakeIncoming(
        chat_chunk("Hi") + b'data: {"error": {"code": 500}}\n\n', content_type=STREAM, hangs=True
    )
    tried = await Tried(both, plan=(candidate("a/x", retries=1),), stream=True).walk()
    assert tried.results == [("a/x", "ok")]


async def test_a_stream_of_a_terminator_alone_serves():
    tried = await Tried(FakeIncoming(CHAT_DONE, content_type=STREAM), stream=True).walk()
    assert tried.call.served is not None
    assert tried.call.served.reader is not None
    assert tried.call.served.reader.complete


GEMINI_END = b'data: {"candidates":[{"finishReason":"STOP"}]}\n\n'
GEMINI: dict[str, Any] = {"dialect": "gemini", "base_url": "https://google.test"}


def gemini_call(query: str = "?alt=sse") -> Call:
    path = f"/v1beta/models/fast:streamGenerateContent{query}"
    return planned_call(candidate("google/flash", **GEMINI), path=path, body=b'{"contents":[]}')


@pytest.mark.parametrize("piece", [GEMINI_END, GEMINI_END.rstrip()])
async def test_a_stream_that_is_all_end_serves_once_its_input_has_ended(piece: bytes):
    call = gemini_call()
    incoming = FakeIncoming(piece, content_type=STREAM)
    await attempt.enter(call, make_runtime(call.policy, FakeUpstream(incoming)))
    assert call.served is not None and call.served.reader is not None
    assert call.served.first == b""
    assert call.served.reader.complete
    assert call.served.reader.terminator.startswith(piece)


async def test_a_stream_that_is_one_array_is_read_as_one():
    call = gemini_call("")
    incoming = FakeIncoming(b"[{}", b"]", content_type="application/json; charset=UTF-8")
    upstream = FakeUpstream(incoming)
    await attempt.enter(call, make_runtime(call.policy, upstream))
    assert call.served is not None and call.served.reader is not None
    assert call.served.first == b"[{}"
    assert dict(upstream.sent[0].headers)["accept"] == "application/json"


async def test_a_model_that_stands_in_the_path_is_the_targets():
    call = gemini_call()
    upstream = FakeUpstream(FakeIncoming(GEMINI_END, content_type=STREAM))
    await attempt.enter(call, make_runtime(call.policy, upstream))
    assert upstream.sent[0].url == "https://google.test/v1beta/models/flash:streamGenerateContent?alt=sse"


async def test_a_provider_that_does_not_stream_is_answered_for_as_a_whole():
    tried = await Tried(whole(b'{"choices": []}'), stream=True).walk()
    assert tried.call.served is not None
    assert (tried.call.served.reader, tried.call.served.body) == (None, b'{"choices": []}')


async def test_a_whole_answer_in_another_api_is_told_as_the_stream_and_its_usage_is_known():
    call = planned_call(body=chat_body(stream=True))
    assert call.asked is not None
    claude = candidate("anthropic/claude", dialect="anthropic", base_url="https://anthropic.test")
    speech = Speeches(call.dialect, call.family, call.asked).to("anthropic")
    assert speech is not None
    call.plan = Plan((msgspec.structs.replace(claude, speech=speech),))
    body = json.dumps(message_answer("Hi", input_tokens=7, output_tokens=2)).encode()
    runtime = make_runtime(call.policy, FakeUpstream(whole(body)))
    await attempt.enter(call, runtime)
    meter.leave(call, runtime)
    assert call.served is not None and call.served.body is not None and call.measured is not None
    assert call.served.content_type == SSE
    assert b'"content":"Hi"' in call.served.body and call.served.body.endswith(CHAT_DONE)
    assert call.measured.usage == Usage(7, 2)


async def test_an_answer_that_was_compressed_unasked_is_broken():
    squeezed = whole(b"\x1f\x8b", headers={"content-encoding": "gzip"})
    tried = await Tried(squeezed, whole(), plan=(candidate("a/x"), candidate("b/x"))).walk()
    assert tried.results == [("a/x", "broken"), ("b/x", "ok")]


async def test_a_content_type_is_read_in_any_case():
    tried = await Tried(FakeIncoming(chat_chunk("Hi"), content_type="Text/Event-Stream"), stream=True).walk()
    assert tried.call.served is not None
    assert tried.call.served.reader is not None


# ---------------------------------------------------------------- what is sent


async def test_a_request_has_the_targets_model_address_and_time_limits():
    to = candidate("acme/small", timeouts=Timeouts(1.0, 2.0, 3.0, 4.0))
    tried = await Tried(whole(), plan=(to,)).walk()
    [sent] = tried.upstream.sent
    assert (sent.method, sent.url) == ("POST", "https://acme.test/v1/chat/completions")
    assert json_of(sent)["model"] == "small"
    limits = sent.limits
    assert (limits.connect_s, limits.first_byte_s, limits.idle_s, limits.total_s) == (1.0, None, 3.0, 4.0)


async def test_the_first_byte_limit_is_for_streams():
    tried = Tried(FakeIncoming(CHAT_DONE, content_type=STREAM), stream=True)
    [sent] = (await tried.walk()).upstream.sent
    assert sent.limits.first_byte_s == 120.0


@pytest.mark.parametrize(
    ("base_url", "field"),
    [("https://acme.test/v1", "max_tokens"), ("https://api.openai.com/v1", "max_completion_tokens")],
)
async def test_the_cap_of_a_role_is_written_where_the_provider_reads_it(base_url: str, field: str):
    tried = Tried(whole(), plan=(candidate(base_url=base_url),))
    tried.call.grant = Grant(ROLE, tried.call.policy.models["fast"], 7)
    [sent] = (await tried.walk()).upstream.sent
    assert json_of(sent)[field] == 7


@pytest.mark.parametrize(
    ("base_url", "asks"), [("https://api.mistral.ai/v1", False), ("https://a.test/v1", True)]
)
async def test_a_provider_that_refuses_to_be_asked_for_usage_is_not_asked(base_url: str, asks: bool):
    stream = FakeIncoming(CHAT_DONE, content_type=STREAM)
    tried = Tried(stream, plan=(candidate(base_url=base_url),), stream=True)
    [sent] = (await tried.walk()).upstream.sent
    assert isinstance(sent.body, bytes)
    assert ("stream_options" in json_of(sent)) is asks


@pytest.mark.parametrize("cap", [None, 7])
@pytest.mark.parametrize(("allow", "kept"), [((), False), (("store",), True)])
async def test_a_response_is_kept_by_its_provider_only_where_the_role_allows_it(
    allow: tuple[str, ...], kept: bool, cap: int | None
):
    tried = Tried(whole())
    tried.call = planned_call(body=b'{"model": "fast", "input": "hi"}', path="/v1/responses")
    role = Role("keeper", models=("*",), allow=frozenset(allow))
    tried.call.grant = Grant(role, tried.call.policy.models["fast"], cap)
    [sent] = (await tried.walk()).upstream.sent
    assert sent.url == "https://acme.test/v1/responses"
    body = json_of(sent)
    assert ("store" not in body) is kept
    assert body.get("max_output_tokens") == cap


async def test_a_provider_gets_its_own_headers_and_is_reached_its_own_way():
    via = Via("http://proxy:3128")
    to = candidate(headers=(("x-team", Secret("blue")),), via=via)
    [sent] = (await Tried(whole(), plan=(to,)).walk()).upstream.sent
    assert dict(sent.headers)["x-team"] == "blue"
    assert sent.via is via


async def test_a_deployment_of_azure_is_asked_by_its_path():
    base_url = "https://n.openai.azure.com/openai/deployments/{model}?api-version=2024-10-21"
    to = candidate("azure/gpt", dialect="azure", base_url=base_url, credentials=(Secret("one"),))
    [sent] = (await Tried(whole(), plan=(to,)).walk()).upstream.sent
    assert sent.url == (
        "https://n.openai.azure.com/openai/deployments/gpt/chat/completions?api-version=2024-10-21"
    )
    assert dict(sent.headers)["api-key"] == "one"


@pytest.mark.parametrize(("fraction", "used"), [(0.0, "one"), (0.49, "one"), (0.5, "two"), (0.99, "two")])
async def test_calls_are_spread_over_the_credentials_and_the_callers_key_stays(fraction: float, used: str):
    to = candidate(credentials=(Secret("one"), Secret("two")))
    tried = Tried(whole(), plan=(to,))
    await attempt.enter(
        tried.call, make_runtime(tried.call.policy, tried.upstream, chance=FakeChance(fraction))
    )
    [sent] = tried.upstream.sent
    assert [value for name, value in sent.headers if name == "authorization"] == [f"Bearer {used}"]
    assert not any("gw-" in value for _, value in sent.headers)


async def test_what_is_kept_under_a_credential_is_asked_for_with_it():
    to = msgspec.structs.replace(candidate(credentials=(Secret("one"), Secret("two"))), credential=1)
    tried = Tried(whole(), plan=(to,))
    await attempt.enter(tried.call, make_runtime(tried.call.policy, tried.upstream, chance=FakeChance(0.0)))
    [sent] = tried.upstream.sent
    assert [value for name, value in sent.headers if name == "authorization"] == ["Bearer two"]
    assert tried.call.served is not None
    assert tried.call.served.credential == 1


# ---------------------------------------------------------------- leaving


@pytest.mark.parametrize(("ending", "closed"), [("complete", 0), ("client_gone", 1), (None, 1)])
async def test_an_answer_is_closed_unless_it_is_whole(ending: Any, closed: int):
    tried = await Tried(whole()).walk()
    tried.call.ending = ending
    attempt.leave(tried.call, tried.runtime)
    assert tried.call.served is not None
    assert tried.call.served.incoming.closed == closed  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        (answered(503), "503"),
        (TimedOut("idle"), "timeout:idle"),
        (NotConnected("x"), "not_connected"),
        (Broken("x"), "broken"),
        (BrokenOff(Problem(Kind.OVERLOADED, "x")), "error_event:529"),
    ],
)
def test_a_fault_is_one_word_in_the_record(fault: UpstreamFault, word: str):
    assert attempt.word(fault) == word


# ---------------------------------------------------------------- images and sound

SPEECH = b'{"model": "fast", "input": "hello", "voice": "alloy"}'


async def test_sound_passes_as_it_comes_whatever_its_type():
    call = planned_call(body=SPEECH, path="/v1/audio/speech")
    incoming = FakeIncoming(b"ID3", b"\xff\xfb", content_type="audio/mpeg")
    upstream = FakeUpstream(incoming)
    await attempt.enter(call, make_runtime(call.policy, upstream))
    assert call.served is not None and call.served.reader is not None
    assert (call.served.first, call.served.body, call.served.content_type) == (b"ID3", None, "audio/mpeg")
    assert dict(upstream.sent[0].headers)["accept"] == "*/*"


async def test_an_answer_without_a_byte_may_be_sound():
    call = planned_call(body=SPEECH, path="/v1/audio/speech")
    await attempt.enter(call, make_runtime(call.policy, FakeUpstream(FakeIncoming(content_type="audio/pcm"))))
    assert call.served is not None and call.served.reader is not None
    assert (call.served.first, call.served.reader.complete) == (b"", True)


async def test_a_form_goes_to_each_candidate_with_its_own_model():
    form = form_of(("file", b"ID3", "a.mp3"), ("model", "fast"))
    call = planned_call(
        candidate("acme/one"), candidate("acme/two"), path="/v1/audio/transcriptions", form=form
    )
    upstream = FakeUpstream(NotConnected("x"), FakeIncoming(b'{"text": "hi"}'))
    await attempt.enter(call, make_runtime(call.policy, upstream))
    sent = []
    for outgoing in upstream.sent:
        assert isinstance(outgoing.body, FormBody)
        content_type = dict(outgoing.headers)["content-type"]
        sent.append(fields_in(await gathered(outgoing.body.pieces()), content_type))
    assert sent == [{"file": b"ID3", "model": b"one"}, {"file": b"ID3", "model": b"two"}]
