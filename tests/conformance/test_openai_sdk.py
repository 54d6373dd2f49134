"""The real `openai` SDK through the gateway to a real OpenAI-compatible server."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Literal

import openai
import pytest
from pydantic import BaseModel

QUESTION: Any = {"role": "user", "content": "how are you?"}
WEATHER: Any = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather in a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string", "enum": ["Paris", "Rome"]}},
            "required": ["city"],
        },
    },
}
FIXED = {"temperature": 0, "seed": 1, "max_tokens": 12}


class Mood(BaseModel):
    mood: Literal["fine", "tired"]


async def test_a_chat_completion_has_text_and_usage(openai_sdk):
    answer = await openai_sdk.ask(
        lambda c: c.chat.completions.create(model="tiny", messages=[QUESTION], max_tokens=12)
    )
    assert answer.choices[0].message.content
    assert answer.choices[0].finish_reason == "length"
    assert answer.usage.completion_tokens == 12
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + 12


async def test_several_choices_come_in_one_answer(openai_sdk):
    answer = await openai_sdk.ask(
        lambda c: c.chat.completions.create(model="tiny", messages=[QUESTION], max_tokens=4, n=3)
    )
    assert [choice.index for choice in answer.choices] == [0, 1, 2]


async def test_a_stream_is_the_same_text_in_pieces(openai_sdk):
    ask = {"model": "tiny", "messages": [QUESTION], **FIXED}
    whole = await openai_sdk.ask(lambda c: c.chat.completions.create(**ask))
    chunks = await openai_sdk.events(lambda c: c.chat.completions.create(**ask, stream=True))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == whole.choices[0].message.content
    assert chunks[-1].choices[0].finish_reason == "length"
    assert all(chunk.usage is None for chunk in chunks)


async def test_a_stream_ends_with_usage_where_the_caller_asks_for_it(openai_sdk):
    chunks = await openai_sdk.events(
        lambda c: c.chat.completions.create(
            model="tiny",
            messages=[QUESTION],
            max_tokens=12,
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    assert chunks[-1].choices == []
    assert chunks[-1].usage.completion_tokens == 12


async def test_the_stream_helper_builds_and_parses_the_whole_completion(openai_sdk):
    events, final = await openai_sdk.helped(
        lambda c: c.chat.completions.stream(
            model="tiny", messages=[QUESTION], response_format=Mood, max_tokens=100
        ),
        "get_final_completion",
    )
    text = "".join(event.delta for event in events if event.type == "content.delta")
    assert final.choices[0].message.content == text
    assert final.choices[0].message.parsed.mood in {"fine", "tired"}


async def test_a_tool_call_goes_round(openai_sdk):
    asked = await openai_sdk.ask(
        lambda c: c.chat.completions.create(
            model="tiny", messages=[QUESTION], tools=[WEATHER], tool_choice="required", max_tokens=200
        )
    )
    message = asked.choices[0].message
    [call] = message.tool_calls
    assert asked.choices[0].finish_reason == "tool_calls"
    assert call.function.name == "weather"
    assert json.loads(call.function.arguments)["city"] in {"Paris", "Rome"}

    result = {"role": "tool", "tool_call_id": call.id, "content": "rain"}
    answered = await openai_sdk.ask(
        lambda c: c.chat.completions.create(
            model="tiny",
            messages=[QUESTION, message.to_dict(), result],
            tools=[WEATHER],
            max_tokens=12,
        )
    )
    assert answered.choices[0].message.content


async def test_a_streamed_tool_call_has_whole_arguments(openai_sdk):
    events, final = await openai_sdk.helped(
        lambda c: c.chat.completions.stream(
            model="tiny", messages=[QUESTION], tools=[WEATHER], tool_choice="required", max_tokens=200
        ),
        "get_final_completion",
    )
    [done] = [event for event in events if event.type == "tool_calls.function.arguments.done"]
    [call] = final.choices[0].message.tool_calls
    assert json.loads(done.arguments) == json.loads(call.function.arguments)
    assert json.loads(done.arguments)["city"] in {"Paris", "Rome"}


async def test_a_structured_answer_is_parsed_by_the_sdk(openai_sdk):
    answer = await openai_sdk.ask(
        lambda c: c.chat.completions.parse(
            model="tiny", messages=[QUESTION], response_format=Mood, max_tokens=100
        )
    )
    assert answer.choices[0].message.parsed.mood in {"fine", "tired"}


async def test_a_completion_has_text_and_usage(openai_sdk):
    answer = await openai_sdk.ask(
        lambda c: c.completions.create(model="tiny", prompt="how are", max_tokens=8)
    )
    assert answer.choices[0].text
    assert answer.usage.completion_tokens == 8


async def test_a_completion_streams(openai_sdk):
    ask = {"model": "tiny", "prompt": "how are", **FIXED}
    whole = await openai_sdk.ask(lambda c: c.completions.create(**ask))
    chunks = await openai_sdk.events(lambda c: c.completions.create(**ask, stream=True))
    assert "".join(chunk.choices[0].text for chunk in chunks) == whole.choices[0].text
    assert len(chunks) > 1


@pytest.mark.parametrize("encoding", ["float", "base64", None])
async def test_embeddings_are_vectors_with_usage(openai_sdk, encoding):
    more = {} if encoding is None else {"encoding_format": encoding}
    answer = await openai_sdk.ask(
        lambda c: c.embeddings.create(model="tiny-embedding", input=["how are you", "fine"], **more)
    )
    assert [item.index for item in answer.data] == [0, 1]
    assert answer.data[0].embedding != answer.data[1].embedding
    assert answer.usage.prompt_tokens > 0


async def test_models_lists_what_the_key_may_use(openai_sdk):
    names = {model.id for model in await openai_sdk.events(lambda c: c.models.list())}
    assert {"tiny", "tiny-embedding"} <= names
    assert "secret-model" not in names


async def test_a_model_is_retrieved_by_name(openai_sdk):
    model = await openai_sdk.ask(lambda c: c.models.retrieve("tiny"))
    assert (model.id, model.object) == ("tiny", "model")


async def test_a_base_url_without_v1_works_too(gateway, key):
    with openai.OpenAI(base_url=gateway.url, api_key=key.key, max_retries=0) as client:
        answer = client.chat.completions.create(model="tiny", messages=[QUESTION], max_tokens=1)
    assert answer.usage is not None


async def test_an_answer_carries_the_request_id_and_the_target(openai_sdk):
    raw = await openai_sdk.ask(
        lambda c: c.chat.completions.with_raw_response.create(model="tiny", messages=[QUESTION], max_tokens=1)
    )
    assert raw.headers["x-request-id"]
    assert raw.headers["x-gateway-model"] == "tiny"
    assert raw.headers["x-gateway-target"] == "llama/tiny"


async def test_calls_side_by_side_get_their_own_answers(openai_sdk):
    prompts = [f"count to {number}" for number in range(12)]

    async def answer(prompt: str) -> str:
        asked = await openai_sdk.ask(
            lambda c: c.completions.create(model="tiny", prompt=prompt, echo=False, **FIXED)
        )
        return asked.choices[0].text

    together = await asyncio.gather(*map(answer, prompts))
    assert together == [await answer(prompt) for prompt in prompts]
