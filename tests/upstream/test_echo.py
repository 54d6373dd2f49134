from __future__ import annotations

import base64
import itertools
import struct
from typing import Any

import orjson
import pytest
from anthropic.types import Message, MessageTokensCount
from openai.types import Completion, CreateEmbeddingResponse
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

from gateway.errors import Broken
from gateway.upstream.echo import EchoUpstream
from gateway.upstream.interface import Incoming, Outgoing, TimeLimits

HELLO = [{"role": "system", "content": "be brief"}, {"role": "user", "content": "Hello there, world"}]
SAID = "echo: Hello there, world"


async def ask(path: str, body: object, *, echo: EchoUpstream | None = None, method: str = "POST") -> Incoming:
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    outgoing = Outgoing(method, f"echo://{path}", [], raw, TimeLimits())
    return await (echo or EchoUpstream(now_s=lambda: 1_700_000_000)).send(outgoing)


async def told(path: str, body: object) -> Any:
    incoming = await ask(path, body)
    assert incoming.status == 200
    assert incoming.headers["content-type"] == "application/json"
    return orjson.loads(await incoming.read(1 << 20))


async def events(path: str, body: dict[str, Any]) -> list[bytes]:
    incoming = await ask(path, body | {"stream": True})
    assert incoming.headers["content-type"] == "text/event-stream"
    chunks = []
    while chunk := await incoming.next_chunk():
        assert chunk.endswith(b"\n\n")
        chunks.append(chunk)
    return chunks


async def test_chat_says_the_last_users_text() -> None:
    answer = ChatCompletion.model_validate(await told("/chat/completions", {"model": "m", "messages": HELLO}))
    assert answer.choices[0].message.content == SAID
    assert answer.choices[0].finish_reason == "stop"
    assert (answer.id, answer.created, answer.model) == ("chatcmpl-echo-1", 1_700_000_000, "m")
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


async def test_text_parts_are_joined_and_others_passed_over() -> None:
    parts = [
        {"type": "text", "text": "a"},
        {"type": "image_url", "image_url": {}},
        {"type": "text", "text": "b"},
    ]
    body = {
        "model": "m",
        "messages": [{"role": "user", "content": parts}, {"role": "assistant", "content": None}],
    }
    assert (await told("/v1/chat/completions", body))["choices"][0]["message"]["content"] == "echo: ab"


async def test_a_chat_stream_has_several_chunks_that_join_to_the_answer() -> None:
    chunks = await events("/chat/completions", {"model": "m", "messages": HELLO})
    assert chunks[-1] == b"data: [DONE]\n\n"
    parsed = [ChatCompletionChunk.model_validate_json(chunk[6:]) for chunk in chunks[:-1]]
    assert "".join(chunk.choices[0].delta.content or "" for chunk in parsed) == SAID
    assert len(parsed) > 4
    assert [chunk.choices[0].finish_reason for chunk in parsed][-1] == "stop"
    assert all(b'"usage"' not in chunk for chunk in chunks)


async def test_a_chat_stream_reports_usage_where_asked_and_as_the_whole_answer_does() -> None:
    body = {"model": "m", "messages": HELLO}
    whole = await told("/chat/completions", body)
    chunks = await events("/chat/completions", body | {"stream_options": {"include_usage": True}})
    last = orjson.loads(chunks[-2][6:])
    assert last["choices"] == []
    assert last["usage"] == whole["usage"]
    assert all(orjson.loads(chunk[6:])["usage"] is None for chunk in chunks[:-2])


async def test_max_tokens_cuts_the_answer_and_says_so() -> None:
    body = {"model": "m", "messages": HELLO, "max_completion_tokens": 2}
    answer = await told("/chat/completions", body)
    assert answer["usage"]["completion_tokens"] == 2
    assert answer["choices"][0]["finish_reason"] == "length"
    assert SAID.startswith(answer["choices"][0]["message"]["content"])


async def test_n_gives_as_many_choices_and_bills_them() -> None:
    one = await told("/chat/completions", {"model": "m", "messages": HELLO})
    two = await told("/chat/completions", {"model": "m", "messages": HELLO, "n": 2})
    assert [choice["index"] for choice in two["choices"]] == [0, 1]
    assert two["usage"]["completion_tokens"] == 2 * one["usage"]["completion_tokens"]


@pytest.mark.parametrize(
    ("prompt", "said"), [("hi", "echo: hi"), (["hi"], "echo: hi"), ([1, 2], "echo: 1 2")]
)
async def test_completions_say_each_prompt(prompt: object, said: str) -> None:
    answer = Completion.model_validate(await told("/completions", {"model": "m", "prompt": prompt}))
    assert [choice.text for choice in answer.choices] == [said]


