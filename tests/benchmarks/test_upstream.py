"""The canned provider speaks as OpenAI's does, as far as the benchmarks rely on it."""

from __future__ import annotations

import asyncio
import json

import pytest

from benchmarks.upstream import Provider, canned


class Wire(asyncio.Transport):
    """Keeps what was written."""

    def __init__(self):
        super().__init__()
        self.written = b""

    def write(self, data):
        self.written += data


async def _ask(*pieces: bytes) -> bytes:
    """What the provider of four-chunk streams writes to a caller who sends these pieces."""
    wire = Wire()
    provider = Provider(canned(chunks=4, interval_s=0), asyncio.get_running_loop())
    provider.connection_made(wire)
    for piece in pieces:
        provider.data_received(piece)
    return wire.written


def _request(**fields: object) -> bytes:
    body = json.dumps({"model": "m", "messages": [], **fields}).encode()
    return b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


def _events(answer: bytes) -> list[str]:
    return [line[6:].decode() for line in answer.splitlines() if line.startswith(b"data: ")]


async def test_a_whole_answer_has_usage_and_about_a_kilobyte():
    head, _, body = (await _ask(_request())).partition(b"\r\n\r\n")
    assert f"content-length: {len(body)}".encode() in head
    assert json.loads(body)["usage"]["total_tokens"] == 342
    assert 900 < len(body) < 1200


@pytest.mark.parametrize("cut", [10, 60, 90])
async def test_a_request_may_come_in_pieces(cut):
    request = _request()
    assert (await _ask(request[:cut], request[cut:])).startswith(b"HTTP/1.1 200 OK")


async def test_every_answer_has_an_id_of_its_own():
    answers = (await _ask(_request(), _request())).split(b"HTTP/1.1 200 OK")[1:]
    assert len({json.loads(answer.partition(b"\r\n\r\n")[2])["id"] for answer in answers}) == 2


async def test_a_stream_ends_with_done_after_its_chunks():
    events = _events(await _ask(_request(stream=True)))
    assert len(events) == 5
    assert events[-1] == "[DONE]"


async def test_usage_comes_last_and_only_if_it_was_asked_for():
    events = _events(await _ask(_request(stream=True, stream_options={"include_usage": True})))
    assert [json.loads(event)["usage"] is not None for event in events[:-1]] == [False] * 4 + [True]


async def test_an_unknown_path_is_not_found():
    assert (await _ask(b"GET /v1/other HTTP/1.1\r\n\r\n")).startswith(b"HTTP/1.1 404")


async def test_requests_are_counted():
    answer = await _ask(_request(), _request(stream=True), b"GET /stats HTTP/1.1\r\n\r\n")
    stats = json.loads(answer.rpartition(b"\r\n\r\n")[2])
    assert (stats["requests"], stats["streams"], stats["connections"]) == (2, 1, 1)
