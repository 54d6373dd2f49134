"""What is read of requests and answers of Anthropic's API."""

from __future__ import annotations

import json

from gateway.privacy.text_leaves import Leaves
from gateway.privacy.text_leaves_anthropic import ANSWER, MESSAGES, request

CONTENT = [
    {"type": "text", "text": "T1", "cache_control": {"type": "ephemeral"}},
    {"type": "thinking", "thinking": "K1", "signature": "K2"},
    {"type": "redacted_thinking", "data": "K3"},
    {"type": "tool_use", "id": "tu", "name": "find", "input": {"name": "T2", "id": "T3", "type": "T4", "data": "T5"}},
    {"type": "tool_result", "tool_use_id": "tu", "content": [
        {"type": "text", "text": "T6"},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA"}},
    ]},
    {"type": "document", "title": "T7", "source": {"type": "text", "media_type": "text/plain", "data": "T8"}},
    {"type": "web_search_tool_result", "tool_use_id": "x", "content": [{"type": "r", "title": "T9", "encrypted_content": "K4"}]},
]  # fmt: skip
BODY = {
    "model": "claude",
    "max_tokens": 10,
    "system": [{"type": "text", "text": "T0"}],
    "messages": [{"role": "user", "content": CONTENT}],
    "tools": [{"name": "find", "description": "T10", "input_schema": {"type": "object", "title": "T11"}}],
    "mcp_servers": [{"type": "url", "name": "s", "url": "K5", "authorization_token": "K6"}],
    "metadata": {"user_id": "T12"},
}


def read(value: object, rules) -> tuple[list[str], list[str], tuple[str, ...]]:
    leaves = Leaves(json.dumps(value).encode(), rules)
    kept = [text for number, text in enumerate(leaves.texts) if number in leaves.fixed]
    return (
        [text for number, text in enumerate(leaves.texts) if number not in leaves.fixed],
        kept,
        leaves.unread,
    )


def test_everything_is_read_and_what_is_signed_is_fixed():
    texts, kept, unread = read(BODY, MESSAGES)
    assert texts == [f"T{number}" for number in range(13)]
    assert kept == [f"K{number}" for number in range(1, 7)] and unread == ("data",)


def test_a_request_of_a_batch_is_read_as_a_message():
    assert read({"custom_id": "1", "params": BODY}, request()) == read(BODY, MESSAGES)


def test_of_an_answer_thinking_is_fixed_and_words_are_not():
    answer = {"id": "msg", "type": "message", "role": "assistant", "model": "claude", "content": CONTENT[:4]}
    texts, kept, _ = read(answer, ANSWER)
    assert texts == ["T1", "T2", "T3", "T4", "T5"] and kept == ["K1", "K2", "K3"]
