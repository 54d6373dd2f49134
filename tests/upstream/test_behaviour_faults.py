"""What every upstream client raises, and when."""

from __future__ import annotations

import asyncio

import pytest

from gateway.errors import Broken, NotConnected, TimedOut, UpstreamFault
from gateway.upstream.aiohttp_answer import Exchange
from gateway.upstream.interface import TimeLimits, Upstream
from tests.parts.scripted_upstream import STREAM_END, STREAM_HEAD, Ask, ScriptedUpstream, answer, piece
from tests.upstream.behaviour import (
    AIOHTTP_ONLY,
    CAP_BYTES,
    NO_HOST,
    SOON_S,
    all_gone,
    answers_the_first,
    ask_for,
    drain,
    drips_for_ever,
    never_answers,
    says_ok,
    soon,
    stops_in_the_middle,
)


async def test_no_headers_in_time_is_first_byte(upstream: Upstream) -> None:
    async with ScriptedUpstream(never_answers) as provider:
        with pytest.raises(TimedOut) as caught:
            await upstream.send(ask_for(provider, TimeLimits(first_byte_s=0.03)))
        assert caught.value.limit == "first_byte"
        await soon(all_gone(provider))


async def test_without_a_first_byte_limit_headers_may_take_up_to_total(upstream: Upstream) -> None:
    async with ScriptedUpstream(never_answers) as provider:
        with pytest.raises(TimedOut) as caught:
            await upstream.send(ask_for(provider, TimeLimits(idle_s=0.01, total_s=0.05)))
        assert caught.value.limit == "total"
        await soon(all_gone(provider))


async def test_silence_inside_a_body_is_idle(upstream: Upstream) -> None:
    async with ScriptedUpstream(stops_in_the_middle) as provider:
        incoming = await upstream.send(ask_for(provider, TimeLimits(idle_s=0.03)))
        with pytest.raises(TimedOut) as caught:
            await drain(incoming)
        assert caught.value.limit == "idle"
        await soon(provider.asks[0].gone())


async def test_silence_inside_a_whole_read_is_idle(upstream: Upstream) -> None:
    async with ScriptedUpstream(stops_in_the_middle) as provider:
        incoming = await upstream.send(ask_for(provider, TimeLimits(idle_s=0.03)))
        with pytest.raises(TimedOut) as caught:
            await incoming.read(CAP_BYTES)
        assert caught.value.limit == "idle"


async def test_a_body_that_never_ends_is_total(upstream: Upstream) -> None:
    async with ScriptedUpstream(drips_for_ever) as provider:
        with pytest.raises(TimedOut) as caught:
            await drain(await upstream.send(ask_for(provider, TimeLimits(idle_s=5, total_s=0.06))))
        assert caught.value.limit == "total"
        await soon(all_gone(provider))


async def test_total_runs_while_nobody_reads(upstream: Upstream) -> None:
    async with ScriptedUpstream(stops_in_the_middle) as provider:
        incoming = await upstream.send(ask_for(provider, TimeLimits(total_s=0.3)))
        await soon(provider.asks[0].gone())
        with pytest.raises(TimedOut) as caught:
            await drain(incoming)
        assert caught.value.limit == "total"


async def test_a_stream_may_last_longer_than_first_byte_and_idle(upstream: Upstream) -> None:
    async def script(ask: Ask) -> None:
        await ask.send(STREAM_HEAD)
        for n in range(10):
            await asyncio.sleep(0.05)
            await ask.send(piece(b"%d" % n))
        await ask.send(STREAM_END)

    async with ScriptedUpstream(script) as provider:
        limits = TimeLimits(first_byte_s=0.4, idle_s=0.4)
        assert await drain(await upstream.send(ask_for(provider, limits))) == b"0123456789"


async def test_a_slow_reader_is_not_the_providers_silence(upstream: Upstream) -> None:
    async def script(ask: Ask) -> None:
        await ask.send(STREAM_HEAD + piece(b"a"))
        await resume.wait()
        await ask.send(piece(b"b") + STREAM_END)

    resume = asyncio.Event()
    async with ScriptedUpstream(script) as provider:
        incoming = await upstream.send(ask_for(provider, TimeLimits(idle_s=0.1)))
        assert await incoming.next_chunk() == b"a"
        await asyncio.sleep(0.25)
        resume.set()
        assert await drain(incoming) == b"b"


async def test_a_refused_connection_is_not_connected(upstream: Upstream) -> None:
    async with ScriptedUpstream(says_ok) as provider:
        closed_port = provider.url
    with pytest.raises(NotConnected):
        await upstream.send(ask_for(closed_port))


@pytest.mark.parametrize("url", [NO_HOST, "ftp://127.0.0.1", "/relative", "http://"])
async def test_an_address_that_leads_nowhere_is_not_connected(upstream: Upstream, url: str) -> None:
    with pytest.raises(NotConnected):
        await upstream.send(ask_for(url))


async def test_a_server_that_does_not_speak_tls_is_not_connected(upstream: Upstream) -> None:
    async with ScriptedUpstream(says_ok) as provider:
        with pytest.raises(NotConnected):
            await upstream.send(ask_for(provider.url.replace("http:", "https:"), TimeLimits(connect_s=0.1)))


@pytest.mark.parametrize("how", ["reset", "close"])
async def test_a_connection_lost_before_the_answer_is_broken(upstream: Upstream, how: str) -> None:
    async def script(ask: Ask) -> None:
        getattr(ask, how)()

    async with ScriptedUpstream(script) as provider:
        with pytest.raises(Broken) as caught:
            await upstream.send(ask_for(provider))
        assert not caught.value.stale
        assert caught.value.underway
        assert len(provider.asks) == 1


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("how", ["reset", "close"])
async def test_a_kept_connection_lost_before_the_answer_is_broken_and_not_retried(
    upstream: Upstream, how: str, method: str
) -> None:
    async with ScriptedUpstream(answers_the_first(how)) as provider:
        await (await upstream.send(ask_for(provider))).read(CAP_BYTES)
        with pytest.raises(Broken):
            await upstream.send(ask_for(provider, method=method, body=b""))
        assert len(provider.asks) == 2


