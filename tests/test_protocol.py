"""What a client may not do to a connection: hide a request in another, or hold it for nothing."""

from __future__ import annotations

import asyncio
import gc
import weakref
from contextlib import suppress
from typing import Any

import pytest

from gateway.presence import PRESENCE, Presence
from gateway.protocol import BoundedProtocol
from tests.test_server import DEADLINE_S, HEAD, Served, nothing_for, request, served

HIDDEN = b"GET /hidden HTTP/1.1\r\nhost: a\r\n\r\n"
CHUNKED = HEAD + b"transfer-encoding: chunked\r\n\r\n"
LIMIT_BYTES = 4096


async def refuse(scope: Any, receive: Any, send: Any) -> None:
    """Answers without a look at the body."""
    await send({"type": "http.response.start", "status": 401, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"no"})


async def refuse_at_once(scope: Any, receive: Any, send: Any) -> None:
    assert scope["extensions"][PRESENCE].answer(send, 401, [(b"content-length", b"2")], b"no")


def refusing(server: Served, app: Any = refuse) -> None:
    """From now on this application answers what is `REFUSED`."""

    async def pour(scope: Any, send: Any) -> None:
        await app(scope, None, send)

    server.pour = pour  # type: ignore[method-assign]


REFUSED = HEAD.replace(b"/x", b"/large")


@pytest.mark.parametrize("upgrade", [b"h2c", b"websocket"])
@pytest.mark.parametrize("apart", [True, False])
async def test_the_body_of_a_request_for_an_upgrade_is_never_a_request(upgrade: bytes, apart: bool):
    head = HEAD + b"upgrade: %b\r\nconnection: upgrade\r\ncontent-length: %d\r\n\r\n" % (upgrade, len(HIDDEN))
    async with served(write_stall_s=0.2) as server, server.connected() as (reader, writer):
        writer.write(head if apart else head + HIDDEN)
        answer = await reader.readuntil(b"\r\n\r\n")
        writer.write(HIDDEN)
        answer += await reader.read()
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"connection: close\r\n" in answer
    assert answer.count(b"\r\n\r\n") == 1
    assert server.scopes == []


async def test_what_follows_an_upgrade_is_not_even_parsed():
    """Also when it comes before the refusal was sent."""
    head = HEAD + b"upgrade: h2c\r\nconnection: upgrade\r\ncontent-length: %d\r\n\r\n" % len(HIDDEN)
    async with served(write_stall_s=0.2) as server, server.connected() as (reader, writer):
        writer.write(request(body=b"abc"))
        await reader.readuntil(b"   3")
        protocol = protocol_of(server.presence)
        protocol.data_received(head)
        protocol.data_received(HIDDEN)
        assert protocol.cycle.scope["path"] == "/x"
        assert (await reader.read()).startswith(b"HTTP/1.1 400 ")


async def test_what_follows_an_upgrade_behind_a_running_request_is_never_a_request():
    upgrade = HEAD + b"upgrade: h2c\r\nconnection: upgrade\r\ncontent-length: %d\r\n\r\n" % len(HIDDEN)
    async with served(write_stall_s=0.2) as server:
        answer = await server.says(request(body=b"abc") + upgrade, HIDDEN)
    assert answer.count(b"\r\n\r\n") == 2
    assert len(server.scopes) == 1


async def test_a_trailer_is_no_header():
    async with served() as server, server.connected() as (reader, writer):
        writer.write(CHUNKED + b"1\r\nx\r\n0\r\nauthorization: Bearer a\r\nx-b: c\r\n\r\n")
        await reader.readuntil(b"   1")
    [scope] = server.scopes
    assert [name for name, _ in scope["headers"]] == [b"host", b"transfer-encoding"]


