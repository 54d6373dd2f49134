"""A whole answer in one write: what uvicorn would have sent, and nothing of a header that lies."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import Any

import pytest

from gateway.server import Server, config
from gateway.settings import Settings
from gateway.wire import Exchange

DEADLINE_S = 20.0


class Answering:
    """An application that answers `GET /text` with that text, or with the header it is told to."""

    def __init__(self) -> None:
        self.port = 0
        self.failed: list[BaseException] = []
        self.headers: list[tuple[bytes, bytes]] = [(b"content-type", b"text/plain")]

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            for word in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{word}.complete"})
            return
        exchange = Exchange(scope, receive, send)
        try:
            await exchange.answer(200, list(self.headers), scope["path"][1:].encode())
        except ValueError as error:
            self.failed.append(error)
            raise
        assert exchange.finished


@asynccontextmanager
async def answering():
    made = Answering()
    ports: list[int] = []
    server_config = config(Settings(port=0), made.app, made.app)
    server = Server(server_config, lambda _, port: ports.append(port))
    server_config.load()
    server.lifespan = server_config.lifespan_class(server_config)
    await server.startup()
    made.port = ports[0]
    try:
        yield made
    finally:
        await server.shutdown()


async def conversation(port: int, sent: bytes) -> bytes:
    """All that comes back until the server closes the connection."""
    async with asyncio.timeout(DEADLINE_S):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        try:
            return await reader.read()
        finally:
            writer.close()


def get(text: str, *, method: str = "GET", close: bool = False) -> bytes:
    end = "connection: close\r\n\r\n" if close else "\r\n"
    return f"{method} /{text} HTTP/1.1\r\nhost: a\r\n{end}".encode()


def bodies(said: bytes) -> list[bytes]:
    found = []
    while said:
        head, _, rest = said.partition(b"\r\n\r\n")
        fields = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:])
        length = int(fields[b"content-length"])
        found.append(rest[:length])
        said = rest[length:]
    return found


async def test_an_answer_is_whole_and_well_formed():
    async with answering() as server:
        said = await conversation(server.port, get("hello", close=True))
    head, _, body = said.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert head.endswith(b"\r\ncontent-type: text/plain\r\ncontent-length: 5\r\nconnection: close")
    assert body == b"hello"


async def test_a_connection_is_kept_for_the_next_request():
    async with answering() as server:
        said = await conversation(server.port, get("one") + get("two") + get("three", close=True))
    assert bodies(said) == [b"one", b"two", b"three"]


async def test_requests_that_were_pipelined_are_answered_in_order_and_once():
    wanted = [f"n{number}" for number in range(20)]
    async with answering() as server:
        said = await conversation(server.port, b"".join(map(get, wanted)) + get("end", close=True))
    assert bodies(said) == [*(text.encode() for text in wanted), b"end"]


async def test_a_head_request_gets_no_body():
    async with answering() as server:
        said = await conversation(server.port, get("hello", method="HEAD", close=True))
    assert said.endswith(b"\r\n\r\n")
    assert b"content-length: 5" in said


@pytest.mark.parametrize("value", [b"a\r\nset-cookie: b", b"a\nb", b"a\rb"])
async def test_a_header_that_would_break_out_of_its_line_is_never_sent(value: bytes, caplog):
    async with answering() as server:
        server.headers = [(b"content-type", value)]
        said = await conversation(server.port, get("hello", close=True))
    assert said.startswith(b"HTTP/1.1 500 ")
    assert value not in said
    assert len(server.failed) == 1
