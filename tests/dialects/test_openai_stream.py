"""Streams of this family, event by event."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dialects.openai_stream import OpenAIStream
from gateway.errors import Kind
from gateway.usage import Usage

DONE = b"data: [DONE]\n\n"


def event(**chunk: Any) -> bytes:
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


def delta(index: int = 0, finish: str | None = None, **content: Any) -> bytes:
    return event(choices=[{"index": index, "delta": content, "finish_reason": finish}], usage=None)


def usage_event(**more: Any) -> bytes:
    return event(choices=[], usage={"prompt_tokens": 7, "completion_tokens": 3}, **more)


def stream(hide_usage: bool = True, choices: int = 1) -> OpenAIStream:
    return OpenAIStream(hide_usage=hide_usage, choices=choices)


def test_the_usage_event_that_the_gateway_asked_for_is_hidden():
    reader = stream()
    content = delta(content="hi")
    assert reader.feed(content + usage_event() + DONE) == content
    assert (reader.usage, reader.terminator, reader.complete) == (Usage(7, 3), DONE, True)


def test_the_usage_event_that_the_caller_asked_for_passes():
    reader = stream(hide_usage=False)
    assert reader.feed(usage_event()) == usage_event()
    assert reader.usage == Usage(7, 3)


def test_usage_beside_the_last_content_is_read_and_passes():
    reader = stream()
    last = event(
        choices=[{"index": 0, "delta": {}, "finish_reason": "stop"}],
        usage={"prompt_tokens": 7, "completion_tokens": 3},
    )
    assert reader.feed(last) == last
    assert reader.usage == Usage(7, 3)


def test_of_usage_in_every_chunk_the_last_counts():
    reader = stream(hide_usage=False)
    for number in (1, 2, 3):
        reader.feed(
            event(
                choices=[{"index": 0, "delta": {"content": "x"}}],
                usage={"prompt_tokens": 7, "completion_tokens": number},
            )
        )
    assert reader.usage == Usage(7, 3)


def test_null_usage_says_nothing_and_hides_nothing():
    reader = stream()
    first = event(choices=[], usage=None, prompt_filter_results=[])
    assert reader.feed(first) == first
    assert reader.usage is None


def test_a_server_that_sends_no_usage_has_none():
    reader = stream()
    reader.feed(delta(content="hi", finish="stop") + DONE)
    assert (reader.usage, reader.output_bytes, reader.output_events, reader.complete) == (None, 2, 1, True)


def test_junk_usage_is_none_and_its_event_passes_or_is_hidden_without_raising():
    reader = stream()
    reader.feed(event(choices=[], usage={"prompt_tokens": "x", "completion_tokens": -1}))
    assert reader.usage is None


def test_the_tier_is_read_wherever_it_comes():
    reader = stream()
    reader.feed(event(choices=[{"delta": {"content": "x"}}], service_tier="flex") + usage_event())
    assert reader.usage == Usage(7, 3, tier="flex")


def test_every_kind_of_output_is_counted_in_bytes():
    reader = stream()
    call = {"index": 0, "id": "call_1", "function": {"name": "f", "arguments": '{"a"'}}
    for written in (
        {"role": "assistant", "content": ""},
        {"content": "é"},
        {"refusal": "no"},
        {"reasoning_content": "abc"},
        {"reasoning": "abcd", "reasoning_content": "abcd"},
        {"content": "", "tool_calls": [call, call]},
        {"function_call": {"name": "g", "arguments": "{}"}},
        {"audio": {"transcript": "word", "data": "AAAA"}},
        {"content": [{"type": "text", "text": "part"}]},
    ):
        reader.feed(delta(**written))
    reader.feed(event(choices=[{"index": 0, "text": "legacy"}]))
    assert reader.output_bytes == 2 + 2 + 3 + 4 + 8 + 2 + 4 + 4 + 6
    assert reader.output_events == 9


def test_a_stream_without_done_is_complete_when_every_choice_has_ended():
    reader = stream(choices=2)
    reader.feed(delta(0, "stop"))
    reader.finish()
    assert not reader.complete
    reader = stream(choices=2)
    reader.feed(delta(0, "stop") + delta(1, "length"))
    assert not reader.complete
    reader.finish()
    assert reader.complete


def test_a_choice_that_ends_twice_ends_once():
    reader = stream(choices=2)
    reader.feed(delta(0, "stop") + delta(0, "stop"))
    reader.finish()
    assert not reader.complete


@pytest.mark.parametrize(
    ("sent", "kind", "message"),
    [
        (
            event(error={"message": "too long", "type": "invalid_request_error", "code": "x"}),
            Kind.INVALID_REQUEST,
            "too long",
        ),
        (
            event(error={"message": "slow down", "code": 429}),
            Kind.RATE_LIMITED,
            "the provider's rate limit is reached",
        ),
        (event(error={"message": "boom", "type": "server_error"}), Kind.UPSTREAM, "the provider failed"),
        (event(error="boom"), Kind.UPSTREAM, "the provider failed"),
        (b'event: error\ndata: {"message": "boom"}\n\n', Kind.UPSTREAM, "the provider failed"),
        (b"event: error\ndata: boom\n\n", Kind.UPSTREAM, "the provider failed"),
        (
            event(choices=[], error={"message": "busy", "type": "overloaded_error"}),
            Kind.OVERLOADED,
            "the provider is overloaded",
        ),
    ],
)
def test_an_error_in_the_stream_is_a_fault_and_passes(sent, kind, message):
    reader = stream()
    assert reader.feed(sent) == sent
    assert reader.fault is not None
    assert (reader.fault.kind, reader.fault.message) == (kind, message)


def test_an_error_event_with_usage_is_not_hidden():
    reader = stream()
    assert reader.feed(usage_event(error={"message": "x"})) != b""


def test_a_null_error_is_none():
    reader = stream()
    reader.feed(event(choices=[], error=None))
    assert reader.fault is None


@pytest.mark.parametrize(
    "done",
    [b"data: [DONE]\n\n", b"data:[DONE]\r\n\r\n", b"event: done\ndata: [DONE]\n\n", b"data: [DONE] \n\n"],
)
def test_done_is_held_back_in_every_spelling(done):
    reader = stream()
    assert (reader.feed(done), reader.terminator, reader.complete) == (b"", done, True)


ODD = [
    b": ping\n\n",
    b"data:\n\n",
    b"data: \n\n",
    b"data: null\n\n",
    b"data: [1]\n\n",
    b"data: {\n\n",
    b"data: \xff\n\n",
    b'data: {"choices": {}}\n\n',
    b'data: {"choices": [1, {"delta": 5}, {"delta": {"content": {}}}, {"index": [], "finish_reason": "stop"}]}\n\n',
    b'data: {"choices": [{"index": {}, "delta": {"tool_calls": 5}, "finish_reason": "stop"}]}\n\n',
    b'data: {"choices": [], "usage": [1]}\n\n',
    b"data: " + b"[" * 20_000 + b"\n\n",
]


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_event_passes_as_it_is(odd):
    reader = stream()
    assert reader.feed(odd) == odd
    assert (reader.fault, reader.usage, reader.complete) == (None, None, False)


@given(
    st.lists(
        st.binary(max_size=30) | st.sampled_from([*ODD[:10], usage_event(), delta(content="x")]), max_size=10
    )
)
def test_nothing_that_a_server_sends_makes_the_reader_raise(pieces):
    reader = stream(hide_usage=False)
    out = b"".join(map(reader.feed, pieces))
    assert b"".join(pieces).startswith(out)
    reader.finish()


def test_an_event_over_several_lines_is_read():
    reader = stream()
    odd = b'id: 1\ndata: {"choices": [{"index": 0,\ndata:  "delta": {"content": "hi"}, "finish_reason": "stop"}]}\n\n'
    assert reader.feed(odd) == odd
    assert (reader.output_bytes, reader.ended) == (2, True)


def test_choices_of_an_odd_shape_are_still_counted():
    reader = stream()
    reader.feed(b'data: {"choices": [5, {"delta": {"content": "abc"}, "finish_reason": "stop"}]}\n\n')
    assert (reader.output_bytes, reader.output_events, reader.ended) == (3, 1, True)
