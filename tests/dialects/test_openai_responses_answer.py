"""Figures of whole responses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dialects.openai_responses_answer import read_answer
from gateway.usage import Usage


def usage(told: object, **more: Any) -> Usage | None:
    return read_answer(json.dumps({"id": "resp_1", "output": [], "usage": told, **more}).encode()).usage


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ({"input_tokens": 5, "output_tokens": 3, "total_tokens": 8}, Usage(5, 3)),
        ({"input_tokens": 5, "total_tokens": 8}, Usage(5, 3)),
        (
            {
                "input_tokens": 50,
                "input_tokens_details": {"cached_tokens": 20, "cache_write_tokens": 10},
                "output_tokens": 9,
                "output_tokens_details": {"reasoning_tokens": 4},
            },
            Usage(50, 9, 20, 10, reasoning_tokens=4),
        ),
        (
            {
                "input_tokens": 5,
                "input_tokens_details": {"cached_tokens": 9, "cache_write_tokens": 9},
                "output_tokens": 3,
                "output_tokens_details": {"reasoning_tokens": 9},
            },
            Usage(5, 3, 5, 0, reasoning_tokens=3),
        ),
        ({"input_tokens": 5, "output_tokens": 3, "input_tokens_details": "x"}, Usage(5, 3)),
        (
            {"input_tokens": 5, "output_tokens": 3, "output_tokens_details": {"reasoning_tokens": -1}},
            Usage(5, 3),
        ),
        ({"input_tokens": 5, "output_tokens": "3", "total_tokens": 8}, Usage(5, 3)),
        ({"output_tokens": 3}, None),
        ({"input_tokens": 5}, None),
        ({"input_tokens": -5, "output_tokens": 3}, None),
        ([1], None),
        (None, None),
    ],
)
def test_usage_is_read_in_our_meaning(told, read):
    assert usage(told) == read


def test_the_tier_is_the_one_that_served():
    assert usage({"input_tokens": 5, "output_tokens": 3}, service_tier="flex") == Usage(5, 3, tier="flex")


def test_without_figures_what_was_generated_is_counted():
    output = [
        {
            "type": "message",
            "content": [{"type": "output_text", "text": "é"}, {"type": "refusal", "refusal": "no"}],
        },
        {"type": "reasoning", "summary": [{"text": "why"}], "content": None, "encrypted_content": "gAAA"},
        {"type": "function_call", "arguments": "{}"},
        {"type": "custom_tool_call", "input": "abcd"},
        {"type": "image_generation_call", "result": "iVBORw0KGgo"},
        5,
    ]
    answer = read_answer(json.dumps({"output": output}).encode())
    assert (answer.usage, answer.output_bytes) == (None, 2 + 2 + 3 + 2 + 4)


@given(st.binary(max_size=40) | st.sampled_from([b"", b"[]", b'{"output": 5}', b'{"usage":', b"[" * 9999]))
def test_an_answer_of_any_bytes_is_read_without_raising(answer):
    assert read_answer(answer).output_bytes == 0
