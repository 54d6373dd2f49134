"""A caller on a raw connection: it sees every byte, may stop reading, and may leave at any moment."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import h11

DEADLINE_S = 20.0


class HttpClient(asyncio.Protocol):
    """One connection. After `finished()`: `status`, `headers` (lower case), `body`, and `whole`: the
    answer ended as HTTP says it must."""

    def __init__(self, port: int, headers: Mapping[str, str]) -> None:
        self._port = port
        self._always = dict(headers)
        self._loop = asyncio.get_running_loop()
        self._http = h11.Connection(h11.CLIENT)
        self._transport: asyncio.Transport | None = None
        self._news = asyncio.Event()
        self.status: int | None = None
        self.headers: dict[str, str] = {}
        self.body = bytearray()
        self.whole = False
        self.closed = False
        self.left_at_s: float | None = None

    async def __aenter__(self) -> Self:
        await self._loop.create_connection(lambda: self, "127.0.0.1", self._port)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()
        async with asyncio.timeout(DEADLINE_S):
            while not self.closed:
                await self._told()

    # ------------------------------------------------------------ what it does

    def ask(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> None:
        """Sends a POST: bytes as they are, all else as JSON. A header of None is not sent."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.begin(path, len(data), headers)
        self._write(h11.Data(data=data))
        self._write(h11.EndOfMessage())

    def begin(self, path: str, length: int, headers: Mapping[str, str] | None = None) -> None:
        """Sends the head of a POST only."""
        if self._http.our_state is h11.DONE:
            self._http.start_next_cycle()
        self.status, self.whole = None, False
        self.headers = {}
        self.body.clear()
        fields = {
            "host": "gateway",
            "content-type": "application/json",
            "content-length": str(length),
            **self._always,
            **(headers or {}),
        }
        self._write(h11.Request(method="POST", target=path, headers=list(fields.items())))

    async def call(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> Self:
        """Asks, and reads the answer to its end."""
        self.ask(path, body, headers)
        return await self.finished()

    def pause(self) -> None:
        """Reads nothing more: the gateway's socket fills."""
        assert self._transport is not None
        self._transport.pause_reading()

    def leave(self) -> None:
        """Closes the connection at once."""
        if self._transport is not None and not self._transport.is_closing():
            self.left_at_s = self._loop.time()
            self._transport.abort()

    # ------------------------------------------------------------ what it sees

    async def finished(self) -> Self:
        """The answer is whole, or the gateway closed the connection."""
        async with asyncio.timeout(DEADLINE_S):
            while not (self.whole or self.closed):
                await self._told()
        return self

    async def seen(self, text: bytes) -> Self:
        """`text` is in the body."""
        async with asyncio.timeout(DEADLINE_S):
            while text not in self.body:
                assert not (self.whole or self.closed), f"{text!r} never came: {bytes(self.body)!r}"
                await self._told()
        return self

    async def _told(self) -> None:
        self._news.clear()
        await self._news.wait()

    # ------------------------------------------------------------ the connection

    def _write(self, event: h11.Request | h11.Data | h11.EndOfMessage) -> None:
        assert self._transport is not None
        self._transport.write(self._http.send(event) or b"")

    def send_raw(self, data: bytes) -> None:
        assert self._transport is not None
        self._transport.write(data)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._http.receive_data(data)
        self._read()
        self._news.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        self._news.set()

    def _read(self) -> None:
        while True:
            event = self._http.next_event()
            if isinstance(event, h11.Response):
                self.status = event.status_code
                self.headers = {name.decode(): value.decode("latin-1") for name, value in event.headers}
            elif isinstance(event, h11.Data):
                self.body += event.data
            elif isinstance(event, h11.EndOfMessage):
                self.whole = True
                return
            else:
                return
