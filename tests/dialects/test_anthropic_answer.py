"""Usage of this family: our meaning of each figure, and junk."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dialects.anthropic_answer import read_answer
from gateway.usage import Usage


def answer(usage: Any, **more: Any) -> bytes:
    return json.dumps({"type": "message", "content": [], "usage": usage, **more}).encode()


def test_input_includes_what_the_cache_read_and_wrote():
    told = {
        "input_tokens": 10,
        "output_tokens": 50,
        "cache_read_input_tokens": 100,
        "cache_creation_input_tokens": 30,
        "cache_creation": {"ephemeral_5m_input_tokens": 10, "ephemeral_1h_input_tokens": 20},
        "output_tokens_details": {"thinking_tokens": 40},
        "service_tier": "priority",
        "server_tool_use": {"web_search_requests": 1},
    }
    assert read_answer(answer(told)).usage == Usage(
        input_tokens=140,
        output_tokens=50,
        cache_read_tokens=100,
        cache_write_tokens=30,
        cache_write_1h_tokens=20,
        reasoning_tokens=40,
        tier="priority",
    )


@pytest.mark.parametrize(
    ("told", "usage"),
    [
        ({"input_tokens": 1, "output_tokens": 2}, Usage(1, 2)),
        ({"input_tokens": 0, "output_tokens": 0}, Usage(0, 0)),
        (
            {"input_tokens": 1, "output_tokens": 2, "cache_read_input_tokens": None, "cache_creation": None},
            Usage(1, 2),
        ),
        (
            {"input_tokens": 1, "output_tokens": 2, "cache_creation": {"ephemeral_1h_input_tokens": 5}},
            Usage(6, 2, 0, 5, 5),
        ),
        (
            {"input_tokens": 1, "output_tokens": 2, "output_tokens_details": {"thinking_tokens": 9}},
            Usage(1, 2, reasoning_tokens=2),
        ),
        (
            {"input_tokens": 1, "output_tokens": 2, "service_tier": "batch"},
            Usage(1, 2, tier="batch", batch=True),
        ),
        (
            {"input_tokens": 1, "output_tokens": 2, "service_tier": "standard", "speed": "fast"},
            Usage(1, 2, tier="fast"),
        ),
    ],
)
def test_figures_are_brought_to_our_meaning(told, usage):
    assert read_answer(answer(told)).usage == usage


def test_compaction_is_billed_beside_the_totals():
    told = {
        "input_tokens": 10,
        "output_tokens": 5,
        "iterations": [
            {"type": "message", "input_tokens": 10, "output_tokens": 5},
            {"type": "compaction", "input_tokens": 100, "output_tokens": 20, "cache_read_input_tokens": 7},
        ],
    }
    assert read_answer(answer(told)).usage == Usage(117, 25, 7)


@pytest.mark.parametrize(
    "told",
    [
        None,
        [],
        "x",
        {},
        {"input_tokens": 5},
        {"output_tokens": 5},
        {"input_tokens": "5", "output_tokens": 5},
        {"input_tokens": -5, "output_tokens": 5},
        {"input_tokens": 5, "output_tokens": 5.0},
        {"input_tokens": 10**30, "output_tokens": 5},
    ],
)
def test_junk_is_no_usage(told):
    assert read_answer(answer(told)).usage is None


@pytest.mark.parametrize(
    "junk",
    [
        {"cache_read_input_tokens": "x"},
        {"cache_creation": 5},
        {"cache_creation": {"ephemeral_1h_input_tokens": -1}},
        {"iterations": [5]},
        {"service_tier": 5},
        {"output_tokens_details": []},
    ],
)
def test_junk_beside_the_totals_is_left_out(junk):
    assert read_answer(answer({"input_tokens": 5, "output_tokens": 6, **junk})).usage == Usage(5, 6)


def test_without_usage_the_generated_bytes_are_counted():
    content = [
        {"type": "thinking", "thinking": "hmm", "signature": "EqQ="},
        {"type": "text", "text": "é"},
        {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"a": 1}},
        {"type": "tool_use", "id": "toolu_2", "name": "g", "input": {}},
        "junk",
    ]
    assert read_answer(answer(None, content=content)).output_bytes == 3 + 2 + 7


@given(st.binary(max_size=60))
def test_any_bytes_are_read_without_raising(raw):
    assert read_answer(raw).usage is None


@pytest.mark.parametrize("raw", [b"[" * 100_000, b'{"usage":' * 50_000, b'{"content":[],"x":"\xff"}'])
def test_deep_and_broken_answers_are_read_without_raising(raw):
    assert read_answer(raw).usage is None


@pytest.mark.parametrize(
    "told",
    [
        {"input_tokens": 10**9, "output_tokens": 1, "cache_read_input_tokens": 1},
        {
            "input_tokens": 1,
            "output_tokens": 10**9,
            "iterations": [{"type": "compaction", "output_tokens": 1}],
        },
        {
            "input_tokens": 1,
            "output_tokens": 1,
            "iterations": [{"type": "compaction", "input_tokens": 10**9}] * 20_000,
        },
    ],
)
def test_a_sum_that_no_call_can_reach_is_no_usage(told):
    assert read_answer(answer(told)).usage is None
