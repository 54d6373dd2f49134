"""What every upstream client does with its connections: keeping them, and leaving.

"Closed" is an event at the provider's end, awaited.
"""

from __future__ import annotations

import asyncio
import random

import pytest
from aiohttp.connector import Connection

from gateway.errors import Broken, NotConnected
from gateway.upstream.aiohttp_client import AiohttpUpstream
from gateway.upstream.interface import Upstream
from tests.parts.scripted_upstream import Ask, ScriptedUpstream, answer
from tests.upstream.behaviour import (
    AIOHTTP_ONLY,
    CAP_BYTES,
    SOON_S,
    ask_for,
    drain,
    has_asked,
    never_answers,
    says_ok,
    soon,
    stops_in_the_middle,
    streams_three,
    until,
)


async def test_twenty_answers_in_a_row_share_a_connection(upstream: Upstream) -> None:
    async with ScriptedUpstream(says_ok) as provider:
        for _ in range(20):
            await (await upstream.send(ask_for(provider))).read(CAP_BYTES)
        assert provider.connections == 1


async def test_twenty_streams_in_a_row_share_a_connection(upstream: Upstream) -> None:
    async with ScriptedUpstream(streams_three) as provider:
        for _ in range(20):
            incoming = await upstream.send(ask_for(provider))
            assert await drain(incoming) == b"data: 1\n\ndata: 2\n\ndata: [DONE]\n\n"
            incoming.close()
        assert provider.connections == 1


async def test_a_connection_the_provider_wants_closed_is_not_reused(upstream: Upstream) -> None:
    async def script(ask: Ask) -> None:
        await ask.send(answer(headers="connection: close\r\n"))

    async with ScriptedUpstream(script) as provider:
        for _ in range(2):
            await (await upstream.send(ask_for(provider))).read(CAP_BYTES)
        assert provider.connections == 2


@AIOHTTP_ONLY  # httpx sends all before it reads anything
async def test_a_connection_answered_before_the_upload_ended_is_not_reused(upstream: Upstream) -> None:
    async def script(ask: Ask) -> None:
        if len(provider.asks) == 1:
            ask.peer.transport.pause_reading()
        await ask.send(answer(b"too large", status="413 Too Large"))

    async with ScriptedUpstream(script, whole_body=False) as provider:
        for body in (bytes(64 << 20), b"{}"):
            incoming = await upstream.send(ask_for(provider, body=body))
            assert await incoming.read(CAP_BYTES) == b"too large"
        assert provider.connections == 2


@AIOHTTP_ONLY  # httpx's parser keeps the rest and reads it as the next answer
async def test_bytes_after_an_answer_do_not_answer_the_next_request(upstream: Upstream) -> None:
    async def script(ask: Ask) -> None:
        smuggled = answer(b"smuggled") if len(provider.asks) == 1 else b""
        await ask.send(answer(b"mine") + smuggled)

    async with ScriptedUpstream(script) as provider:
        for _ in range(2):
            assert await (await upstream.send(ask_for(provider))).read(CAP_BYTES) == b"mine"


@AIOHTTP_ONLY  # httpx's pool looks at the socket only, and its parser reads on
@pytest.mark.parametrize("late", [answer(b"smuggled"), b"HTTP/1.1 200 OK\r\nconte"], ids=["whole", "begun"])
async def test_bytes_on_an_unused_connection_do_not_answer_the_next_request(
    upstream: Upstream, late: bytes
) -> None:
    async with ScriptedUpstream(says_ok) as provider, ScriptedUpstream(says_ok) as other:
        await (await upstream.send(ask_for(provider))).read(CAP_BYTES)
        provider.peers[0].transport.write(late)
        # a whole exchange later the loop has read what was there before it
        await (await upstream.send(ask_for(other))).read(CAP_BYTES)
        for _ in range(2):
            assert await (await upstream.send(ask_for(provider))).read(CAP_BYTES) == b'{"ok":1}'
        await soon(provider.peers[0].gone.wait())
        assert provider.connections == 2


