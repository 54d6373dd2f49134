"""Usage of this family: our meaning of each figure, and junk."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dialects.openai_answer import Reported, read_answer, usage_of
from gateway.usage import Usage


def answer(usage: Any, **more: Any) -> bytes:
    return json.dumps({"id": "x", "choices": [], "usage": usage, **more}).encode()


def test_details_are_parts_of_the_totals():
    told = {
        "prompt_tokens": 100,
        "completion_tokens": 50,
        "total_tokens": 150,
        "prompt_tokens_details": {
            "cached_tokens": 60,
            "audio_tokens": 5,
            "cache_write_tokens": 20,
            "text_tokens": 9,
        },
        "completion_tokens_details": {
            "reasoning_tokens": 30,
            "audio_tokens": 4,
            "accepted_prediction_tokens": 1,
        },
    }
    assert read_answer(answer(told, service_tier="flex")).usage == Usage(
        input_tokens=100,
        output_tokens=50,
        cache_read_tokens=60,
        cache_write_tokens=20,
        reasoning_tokens=30,
        audio_input_tokens=5,
        audio_output_tokens=4,
        tier="flex",
    )


@pytest.mark.parametrize(
    ("told", "usage"),
    [
        ({"prompt_tokens": 10, "completion_tokens": 2}, Usage(10, 2)),
        ({"prompt_tokens": 0, "completion_tokens": 0}, Usage(0, 0)),
        ({"prompt_tokens": 10, "total_tokens": 12}, Usage(10, 2)),
        ({"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 17}, Usage(10, 7)),
        ({"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 3}, Usage(10, 2)),
        ({"prompt_tokens": 10, "completion_tokens": 2, "prompt_cache_hit_tokens": 4}, Usage(10, 2, 4)),
        ({"prompt_tokens": 10, "completion_tokens": 2, "prompt_tokens_details": None}, Usage(10, 2)),
        (
            {"prompt_tokens": 10, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 99}},
            Usage(10, 2, 10),
        ),
        (
            {
                "prompt_tokens": 10,
                "completion_tokens": 2,
                "total_tokens": 15,
                "completion_tokens_details": {"reasoning_tokens": 3},
            },
            Usage(10, 5, reasoning_tokens=3),
        ),
    ],
)
def test_figures_are_brought_to_our_meaning(told, usage):
    assert read_answer(answer(told)).usage == usage


@pytest.mark.parametrize(
    "told",
    [
        None,
        [],
        "x",
        5,
        {},
        {"completion_tokens": 5},
        {"prompt_tokens": 5},
        {"prompt_tokens": "5", "completion_tokens": 5},
        {"prompt_tokens": -5, "completion_tokens": 5},
        {"prompt_tokens": 5.0, "completion_tokens": 5},
        {"prompt_tokens": True, "completion_tokens": 5},
        {"prompt_tokens": 10**12, "completion_tokens": 5},
        {"prompt_tokens": 5, "completion_tokens": 10**40},
    ],
)
def test_junk_is_no_usage(told):
    assert read_answer(answer(told)).usage is None


def test_junk_in_the_details_leaves_the_totals():
    told = {"prompt_tokens": 5, "completion_tokens": 6, "prompt_tokens_details": {"cached_tokens": "4"}}
    assert read_answer(answer(told)).usage == Usage(5, 6)


@pytest.mark.parametrize("tier", [5, "", "x" * 50, None, {}])
def test_a_tier_that_is_no_word_is_none(tier):
    found = read_answer(answer({"prompt_tokens": 1, "completion_tokens": 1}, service_tier=tier)).usage
    assert found == Usage(1, 1)


@given(
    st.dictionaries(st.sampled_from(Reported.__struct_fields__), st.integers(-5, 20) | st.none(), max_size=6)
)
def test_no_part_is_larger_than_its_whole(told):
    usage = read_answer(answer(told)).usage
    if usage is not None:
        assert 0 <= usage.cache_read_tokens + usage.cache_write_tokens <= usage.input_tokens
        assert 0 <= usage.reasoning_tokens <= usage.output_tokens


@given(st.binary(max_size=60))
def test_any_bytes_are_read_without_raising(raw):
    assert read_answer(raw).usage is None


@pytest.mark.parametrize("raw", [b"[" * 100_000, b'{"usage":' * 50_000, b'{"choices":[],"x":"\xff"}'])
def test_deep_and_broken_answers_are_read_without_raising(raw):
    assert read_answer(raw).usage is None


def test_without_usage_the_generated_bytes_are_counted():
    choices = [
        {
            "message": {
                "role": "assistant",
                "content": "hé",
                "refusal": "no",
                "reasoning_content": "hm",
                "tool_calls": [
                    {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}
                ],
            }
        },
        {"message": {"content": [{"type": "text", "text": "four"}], "function_call": {"arguments": "{}"}}},
        {"text": "completion"},
        "junk",
        {"message": None},
    ]
    assert read_answer(json.dumps({"choices": choices}).encode()).output_bytes == 3 + 2 + 2 + 7 + 4 + 2 + 10


def test_with_usage_nobody_counts_bytes():
    raw = answer({"prompt_tokens": 1, "completion_tokens": 1}, choices=[{"text": "x"}])
    assert read_answer(raw).output_bytes == 0


def test_usage_needs_its_input():
    assert usage_of(Reported(completion_tokens=1, total_tokens=5)) is None
