"""What every upstream client does, whatever library carries it: the request and its answer.

The other parts are test_behaviour_connections.py and test_behaviour_faults.py. Limits of tens of
milliseconds are inputs; nothing is measured.
"""

from __future__ import annotations

import asyncio

import pytest

from gateway.upstream.interface import Upstream
from tests.parts.scripted_upstream import STREAM_END, STREAM_HEAD, Ask, ScriptedUpstream, answer, piece
from tests.upstream.behaviour import AIOHTTP_ONLY, CAP_BYTES, SOON_S, ask_for, drain, says_ok, soon


async def test_an_answer_has_status_lower_case_headers_and_body(upstream: Upstream) -> None:
    async with ScriptedUpstream(says_ok) as provider:
        incoming = await upstream.send(ask_for(provider))
        assert incoming.status == 200
        assert incoming.headers["x-request-id"] == "r1"
        assert set(incoming.headers) == {"x-request-id", "content-type", "content-length"}
        assert await incoming.read(CAP_BYTES) == b'{"ok":1}'


async def test_the_request_arrives_as_it_was_given(upstream: Upstream) -> None:
    async with ScriptedUpstream(says_ok) as provider:
        outgoing = ask_for(provider, url=provider.url + "/v1/chat?api-version=2%2F1")
        await (await upstream.send(outgoing)).read(CAP_BYTES)
        (ask,) = provider.asks
        assert (ask.method, ask.path, ask.body) == ("POST", "/v1/chat?api-version=2%2F1", b'{"model":"m"}')
        assert dict(ask.headers)["authorization"] == "Bearer s3cret"


async def test_only_what_was_given_and_framing_is_sent(upstream: Upstream) -> None:
    async with ScriptedUpstream(says_ok) as provider:
        await (await upstream.send(ask_for(provider))).read(CAP_BYTES)
        names = sorted(name for name, _ in provider.asks[0].headers)
        given = ["authorization", "content-type"]
        assert names == sorted([*given, "host", "accept-encoding", "content-length"])
        assert dict(provider.asks[0].headers)["accept-encoding"] == "identity"


async def test_framing_headers_that_were_given_are_left_out(upstream: Upstream) -> None:
    async with ScriptedUpstream(says_ok) as provider:
        given = [("host", "evil"), ("content-length", "3"), ("transfer-encoding", "chunked"), ("expect", "x")]
        await (await upstream.send(ask_for(provider, headers=given))).read(CAP_BYTES)
        (ask,) = provider.asks
        names = sorted(name for name, _ in ask.headers)
        assert names == ["accept-encoding", "content-length", "host"]
        assert ask.body == b'{"model":"m"}'
        assert dict(ask.headers)["host"] == provider.url.removeprefix("http://")


async def test_a_body_that_came_compressed_is_handed_over_as_it_came(upstream: Upstream) -> None:
    async def script(ask: Ask) -> None:
        await ask.send(answer(b"\x1f\x8bnot really", headers="content-encoding: gzip\r\n"))

    async with ScriptedUpstream(script) as provider:
        incoming = await upstream.send(ask_for(provider))
        assert await incoming.read(CAP_BYTES) == b"\x1f\x8bnot really"


@pytest.mark.parametrize("status", ["400 Bad Request", "429 Too Many Requests", "500 Oops", "529 Full"])
async def test_an_error_status_is_an_answer(upstream: Upstream, status: str) -> None:
    async def script(ask: Ask) -> None:
        await ask.send(answer(b"no", status=status))

    async with ScriptedUpstream(script) as provider:
        incoming = await upstream.send(ask_for(provider))
        assert incoming.status == int(status[:3])
        assert await incoming.read(CAP_BYTES) == b"no"


@pytest.mark.parametrize("status", ["301 Moved", "307 Temporary Redirect", "308 Permanent Redirect"])
async def test_a_redirect_is_an_answer_and_not_followed(upstream: Upstream, status: str) -> None:
    async def script(ask: Ask) -> None:
        await ask.send(answer(b"", status=status, headers="location: /elsewhere\r\n"))

    async with ScriptedUpstream(script) as provider:
        incoming = await upstream.send(ask_for(provider))
        assert incoming.status == int(status[:3])
        assert await incoming.read(CAP_BYTES) == b""
        assert len(provider.asks) == 1


