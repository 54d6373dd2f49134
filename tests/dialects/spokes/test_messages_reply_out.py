"""Answers of the hub as messages."""

from __future__ import annotations

import json

import pytest
from anthropic.types import Message
from hypothesis import given

from gateway.dialects.anthropic_answer import read_answer
from gateway.dialects.hub.parts import Refusal, Text, Thinking, ToolUse
from gateway.dialects.hub.reply import Choice, Reply
from gateway.dialects.hub.signature import wrapped
from gateway.dialects.spokes.messages_reply_out import write_reply
from gateway.usage import Usage
from tests.parts.conversations import replies
from tests.parts.messages_bodies import NAMING, NO_USAGE


def told(*parts, stop="end", usage=None, model="m"):
    return json.loads(write_reply(Reply("chatcmpl-1", model, (Choice(parts, stop),), usage), NAMING))


def test_an_answer_has_the_id_of_the_call_and_the_model_that_answered():
    assert told(Text("Hi")) == {
        "id": "msg_1a2b",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [{"type": "text", "text": "Hi", "citations": None}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "stop_details": None,
        "container": None,
        "usage": {**NO_USAGE, "output_tokens": 1},
    }
    assert told(model="")["model"] == "claude"


def test_what_nobody_counted_is_estimated_by_its_bytes():
    answer = told(Thinking("hmmm"), Text("größer"), ToolUse("a", "f", '{"x": 12}'))
    assert answer["usage"]["output_tokens"] == 6, "4 + 8 + 9 bytes"


def test_reasoning_carries_the_signature_of_whoever_made_it():
    foreign = wrapped("c2ln", "openai", "anthropic")
    assert told(
        Thinking("hm", "c2ln", "anthropic"),
        Thinking("so", "c2ln", "openai"),
        Thinking("", "c2ln", "openai", redacted=True),
        Thinking("told only"),
    )["content"] == [
        {"type": "thinking", "thinking": "hm", "signature": "c2ln"},
        {"type": "thinking", "thinking": "so", "signature": foreign},
        {"type": "redacted_thinking", "data": foreign},
        {"type": "thinking", "thinking": "told only", "signature": ""},
    ]


def test_the_signature_of_a_call_stands_before_it():
    signature = wrapped("c2ln", "gemini", "anthropic")
    assert told(Text("a"), ToolUse("x", "f", '{"a":1}', "c2ln", "gemini"))["content"] == [
        {"type": "text", "text": "a", "citations": None},
        {"type": "thinking", "thinking": "", "signature": signature},
        {"type": "tool_use", "id": "x", "name": "f", "input": {"a": 1}, "caller": {"type": "direct"}},
    ]


def test_calls_without_an_id_get_one_each_and_end_the_turn():
    message = told(ToolUse("", "f", ""), ToolUse("", "f", "[1]"))
    first, second = message["content"]
    assert (first["id"], first["input"]) == ("toolu_1a2b_0_0", {})
    assert (second["id"], second["input"]) == ("toolu_1a2b_0_1", {"arguments": "[1]"})
    assert message["stop_reason"] == "tool_use"


def test_a_refusal_is_text_and_an_empty_text_is_nothing():
    message = told(Text(""), Refusal("No."), stop="refused")
    assert message["content"] == [{"type": "text", "text": "No.", "citations": None}]
    assert message["stop_reason"] == "refusal"


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (Usage(10, 4), (10, 0, 0, 4)),
        (Usage(10, 4, 3, 2), (5, 2, 3, 4)),
        (Usage(1, 4, 3, 2), (0, 2, 3, 4)),
    ],
)
def test_cached_tokens_stand_beside_the_input(usage, expected):
    names = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens")
    said = told(usage=usage)["usage"]
    assert tuple(said[name] for name in names) == expected


def test_all_figures_of_usage_come_back():
    usage = Usage(10, 8, 3, 5, 2, 6)
    body = write_reply(Reply("a", "m", (Choice((), "end"),), usage), NAMING)
    assert read_answer(body).usage == usage


def test_only_the_first_choice_is_told():
    choices = (Choice((Text("a"),), "length"), Choice((Text("b"),), "end"))
    message = json.loads(write_reply(Reply("a", "m", choices), NAMING))
    [block] = message["content"]
    assert (block["text"], message["stop_reason"]) == ("a", "max_tokens")
    assert json.loads(write_reply(Reply("a", "m", ()), NAMING))["content"] == []


@given(replies(most_choices=2, unnamed_calls=True))
def test_the_sdk_takes_every_answer(reply):
    message = Message.model_validate_json(write_reply(reply, NAMING), strict=True)
    assert message.stop_reason is not None
