"""The hub's events as streamed messages, in the order that Anthropic's SDKs rely on."""

from __future__ import annotations

import json
from typing import Any

import pytest
from anthropic.lib.streaming._messages import accumulate_event
from anthropic.types import RawMessageStreamEvent
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from gateway.dialects.anthropic_stream import AnthropicStream
from gateway.dialects.hub.reply import (
    Began,
    Event,
    LogprobsDelta,
    RefusalDelta,
    Stopped,
    TextDelta,
    ThinkingDelta,
    ThinkingSigned,
    TokenChance,
    ToolBegan,
    ToolDelta,
)
from gateway.dialects.hub.signature import wrapped
from gateway.dialects.spokes.messages_events_in import MessageEvents
from gateway.dialects.spokes.messages_events_out import MessageWriter
from gateway.dialects.spokes.messages_reply_in import read_reply
from gateway.dialects.spokes.messages_reply_out import write_reply
from gateway.streams.sse import Splitter, event_data, event_name
from gateway.usage import Usage
from tests.parts.conversations import replies
from tests.parts.messages_bodies import NAMING, NO_USAGE
from tests.parts.replies import cut_at, events_of, normal, reply_of

EVENT: TypeAdapter[Any] = TypeAdapter(RawMessageStreamEvent)
BEGAN = Began("chatcmpl-1", "m")


def stream(*events: Event, usage: Usage | None = None) -> bytes:
    writer = MessageWriter(NAMING)
    return b"".join(map(writer.write, events)) + writer.end(usage)


def told(*events: Event, usage: Usage | None = None) -> list[dict[str, Any]]:
    return [json.loads(event_data(event) or b"") for event in Splitter().feed(stream(*events, usage=usage))]


def grammar(*events: Event) -> list[str]:
    """Kinds of events with their index, and what deltas say; without the first and the last two."""
    lines = []
    for event in told(BEGAN, *events)[1:-2]:
        kind, index = event["type"].removeprefix("content_block_"), event["index"]
        said = event.get("delta") or event.get("content_block") or {}
        lines.append(
            " ".join(
                [
                    f"{index} {kind}",
                    *(str(said[name]) for name in said if name not in ("type", "caller") and said[name]),
                ]
            )
        )
    return lines


def test_a_stream_begins_with_a_message_and_ends_with_its_usage():
    usage = Usage(10, 4, 3, 2, 1, 2)
    start, delta, stop = told(BEGAN, Stopped(0, "stop_sequence", "END"), usage=usage)
    assert start["message"] == {
        "id": "msg_1a2b",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "stop_details": None,
        "container": None,
        "usage": NO_USAGE,
    }
    ended = {"stop_reason": "stop_sequence", "stop_sequence": "END", "stop_details": None, "container": None}
    assert delta["delta"] == ended
    assert delta["usage"] == {
        "input_tokens": 5,
        "cache_creation_input_tokens": 2,
        "cache_read_input_tokens": 3,
        "server_tool_use": None,
        "output_tokens": 4,
        "output_tokens_details": {"thinking_tokens": 2},
    }
    assert stop == {"type": "message_stop"}


def test_every_event_has_its_name():
    events = Splitter().feed(stream(BEGAN, TextDelta(0, "a"), Stopped(0, "end")))
    names = [event_name(event) for event in events]
    assert names == [json.loads(event_data(event) or b"")["type"].encode() for event in events]


def test_the_input_is_the_providers_where_it_told_it_and_never_0():
    assert told(Began("a", "m", 20))[0]["message"]["usage"]["input_tokens"] == 20
    writer = MessageWriter(type(NAMING)("a", 0, "m", 0, False, NAMING.conversation))
    assert b'"input_tokens":1,' in writer.write(Began("a", "", 0))


def test_what_nobody_counted_is_estimated_by_its_bytes():
    said = (ThinkingDelta(0, "hm"), ThinkingDelta(0, "mm"), TextDelta(0, "größer"))
    called = (ToolBegan(0, 0, "a", "f"), ToolDelta(0, 0, '{"x"'), ToolDelta(0, 0, ": 12}"))
    usage = told(BEGAN, *said, *called, Stopped(0, "end"))[-2]["usage"]
    assert usage["output_tokens"] == 6, "4 + 8 + 9 bytes"


def test_a_provider_that_tells_no_usage_leaves_the_input_as_it_was_estimated():
    assert told(BEGAN)[1]["usage"]["input_tokens"] == 7
    assert told(Began("a", "m", 20))[1]["usage"]["input_tokens"] == 20


def test_a_stream_without_any_event_is_whole():
    assert [event["type"] for event in told()] == ["message_start", "message_delta", "message_stop"]


def test_blocks_come_one_after_the_other():
    signature = wrapped("c2ln", "openai", "anthropic")
    assert grammar(
        ThinkingDelta(0, "h"),
        ThinkingDelta(0, "m"),
        ThinkingSigned(0, "c2ln", "openai"),
        ThinkingDelta(0, "so"),
        ThinkingSigned(0, "ZGF0YQ==", "anthropic", redacted=True),
        TextDelta(0, ""),
        TextDelta(0, "H"),
        TextDelta(0, "i"),
        RefusalDelta(0, "No."),
        ToolBegan(0, 0, "x", "f"),
        ToolDelta(0, 0, "{}"),
        Stopped(0, "end"),
    ) == [
        *("0 start", "0 delta h", "0 delta m", f"0 delta {signature}", "0 stop"),
        *("1 start", "1 delta so", "1 stop"),
        *("2 start ZGF0YQ==", "2 stop"),
        *("3 start", "3 delta H", "3 delta i", "3 stop"),
        *("4 start", "4 delta No.", "4 stop"),
        *("5 start x f", "5 delta {}", "5 stop"),
    ]


