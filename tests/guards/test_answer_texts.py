from __future__ import annotations

import json

import pytest

from gateway.guards.answer_texts import said

TOOL = {"id": "1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}


@pytest.mark.parametrize(
    ("api", "body", "texts"),
    [
        ("chat", {"choices": [{"message": {"content": "a", "reasoning": "x", "tool_calls": [TOOL]}}, {"message": {"content": "b"}}]}, ["a", "b"]),
        ("chat", {"choices": [{"message": {"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}}]}, ["ab"]),
        ("chat", {"choices": [{"message": {"content": None, "tool_calls": [TOOL]}}]}, []),
        ("completions", {"choices": [{"text": "a"}]}, ["a"]),
        ("messages", {"content": [{"type": "thinking", "thinking": "x"}, {"type": "text", "text": "a"}, {"type": "tool_use", "input": {"text": "x"}}]}, ["a"]),
        ("responses", {"output": [{"type": "reasoning", "summary": [{"text": "x"}]}, {"type": "message", "content": [{"type": "output_text", "text": "a"}]}]}, ["a"]),
        ("gemini", {"candidates": [{"content": {"parts": [{"text": "x", "thought": True}, {"text": "a"}, {"text": "b"}]}}]}, ["ab"]),
        ("audio", {"text": "a", "language": "english"}, ["a"]),
        ("embeddings", {"data": [{"embedding": [1.0]}]}, []),
    ],
)  # fmt: skip
def test_what_an_answer_says_is_neither_its_thoughts_nor_its_calls(api: str, body: object, texts: list[str]):
    assert said(api, json.dumps(body).encode()) == texts


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"1", b'{"choices": 1}', b'{"choices": [1, {"message": 2}]}', b"\xff", b"[" * 100_000],
)
def test_what_is_no_answer_says_nothing(body: bytes):
    assert said("chat", body) == []
