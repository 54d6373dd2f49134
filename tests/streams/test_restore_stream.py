"""Streams of every API with their values put back: real readers inside, cut everywhere."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dialects.anthropic_stream import AnthropicStream
from gateway.dialects.gemini_array import GeminiArray
from gateway.dialects.gemini_stream import GeminiStream
from gateway.dialects.openai_responses_stream import ResponsesStream
from gateway.dialects.openai_stream import OpenAIStream
from gateway.policy.protection import Actions
from gateway.privacy.placeholders import Issued
from gateway.privacy.replacement import replace
from gateway.privacy.spans import Span
from gateway.streams.restore import Counts
from gateway.streams.restore_deltas import CHAT, GEMINI, MESSAGES, RESPONSES, Deltas
from gateway.streams.restore_stream import Inner, RestoringStream
from gateway.streams.sse import Splitter, event_data

Event = dict[str, Any]
ISSUED = Issued({"PERSON_1": 'Z"oë', "PERSON_2": "Ann"})


class Api(NamedTuple):
    """`say` makes the events of the pieces of a text and of a call's arguments, in turn; `read` gives both back."""

    inner: Callable[[], Inner]
    deltas: Deltas
    say: Callable[[list[str], list[str]], list[Event]]
    read: Callable[[list[Event]], tuple[str, str]]
    end: bytes = b""
    array: bool = False


def in_turn(first: list[Event], second: list[Event]) -> list[Event]:
    """One of each as long as there are both: the pieces of two texts come interleaved."""
    both = min(len(first), len(second))
    pairs = [event for pair in zip(first, second, strict=False) for event in pair]
    return pairs + first[both:] + second[both:]


