"""What every upstream client does, whatever library carries it.

Limits of tens of milliseconds are inputs; nothing is measured. "Closed" is an event at the
provider's end, awaited under the suite's time limit.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio

from gateway.errors import Broken, NotConnected, TimedOut, UpstreamFault
from gateway.upstream.aiohttp_client import AiohttpUpstream
from gateway.upstream.httpx_client import HttpxUpstream
from gateway.upstream.interface import Incoming, Outgoing, TimeLimits, Upstream
from tests.parts.scripted_upstream import STREAM_END, STREAM_HEAD, Ask, ScriptedUpstream, answer, piece

CAP_BYTES = 1 << 20
SOON_S = 10.0
NO_HOST = f"http://{'a' * 64}.test"
"""A name with a part that is too long: refused without asking anyone."""


AIOHTTP_ONLY = pytest.mark.parametrize("upstream", [AiohttpUpstream], indirect=True)
"""What httpx can't do; ADR 0002 records each."""


@pytest_asyncio.fixture(params=[AiohttpUpstream, HttpxUpstream])
async def upstream(request: pytest.FixtureRequest) -> AsyncIterator[Upstream]:
    made: Upstream = request.param()
    yield made
    await made.aclose()


def ask_for(provider: ScriptedUpstream | str, limits: TimeLimits | None = None, **more: object) -> Outgoing:
    base = provider if isinstance(provider, str) else provider.url
    fields: dict[str, object] = {
        "method": "POST",
        "url": base + "/v1/chat",
        "headers": [("content-type", "application/json"), ("authorization", "Bearer s3cret")],
        "body": b'{"model":"m"}',
        "limits": limits or TimeLimits(),
    }
    return Outgoing(**(fields | more))  # type: ignore[arg-type]


async def soon(awaited: Awaitable[object]) -> None:
    await asyncio.wait_for(awaited, SOON_S)


async def drain(incoming: Incoming) -> bytes:
    """The body, chunk by chunk."""
    body = b""
    while chunk := await incoming.next_chunk():
        body += chunk
    return body


async def says_ok(ask: Ask) -> None:
    await ask.send(answer(b'{"ok":1}', headers="X-Request-ID: r1\r\nContent-Type: application/json\r\n"))


async def streams_three(ask: Ask) -> None:
    await ask.send(STREAM_HEAD)
    for data in (b"data: 1\n\n", b"data: 2\n\n", b"data: [DONE]\n\n"):
        await ask.send(piece(data))
    await ask.send(STREAM_END)


async def never_answers(ask: Ask) -> None:
    await ask.gone()


async def stops_in_the_middle(ask: Ask) -> None:
    await ask.send(STREAM_HEAD + piece(b"data: 1\n\n"))
    await ask.gone()


# ---- the answer


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


# ---- reuse


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


# ---- leaving


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


async def test_the_pool_answers_after_thousands_of_cancels(upstream: Upstream) -> None:
    """Twenty callers that give up at random moments, then twenty that wait."""

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

    chance = random.Random(7)
    async with ScriptedUpstream(script) as provider:
        await asyncio.gather(*(gives_up() for _ in range(20)))
        bodies = [await asyncio.wait_for(one(), SOON_S) for _ in range(20)]
        assert all(body.endswith(b"data: [DONE]\n\n") for body in bodies)


# ---- limits


async def test_no_headers_in_time_is_first_byte(upstream: Upstream) -> None:
    async with ScriptedUpstream(never_answers) as provider:
        with pytest.raises(TimedOut) as caught:
            await upstream.send(ask_for(provider, TimeLimits(first_byte_s=0.03)))
        assert caught.value.limit == "first_byte"
        await soon(provider.asks[0].gone())


async def test_without_a_first_byte_limit_headers_may_take_up_to_total(upstream: Upstream) -> None:
    async with ScriptedUpstream(never_answers) as provider:
        with pytest.raises(TimedOut) as caught:
            await upstream.send(ask_for(provider, TimeLimits(idle_s=0.01, total_s=0.05)))
        assert caught.value.limit == "total"
        await soon(provider.asks[0].gone())


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
        incoming = await upstream.send(ask_for(provider, TimeLimits(idle_s=5, total_s=0.06)))
        with pytest.raises(TimedOut) as caught:
            await drain(incoming)
        assert caught.value.limit == "total"
        await soon(provider.asks[0].gone())


async def test_total_runs_while_nobody_reads(upstream: Upstream) -> None:
    async with ScriptedUpstream(stops_in_the_middle) as provider:
        incoming = await upstream.send(ask_for(provider, TimeLimits(total_s=0.05)))
        await soon(provider.asks[0].gone())
        with pytest.raises(TimedOut) as caught:
            await drain(incoming)
        assert caught.value.limit == "total"


async def test_a_stream_may_last_longer_than_first_byte_and_idle(upstream: Upstream) -> None:
    async def script(ask: Ask) -> None:
        await ask.send(STREAM_HEAD)
        for n in range(10):
            await asyncio.sleep(0.02)
            await ask.send(piece(b"%d" % n))
        await ask.send(STREAM_END)

    async with ScriptedUpstream(script) as provider:
        limits = TimeLimits(first_byte_s=0.15, idle_s=0.15)
        assert await drain(await upstream.send(ask_for(provider, limits))) == b"0123456789"


async def test_a_slow_reader_is_not_the_providers_silence(upstream: Upstream) -> None:
    async def script(ask: Ask) -> None:
        await ask.send(STREAM_HEAD + piece(b"a"))
        await resume.wait()
        await ask.send(piece(b"b") + STREAM_END)

    resume = asyncio.Event()
    async with ScriptedUpstream(script) as provider:
        incoming = await upstream.send(ask_for(provider, TimeLimits(idle_s=0.03)))
        assert await incoming.next_chunk() == b"a"
        await asyncio.sleep(0.1)
        resume.set()
        assert await drain(incoming) == b"b"


# ---- faults


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


# ---- chunks and memory


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


def answers_the_first(how: str) -> Callable[[Ask], Awaitable[None]]:
    """A provider that answers once on a connection and then loses it."""

    async def script(ask: Ask) -> None:
        if ask.peer.asks == 1:
            await ask.send(answer())
        else:
            getattr(ask, how)()

    return script


async def drips_for_ever(ask: Ask) -> None:
    await ask.send(STREAM_HEAD)
    while not ask.peer.gone.is_set():
        await ask.send(piece(b"."))
        await asyncio.sleep(0.005)


async def has_asked(provider: ScriptedUpstream) -> None:
    await until(lambda: provider.asks)


async def until(true: Callable[[], object]) -> None:
    while not true():
        await asyncio.sleep(0)
