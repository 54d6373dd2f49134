"""Embeddings: input only."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.dialects.interface import BadBody, Changes
from gateway.dialects.openai_embeddings import DIALECT, parse, read_answer, read_stream, render
from gateway.usage import Usage


def body(**fields: Any) -> bytes:
    return json.dumps({"model": "fast", "input": "x", **fields}).encode()


def test_an_embedding_generates_nothing():
    assert parse(body()).max_output_tokens == 0


def test_only_the_model_changes():
    raw = b'{"input": [1,  2], "model": "fast", "dimensions": 3}'
    assert render(parse(raw), Changes("m", 9)) == b'{"input":[1,  2],"model":"m","dimensions":3}'


def test_what_does_not_change_is_the_very_bytes_that_came():
    asked = parse(body(stream=False))
    assert render(asked, Changes("fast", 9)) is asked.raw


@pytest.mark.parametrize(
    ("fields", "param"), [({"input": None}, "input"), ({"stream": True}, "stream"), ({"model": 1}, "model")]
)
def test_a_request_that_is_no_embedding_is_refused(fields, param):
    with pytest.raises(BadBody) as refused:
        parse(body(**fields))
    assert refused.value.param == param


@pytest.mark.parametrize(
    ("usage", "read"),
    [
        ({"prompt_tokens": 5, "total_tokens": 5}, Usage(5)),
        ({"total_tokens": 5}, Usage(5)),
        ({"prompt_tokens": 0, "total_tokens": 0}, Usage(0)),
        ({"prompt_tokens": "5"}, None),
        ({"prompt_tokens": -5, "total_tokens": 6}, Usage(6)),
        ({}, None),
        (None, None),
        ([1], None),
    ],
)
def test_usage_is_the_input(usage, read):
    assert read_answer(json.dumps({"data": [], "usage": usage}).encode()).usage == read


@pytest.mark.parametrize(
    "answer", [b"", b"<html>", b"[]", b'{"usage":', b'{"usage":{"prompt_tokens":1},"x":"\xff"}']
)
def test_an_answer_of_any_bytes_is_read_without_raising(answer):
    assert read_answer(answer).output_bytes == 0


def test_a_stream_that_should_not_be_is_still_passed_on():
    reader = read_stream(parse(body()))
    assert reader.feed(b"data: {}\n\n") == b"data: {}\n\n"


def test_the_dialect_says_what_it_is():
    assert (DIALECT.api, DIALECT.family, DIALECT.provider_path) == ("embeddings", "openai", "/embeddings")
