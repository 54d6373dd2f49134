"""Answers of this family and what their figures mean."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dialects.gemini_answer import read_answer, read_count, read_embeddings
from gateway.usage import Usage


def answer(*parts: Any, **usage: Any) -> bytes:
    told = {"usageMetadata": usage} if usage else {}
    return json.dumps({"candidates": [{"content": {"parts": list(parts)}}], **told}).encode()


@pytest.mark.parametrize(
    ("told", "usage"),
    [
        ({"promptTokenCount": 10, "candidatesTokenCount": 4, "totalTokenCount": 14}, Usage(10, 4)),
        ({"promptTokenCount": 10, "totalTokenCount": 10}, Usage(10, 0)),
        ({"promptTokenCount": 10}, Usage(10, 0)),
        ({"totalTokenCount": 14, "candidatesTokenCount": 4}, Usage(10, 4)),
        ({"promptTokenCount": 10, "cachedContentTokenCount": 8, "candidatesTokenCount": 1}, Usage(10, 1, 8)),
        (
            {
                "promptTokenCount": 10,
                "candidatesTokenCount": 4,
                "thoughtsTokenCount": 6,
                "totalTokenCount": 20,
            },
            Usage(10, 10, reasoning_tokens=6),
        ),
        (
            {
                "promptTokenCount": 10,
                "toolUsePromptTokenCount": 5,
                "candidatesTokenCount": 4,
                "totalTokenCount": 19,
            },
            Usage(15, 4),
        ),
        ({"promptTokenCount": 10, "candidatesTokenCount": 4, "totalTokenCount": 30}, Usage(10, 20)),
        (
            {"promptTokenCount": 10, "candidatesTokenCount": 4, "thoughtsTokenCount": 6},
            Usage(10, 10, reasoning_tokens=6),
        ),
        ({"promptTokenCount": 10, "serviceTier": "SERVICE_TIER_FLEX"}, Usage(10, 0, tier="flex")),
        (
            {
                "promptTokenCount": 10,
                "candidatesTokenCount": 9,
                "promptTokensDetails": [
                    {"modality": "TEXT", "tokenCount": 3},
                    {"modality": "AUDIO", "tokenCount": 7},
                ],
                "candidatesTokensDetails": [{"modality": "AUDIO", "tokenCount": 9}],
            },
            Usage(10, 9, audio_input_tokens=7, audio_output_tokens=9),
        ),
        ({"promptTokenCount": 10, "candidatesTokenCount": "x", "promptTokensDetails": 5}, Usage(10, 0)),
        (
            {"promptTokenCount": 10, "promptTokensDetails": [5, {"modality": "AUDIO", "tokenCount": "x"}]},
            Usage(10, 0),
        ),
    ],
)
def test_figures_mean_the_same_as_in_every_dialect(told, usage):
    assert read_answer(answer(**told)).usage == usage


@pytest.mark.parametrize("told", [{"candidatesTokenCount": 4}, {"promptTokenCount": -1}, {"x": 1}])
def test_without_prompt_and_total_there_is_no_usage(told):
    assert read_answer(answer(**told)).usage is None


def test_without_usage_what_was_generated_is_counted_in_bytes():
    parts = (
        {"text": "é"},
        {"text": "hm", "thought": True},
        {"functionCall": {"name": "f", "args": {"a": 1}}},
        {"executableCode": {"code": "1+1"}},
        {"text": 5},
        "junk",
    )
    assert read_answer(answer(*parts)).output_bytes == 2 + 2 + 7 + 3


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[1]", b'{"candidates":5}', b'{"candidates":[{"content":5}]}', b"\xff"]
)
def test_junk_has_neither_usage_nor_bytes(body):
    assert (read_answer(body).usage, read_answer(body).output_bytes) == (None, 0)


@given(st.binary(max_size=60))
def test_no_bytes_make_reading_raise(body):
    for read in (read_answer, read_embeddings, read_count):
        assert read(body) is not None


def test_an_embedding_has_input_only_and_counting_uses_nothing():
    assert read_embeddings(b'{"usageMetadata":{"promptTokenCount":7}}').usage == Usage(7)
    assert read_embeddings(b'{"embedding":{"values":[1]}}').usage is None
    assert read_count(b'{"totalTokens":31}').usage == Usage()
