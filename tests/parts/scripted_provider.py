"""A provider on loopback that does what the test says, step by step.

A test takes each request as an `Exchange` and drives it: `start`, `send`, `end`, or nothing at all
(a provider that hangs), or `drop` (one that dies). So a test *knows* what was sent before what. A
`Script` given to the provider drives every exchange by itself instead.

::

    async with ScriptedProvider() as provider:
        exchange = await provider.next_exchange()   # a request has come, whole
        exchange.start(200, EVENT_STREAM)           # headers
        await exchange.send(first)                  # returns when there is room for more
        await exchange.closed_by_peer.wait()        # the caller went away
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

import h11

from tests.parts.exchange import DEADLINE_S, CallerGone, Exchange, Request

Script = Callable[[Exchange], Awaitable[None]]


def open_door() -> socket.socket:
    """A free port of loopback, taken."""
    door = socket.socket()
    door.bind(("127.0.0.1", 0))
    return door


class ScriptedProvider:
    """The server. `script` None: each exchange waits for the test in `next_exchange`.

    Where its caller outlives it, it is given a `door`: a bound socket, which stays its owner's.
    """

    def __init__(self, script: Script | None = None, *, door: socket.socket | None = None) -> None:
        self.script = script
        self._door = open_door() if door is None else door.dup()
        self.exchanges: list[Exchange] = []
        self._fresh: asyncio.Queue[Exchange] = asyncio.Queue()
        self._connections: set[_Connection] = set()
        self._running: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), sock=self._door, backlog=512)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._running:
            task.cancel()
        results = await asyncio.gather(*self._running, return_exceptions=True)
        for connection in [*self._connections]:
            connection.drop()
        await self._server.wait_closed()
        broken = [result for result in results if isinstance(result, Exception)]
        if broken and error is None:
            raise ExceptionGroup("a script failed", broken)

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def next_exchange(self) -> Exchange:
        """The next request that has come in whole, in order of arrival."""
        async with asyncio.timeout(DEADLINE_S):
            return await self._fresh.get()

    def _opened(self, connection: _Connection) -> None:
        self._connections.add(connection)

    def _closed(self, connection: _Connection) -> None:
        self._connections.discard(connection)

    def _requested(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)
        if self.script is None:
            self._fresh.put_nowait(exchange)
            return
        self._running.add(asyncio.ensure_future(self._run(self.script, exchange)))

    @staticmethod
    async def _run(script: Script, exchange: Exchange) -> None:
        try:
            await script(exchange)
        except CallerGone:
            return
        except BaseException:
            exchange.drop()
            raise


class _Connection(asyncio.Protocol):
    """One connection: bytes in, requests out, and the moment the other side closed."""

    def __init__(self, provider: ScriptedProvider) -> None:
        self._provider = provider
        self._http = h11.Connection(h11.SERVER)
        self._head: h11.Request | None = None
        self._body = bytearray()
        self._exchange: Exchange | None = None
        self._transport: asyncio.Transport | None = None
        self._dropped = False
        self.may_write = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self.may_write.set()
        self._provider._opened(self)

    def pause_writing(self) -> None:
        self.may_write.clear()

    def resume_writing(self) -> None:
        self.may_write.set()

    def data_received(self, data: bytes) -> None:
        self._http.receive_data(data)
        self._read()

    def eof_received(self) -> None:
        self._peer_closed()

    def connection_lost(self, exc: Exception | None) -> None:
        self.may_write.set()
        self._peer_closed()
        self._provider._closed(self)

    def _peer_closed(self) -> None:
        if self._dropped or self._exchange is None or self._exchange.closed_by_peer.is_set():
            return
        self._exchange.closed_by_peer_at_s = asyncio.get_running_loop().time()
        self._exchange.closed_by_peer.set()

    def _read(self) -> None:
        while (event := self._http.next_event()) is not h11.NEED_DATA:
            if isinstance(event, h11.Request):
                self._head = event
                self._body.clear()
            elif isinstance(event, h11.Data):
                self._body += event.data
            elif isinstance(event, h11.EndOfMessage):
                self._exchange = Exchange(self._request(), self)
                self._provider._requested(self._exchange)
            else:  # paused until the answer is out, or closed
                return

    def _request(self) -> Request:
        assert self._head is not None
        headers = {name.decode(): value.decode("latin-1") for name, value in self._head.headers}
        return Request(self._head.method.decode(), self._head.target.decode(), headers, bytes(self._body))

    def write(self, event: h11.Response | h11.Data | h11.EndOfMessage) -> None:
        data = self._http.send(event)
        if data and self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def next_request(self) -> None:
        self._exchange = None
        if self._http.our_state is h11.MUST_CLOSE:
            self.drop()
            return
        self._http.start_next_cycle()
        self._read()

    def drop(self) -> None:
        self._dropped = True
        if self._transport is not None:
            self._transport.abort()
