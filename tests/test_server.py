"""uvicorn as the gateway runs it: heads bounded in size and time, leavers told of, a free port said."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from gateway.server import Server, config
from gateway.settings import Settings
from gateway.wire import PRESENCE, Presence

DEADLINE_S = 20.0
HEAD = b"POST /x HTTP/1.1\r\nhost: a\r\n"


@dataclass
class Served:
    """A server with an application that answers each request with the length of its body."""

    port: int = 0
    scopes: list[dict[str, Any]] = field(default_factory=list)
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            for word in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{word}.complete"})
            return
        self.scopes.append(scope)
        self.begun.set()
        size, more = 0, True
        while more:
            message = await receive()
            size += len(message.get("body", b""))
            more = message.get("more_body", False)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
        await send({"type": "http.response.body", "body": b"%4d" % size})

    async def says(self, *pieces: bytes) -> bytes:
        """Sends the pieces, and reads until the server closes the connection."""
        async with self.connected() as (reader, writer):
            for piece in pieces:
                writer.write(piece)
                await asyncio.sleep(0)
            try:
                return await reader.read()
            except ConnectionResetError:
                return b""

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """A connection, aborted at the end."""
        async with asyncio.timeout(DEADLINE_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            try:
                yield reader, writer
            finally:
                writer.transport.abort()
                with suppress(OSError):
                    await writer.wait_closed()


@asynccontextmanager
async def served(**settings: Any) -> AsyncIterator[Served]:
    made = Served()
    said: list[tuple[str, int]] = []
    server_config = config(Settings(port=0, **settings), made.app)
    server = Server(server_config, lambda host, port: said.append((host, port)))
    server_config.load()
    server.lifespan = server_config.lifespan_class(server_config)
    await server.startup()
    [(host, made.port)] = said
    assert host == "127.0.0.1"
    try:
        yield made
    finally:
        await server.shutdown()


def request(*headers: bytes, body: bytes = b"") -> bytes:
    lines = [HEAD, *(header + b"\r\n" for header in headers), b"content-length: %d\r\n\r\n" % len(body)]
    return b"".join(lines) + body


async def test_a_server_says_where_it_listens_and_nothing_about_itself():
    async with served() as server:
        answer = await server.says(request(b"connection: close", body=b"abc"))
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"   3")
    assert b"uvicorn" not in answer.lower()


async def test_a_head_that_is_too_large_is_a_431_and_never_reaches_the_gateway():
    async with served(max_header_bytes=4096) as server:
        answer = await server.says(request(b"x: " + b"y" * 4096))
    assert answer.startswith(b"HTTP/1.1 431 ")
    assert server.scopes == []


async def test_many_small_headers_count_together():
    async with served(max_header_bytes=4096) as server:
        answer = await server.says(request(*(b"x-%d: y" % number for number in range(1000))))
    assert answer.startswith(b"HTTP/1.1 431 ")


async def test_a_long_path_counts_too():
    async with served(max_header_bytes=4096) as server:
        answer = await server.says(request().replace(b"/x", b"/" + b"x" * 4096))
    assert answer.startswith(b"HTTP/1.1 431 ")


async def test_a_head_within_the_bound_passes():
    async with served(max_header_bytes=4096) as server:
        answer = await server.says(request(b"x: " + b"y" * 4000, b"connection: close"))
    assert answer.startswith(b"HTTP/1.1 200 ")


async def test_a_head_without_end_is_cut_off():
    async with served(max_header_bytes=4096) as server:
        answer = await server.says(HEAD, *(b"x-%d: y\r\n" % number for number in range(1000)))
    assert answer == b""
    assert server.scopes == []


@pytest.mark.parametrize(
    "pieces",
    [(), (b"PO",), (HEAD,), (HEAD + b"x: ", b"y"), (HEAD + b"content-length: 3\r\n\r\n",)],
    ids=["nothing", "half_a_line", "half_a_head", "in_pieces", "a_head_and_no_body"],
)
async def test_a_request_that_does_not_come_in_time_is_cut_off(pieces: tuple[bytes, ...]):
    async with served(body_timeout_s=0.05) as server:
        assert not (await server.says(*pieces)).startswith(b"HTTP/1.1 200")


async def test_a_second_request_on_the_connection_has_no_more_time_than_the_first():
    async with served(body_timeout_s=0.05) as server:
        answer = await server.says(request(body=b"abc"), HEAD)
    assert answer.count(b"HTTP/1.1 200 ") == 1
    assert len(server.scopes) == 1


async def test_a_body_that_has_begun_is_left_to_the_gateway():
    """The server's own time (5 ms) is long over when the rest comes."""
    async with served(body_timeout_s=0.005) as server, server.connected() as (reader, writer):
        writer.write(HEAD + b"connection: close\r\ncontent-length: 2\r\n\r\na")
        await server.begun.wait()
        over = asyncio.Event()
        asyncio.get_running_loop().call_later(0.05, over.set)
        await over.wait()
        writer.write(b"b")
        answer = await reader.read()
    assert answer.endswith(b"   2")


async def test_a_server_says_when_a_client_leaves():
    async with served() as server, server.connected() as (_, writer):
        writer.write(HEAD + b"content-length: 2\r\n\r\na")
        await server.begun.wait()
        presence = server.scopes[0]["extensions"][PRESENCE]
        assert isinstance(presence, Presence)
        assert not presence.gone
        left = asyncio.Event()
        presence.left = left.set
        writer.transport.abort()
        await left.wait()
        assert presence.gone


async def test_each_connection_has_its_own_presence():
    async with served() as server:
        for _ in range(2):
            await server.says(request(b"connection: close"))
    first, second = (scope["extensions"][PRESENCE] for scope in server.scopes)
    assert first is not second


async def test_more_connections_than_allowed_are_a_503():
    async with served(max_connections=1) as server, server.connected() as (_, writer):
        writer.write(HEAD + b"content-length: 2\r\n\r\na")
        await server.begun.wait()
        answer = await server.says(request(b"connection: close"))
    assert answer.startswith(b"HTTP/1.1 503 ")


@pytest.mark.parametrize(("grace_s", "given_s"), [(30.0, 30), (0.2, 1), (1.9, 1)])
def test_the_grace_at_a_stop_is_at_least_a_second(grace_s: float, given_s: int):
    made = config(Settings(shutdown_grace_s=grace_s), lambda: None)
    assert made.timeout_graceful_shutdown == given_s


def test_nothing_that_a_client_says_of_its_address_is_believed():
    made = config(Settings(), lambda: None)
    assert (made.proxy_headers, made.access_log, made.ws) == (False, False, "none")
