"""What is read of requests and answers of Gemini's API, in both spellings."""

from __future__ import annotations

import json
import re

import pytest

from gateway.privacy.text_leaves import Leaves
from gateway.privacy.text_leaves_gemini import ANSWER, GENERATE, REQUESTS

PARTS = [
    {"text": "T1", "thought": True, "thoughtSignature": "K1"},
    {"inlineData": {"mimeType": "image/png", "data": "AA"}},
    {"functionCall": {"id": "f", "name": "find", "args": {"name": "T2"}}},
    {"functionResponse": {"id": "f", "name": "find", "response": {"id": "T3"}}},
]
SCHEMA = {"type": "OBJECT", "properties": {"x": {"type": "STRING", "description": "T5"}}}
BODY = {
    "contents": [{"role": "user", "parts": PARTS}],
    "systemInstruction": {"parts": [{"text": "T4"}]},
    "generationConfig": {"responseMimeType": "application/json", "responseSchema": SCHEMA},
    "tools": [{"functionDeclarations": [{"name": "find", "description": "T6"}]}],
    "safetySettings": [{"category": "X"}],
    "labels": {"who": "T7"},
}


def read(body: str, rules) -> tuple[list[str], int, tuple[str, ...]]:
    leaves = Leaves(body.encode(), rules)
    texts = [text for number, text in enumerate(leaves.texts) if number not in leaves.fixed]
    return texts, len(leaves.fixed), leaves.unread


@pytest.mark.parametrize("snake", [False, True])
def test_everything_is_read_and_what_is_signed_is_fixed(snake):
    body = json.dumps(BODY)
    if snake:
        body = re.sub(r'(?<=[a-z])([A-Z])(?=[A-Za-z]*":)', lambda found: "_" + found[1].lower(), body)
        assert "function_call" in body
    assert read(body, GENERATE) == ([f"T{number}" for number in range(1, 8)], 1, ("data",))


def test_embeddings_and_counts_are_read():
    one = {"model": "models/e", "content": {"parts": [{"text": "T1"}]}, "taskType": "X"}
    assert read(json.dumps(one), GENERATE)[0] == ["T1"]
    assert read(json.dumps({"requests": [one, one]}), REQUESTS)[0] == ["T1", "T1"]
    assert read(json.dumps({"generateContentRequest": BODY}), REQUESTS)[0] == [f"T{n}" for n in range(1, 8)]


def test_of_an_answer_what_was_said_is_read():
    answer = {
        "candidates": [{"content": {"role": "model", "parts": PARTS[:3]}, "finishReason": "STOP"}],
        "responseId": "r",
    }
    assert read(json.dumps(answer), ANSWER) == (["T1", "T2"], 1, ("data",))