def say_chat(text: list[str], arguments: list[str]) -> list[Event]:
    def chunk(delta: Event, reason: str | None = None) -> Event:
        return {"id": "c", "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}

    calls = [chunk({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}) for piece in arguments]
    return [*in_turn([chunk({"content": piece}) for piece in text], calls), chunk({}, "stop")]


def read_chat(events: list[Event]) -> tuple[str, str]:
    deltas = [event["choices"][0]["delta"] for event in events]
    calls = [delta["tool_calls"][0]["function"]["arguments"] for delta in deltas if "tool_calls" in delta]
    return "".join(delta.get("content", "") for delta in deltas), "".join(calls)


def say_messages(text: list[str], arguments: list[str]) -> list[Event]:
    def delta(index: int, **more: str) -> Event:
        return {"type": "content_block_delta", "index": index, "delta": more}

    says = [delta(0, type="text_delta", text=piece) for piece in text]
    calls = [delta(1, type="input_json_delta", partial_json=piece) for piece in arguments]
    stops: list[Event] = [{"type": "content_block_stop", "index": index} for index in (0, 1)]
    return [*in_turn(says, calls), *stops, {"type": "message_stop"}]


def read_messages(events: list[Event]) -> tuple[str, str]:
    deltas = [event["delta"] for event in events if event["type"] == "content_block_delta"]
    assert [event["type"] for event in events[-3:]] == [
        "content_block_stop",
        "content_block_stop",
        "message_stop",
    ]
    return "".join(one.get("text", "") for one in deltas), "".join(
        one.get("partial_json", "") for one in deltas
    )


def say_responses(text: list[str], arguments: list[str]) -> list[Event]:
    words, call = "response.output_text", "response.function_call_arguments"
    says: list[Event] = [
        {"type": f"{words}.delta", "output_index": 0, "content_index": 0, "delta": one} for one in text
    ]
    calls: list[Event] = [{"type": f"{call}.delta", "output_index": 1, "delta": one} for one in arguments]
    said, called = "".join(text), "".join(arguments)
    output = [
        {"type": "message", "content": [{"text": said}]},
        {"type": "function_call", "arguments": called},
    ]
    return [
        *in_turn(says, calls),
        {"type": f"{words}.done", "output_index": 0, "content_index": 0, "text": said},
        {"type": f"{call}.done", "output_index": 1, "arguments": called},
        {"type": "response.completed", "response": {"id": "r", "output": output}},
    ]


def read_responses(events: list[Event]) -> tuple[str, str]:
    def joined(kind: str) -> str:
        return "".join(event["delta"] for event in events if event["type"] == f"response.{kind}.delta")

    said, called = joined("output_text"), joined("function_call_arguments")
    text, call, completed = events[-3:]
    assert text["text"] == completed["response"]["output"][0]["content"][0]["text"] == said
    assert json.loads(call["arguments"]) == json.loads(completed["response"]["output"][1]["arguments"])
    assert json.loads(call["arguments"]) == json.loads(called)
    return said, called


def say_gemini(text: list[str], arguments: list[str]) -> list[Event]:
    def chunk(part: Event, **more: str) -> Event:
        return {"candidates": [{"index": 0, "content": {"parts": [part]}, **more}]}

    call = chunk({"functionCall": {"name": "f", "args": json.loads("".join(arguments))}})
    return [*(chunk({"text": piece}) for piece in text), call, chunk({"text": ""}, finishReason="STOP")]


def read_gemini(events: list[Event]) -> tuple[str, str]:
    parts = [event["candidates"][0]["content"]["parts"][0] for event in events]
    calls = [json.dumps(part["functionCall"]["args"]) for part in parts if "functionCall" in part]
    return "".join(part.get("text", "") for part in parts), "".join(calls)


APIS = {
    "chat": Api(
        lambda: OpenAIStream(hide_usage=False, choices=1), CHAT, say_chat, read_chat, b"data: [DONE]\n\n"
    ),
    "messages": Api(AnthropicStream, MESSAGES, say_messages, read_messages),
    "responses": Api(ResponsesStream, RESPONSES, say_responses, read_responses),
    "gemini": Api(lambda: GeminiStream(choices=1), GEMINI, say_gemini, read_gemini),
    "gemini array": Api(GeminiArray, GEMINI, say_gemini, read_gemini, array=True),
}


def streamed(api: Api, events: list[Event]) -> bytes:
    if api.array:
        return json.dumps(events).encode()
    named = [f"event: {event['type']}\n" if "type" in event else "" for event in events]
    return (
        "".join(
            f"{name}data: {json.dumps(event)}\n\n" for name, event in zip(named, events, strict=True)
        ).encode()
        + api.end
    )


def told(api: Api, data: list[bytes], issued: Issued, counts: Counts) -> bytes:
    stream = RestoringStream(api.inner(), api.deltas, issued, counts, array=api.array)
    passed = b"".join(map(stream.feed, data)) + stream.finish()
    assert stream.terminator == stream.terminator and stream.complete and stream.fault is None
    return passed + stream.terminator


def events_of(api: Api, data: bytes) -> list[Event]:
    if api.array:
        events: list[Event] = json.loads(data)
        return events
    splitter = Splitter()
    found = [event_data(event) for event in splitter.feed(data)]
    assert splitter.finish() == b""
    return [json.loads(one) for one in found if one is not None and one != b"[DONE]"]


def cut(text: str, at: list[int]) -> list[str]:
    places = [0, *sorted(one % (len(text) + 1) for one in at), len(text)]
    return [text[start:end] for start, end in pairwise(places)]


def answered(
    api: Api, text: str, arguments: str, at: list[int], issued: Issued, counts: Counts
) -> tuple[str, str]:
    stream = streamed(api, api.say(cut(text, at), cut(arguments, at)))
    size = max(at, default=7) + 1
    pieces = [stream[start : start + size] for start in range(0, len(stream), size)]
    return api.read(events_of(api, told(api, pieces, issued, counts)))


PEOPLE = {'Zoë "Z" Ruiz': "PERSON", "a\\b@c.de": "EMAIL", "Ann\nLee": "PERSON"}
originals = st.lists(
    st.one_of(st.sampled_from([*PEOPLE, "<PERSON_1>", "EMAIL_2", "<", "https://e.io/", "](", '"', "\\", " ", "é", "_"]), st.text(max_size=3)),
    max_size=8,
).map("".join)  # fmt: skip
cuts = st.lists(st.integers(0, 60), max_size=8)


@pytest.mark.parametrize("name", APIS)
@given(text=originals, argument=originals, at=cuts)
def test_what_is_replaced_and_said_again_is_restored_in_any_cut(name, text, argument, at):
    """The model repeats what it was sent. Only what stands in an address is left."""
    pattern = "|".join(map(re.escape, PEOPLE))
    spans = [
        [Span(one.start(), one.end(), PEOPLE[one[0]], 1.0) for one in re.finditer(pattern, said)]
        for said in (text, argument)
    ]
    sent = replace((text, argument), spans, Actions(), key=b"k")
    counts = Counts()
    arguments = json.dumps({"said": sent.texts[1]})
    said, called = answered(APIS[name], sent.texts[0], arguments, at, sent.issued, counts)
    if counts.unsafe == 0:
        assert said == text
    for name in sent.issued.names():
        value = sent.issued.value(name)
        said = said.replace(f"<{name}>", value)
        called = called.replace(f"<{name}>", json.dumps(value)[1:-1])
    assert (said, json.loads(called)) == (text, {"said": argument})


@pytest.mark.parametrize("name", APIS)
def test_byte_by_byte_is_as_in_one_piece(name):
    api = APIS[name]
    stream = streamed(
        api, api.say(["Hi <PER", "SON_1>, P", "ERSON_2. <PERS"], ['{"a":"<PER', 'SON_1>"', "}"])
    )
    one, other = Counts(), Counts()
    whole = events_of(api, told(api, [stream], ISSUED, one))
    assert (
        events_of(api, told(api, [stream[at : at + 1] for at in range(len(stream))], ISSUED, other)) == whole
    )
    assert one == other == Counts(restored=3)
    said, called = api.read(whole)
    assert said == 'Hi Z"oë, Ann. <PERS' and json.loads(called) == {"a": 'Z"oë'}


@pytest.mark.parametrize("name", APIS)
def test_an_event_in_which_nothing_is_restored_keeps_its_bytes(name):
    api = APIS[name]
    stream = streamed(api, api.say(["Hi ", "there. <b> 1_000"], ['{"a": 1.50}']))
    assert told(api, [stream], ISSUED, Counts()) == stream


@pytest.mark.parametrize("name", APIS)
def test_a_link_that_is_cut_carries_nothing_out(name):
    counts = Counts()
    said, _ = answered(
        APIS[name], "![](https://e.io/?q=<PERSON_1>) <PERSON_1>", "{}", list(range(60)), ISSUED, counts
    )
    assert said == '![](https://e.io/?q=<PERSON_1>) Z"oë' and counts == Counts(restored=1, unsafe=1)


def test_a_stream_that_is_torn_tells_what_was_held():
    stream = RestoringStream(APIS["chat"].inner(), CHAT, ISSUED, Counts())
    chunk = streamed(APIS["chat"], say_chat(["a <PER"], [])[:1]).removesuffix(b"data: [DONE]\n\n")
    passed = stream.feed(chunk) + stream.finish()
    assert read_chat(events_of(APIS["chat"], passed))[0] == "a <PER"
    assert stream.terminator == b"" and not stream.complete


def test_events_of_an_unusual_form_pass():
    data = b': hello\n\nid: 3\r\ndata: {"choices":[{"index":0,"delta":{"content":"<PERSON_2>"}}]}\r\n\r\ndata: no json\n\n'
    stream = RestoringStream(APIS["chat"].inner(), CHAT, ISSUED, Counts())
    passed = stream.feed(data)
    assert passed.startswith(b": hello\n\nid: 3\ndata: ") and passed.endswith(b"data: no json\n\n")
    assert b'"content":"Ann"' in passed


def test_thinking_that_will_be_signed_is_left():
    data = b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"<PERSON_1>"}}\n\n'
    stream = RestoringStream(AnthropicStream(), MESSAGES, ISSUED, Counts())
    assert stream.feed(data) == data
