"""What only the httpx client does; the rest is in test_behaviour*.py."""

from __future__ import annotations

import asyncio

import pytest

from gateway.errors import Broken
from gateway.upstream.httpx_client import RETIRE_AFTER, HttpxUpstream
from gateway.upstream.interface import Outgoing, TimeLimits
from tests.parts.scripted_upstream import STREAM_END, STREAM_HEAD, Ask, ScriptedUpstream, answer, piece


def ask_for(url: str, path: str) -> Outgoing:
    return Outgoing("GET", url + path, [], b"", TimeLimits())


async def script(ask: Ask) -> None:
    if ask.path == "/fail":
        ask.close()
    elif ask.path == "/stream":
        await ask.send(STREAM_HEAD + piece(b"first"))
        await ask.peer.gone.wait()
    else:
        await ask.send(answer(b"ok"))


async def test_a_pool_is_retired_after_many_failures_and_its_idle_connections_close() -> None:
    upstream = HttpxUpstream()
    async with ScriptedUpstream(script) as provider:
        await (await upstream.send(ask_for(provider.url, "/ok"))).read(10)
        kept = provider.peers[0]
        running = await upstream.send(ask_for(provider.url, "/stream"))
        for _ in range(RETIRE_AFTER):
            with pytest.raises(Broken):
                await upstream.send(ask_for(provider.url, "/fail"))
        assert await (await upstream.send(ask_for(provider.url, "/ok"))).read(10) == b"ok"
        assert await running.next_chunk() == b"first"
        running.close()
        await asyncio.wait_for(kept.gone.wait(), 10)
    await upstream.aclose()


async def test_an_answer_in_a_retired_pool_may_be_read_to_its_end() -> None:
    go_on = asyncio.Event()

    async def slow(ask: Ask) -> None:
        if ask.path != "/stream":
            ask.close()
            return
        await ask.send(STREAM_HEAD + piece(b"first"))
        await go_on.wait()
        await ask.send(piece(b"second") + STREAM_END)

    upstream = HttpxUpstream()
    async with ScriptedUpstream(slow) as provider:
        running = await upstream.send(ask_for(provider.url, "/stream"))
        for _ in range(RETIRE_AFTER + 1):
            with pytest.raises(Broken):
                await upstream.send(ask_for(provider.url, "/fail"))
        go_on.set()
        assert await running.read(100) == b"firstsecond"
    await upstream.aclose()
