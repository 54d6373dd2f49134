"""What a call used and cost: the provider's figures, else ours, marked as estimated."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from gateway.call import Call, Candidate, Ending, Served
from gateway.ledger.demand import Demand, Hold
from gateway.ledger.demands import Bound
from gateway.stages import meter
from gateway.streams.passing import Passing
from gateway.usage import Usage
from tests.parts.calls import CHAT, TARGET, candidate, chat_body, in_its_own_words, make_call, planned_call
from tests.parts.forms import form_of
from tests.parts.provider_answers import (
    CHAT_DONE,
    chat_answer,
    chat_chunk,
    chat_usage_chunk,
    message_end,
    message_start,
    message_text,
)
from tests.parts.runtime import RATES, FakeIncoming, make_runtime

BODY = chat_body()
BODY_TOKENS = -(-len(BODY) // 4)


def served_whole(body: bytes) -> Call:
    call = planned_call(body=BODY)
    call.served = Served(candidate(), FakeIncoming(), "application/json", body, heard=body)
    return call


def served_stream(*events: bytes, path: str = "/v1/chat/completions") -> Call:
    body = BODY if path.endswith("completions") else chat_body(max_tokens=5)
    call = planned_call(body=body, path=path)
    assert call.asked is not None
    reader = call.dialect.read_stream(call.asked)
    for event in events:
        reader.feed(event)
    call.served = Served(candidate(), FakeIncoming(), "text/event-stream", reader=reader)
    return call


def measured(call: Call) -> tuple[Usage, int | None]:
    meter.leave(call, make_runtime(call.policy))
    assert call.measured is not None
    assert call.measured.usage is not None
    return call.measured.usage, call.measured.cost_nano_usd


def held(call: Call, nano_usd: int) -> None:
    budget = Demand("budget", "b|0|", nano_usd, nano_usd, 0, 0, 1, "block", "b#1", "block")
    call.hold, call.bound = Hold(call.id, 0, (budget,)), Bound(nano_usd, 9)


def test_a_whole_answer_costs_what_its_provider_reports():
    usage, cost = measured(served_whole(json.dumps(chat_answer("Hi")).encode()))
    assert usage == Usage(input_tokens=9, output_tokens=3)
    assert cost == 9 * 1000 + 3 * 2000, "at one and two dollars per million tokens"


def test_a_whole_answer_without_figures_is_estimated_by_what_was_produced():
    answer = {"choices": [{"message": {"role": "assistant", "content": "x" * 41}}]}
    usage, _ = measured(served_whole(json.dumps(answer).encode()))
    assert usage == Usage(input_tokens=BODY_TOKENS, output_tokens=11, estimated=True)


@pytest.mark.parametrize(
    ("said", "counted"),
    [((0, 0), (BODY_TOKENS, 11)), ((9, 0), (9, 11)), ((0, 3), (BODY_TOKENS, 3))],
    ids=["nothing", "no-output", "no-input"],
)
@pytest.mark.parametrize("streamed", [False, True])
def test_a_figure_of_zero_where_there_was_something_is_not_believed(
    said: tuple[int, int], counted: tuple[int, int], streamed: bool
):
    text, (given, made) = "x" * 41, said
    if streamed:
        told = chat_usage_chunk(input_tokens=given, output_tokens=made)
        call = served_stream(chat_chunk(text), chat_chunk(finish="stop"), told, CHAT_DONE)
    else:
        call = served_whole(json.dumps(chat_answer(text, input_tokens=given, output_tokens=made)).encode())
    assert measured(call)[0] == Usage(*counted, estimated=True)


def test_an_answer_without_a_word_may_have_no_output():
    usage, _ = measured(served_whole(json.dumps(chat_answer("", output_tokens=0)).encode()))
    assert usage == Usage(input_tokens=9)


def test_a_complete_stream_costs_what_its_provider_reports():
    usage, _ = measured(
        served_stream(chat_chunk("Hi"), chat_chunk(finish="stop"), chat_usage_chunk(), CHAT_DONE)
    )
    assert usage == Usage(input_tokens=9, output_tokens=3)


@given(st.lists(st.text(min_size=1, max_size=40), min_size=1, max_size=8))
def test_a_cut_stream_counts_at_least_a_token_an_event_and_a_token_per_four_bytes(texts: list[str]):
    usage, _ = measured(served_stream(*(chat_chunk(text) for text in texts)))
    written = sum(len(text.encode()) for text in texts)
    assert usage.estimated
    assert usage.output_tokens == max(len(texts), -(-written // 4))
    assert usage.input_tokens == BODY_TOKENS


def test_a_cut_stream_keeps_the_input_that_was_reported():
    usage, _ = measured(
        served_stream(message_start(input_tokens=77), message_text("x" * 40), path="/v1/messages")
    )
    assert (usage.input_tokens, usage.output_tokens, usage.estimated) == (77, 10, True)


def test_a_stream_cut_before_its_terminator_never_counts_less_than_was_reported():
    usage, _ = measured(
        served_stream(message_start(), message_text("x"), message_end()[:-40], path="/v1/messages")
    )
    assert usage.output_tokens == 3
    assert usage.estimated


TOLD = Usage(0, 9, reasoning_tokens=4, audio_input_tokens=2, audio_output_tokens=3, images=2, estimated=True)


@pytest.mark.parametrize("whole", [True, False])
def test_an_estimated_stream_keeps_all_that_its_reader_knows(whole: bool):
    reader = Passing(TOLD)
    reader.complete = whole
    call = planned_call(body=BODY)
    call.served = Served(candidate(), FakeIncoming(), "text/event-stream", reader=reader)
    assert measured(call)[0] == structs.replace(TOLD, input_tokens=BODY_TOKENS)


def test_images_that_were_streamed_without_figures_are_counted():
    body = json.dumps({"model": "fast", "prompt": "a cat", "stream": True, "partial_images": 2}).encode()
    call = planned_call(body=body, path="/v1/images/generations")
    assert call.asked is not None
    reader = call.dialect.read_stream(call.asked)
    for kind in ("partial_image", "partial_image", "completed"):
        reader.feed(b'data: {"type":"image_generation.%b","b64_json":"AAAA"}\n\n' % kind.encode())
    call.served = Served(candidate(), FakeIncoming(), "text/event-stream", reader=reader)
    usage, _ = measured(call)
    assert usage == Usage(input_tokens=-(-len(body) // 4), images=1, estimated=True)


def test_the_output_that_a_whole_stream_told_is_not_estimated_anew():
    usage, _ = measured(served_stream(message_text("x" * 400), message_end(), path="/v1/messages"))
    assert (usage.output_tokens, usage.estimated) == (3, True), "its message_start was missing"


@pytest.mark.parametrize("ending", ["client_gone", "timeout", "shutdown"])
def test_what_a_provider_may_have_worked_on_unseen_is_estimated_at_its_input(ending: Ending):
    call = planned_call(body=BODY)
    call.sent_to, call.ending = candidate(), ending
    assert measured(call)[0] == Usage(input_tokens=BODY_TOKENS, estimated=True)


@pytest.mark.parametrize(("stream", "cost"), [(False, 800_000), (True, BODY_TOKENS * 1000)])
def test_a_whole_answer_that_nobody_waited_for_costs_all_that_was_held(stream: bool, cost: int):
    call = planned_call(body=BODY)
    assert call.asked is not None
    call.asked.stream = stream
    held(call, 800_000)
    call.sent_to, call.ending = candidate(), "client_gone"
    assert measured(call) == (Usage(input_tokens=BODY_TOKENS, estimated=True), cost)


def test_where_limits_alone_hold_something_the_input_is_the_cost():
    call = planned_call(body=BODY)
    call.hold, call.bound = Hold(call.id, 0, ()), Bound(9, 9)
    call.sent_to, call.ending = candidate(), "client_gone"
    assert measured(call)[1] == BODY_TOKENS * 1000


@pytest.mark.parametrize("ending", ["upstream_error", "refused"])
def test_a_failed_or_refused_call_used_nothing(ending: Ending):
    call = planned_call(body=BODY)
    call.sent_to, call.ending = candidate(), ending
    meter.leave(call, make_runtime(call.policy))
    assert call.measured is None


def test_a_call_that_was_never_sent_used_nothing():
    call = planned_call()
    call.ending = "client_gone"
    meter.leave(call, make_runtime(call.policy))
    assert call.measured is None


@pytest.mark.parametrize(("tools", "flags"), [((), []), (("web_search",), ["tool_fees"])])
def test_a_cost_without_the_fees_of_tools_says_so(tools: tuple[str, ...], flags: list[str]):
    call = served_whole(json.dumps(chat_answer("Hi")).encode())
    assert call.asked is not None
    call.asked.hosted_tools = tools
    measured(call)
    assert [each.rule for each in call.trail if each.verdict == "flag"] == flags


def test_what_is_lost_to_attempts_before_is_part_of_the_cost_and_its_price_says_so():
    call = served_whole(json.dumps(chat_answer("Hi")).encode())
    call.lost_nano_usd = 700_000
    assert measured(call)[1] == 15_000 + 700_000
    assert call.measured is not None
    assert call.measured.price_version == f"{RATES.version} + held"


BACKGROUND = json.dumps({"model": "fast", "input": "Hi", "background": True}).encode()
QUEUED: dict[str, object] = {"id": "resp_1", "status": "queued", "output": [], "usage": None}


@pytest.mark.parametrize("told", [None, {"input_tokens": 9, "output_tokens": 3}])
def test_what_is_worked_out_in_the_background_costs_all_that_was_held_unless_it_is_told(told: object):
    call = planned_call(body=BACKGROUND, path="/v1/responses")
    held(call, 800_000)
    answer = json.dumps(QUEUED | {"usage": told}).encode()
    call.served = Served(
        in_its_own_words(call, candidate()), FakeIncoming(), "application/json", answer, heard=answer
    )
    assert measured(call)[1] == (15_000 if told else 800_000)


def test_a_count_of_tokens_that_nobody_saw_used_nothing():
    call = planned_call(body=BODY, path="/v1/messages/count_tokens")
    call.sent_to, call.ending = candidate(), "client_gone"
    meter.leave(call, make_runtime(call.policy))
    assert call.measured is None


def test_without_a_known_price_there_is_usage_and_no_cost():
    call = served_whole(json.dumps(chat_answer("Hi")).encode())
    assert call.served is not None
    call.served.candidate = Candidate(TARGET, "fast", None, 0, CHAT)
    usage, cost = measured(call)
    assert (usage.output_tokens, cost) == (3, None)
    assert call.measured is not None
    assert call.measured.price_version is None


SPEECH = json.dumps({"model": "fast", "input": "x" * 40, "voice": "alloy"}).encode()


def test_of_sound_the_text_it_was_made_of_is_counted():
    call = planned_call(body=SPEECH, path="/v1/audio/speech")
    assert call.asked is not None and call.dialect.passing is not None
    reader = call.dialect.passing(call.asked)
    reader.feed(b"\xff" * 100_000)
    reader.finish()
    call.served = Served(candidate(), FakeIncoming(), "audio/mpeg", reader=reader)
    usage, _ = measured(call)
    assert usage == Usage(-(-len(SPEECH) // 4), 40, audio_output_tokens=40, estimated=True), (
        "a token for each byte of the text"
    )


def test_of_a_file_without_figures_its_size_is_counted():
    form = form_of(("file", b"x" * 16_000, "a.mp3"), ("model", "fast"))
    call = planned_call(path="/v1/audio/transcriptions", form=form)
    served = in_its_own_words(call, candidate())
    call.served = Served(served, FakeIncoming(), "text/plain", heard=b"12345678")
    usage, _ = measured(call)
    assert usage == Usage(input_tokens=11, output_tokens=2, estimated=True)


def test_what_is_read_again_was_counted_when_it_was_given():
    call = served_whole(
        json.dumps({"id": "resp_1", "usage": {"input_tokens": 9, "output_tokens": 3}}).encode()
    )
    call.dialect = make_call(path="/v1/responses/resp_1", method="GET").dialect
    assert measured(call)[0] == Usage()
