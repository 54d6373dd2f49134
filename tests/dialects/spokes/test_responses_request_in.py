"""A client's Responses request as a conversation."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from gateway.dialects import openai_responses
from gateway.dialects.hub.conversation import Conversation, OutputFormat, Reasoning, Tool, ToolChoice
from gateway.dialects.hub.features import Feature, Misfit
from gateway.dialects.hub.parts import Message, Text
from gateway.dialects.interface import Asked, BadBody
from gateway.dialects.spokes.responses_request_in import read_request

SCHEMA = b'{"type": "object", "maximum": 123456789012345678901234567890}'


def asked(**fields: Any) -> Asked:
    return openai_responses.parse(json.dumps({"model": "fast", "input": "hello", **fields}).encode())


def read(**fields: Any) -> Conversation:
    return read_request(asked(**fields))


def test_a_text_is_a_turn_of_the_user():
    assert read() == Conversation("fast", messages=(Message("user", (Text("hello"),)),))


def test_instructions_come_before_what_the_input_says_of_the_system():
    conversation = read(instructions="one", input=[{"role": "developer", "content": "two"}])
    assert conversation.system == (Text("one"), Text("two"))


def test_settings_have_the_hubs_names():
    conversation = read(
        stream=True,
        max_output_tokens=100,
        temperature=1.5,
        top_p=0.5,
        parallel_tool_calls=False,
        tool_choice="required",
        tools=[{"type": "function", "name": "f", "strict": True, "parameters": None}],
        text={"verbosity": "low", "format": {"type": "json_object"}},
        reasoning={"effort": "xhigh", "summary": "concise"},
        include=["message.output_text.logprobs", "reasoning.encrypted_content"],
        top_logprobs=2,
        safety_identifier="ann",
        prompt_cache_key="k",
        metadata={"a": "b"},
    )
    assert bytes(conversation.metadata or b"") == b'{"a": "b"}'
    assert conversation == Conversation(
        "fast",
        messages=conversation.messages,
        stream=True,
        tools=(Tool("f", strict=True),),
        tool_choice=ToolChoice("required"),
        parallel_tools=False,
        output=OutputFormat(),
        reasoning=Reasoning("xhigh", tell=True),
        max_output_tokens=100,
        temperature=1.5,
        top_p=0.5,
        logprobs=True,
        top_logprobs=2,
        verbosity="low",
        end_user="ann",
        metadata=conversation.metadata,
        cache_key="k",
    )


def test_a_schema_stays_byte_by_byte():
    body = (
        b'{"model":"m","input":"a","text":{"format":{"type":"json_schema","name":"n","schema":%b}}}' % SCHEMA
    )
    output = read_request(openai_responses.parse(body)).output
    assert output is not None and output.schema is not None
    assert (bytes(output.schema), output.name, output.strict) == (SCHEMA, "n", None)


def test_nothing_is_unknown_of_what_is_default_null_or_without_effect_elsewhere():
    conversation = read(
        store=False,
        background=False,
        service_tier="auto",
        truncation="disabled",
        stream_options={"include_obfuscation": False},
        max_tool_calls=3,
        user="ann",
        metadata={},
        context_management=None,
        tools=None,
        text={"format": {"type": "text"}},
        reasoning={},
    )
    assert conversation == Conversation("fast", messages=conversation.messages, end_user="ann")


def test_members_without_a_word_are_named():
    conversation = read(
        store=True,
        service_tier="flex",
        truncation="auto",
        context_management=[{"type": "compaction"}],
        reasoning={"mode": "pro", "context": None},
        text={"tone": "warm"},
        tools=[{"type": "function", "name": "f", "defer_loading": True, "output_schema": {}}],
        input=[{"type": "function_call", "call_id": "c", "name": "f", "arguments": "", "namespace": "n"}],
    )
    assert set(conversation.unknown) == {
        *("store", "service_tier", "truncation", "context_management"),
        *("reasoning.mode", "text.tone", "input[].namespace"),
        *("tools[].defer_loading", "tools[].output_schema"),
    }


def test_log_probabilities_are_asked_for_by_either_member():
    assert read(include=["message.output_text.logprobs"]).logprobs
    assert read(top_logprobs=1).top_logprobs == 1
    assert not read(top_logprobs=0).logprobs


@pytest.mark.parametrize("name", ["previous_response_id", "conversation", "prompt", "container"])
def test_what_a_provider_keeps_does_not_fit(name):
    held = Asked(b"", {"model": Raw(b'"m"'), "input": Raw(b'"a"'), name: Raw(b'"id"')}, "m")
    with pytest.raises(Misfit) as refused:
        read_request(held)
    assert (refused.value.feature, refused.value.param) == (Feature.HELD, name)


def test_a_moderation_of_the_providers_does_not_fit():
    with pytest.raises(Misfit, match="moderation"):
        read(moderation={"model": "omni-moderation-latest"})


@pytest.mark.parametrize(
    ("param", "value"),
    [
        ("instructions", ["a"]),
        ("temperature", "hot"),
        ("parallel_tool_calls", 1),
        ("include", "all"),
        ("text", []),
        ("text", {"format": {"type": "grammar"}}),
        ("text", {"format": {"type": "json_schema", "name": "n"}}),
        ("reasoning", {"effort": "utmost"}),
        ("top_logprobs", 10**30),
        ("max_output_tokens", 0),
    ],
)
def test_a_value_that_no_api_takes_is_a_bad_body(param, value):
    with pytest.raises(BadBody) as refused:
        read(**{param: value})
    assert refused.value.param in (param, "format", "effort")


@pytest.mark.parametrize("given", [{}, {"input": Raw(b"null")}])
def test_nothing_to_go_on_from_is_a_bad_body(given):
    with pytest.raises(BadBody, match="'input' is missing"):
        read_request(Asked(b"", {"model": Raw(b'"m"'), **given}, "m"))


def test_a_number_that_nothing_can_hold_is_a_bad_body():
    body = b'{"model":"m","input":"a","temperature":1e999}'
    with pytest.raises(BadBody):
        read_request(openai_responses.parse(body))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "role", "content", "text", "name", "tools"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)
MEMBERS = st.dictionaries(
    st.sampled_from("input text tools tool_choice reasoning include metadata instructions".split()), JSON
)


@given(MEMBERS)
def test_any_body_is_read_or_refused(fields):
    try:
        assert read(**fields).model == "fast"
    except (BadBody, Misfit) as refused:
        assert str(refused)
