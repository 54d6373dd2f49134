"""A rehearsed request is read by its dialect as what was asked for, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.dialects.interface import Asked
from gateway.dialects.registry import Route, route
from gateway.rehearsal.requests import Facts, NotSayable, request_of


def read(facts: Facts) -> Asked:
    request = request_of(facts)
    found = route(request.method, request.path, lambda _: None)
    assert isinstance(found, Route) and found.dialect is not None
    assert found.dialect.api == facts.api
    return found.dialect.parse(request.body)


@pytest.mark.parametrize(
    "api",
    "chat responses completions embeddings messages gemini moderations images audio".split(),
)
def test_each_api_has_a_request_that_its_dialect_reads(api: str):
    assert read(Facts(model="fast", api=api)).model == "fast"


@pytest.mark.parametrize("api", ["files", "batches", "fine_tuning"])
def test_what_providers_keep_is_asked_for_as_a_list(api: str):
    request = request_of(Facts(model=None, api=api))
    assert (request.method, request.body) == ("GET", b"")
    assert isinstance(route("GET", request.path, lambda _: None), Route)


@pytest.mark.parametrize(
    ("api", "asked", "read_as"),
    [
        ("chat", {"functions": ("lookup",)}, {"functions": ("lookup",)}),
        ("chat", {"options": ("store",)}, {"privileges": ("store",)}),
        ("chat", {"options": ("service_tier",)}, {"privileges": ("service_tier",)}),
        ("chat", {"max_output_tokens": 7}, {"max_output_tokens": 7}),
        ("chat", {"stream": True}, {"stream": True}),
        ("responses", {"functions": ("lookup",)}, {"functions": ("lookup",)}),
        ("responses", {"hosted_tools": ("web_search",)}, {"hosted_tools": ("web_search",)}),
        ("responses", {"mcp_servers": ("https://mcp.test/sse",)}, {"mcp_servers": ("https://mcp.test/sse",)}),
        ("responses", {"max_output_tokens": 7}, {"max_output_tokens": 7}),
        ("messages", {"functions": ("lookup",)}, {"functions": ("lookup",)}),
        ("messages", {"hosted_tools": ("web_search_20250305",)}, {"hosted_tools": ("web_search_20250305",)}),
        ("messages", {"mcp_servers": ("https://mcp.test/sse",)}, {"mcp_servers": ("https://mcp.test/sse",)}),
        ("messages", {"max_output_tokens": 7}, {"max_output_tokens": 7}),
        ("gemini", {"functions": ("lookup",)}, {"functions": ("lookup",)}),
        ("gemini", {"hosted_tools": ("google_search",)}, {"hosted_tools": ("google_search",)}),
        ("gemini", {"max_output_tokens": 7}, {"max_output_tokens": 7}),
        ("completions", {"max_output_tokens": 7}, {"max_output_tokens": 7}),
    ],
)
def test_what_is_asked_for_is_what_the_dialect_reads(
    api: str, asked: dict[str, Any], read_as: dict[str, Any]
):
    found = read(Facts(model="fast", api=api, **asked))
    for name, value in read_as.items():
        assert getattr(found, name) == value


def test_background_is_a_switch_of_responses():
    found = read(Facts(model="fast", api="responses", options=("background", "store")))
    assert set(found.privileges) >= {"background", "store"}


def test_members_of_the_body_come_over_those_that_are_made():
    request = request_of(Facts(model="fast", text="Hi.", body={"n": 2, "model": "other"}))
    assert json.loads(request.body) == {
        "model": "other",
        "messages": [{"role": "user", "content": "Hi."}],
        "n": 2,
    }


@pytest.mark.parametrize(
    ("api", "asked", "word"),
    [
        ("chat", {"hosted_tools": ("web_search",)}, "hosted_tools"),
        ("chat", {"mcp_servers": ("https://mcp.test",)}, "mcp_servers"),
        ("embeddings", {"functions": ("lookup",)}, "functions"),
        ("messages", {"options": ("store",)}, "options"),
        ("images", {"stream": True}, "stream"),
    ],
)
def test_what_an_api_has_no_word_for_is_said(api: str, asked: dict[str, Any], word: str):
    with pytest.raises(NotSayable, match=f"the API '{api}' has no word of its own for `{word}`"):
        request_of(Facts(model="fast", api=api, **asked))