async def test_interim_answers_are_passed_over(upstream: Upstream) -> None:
    async def script(ask: Ask) -> None:
        await ask.send(b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n")
        await ask.send(answer(b"final"))

    async with ScriptedUpstream(script) as provider:
        assert await (await upstream.send(ask_for(provider))).read(CAP_BYTES) == b"final"


async def test_a_body_ended_by_close_is_whole(upstream: Upstream) -> None:
    async def script(ask: Ask) -> None:
        await ask.send(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nuntil the end")
        ask.close()

    async with ScriptedUpstream(script) as provider:
        assert await (await upstream.send(ask_for(provider))).read(CAP_BYTES) == b"until the end"


async def test_an_answer_without_a_body_is_empty(upstream: Upstream) -> None:
    async def script(ask: Ask) -> None:
        await ask.send(b"HTTP/1.1 204 No Content\r\n\r\n")

    async with ScriptedUpstream(script) as provider:
        incoming = await upstream.send(ask_for(provider))
        assert await incoming.next_chunk() == b""
        assert await incoming.next_chunk() == b""


async def test_cookies_are_not_kept(upstream: Upstream) -> None:
    async def script(ask: Ask) -> None:
        await ask.send(answer(headers="set-cookie: session=1; Path=/\r\n"))

    async with ScriptedUpstream(script) as provider:
        for _ in range(2):
            await (await upstream.send(ask_for(provider))).read(CAP_BYTES)
        assert all("cookie" not in dict(ask.headers) for ask in provider.asks)


async def test_a_header_with_a_line_break_is_not_sent(upstream: Upstream) -> None:
    async with ScriptedUpstream(says_ok) as provider:
        for value in ("a\r\nx-evil: 1", "a\nb", "a\rb", "a\0b"):
            with pytest.raises(ValueError, match="header"):
                await upstream.send(ask_for(provider, headers=[("x-tag", value)]))
        assert provider.asks == []


@AIOHTTP_ONLY  # httpx hands over each chunk of HTTP by itself
async def test_all_that_arrived_is_one_piece(upstream: Upstream) -> None:
    async def script(ask: Ask) -> None:
        await ask.send(STREAM_HEAD + b"".join(piece(b"data: %d\n\n" % n) for n in range(50)) + STREAM_END)

    async with ScriptedUpstream(script) as provider:
        incoming = await upstream.send(ask_for(provider))
        assert await incoming.next_chunk() == b"".join(b"data: %d\n\n" % n for n in range(50))
        assert await incoming.next_chunk() == b""


async def test_a_chunk_is_handed_over_before_the_next_is_sent(upstream: Upstream) -> None:
    async def script(ask: Ask) -> None:
        await ask.send(STREAM_HEAD + piece(b"first"))
        await seen.wait()
        await ask.send(piece(b"second") + STREAM_END)

    seen = asyncio.Event()
    async with ScriptedUpstream(script) as provider:
        incoming = await upstream.send(ask_for(provider))
        assert await asyncio.wait_for(incoming.next_chunk(), SOON_S) == b"first"
        seen.set()
        assert await drain(incoming) == b"second"


async def test_a_reader_that_does_not_read_pauses_the_provider(upstream: Upstream) -> None:
    """The provider can hand over what sockets and one buffer hold, not its 256 MiB."""
    block = piece(b"a" * 65536)

    sent = 0
    stopped = asyncio.Event()

    async def script(ask: Ask) -> None:
        nonlocal sent
        await ask.send(STREAM_HEAD)
        while sent < 4096:
            ask.peer.transport.write(block)
            sent += 1
            try:
                await asyncio.wait_for(ask.peer.writable.wait(), 0.2)
            except TimeoutError:
                break
        stopped.set()
        await ask.gone()

    async with ScriptedUpstream(script) as provider:
        incoming = await upstream.send(ask_for(provider))
        await soon(stopped.wait())
        incoming.close()
        assert sent < 2048


async def test_an_answer_that_was_paused_is_read_to_its_end(upstream: Upstream) -> None:
    async def script(ask: Ask) -> None:
        await ask.send(STREAM_HEAD + piece(b"a" * size) + STREAM_END)

    size = 4 << 20
    async with ScriptedUpstream(script) as provider:
        incoming = await upstream.send(ask_for(provider))
        assert len(await asyncio.wait_for(drain(incoming), SOON_S)) == size