def test_a_signature_without_words_and_that_of_a_call_stand_in_reasoning_without_words():
    first = wrapped("YQ==", "openai", "anthropic")
    second = wrapped("Yg==", "gemini", "anthropic")
    assert grammar(
        ThinkingSigned(0, "YQ==", "openai"),
        ToolBegan(0, 0, "x", "f", "Yg==", "gemini"),
        Stopped(0, "tool_use"),
    ) == [
        *("0 start", f"0 delta {first}", "0 stop"),
        *("1 start", f"1 delta {second}", "1 stop"),
        *("2 start x f", "2 stop"),
    ]


def test_words_are_told_at_once():
    writer = MessageWriter(NAMING)
    writer.write(BEGAN)
    assert b'"text":"H"' in writer.write(TextDelta(0, "H"))
    writer.write(ToolBegan(0, 0, "x", "f"))
    assert b'{\\"a' in writer.write(ToolDelta(0, 0, '{"a'))
    writer.write(ToolDelta(0, 0, '":1}'))
    assert b'"name":"g"' in writer.write(ToolBegan(0, 1, "y", "g")), "the first call is whole"


def test_a_call_that_is_not_whole_lets_the_next_ones_wait():
    assert grammar(
        ToolBegan(0, 0, "x", "f"),
        ToolBegan(0, 1, "y", "g"),
        ToolDelta(0, 1, '{"b"'),
        ToolDelta(0, 0, '{"a"'),
        TextDelta(0, "c"),
        ToolDelta(0, 1, ":2}"),
        ToolDelta(0, 0, ":1}"),
        ToolBegan(0, 2, "z", "h"),
        Stopped(0, "tool_use"),
    ) == [
        *("0 start x f", '0 delta {"a"', "0 delta :1}", "0 stop"),
        *("1 start y g", '1 delta {"b":2}', "1 stop"),
        *("2 start", "2 delta c", "2 stop"),
        *("3 start z h", "3 stop"),
    ]


@pytest.mark.parametrize(
    ("pieces", "delta"),
    [
        (["[1", ",2]"], ['0 delta {"arguments":"[1,2]"}']),
        ([" ", '{"a":', "1"], ['0 delta {"a":', "0 delta 1"]),
        ([" "], []),
        ([], []),
    ],
)
def test_arguments_that_are_no_object_become_one(pieces, delta):
    deltas = [ToolDelta(0, 0, piece) for piece in pieces]
    assert grammar(ToolBegan(0, 0, "x", "f"), *deltas) == ["0 start x f", *delta, "0 stop"]


def test_what_can_t_be_told_is_left_out():
    assert (
        grammar(
            TextDelta(1, "b"),
            LogprobsDelta(0, (TokenChance("a", 0.0),)),
            ToolDelta(0, 3, "{}"),
            Stopped(1, "end"),
        )
        == []
    )


def test_calls_without_an_id_get_one_and_end_the_turn():
    events = told(BEGAN, ToolBegan(0, 0, "", "f"), ToolBegan(0, 1, "", "f"), Stopped(0, "end"))
    starts = [event["content_block"]["id"] for event in events if event["type"] == "content_block_start"]
    assert starts == ["toolu_1a2b_0_0", "toolu_1a2b_0_1"]
    assert events[-2]["delta"]["stop_reason"] == "tool_use"


@given(replies(unnamed_calls=True), st.integers(1, 9))
def test_the_sdk_makes_the_same_message_of_a_stream_and_of_a_whole_answer(reply, cut):
    snapshot: Any = None
    buffers: dict[int, bytes] = {}
    for event in told(*events_of(reply, cut), usage=reply.usage):
        said = EVENT.validate_python(event, strict=True)
        snapshot = accumulate_event(event=said, current_snapshot=snapshot, json_bufs=buffers)
    streamed = json.loads(snapshot.model_dump_json(exclude_unset=True))
    assert streamed == json.loads(write_reply(reply, NAMING))


@given(replies(most_choices=2), st.integers(1, 9), st.lists(st.integers(0, 400), max_size=4))
def test_a_stream_cut_anywhere_says_what_the_whole_answer_says(reply, cut, places):
    tape, reader = AnthropicStream(), MessageEvents()
    whole = stream(*events_of(reply, cut), usage=reply.usage)
    passed = b"".join(map(tape.feed, cut_at(whole, [min(place, len(whole)) for place in places])))
    events = [said for raw in Splitter().feed(passed + tape.terminator) for said in reader.read(raw)]
    assert tape.complete and tape.fault is None
    read = read_reply(write_reply(reply, NAMING))
    assert reply_of(events, read.usage) == normal(read)
    usage = reply.usage
    if usage is not None and usage.input_tokens > usage.cache_read_tokens + usage.cache_write_tokens:
        assert tape.usage == usage
