from __future__ import annotations

import json

import pytest

from gateway.dialects import (
    anthropic_messages,
    openai_chat,
    openai_embeddings,
    openai_moderations,
    openai_responses,
)
from gateway.dialects.gemini_generate import generate
from gateway.dialects.interface import Dialect
from gateway.guards.finding import Source, Text
from gateway.guards.sources import with_sources
from gateway.reading import BodyReading, rules_of

GEMINI = generate("/v1beta/models/{model}:generateContent", "m", stream=False)
TOOL = {"type": "function", "function": {"name": "f", "description": "of a tool", "parameters": {}}}
BODIES = {
    "chat": (
        openai_chat.DIALECT,
        {
            "model": "m",
            "messages": [
                {"role": "system", "content": "of system"},
                {"role": "user", "content": [{"type": "text", "text": "of user"}]},
                {"role": "assistant", "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": '{"a": "of assistant"}'}}]},
                {"content": "of tool", "role": "tool", "tool_call_id": "1"},
            ],
            "tools": [TOOL],
            "unheard": {"of": "of user, whatever it is"},
        },
    ),
    "messages": (
        anthropic_messages.DIALECT,
        {
            "model": "m",
            "system": [{"type": "text", "text": "of system"}],
            "messages": [
                {"role": "user", "content": "of user"},
                {"role": "assistant", "content": [{"type": "text", "text": "of assistant"}]},
                {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "1", "content": "of tool"}]},
            ],
        },
    ),
    "responses": (
        openai_responses.DIALECT,
        {
            "model": "m",
            "instructions": "of system",
            "input": [
                {"role": "user", "content": "of user"},
                {"type": "function_call", "call_id": "1", "name": "f", "arguments": '{"a": "of assistant"}'},
                {"type": "function_call_output", "call_id": "1", "output": "of tool"},
            ],
        },
    ),
    "gemini": (
        GEMINI,
        {
            "systemInstruction": {"parts": [{"text": "of system"}]},
            "contents": [
                {"role": "user", "parts": [{"text": "of user"}]},
                {"role": "model", "parts": [{"text": "of assistant"}]},
                {"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {"a": "of tool"}}}]},
            ],
        },
    ),
    "embeddings": (openai_embeddings.DIALECT, {"model": "m", "input": ["of user", "of user too"]}),
    "moderations": (openai_moderations.DIALECT, {"model": "m", "input": "of user"}),
}  # fmt: skip


def read(dialect: Dialect, body: object) -> tuple[Text, ...]:
    raw = json.dumps(body).encode()
    texts = BodyReading(dialect.parse(raw), dialect).texts
    found = with_sources(texts, raw, rules_of(dialect))
    assert tuple(each.text for each in found) == texts
    return found


@pytest.mark.parametrize(("dialect", "body"), BODIES.values(), ids=BODIES)
def test_each_text_is_known_with_whose_it_is(dialect: Dialect, body: object):
    told: list[tuple[str, Source]] = [
        (text, source) for text, source in read(dialect, body) if text.startswith("of ")
    ]
    assert len(told) > 0
    for text, source in told:
        whose = "system" if text == "of a tool" else text.split()[1].strip(",")
        assert (text, source) == (text, whose)


def test_a_turn_that_no_api_knows_is_the_users():
    turns = ["of user", {"role": 3, "content": "of user"}, {"role": "critic", "content": "of user"}]
    raw = json.dumps({"model": "m", "messages": turns}).encode()
    found = with_sources(["of user"] * 3, raw, rules_of(openai_chat.DIALECT))
    assert {source for _, source in found} == {"user"}


@pytest.mark.parametrize("raw", [b"", b"[]", b"no json", b'{"messages": [1]}'])
def test_where_nobody_knows_whose_they_are_texts_are_the_users(raw: bytes):
    assert with_sources(["a", "b"], raw, None) == (("a", "user"), ("b", "user"))