async def test_a_completion_stream_joins_to_the_answer() -> None:
    body = {"model": "m", "prompt": "one two three", "stream_options": {"include_usage": True}}
    chunks = [orjson.loads(chunk[6:]) for chunk in (await events("/completions", body))[:-1]]
    assert "".join(chunk["choices"][0]["text"] for chunk in chunks[:-1]) == "echo: one two three"
    assert chunks[-1]["usage"]["completion_tokens"] > 0


async def test_embeddings_are_unit_vectors_that_depend_on_the_text_alone() -> None:
    body = {"model": "m", "input": ["a", "b", "a"]}
    answer = CreateEmbeddingResponse.model_validate(await told("/embeddings", body))
    first, second, third = (item.embedding for item in answer.data)
    assert first == third != second
    assert len(first) == 8
    assert sum(number * number for number in first) == pytest.approx(1)


async def test_base64_embeddings_are_the_same_numbers() -> None:
    body = {"model": "m", "input": "a", "dimensions": 20}
    floats = (await told("/embeddings", body))["data"][0]["embedding"]
    packed = (await told("/embeddings", body | {"encoding_format": "base64"}))["data"][0]["embedding"]
    assert list(struct.unpack("<20f", base64.b64decode(packed))) == floats


async def test_messages_say_the_last_users_text() -> None:
    body = {"model": "m", "max_tokens": 100, "system": "be brief", "messages": HELLO[1:]}
    answer = Message.model_validate(await told("/v1/messages", body))
    assert answer.content[0].type == "text"
    assert answer.content[0].text == SAID
    assert answer.stop_reason == "end_turn"
    assert answer.usage.input_tokens > 0


async def test_a_message_stream_is_the_full_sequence_of_events() -> None:
    body = {"model": "m", "max_tokens": 100, "messages": HELLO[1:]}
    whole = await told("/messages", body)
    chunks = await events("/messages", body)
    named = [chunk.split(b"\n")[0].removeprefix(b"event: ").decode() for chunk in chunks]
    data = [orjson.loads(chunk.split(b"\n")[1].removeprefix(b"data: ")) for chunk in chunks]
    assert [one["type"] for one in data] == named
    assert [name for name, _ in itertools.groupby(named)] == [
        "message_start",
        "content_block_start",
        "ping",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    assert "".join(one["delta"]["text"] for one in data if one["type"] == "content_block_delta") == SAID
    assert data[0]["message"]["usage"]["input_tokens"] == whole["usage"]["input_tokens"]
    assert data[-2]["usage"]["output_tokens"] == whole["usage"]["output_tokens"]
    assert data[-2]["delta"]["stop_reason"] == "end_turn"


async def test_a_long_answer_streams_in_a_bounded_number_of_chunks() -> None:
    body = {"model": "m", "messages": [{"role": "user", "content": "word " * 10_000}]}
    assert len(await events("/chat/completions", body)) < 40


@pytest.mark.parametrize(
    ("path", "body", "param"),
    [
        ("/chat/completions", b"{", None),
        ("/chat/completions", [], None),
        ("/chat/completions", {"messages": HELLO}, "model"),
        ("/chat/completions", {"model": "m"}, "messages"),
        ("/chat/completions", {"model": "m", "messages": []}, "messages"),
        ("/chat/completions", {"model": "m", "messages": ["hi"]}, "messages"),
        ("/chat/completions", {"model": "m", "messages": [{"role": "user", "content": 3}]}, "messages"),
        ("/chat/completions", {"model": "m", "messages": HELLO, "max_tokens": "9"}, "max_tokens"),
        ("/chat/completions", {"model": "m", "messages": HELLO, "n": 0}, "n"),
        ("/completions", {"model": "m"}, "prompt"),
        ("/embeddings", {"model": "m", "input": []}, "input"),
        ("/embeddings", {"model": "m", "input": [{}]}, "input"),
        ("/embeddings", {"model": "m", "input": "a", "encoding_format": "hex"}, "encoding_format"),
    ],
)
async def test_a_body_openai_would_refuse_is_refused_in_its_words(
    path: str, body: object, param: object
) -> None:
    incoming = await ask(path, body)
    error = orjson.loads(await incoming.read(1 << 20))["error"]
    assert incoming.status == 400
    assert (error["type"], error["param"]) == ("invalid_request_error", param)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        {"model": "m", "messages": HELLO[1:]},
        {"model": "m", "max_tokens": 0, "messages": HELLO[1:]},
        {"model": "m", "max_tokens": 9, "messages": HELLO},
    ],
    ids=["not-json", "no-max-tokens", "zero", "system-role"],
)
async def test_a_body_anthropic_would_refuse_is_refused_in_its_words(body: object) -> None:
    incoming = await ask("/messages", body)
    answer = orjson.loads(await incoming.read(1 << 20))
    assert incoming.status == 400
    assert (answer["type"], answer["error"]["type"]) == ("error", "invalid_request_error")


async def test_an_unknown_path_is_not_found() -> None:
    assert (await ask("/images", {"model": "m"})).status == 404


async def test_another_method_is_refused() -> None:
    assert (await ask("/messages", b"", method="GET")).status == 405


async def test_ids_count_up() -> None:
    echo = EchoUpstream(now_s=lambda: 0)
    ids = []
    for _ in range(2):
        incoming = await ask("/chat/completions", {"model": "m", "messages": HELLO}, echo=echo)
        ids.append(orjson.loads(await incoming.read(1 << 20))["id"])
    assert ids == ["chatcmpl-echo-1", "chatcmpl-echo-2"]


async def test_the_cap_and_close_are_kept() -> None:
    incoming = await ask("/chat/completions", {"model": "m", "messages": HELLO})
    with pytest.raises(Broken):
        await incoming.read(10)
    incoming = await ask("/chat/completions", {"model": "m", "messages": HELLO})
    incoming.close()
    incoming.close()
    with pytest.raises(Broken):
        await incoming.next_chunk()


async def test_a_count_of_tokens_is_the_input_of_the_same_message() -> None:
    body = {"model": "m", "system": "be brief", "messages": HELLO[1:]}
    message = Message.model_validate(await told("/v1/messages", body | {"max_tokens": 100}))
    counted = MessageTokensCount.model_validate(await told("/v1/messages/count_tokens", body))
    assert counted.input_tokens == message.usage.input_tokens > 0


async def test_a_count_of_tokens_refuses_what_a_message_would() -> None:
    incoming = await ask("/v1/messages/count_tokens", {"model": "m", "messages": HELLO})
    assert incoming.status == 400
    assert b"messages.0.role" in await incoming.read(1 << 20)


ITEMS = [
    {"role": "developer", "content": "be brief"},
    {"role": "user", "content": [{"type": "input_text", "text": "Hello there, world"}]},
    {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
]
_EVENT = TypeAdapter[ResponseStreamEvent](ResponseStreamEvent)


async def test_a_response_says_the_last_users_text() -> None:
    answer = Response.model_validate(await told("/v1/responses", {"model": "m", "input": ITEMS}), strict=True)
    assert (answer.output_text, answer.status, answer.id) == (SAID, "completed", "resp_echo_1")
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.input_tokens + answer.usage.output_tokens


async def test_a_response_to_a_text_is_the_same_as_to_a_message() -> None:
    answer = await told("/responses", {"model": "m", "input": "a b", "instructions": "c", "store": False})
    assert answer["output"][0]["content"][0]["text"] == "echo: a b"
    assert answer["store"] is False


async def test_a_response_is_cut_at_its_limit() -> None:
    answer = await told("/responses", {"model": "m", "input": ITEMS, "max_output_tokens": 2})
    assert (answer["status"], answer["usage"]["output_tokens"]) == ("incomplete", 2)
    assert answer["incomplete_details"] == {"reason": "max_output_tokens"}


@pytest.mark.parametrize(("limit", "end"), [(None, "response.completed"), (2, "response.incomplete")])
async def test_a_streamed_response_is_the_whole_one_in_typed_events(limit: int | None, end: str) -> None:
    body: dict[str, Any] = {"model": "m", "input": ITEMS, "max_output_tokens": limit}
    chunks = await events("/responses", body)
    said = [_EVENT.validate_json(chunk.partition(b"data: ")[2]) for chunk in chunks]
    assert [event.sequence_number for event in said] == list(range(len(said)))
    assert [chunk.partition(b"\n")[0].decode() for chunk in chunks] == [
        f"event: {event.type}" for event in said
    ]
    assert (said[0].type, said[-1].type) == ("response.created", end)
    text = "".join(event.delta for event in said if event.type == "response.output_text.delta")
    whole = await told("/responses", body)
    assert text == whole["output"][0]["content"][0]["text"]
    last = orjson.loads(chunks[-1].partition(b"data: ")[2])["response"]
    assert last == whole | {"id": last["id"], "output": last["output"]}


@pytest.mark.parametrize(
    "wrong", [{}, {"input": []}, {"input": 5}, {"input": ["x"]}, {"input": "x", "max_output_tokens": 0}]
)
async def test_a_response_to_nothing_is_a_400(wrong: dict[str, Any]) -> None:
    incoming = await ask("/responses", {"model": "m", **wrong})
    assert incoming.status == 400
    assert orjson.loads(await incoming.read(1 << 20))["error"]["param"] in ("input", "max_output_tokens")
