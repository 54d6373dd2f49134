"""count_tokens: a messages request, and nothing generated."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.dialects.anthropic_count_tokens import DIALECT, parse, read_answer, read_stream, render
from gateway.dialects.interface import BadBody, Changes
from gateway.usage import Usage


def body(**fields: Any) -> bytes:
    return json.dumps({"model": "claude", "messages": [], **fields}).encode()


def test_a_count_generates_nothing():
    assert parse(body()).max_output_tokens == 0


def test_tools_are_read_as_for_a_message():
    asked = parse(
        body(tools=[{"name": "f"}, {"type": "web_fetch_20250910"}], mcp_servers=[{"url": "https://x"}])
    )
    assert (asked.functions, asked.hosted_tools, asked.mcp_servers) == (
        ("f",),
        ("web_fetch_20250910",),
        ("https://x",),
    )


def test_only_the_model_changes():
    raw = b'{"messages": [ ],  "model": "claude", "x": 1e400}'
    assert render(parse(raw), Changes("m", 9)) == b'{"messages":[ ],"model":"m","x":1e400}'


def test_what_does_not_change_is_the_very_bytes_that_came():
    asked = parse(body())
    assert render(asked, Changes("claude", 9)) is asked.raw


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"messages": "hi"}, "messages"),
        ({"messages": None}, "messages"),
        ({"stream": True}, "stream"),
        ({"model": 1}, "model"),
        ({"Model": "dear"}, "model"),
        ({"thread": {"id": "x"}}, "thread"),
        ({"tools": 5}, "tools"),
    ],
)
def test_a_request_that_is_no_count_is_refused(fields, param):
    with pytest.raises(BadBody) as refused:
        parse(body(**fields))
    assert refused.value.param == param


@pytest.mark.parametrize("answer", [b'{"input_tokens": 2095}', b"", b"<html>"])
def test_a_count_uses_nothing_whatever_it_says(answer):
    assert read_answer(answer).usage == Usage()


def test_a_stream_that_should_not_be_is_still_passed_on():
    assert read_stream(parse(body())).feed(b"data: {}\n\n") == b"data: {}\n\n"


def test_the_dialect_says_what_it_is():
    assert (DIALECT.api, DIALECT.family, DIALECT.provider_path, DIALECT.billed) == (
        "messages",
        "anthropic",
        "/v1/messages/count_tokens",
        False,
    )
