"""One request at a scripted provider, and the answer that a test or a script gives to it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import h11

JSON = {"content-type": "application/json"}
EVENT_STREAM = {"content-type": "text/event-stream"}
DEADLINE_S = 20.0


@dataclass(frozen=True, slots=True)
class Request:
    """What came, as it came: header names in lower case, `target` with its query."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Wire(Protocol):
    """What an exchange needs of its connection. `may_write` is cleared while nobody reads."""

    may_write: asyncio.Event

    def write(self, event: h11.Response | h11.Data | h11.EndOfMessage) -> None: ...

    def next_request(self) -> None: ...

    def drop(self) -> None: ...


class CallerGone(Exception):
    """The caller closed the connection; a script that is told so by `send` ends in peace."""


@dataclass(slots=True, eq=False)
class Exchange:
    """One request and the answer under way. Times are the running loop's, in seconds."""

    request: Request
    _connection: Wire
    closed_by_peer: asyncio.Event = field(default_factory=asyncio.Event)
    closed_by_peer_at_s: float | None = None
    sent_bytes: int = 0

    def start(self, status: int = 200, headers: Mapping[str, str] = EVENT_STREAM) -> None:
        """Sends the status and the headers; the body follows in chunks."""
        fields = [*headers.items()]
        if "content-length" not in headers:
            fields.append(("transfer-encoding", "chunked"))
        self._connection.write(h11.Response(status_code=status, headers=fields))

    async def send(self, data: bytes) -> None:
        """Sends bytes of the body; returns when there is room for more. Raises CallerGone."""
        if self.closed_by_peer.is_set():
            raise CallerGone
        self._connection.write(h11.Data(data=data))
        self.sent_bytes += len(data)
        await asyncio.sleep(0)
        await self._connection.may_write.wait()

    def end(self) -> None:
        """Ends the body; the connection lives on."""
        self._connection.write(h11.EndOfMessage())
        self._connection.next_request()

    async def answer(self, body: Any, *, status: int = 200, headers: Mapping[str, str] = JSON) -> None:
        """The whole answer at once: bytes as they are, all else as JSON."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.start(status, {**headers, "content-length": str(len(data))})
        await self.send(data)
        self.end()

    async def stream(self, *events: bytes) -> None:
        """A whole stream, event after event."""
        self.start()
        for event in events:
            await self.send(event)
        self.end()

    def drop(self) -> None:
        """Closes the connection at once, whatever was promised."""
        self._connection.drop()

    async def peer_gone(self) -> float:
        """Waits until the caller has closed the connection; when that was."""
        async with asyncio.timeout(DEADLINE_S):
            await self.closed_by_peer.wait()
        assert self.closed_by_peer_at_s is not None
        return self.closed_by_peer_at_s

    async def stalled(self) -> int:
        """How many bytes were sent once no more can be, because nobody reads them."""
        sent_bytes = -1
        async with asyncio.timeout(DEADLINE_S):
            while self.sent_bytes != sent_bytes:
                sent_bytes = self.sent_bytes
                await asyncio.sleep(0.3)
        return sent_bytes
