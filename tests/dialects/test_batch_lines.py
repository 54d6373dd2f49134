"""The requests inside a batch, each by its own dialect."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec import Raw

from gateway.dialects.batch_lines import ENDPOINTS, read_line, read_request
from gateway.dialects.interface import BadBody, NotOffered

BODIES: dict[str, dict[str, Any]] = {
    "/v1/chat/completions": {"messages": [{"role": "user", "content": "hi"}]},
    "/v1/completions": {"prompt": "hi"},
    "/v1/embeddings": {"input": "hi"},
    "/v1/responses": {"input": "hi"},
}


def line(url: str = "/v1/chat/completions", method: str = "POST", **body: Any) -> bytes:
    fields = {"model": "fast", **BODIES.get(url, {}), **body}
    return json.dumps({"custom_id": "1", "method": method, "url": url, "body": fields}).encode()


def test_each_endpoint_has_a_body_of_its_own():
    assert set(ENDPOINTS) == set(BODIES)
    for url, dialect in ENDPOINTS.items():
        inner = read_line(line(url))
        assert (inner.dialect, inner.asked.model) == (dialect, "fast")


@pytest.mark.parametrize(
    "raw",
    [
        line("/v1/files"),
        line("/v1/organization/projects"),
        line("/chat/completions"),
        line(method="GET"),
        line(stream=True),
        line(messages=None),
        line(model=None),
        b"{",
        b"[]",
        b'{"method": "POST", "url": "/v1/embeddings"}',
        b'{"method": "POST", "url": "/v1/embeddings", "body": 5}',
        b'{"method": "POST", "url": "/v1/embeddings", "url": "/v1/responses", "body": {}}',
        b'{"method": "POST", "URL": "/v1/responses", "url": "/v1/embeddings", "body": {}}',
    ],
)
def test_what_is_no_request_that_we_offer_is_refused(raw):
    with pytest.raises(BadBody):
        read_line(raw)


def test_what_a_single_call_may_not_ask_for_a_line_may_not():
    with pytest.raises(NotOffered):
        read_line(line("/v1/responses", input=[{"type": "reasoning", "id": "rs_1"}]))


def test_what_a_line_refers_to_is_held():
    inner = read_line(line("/v1/responses", previous_response_id="resp_1"))
    assert [one.id for one in inner.asked.held] == ["resp_1"]


def test_a_line_is_written_with_another_body_and_all_else_as_it_was():
    raw = b'{"custom_id": "\\u00e9", "method": "POST", "url": "/v1/embeddings", "body": {"model":"a","input":"x"}}'
    assert read_line(raw).written(b'{"model":"b"}') == (
        b'{"custom_id":"\\u00e9","method":"POST","url":"/v1/embeddings","body":{"model":"b"}}'
    )


def test_a_request_of_a_message_batch_is_a_messages_request():
    raw = Raw(b'{"custom_id": "1", "params": {"model": "claude", "max_tokens": 9, "messages": []}}')
    inner = read_request(raw)
    assert (inner.dialect.api, inner.asked.model, inner.asked.max_output_tokens) == ("messages", "claude", 9)
    assert inner.written(b"{}") == b'{"custom_id":"1","params":{}}'


@pytest.mark.parametrize(
    "raw",
    [
        b"5",
        b'{"custom_id": "1"}',
        b'{"params": {"model": "claude", "messages": [], "stream": true}}',
        b'{"params": {"messages": []}}',
        b'{"params": {"model": "a"}, "Params": {"model": "b"}}',
    ],
)
def test_what_is_no_messages_request_is_refused(raw):
    with pytest.raises(BadBody):
        read_request(Raw(raw))


def test_a_member_that_nobody_reads_is_refused_by_its_name():
    with pytest.raises(BadBody, match="'metadata'"):
        read_line(line()[:-1] + b', "metadata": {"who": "megan@example.org"}}')
    params = b'{"model": "claude", "max_tokens": 9, "messages": []}'
    with pytest.raises(BadBody, match="'metadata'"):
        read_request(Raw(b'{"custom_id": "1", "params": %b, "metadata": {"who": "Megan"}}' % params))