@AIOHTTP_ONLY  # httpx reads the greeting as the answer
async def test_a_provider_that_speaks_before_it_is_asked_is_not_connected(
    upstream: AiohttpUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def connect_and_hear(*args: object, **named: object) -> Connection:
        connection = await connect(*args, **named)  # type: ignore[arg-type]
        await until(lambda: connection.protocol is None or connection.protocol.should_close)
        return connection

    connect = upstream._connector.connect
    monkeypatch.setattr(upstream._connector, "connect", connect_and_hear)
    async with ScriptedUpstream(says_ok, greeting=answer(b"smuggled")) as provider:
        with pytest.raises(NotConnected):
            await soon(upstream.send(ask_for(provider)))
        assert (provider.connections, provider.asks) == (1, [])


async def test_cancelling_before_the_headers_closes_the_connection(upstream: Upstream) -> None:
    async with ScriptedUpstream(never_answers) as provider:
        sending = asyncio.ensure_future(upstream.send(ask_for(provider)))
        await soon(has_asked(provider))
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        await soon(provider.asks[0].gone())


async def test_cancelling_in_the_middle_of_a_large_upload_closes_the_connection(upstream: Upstream) -> None:
    async def script(ask: Ask) -> None:
        raise AssertionError("the request never arrives whole")

    async with ScriptedUpstream(script) as provider:
        sending = asyncio.ensure_future(upstream.send(ask_for(provider, body=bytes(64 << 20))))
        await soon(until(lambda: provider.peers and provider.peers[0].received_bytes))
        provider.peers[0].transport.pause_reading()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        provider.peers[0].transport.resume_reading()
        await soon(provider.peers[0].gone.wait())
        assert provider.asks == []


async def test_cancelling_in_the_middle_of_a_body_and_closing_it_closes_the_connection(
    upstream: Upstream,
) -> None:
    async with ScriptedUpstream(stops_in_the_middle) as provider:
        incoming = await upstream.send(ask_for(provider))
        assert await incoming.next_chunk() == b"data: 1\n\n"
        reading = asyncio.ensure_future(incoming.next_chunk())
        await asyncio.sleep(0)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        incoming.close()
        await soon(provider.asks[0].gone())


async def test_closing_in_the_middle_of_a_body_closes_the_connection(upstream: Upstream) -> None:
    async with ScriptedUpstream(stops_in_the_middle) as provider:
        incoming = await upstream.send(ask_for(provider))
        await incoming.next_chunk()
        incoming.close()
        incoming.close()
        await soon(provider.asks[0].gone())
        with pytest.raises(Broken):
            await incoming.next_chunk()


async def test_closing_wakes_whoever_reads(upstream: Upstream) -> None:
    async with ScriptedUpstream(stops_in_the_middle) as provider:
        incoming = await upstream.send(ask_for(provider))
        await incoming.next_chunk()
        reading = asyncio.ensure_future(incoming.next_chunk())
        await asyncio.sleep(0)
        incoming.close()
        with pytest.raises(Broken):
            await asyncio.wait_for(reading, SOON_S)


async def test_closing_an_answer_read_to_its_end_keeps_the_connection(upstream: Upstream) -> None:
    async with ScriptedUpstream(says_ok) as provider:
        for _ in range(3):
            incoming = await upstream.send(ask_for(provider))
            await incoming.read(CAP_BYTES)
            incoming.close()
        assert provider.connections == 1


async def cancel_storm(upstream: Upstream, seed: int) -> list[bytes]:
    """Twenty callers that give up at random moments, 60 times each; then the answers to twenty that wait."""

    async def script(ask: Ask) -> None:
        await asyncio.sleep(chance.random() * 0.004)
        await streams_three(ask)

    async def gives_up() -> None:
        for _ in range(60):
            task = asyncio.ensure_future(one())
            await asyncio.sleep(chance.random() * 0.004)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def one() -> bytes:
        incoming = await upstream.send(ask_for(provider))
        try:
            return await drain(incoming)
        finally:
            incoming.close()

    chance = random.Random(seed)
    async with ScriptedUpstream(script) as provider:
        await asyncio.gather(*(gives_up() for _ in range(20)))
        return [await asyncio.wait_for(one(), SOON_S) for _ in range(20)]


async def test_the_pool_answers_after_thousands_of_cancels(upstream: Upstream) -> None:
    bodies = await cancel_storm(upstream, seed=7)
    assert all(body.endswith(b"data: [DONE]\n\n") for body in bodies)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(5))
async def test_the_pool_answers_after_storm_upon_storm(upstream: Upstream, seed: int) -> None:
    for storm in range(5):
        bodies = await cancel_storm(upstream, seed=5 * seed + storm)
        assert all(body.endswith(b"data: [DONE]\n\n") for body in bodies)
