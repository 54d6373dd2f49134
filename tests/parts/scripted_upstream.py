"""A provider at the level of bytes: a loopback server that does what a script says.

A script is an async function of one `Ask` (a request that came whole); it answers with raw bytes
and may drip, close, reset or wait until the other side has gone::

    async def script(ask: Ask) -> None:
        await ask.send(b"HTTP/1.1 200 OK\\r\\ncontent-length: 2\\r\\n\\r\\nok")

    async with ScriptedUpstream(script) as provider:
        ... provider.url, provider.connections, provider.asks
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self, cast


@dataclass
class Ask:
    """One request as it came, and the connection to answer it on. Header names are lower-case."""

    method: str
    path: str
    headers: list[tuple[str, str]]
    body: bytes = field(repr=False)
    peer: Peer

    async def send(self, data: bytes) -> None:
        """Writes, then waits until the socket takes more. Nothing if the other side has gone."""
        if not self.peer.gone.is_set():
            self.peer.transport.write(data)
            await self.peer.writable.wait()

    def close(self) -> None:
        self.peer.transport.close()

    def reset(self) -> None:
        """Ends the connection with a TCP RST."""
        sock = self.peer.transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.peer.transport.abort()

    async def gone(self) -> None:
        """Returns once the other side has closed."""
        await self.peer.gone.wait()


Script = Callable[[Ask], Awaitable[None]]


class Peer(asyncio.Protocol):
    """One accepted connection."""

    transport: asyncio.Transport

    def __init__(self, owner: ScriptedUpstream) -> None:
        self._owner = owner
        self._input = b""
        self._running: asyncio.Task[None] | None = None
        self.asks = 0
        self.received_bytes = 0
        self.gone = asyncio.Event()
        self.writable = asyncio.Event()
        self.writable.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is one without saying so
        self._owner.connections += 1
        self._owner.peers.append(self)
        self.transport.write(self._owner.greeting)

    def data_received(self, data: bytes) -> None:
        self.received_bytes += len(data)
        self._input += data
        self._next()

    def pause_writing(self) -> None:
        self.writable.clear()

    def resume_writing(self) -> None:
        self.writable.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self.gone.set()
        self.writable.set()

    def _next(self) -> None:
        """Starts the script on a request once it is whole and the one before is answered."""
        if self._running is not None or b"\r\n\r\n" not in self._input:
            return
        head, rest = self._input.split(b"\r\n\r\n", 1)
        first, *lines = head.decode().split("\r\n")
        pairs = [line.split(": ", 1) for line in lines]
        headers = [(name.lower(), value) for name, value in pairs]
        length = int(dict(headers).get("content-length", "0"))
        if len(rest) < length and self._owner.whole_body:
            return
        self._input = rest[length:]
        method, path, _ = first.split(" ")
        ask = Ask(method, path, headers, rest[:length], self)
        self.asks += 1
        self._owner.asks.append(ask)
        self._running = asyncio.get_running_loop().create_task(self._run(ask))
        self._owner.running.add(self._running)

    async def _run(self, ask: Ask) -> None:
        try:
            await self._owner.script(ask)
        finally:
            if self._running is not None:
                self._owner.running.discard(self._running)
            self._running = None
        self._next()


class ScriptedUpstream:
    """Listens on a free loopback port while it is entered. Without `whole_body` the script starts
    as soon as the headers are there. `greeting` is sent on each connection before anything is asked.

    `connections` counts those accepted, `peers` and `asks` hold them in order of arrival.
    """

    def __init__(
        self,
        script: Script,
        *,
        tls: ssl.SSLContext | None = None,
        whole_body: bool = True,
        greeting: bytes = b"",
    ) -> None:
        self.script = script
        self.whole_body = whole_body
        self.greeting = greeting
        self._tls = tls
        self.connections = 0
        self.peers: list[Peer] = []
        self.asks: list[Ask] = []
        self.running: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Peer(self), "127.0.0.1", 0, ssl=self._tls)
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"{'https' if self._tls else 'http'}://127.0.0.1:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for task in list(self.running):
            task.cancel()
        for peer in self.peers:
            peer.transport.abort()
        await asyncio.gather(*self.running, return_exceptions=True)


def answer(body: bytes = b"{}", status: str = "200 OK", headers: str = "") -> bytes:
    """A whole answer with a content-length. `headers`: more lines, each ended by CRLF."""
    return b"HTTP/1.1 %b\r\n%bcontent-length: %d\r\n\r\n%b" % (
        status.encode(),
        headers.encode(),
        len(body),
        body,
    )


STREAM_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
STREAM_END = b"0\r\n\r\n"


def piece(data: bytes) -> bytes:
    """One chunk of a chunked body."""
    return b"%x\r\n%b\r\n" % (len(data), data)