@AIOHTTP_ONLY  # httpx doesn't say whether the connection was new
@pytest.mark.parametrize("how", ["reset", "close"])
async def test_a_kept_connection_lost_before_the_answer_is_stale(upstream: Upstream, how: str) -> None:
    async with ScriptedUpstream(answers_the_first(how)) as provider:
        await (await upstream.send(ask_for(provider))).read(CAP_BYTES)
        with pytest.raises(Broken) as caught:
            await upstream.send(ask_for(provider))
        assert caught.value.stale
        assert not caught.value.underway


async def test_a_kept_connection_lost_inside_the_headers_is_not_stale(upstream: Upstream) -> None:
    async def script(ask: Ask) -> None:
        if len(provider.asks) == 1:
            await ask.send(answer())
        else:
            await ask.send(b"HTTP/1.1 200 OK\r\nx-a: 1\r\n")
            ask.close()

    async with ScriptedUpstream(script) as provider:
        await (await upstream.send(ask_for(provider))).read(CAP_BYTES)
        with pytest.raises(Broken) as caught:
            await upstream.send(ask_for(provider))
        assert not caught.value.stale
        assert caught.value.underway


@pytest.mark.parametrize(
    "head",
    [b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this", STREAM_HEAD + piece(b"only this")],
    ids=["content-length", "chunked"],
)
@pytest.mark.parametrize("how", ["reset", "close"])
async def test_a_body_cut_short_is_broken(upstream: Upstream, head: bytes, how: str) -> None:
    async def script(ask: Ask) -> None:
        await ask.send(head)
        await read_so_far.wait()
        getattr(ask, how)()

    read_so_far = asyncio.Event()
    async with ScriptedUpstream(script) as provider:
        incoming = await upstream.send(ask_for(provider))
        assert await incoming.next_chunk() == b"only this"
        read_so_far.set()
        with pytest.raises(Broken):
            await incoming.next_chunk()
        with pytest.raises(Broken):
            await incoming.next_chunk()


async def test_what_came_before_the_break_is_handed_over(upstream: Upstream) -> None:
    async def script(ask: Ask) -> None:
        await ask.send(STREAM_HEAD + piece(b"data: 1\n\n"))
        ask.close()

    async with ScriptedUpstream(script) as provider:
        incoming = await upstream.send(ask_for(provider))
        await soon(provider.asks[0].gone())
        await asyncio.sleep(0.02)
        got = b""
        with pytest.raises(Broken):
            while True:
                got += await incoming.next_chunk()
        assert got == b"data: 1\n\n"


@pytest.mark.parametrize(
    "garbage",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"HTTP/1.1 banana\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: -3\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx-long: " + b"a" * 200_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"x-many: 1\r\n" * 5000 + b"\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n",
    ],
    ids=["not-http", "bad-status", "bad-length", "long-header", "many-headers", "switched"],
)
async def test_headers_that_can_not_be_read_are_broken(upstream: Upstream, garbage: bytes) -> None:
    async def script(ask: Ask) -> None:
        await ask.send(garbage)
        await ask.gone()

    async with ScriptedUpstream(script) as provider:
        with pytest.raises(Broken):
            await asyncio.wait_for(upstream.send(ask_for(provider)), SOON_S)
        await soon(provider.asks[0].gone())


async def test_a_chunked_body_that_can_not_be_read_is_broken(upstream: Upstream) -> None:
    async def script(ask: Ask) -> None:
        await ask.send(STREAM_HEAD + b"zz\r\nwhat\r\n")
        await ask.gone()

    async with ScriptedUpstream(script) as provider:
        with pytest.raises(Broken):
            await asyncio.wait_for(drain(await upstream.send(ask_for(provider))), SOON_S)


@AIOHTTP_ONLY  # httpx has a timer for each wait
async def test_a_limit_that_is_looked_at_after_the_end_is_no_fault(upstream: Upstream) -> None:
    async with ScriptedUpstream(says_ok) as provider:
        incoming = await upstream.send(ask_for(provider))
        assert isinstance(incoming, Exchange)
        assert await incoming.next_chunk() == b'{"ok":1}'
        incoming._total_at = 0.0
        incoming.look_at_limits()
        assert await incoming.next_chunk() == b""


@pytest.mark.parametrize("declared", [True, False])
async def test_a_body_larger_than_the_cap_is_broken_and_closed(upstream: Upstream, declared: bool) -> None:
    async def script(ask: Ask) -> None:
        body = b"a" * 5000
        await ask.send(answer(body) if declared else STREAM_HEAD + piece(body) + STREAM_END)

    async with ScriptedUpstream(script) as provider:
        incoming = await upstream.send(ask_for(provider))
        with pytest.raises(Broken):
            await incoming.read(4999)
        incoming = await upstream.send(ask_for(provider))
        assert len(await incoming.read(5000)) == 5000


async def test_no_fault_names_the_address_or_a_secret(upstream: Upstream) -> None:
    async def script(ask: Ask) -> None:
        ask.reset()

    async with ScriptedUpstream(script) as provider:
        for url in (provider.url, NO_HOST, "http://127.0.0.1:1"):
            with pytest.raises(UpstreamFault) as caught:
                await upstream.send(ask_for(url))
            said = str(caught.value)
            assert not any(part in said for part in ("127.0.0.1", "aaa", "chat", "s3cret", "model"))
            assert caught.value.__cause__ is None