@pytest.mark.parametrize("begun", [b"1\r\nx\r\n0\r\n", b"0\r\n", b"1;"], ids=["body", "no_body", "extension"])
@pytest.mark.parametrize("piece", [b"a: b\r\n" * 20, b"y" * 120], ids=["many_lines", "one_line"])
async def test_what_is_no_body_is_cut_off_like_a_head(begun: bytes, piece: bytes):
    async with served(max_header_bytes=LIMIT_BYTES) as server, server.connected() as (reader, writer):
        writer.write(CHUNKED + begun + (b"a: " if piece[:1] == b"y" else b""))
        await server.begun.wait()
        with suppress(OSError):
            for _ in range(2 * LIMIT_BYTES // len(piece)):
                writer.write(piece)
                await nothing_for(0.001)
            assert await reader.read() == b""


async def test_a_large_body_in_many_pieces_passes():
    async with served(max_header_bytes=LIMIT_BYTES) as server, server.connected() as (reader, writer):
        writer.write(CHUNKED)
        for _ in range(LIMIT_BYTES // 4):
            writer.write(b"4\r\n")
            await asyncio.sleep(0)
            writer.write(b"abcd\r\n")
            await asyncio.sleep(0)
        writer.write(b"0\r\n\r\n")
        assert b"4096" in await reader.readuntil(b"4096")


async def test_an_empty_line_after_an_answer_does_not_hold_the_connection():
    async with served(body_timeout_s=0.05) as server, server.connected() as (reader, writer):
        writer.write(request(body=b"abc"))
        await reader.readuntil(b"   3")
        writer.write(b"\r\n")
        assert await reader.read() == b""


async def test_a_request_after_an_empty_line_is_answered():
    async with served() as server, server.connected() as (reader, writer):
        for _ in range(3):
            writer.write(request(body=b"abc") + b"\r\n")
            assert (await reader.readuntil(b"   3")).startswith(b"HTTP/1.1 200 ")
            writer.write(b"\r\n")


@pytest.mark.parametrize("app", [refuse, refuse_at_once])
async def test_an_answer_before_the_bodys_end_ends_the_connection(app: Any):
    async with served(write_stall_s=0.2) as server, server.connected() as (reader, writer):
        refusing(server, app)
        writer.write(REFUSED + b"content-length: 1000000\r\n\r\nx")
        answer = await reader.read()
        assert answer.startswith(b"HTTP/1.1 401 ")
        assert b"connection: close\r\n" in answer
        await cut_off(writer)


async def cut_off(writer: asyncio.StreamWriter) -> None:
    """Dribbles until the server closes."""
    while not writer.is_closing():
        writer.write(b"x")
        await nothing_for(0.01)


async def test_a_client_that_still_sends_gets_the_answer():
    """A connection closed over unread bytes would be reset, with the answer in it."""
    async with served() as server, server.connected() as (reader, writer):
        refusing(server)
        writer.write(REFUSED + b"content-length: 1000000\r\n\r\nx")
        await server.begun.wait()
        for _ in range(16):
            writer.write(bytes(60_000))
            await writer.drain()
            await nothing_for(0.001)
        assert (await reader.read()).endswith(b"no")


@pytest.mark.parametrize("app", [refuse, refuse_at_once])
async def test_a_body_never_asked_for_is_not_taken_out_of_the_next_request(app: Any):
    async with served(write_stall_s=0.2) as server, server.connected() as (reader, writer):
        refusing(server, app)
        writer.write(REFUSED + b"expect: 100-continue\r\ncontent-length: 400\r\n\r\n")
        answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert b"connection: close\r\n" in answer


async def test_an_answer_to_a_whole_request_keeps_the_connection():
    async with served() as server, server.connected() as (reader, writer):
        refusing(server)
        for _ in range(3):
            writer.write(REFUSED + b"content-length: 3\r\n\r\nabc")
            answer = await reader.readuntil(b"no")
            assert b"connection: close" not in answer


async def test_a_closed_connection_leaves_nothing_for_the_garbage_collector():
    gc.collect()
    gc.disable()
    try:
        async with served() as server:
            async with server.connected() as (_, writer):
                writer.write(request(b"x: y"))
                await server.begun.wait()
                protocol = weakref.ref(protocol_of(server.presence))
                left = asyncio.Event()
                server.presence.left = left.set
                server.scopes.clear()
                writer.transport.abort()
                await left.wait()
            await nothing_for(0.01)
            assert protocol() is None
    finally:
        gc.enable()


def protocol_of(presence: Presence) -> BoundedProtocol:
    return next(
        found
        for found in gc.get_objects()
        if isinstance(found, BoundedProtocol) and found._presence is presence
    )


async def test_a_client_that_sent_several_requests_and_left_is_gone_for_each_of_them(caplog):
    async with served() as server:
        async with server.connected() as (_, writer):
            writer.write(HEAD + b"content-length: 2\r\n\r\nab" + HEAD + b"content-length: 2\r\n\r\ncd")
            await server.begun.wait()
            presence = server.presence
            writer.transport.abort()
        async with asyncio.timeout(DEADLINE_S):
            while not presence.gone:
                await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []
