"""What is read of requests and answers of the OpenAI family."""

from __future__ import annotations

import json

from gateway.privacy.text_leaves import Leaves
from gateway.privacy.text_leaves_openai import CHAT, CHAT_ANSWER, EMBEDDINGS, RESPONSES, RESPONSES_EVENT, line

CALL = {"id": "c1", "type": "function", "function": {"name": "find", "arguments": '{"who":"T1","n":1}'}}
SCHEMA = {"type": "object", "properties": {"who": {"type": "string", "description": "T2", "enum": ["K1"]}}}


def read(value: object, rules) -> tuple[list[str], list[str], tuple[str, ...]]:
    """Texts, those that are fixed, and what is unread."""
    leaves = Leaves(json.dumps(value).encode(), rules)
    kept = [text for number, text in enumerate(leaves.texts) if number in leaves.fixed]
    return (
        [text for number, text in enumerate(leaves.texts) if number not in leaves.fixed],
        kept,
        leaves.unread,
    )


CHAT_BODY = {
    "model": "gpt",
    "messages": [
        {"role": "system", "content": "T3"},
        {"role": "user", "name": "T4", "content": [
            {"type": "text", "text": "T5"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA", "detail": "low"}},
            {"type": "input_audio", "input_audio": {"data": "AA", "format": "wav"}},
            {"type": "file", "file": {"file_data": "AA", "filename": "T6"}},
        ]},
        {"role": "assistant", "content": None, "refusal": "T7", "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "c1", "content": "T8"},
    ],
    "tools": [{"type": "function", "function": {"name": "find", "description": "T9", "parameters": SCHEMA}}],
    "tool_choice": {"type": "function", "function": {"name": "find"}},
    "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": SCHEMA}},
    "user": "T10", "metadata": {"id": "T11"}, "stop": ["T12"], "seed": 5, "reasoning_effort": "low",
    "a_field_of_tomorrow": {"type": "T13"},
}  # fmt: skip


def test_everything_of_a_chat_is_read_but_names_and_ids():
    texts, kept, unread = read(CHAT_BODY, CHAT)
    assert sorted(texts) == sorted(["T1", "T2", "T2", *(f"T{number}" for number in range(3, 14))])
    assert kept == ["K1", "K1"] and unread == ("url", "data", "file_data")


def test_everything_of_a_response_is_read_but_names_and_ids():
    body = {
        "model": "gpt", "instructions": "T1", "previous_response_id": "resp_1", "include": ["x"],
        "input": [
            {"role": "user", "content": [{"type": "input_text", "text": "T2"}, {"type": "input_image", "image_url": "data:x"}]},
            {"type": "function_call", "id": "fc", "call_id": "c", "name": "find", "arguments": '["T3"]', "status": "completed"},
            {"type": "function_call_output", "call_id": "c", "output": "T4"},
            {"type": "reasoning", "id": "r", "summary": [{"type": "summary_text", "text": "T5"}], "encrypted_content": "K1"},
            {"type": "image_generation_call", "id": "i", "result": "AA"},
        ],
        "prompt": {"id": "pmpt", "version": "1", "variables": {"who": "T6"}},
        "tools": [{"type": "function", "name": "find", "description": "T7", "parameters": {"type": "object"}},
                  {"type": "mcp", "server_label": "l", "server_url": "K2", "authorization": "K3"}],
        "text": {"format": {"type": "json_schema", "name": "n", "schema": {"description": "T8"}}},
    }  # fmt: skip
    texts, kept, unread = read(body, RESPONSES)
    assert texts == [f"T{number}" for number in range(1, 9)]
    assert kept == ["K1", "K2", "K3"] and unread == ("image_url", "result")


def test_the_input_of_an_embedding_is_read():
    assert read({"model": "m", "input": ["T1", "T2"], "encoding_format": "float"}, EMBEDDINGS)[0] == [
        "T1",
        "T2",
    ]


def test_a_line_of_a_batch_is_read_by_the_rules_of_what_it_asks():
    one = {"custom_id": "1", "method": "POST", "url": "/v1/chat/completions", "body": CHAT_BODY}
    assert read(one, line(CHAT)) == read(CHAT_BODY, CHAT)


def test_ids_of_an_answer_are_not_read():
    answer = {
        "id": "chatcmpl-1", "object": "chat.completion", "model": "gpt", "usage": {"x": "y"},
        "choices": [{"finish_reason": "stop", "logprobs": {"content": [{"token": "x"}]},
                     "message": {"role": "assistant", "content": "T1", "tool_calls": [CALL]}}],
    }  # fmt: skip
    assert read(answer, CHAT_ANSWER)[0] == ["T1", "T1"]


def test_an_event_of_a_response_is_read_as_what_it_has():
    item = {
        "type": "message",
        "id": "m",
        "content": [{"type": "output_text", "text": "T1", "annotations": []}],
    }
    event = {
        "type": "response.output_item.done",
        "sequence_number": 1,
        "item": item,
        "item_id": "m",
        "text": "T2",
    }
    assert read(event, RESPONSES_EVENT)[0] == ["T1", "T2"]
