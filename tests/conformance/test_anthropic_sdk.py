"""The real `anthropic` SDK through the gateway to a real Anthropic-compatible server."""

from __future__ import annotations

from typing import Any

import anthropic

QUESTION: Any = {"role": "user", "content": "how are you?"}
WEATHER: Any = {
    "name": "weather",
    "description": "The weather in a city.",
    "input_schema": {
        "type": "object",
        "properties": {"city": {"type": "string", "enum": ["Paris", "Rome"]}},
        "required": ["city"],
    },
}


async def test_a_message_has_text_and_usage(anthropic_sdk):
    answer = await anthropic_sdk.ask(
        lambda c: c.messages.create(model="claude-tiny", messages=[QUESTION], max_tokens=12)
    )
    assert answer.content[0].text
    assert answer.stop_reason == "max_tokens"
    assert answer.usage.output_tokens == 12
    assert answer.usage.input_tokens > 0


async def test_a_system_prompt_counts_as_input(anthropic_sdk):
    ask = {"model": "claude-tiny", "messages": [QUESTION], "max_tokens": 1}
    plain = await anthropic_sdk.ask(lambda c: c.messages.create(**ask))
    longer = await anthropic_sdk.ask(lambda c: c.messages.create(**ask, system="be brief and kind"))
    assert longer.usage.input_tokens > plain.usage.input_tokens


async def test_a_stream_is_the_same_text_in_pieces(anthropic_sdk):
    fixed = {"temperature": 0}  # the SDK's own signature no longer has it
    ask = {"model": "claude-tiny", "messages": [QUESTION], "max_tokens": 12, "extra_body": fixed}
    whole = await anthropic_sdk.ask(lambda c: c.messages.create(**ask))
    events = await anthropic_sdk.events(lambda c: c.messages.create(**ask, stream=True))
    text = "".join(event.delta.text for event in events if event.type == "content_block_delta")
    assert text == whole.content[0].text
    assert [events[0].type, events[-1].type] == ["message_start", "message_stop"]


async def test_a_stream_ends_with_usage(anthropic_sdk):
    events = await anthropic_sdk.events(
        lambda c: c.messages.create(model="claude-tiny", messages=[QUESTION], max_tokens=12, stream=True)
    )
    [end] = [event for event in events if event.type == "message_delta"]
    assert end.usage.output_tokens == 12
    assert end.delta.stop_reason == "max_tokens"


async def test_the_stream_helper_builds_the_whole_message(anthropic_sdk):
    events, final = await anthropic_sdk.helped(
        lambda c: c.messages.stream(model="claude-tiny", messages=[QUESTION], max_tokens=12),
        "get_final_message",
    )
    text = "".join(event.text for event in events if event.type == "text")
    assert text
    assert final.content[0].text == text
    assert final.usage.output_tokens == 12


async def test_a_tool_call_goes_round(anthropic_sdk):
    asked = await anthropic_sdk.ask(
        lambda c: c.messages.create(
            model="claude-tiny",
            messages=[QUESTION],
            tools=[WEATHER],
            tool_choice={"type": "any"},
            max_tokens=200,
        )
    )
    [call] = asked.content
    assert asked.stop_reason == "tool_use"
    assert call.name == "weather"
    assert call.input["city"] in {"Paris", "Rome"}

    result = {"type": "tool_result", "tool_use_id": call.id, "content": "rain"}
    answered = await anthropic_sdk.ask(
        lambda c: c.messages.create(
            model="claude-tiny",
            messages=[
                QUESTION,
                {"role": "assistant", "content": [call.to_dict()]},
                {"role": "user", "content": [result]},
            ],
            tools=[WEATHER],
            max_tokens=12,
        )
    )
    assert answered.content[0].text


async def test_a_streamed_tool_call_has_whole_input(anthropic_sdk):
    _, final = await anthropic_sdk.helped(
        lambda c: c.messages.stream(
            model="claude-tiny",
            messages=[QUESTION],
            tools=[WEATHER],
            tool_choice={"type": "any"},
            max_tokens=200,
        ),
        "get_final_message",
    )
    [call] = final.content
    assert call.input["city"] in {"Paris", "Rome"}


async def test_models_lists_what_the_key_may_use(anthropic_sdk):
    names = {model.id for model in await anthropic_sdk.events(lambda c: c.models.list())}
    assert "claude-tiny" in names
    assert "claude-secret-model" not in names


async def test_a_model_is_retrieved_by_name(anthropic_sdk):
    model = await anthropic_sdk.ask(lambda c: c.models.retrieve("claude-tiny"))
    assert (model.id, model.type) == ("claude-tiny", "model")


async def test_an_answer_carries_the_request_id_and_the_target(anthropic_sdk):
    raw = await anthropic_sdk.ask(
        lambda c: c.messages.with_raw_response.create(model="claude-tiny", messages=[QUESTION], max_tokens=1)
    )
    assert raw.headers["request-id"]
    assert raw.headers["x-gateway-target"] == "llama-messages/tiny"


async def test_a_bearer_token_is_as_good_as_an_api_key(gateway, key):
    with anthropic.Anthropic(base_url=gateway.url, auth_token=key.key, max_retries=0) as client:
        answer = client.messages.create(model="claude-tiny", messages=[QUESTION], max_tokens=1)
    assert answer.usage.output_tokens == 1
