"""One exchange with a provider: its limits, its answer's body and the end of its connection."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from collections.abc import Mapping

from aiohttp import ClientError
from aiohttp.connector import Connection
from aiohttp.http import HttpProcessingError, RawResponseMessage
from aiohttp.streams import EMPTY_PAYLOAD, EofStream, StreamReader
from multidict import CIMultiDict, CIMultiDictProxy

from gateway.errors import Broken, TimedOut, UpstreamFault
from gateway.upstream.aiohttp_alarms import Alarms
from gateway.upstream.aiohttp_idle import Idle
from gateway.upstream.aiohttp_sending import Sending
from gateway.upstream.interface import Body, TimeLimits

WIRE_FAULTS = (ClientError, HttpProcessingError, EofStream, OSError)
"""What aiohttp raises when a connection or its framing breaks."""

_NO_HEADERS: CIMultiDictProxy[str] = CIMultiDictProxy(CIMultiDict())


class Exchange:
    """A request that was sent and, after `begin`, its answer (`Incoming`).

    One alarm serves all limits. It is not moved when bytes arrive: when it rings, this looks at what
    is being waited for since when, and sleeps on if that may last longer. `idle` counts only while
    somebody waits for bytes, so a slow reader is not the provider's fault; `total` always counts.
    """

    __slots__ = (
        "_alarm_at",
        "_alarms",
        "_connection",
        "_content",
        "_fault",
        "_first_byte_at",
        "_head",
        "_headers",
        "_idle",
        "_idle_s",
        "_loop",
        "_protocol",
        "_sending",
        "_total_at",
        "_waiting_since",
        "status",
    )

    def __init__(
        self,
        loop: AbstractEventLoop,
        connection: Connection,
        idle: Idle,
        alarms: Alarms,
        limits: TimeLimits,
        started: float,
    ) -> None:
        """The connection is open. Whole, it goes back to `idle`."""
        protocol = connection.protocol
        assert protocol is not None
        self.status = 0
        self._loop = loop
        self._connection: Connection | None = connection
        self._protocol = protocol
        self._idle = idle
        self._content: StreamReader = EMPTY_PAYLOAD
        self._head: CIMultiDictProxy[str] = _NO_HEADERS
        self._headers: dict[str, str] | None = None
        self._fault: UpstreamFault | None = None
        self._idle_s = limits.idle_s
        self._waiting_since: float | None = None
        self._total_at = total_at = started + limits.total_s
        self._sending: Sending | None = None
        self._first_byte_at: float | None = None
        if limits.first_byte_s is not None:
            self._first_byte_at = loop.time() + limits.first_byte_s
            total_at = min(total_at, self._first_byte_at)
        self._alarms = alarms
        self._sleep_until(total_at)

    def upload(self, body: Body) -> None:
        """Send it while the answer is awaited. The wait for the first byte begins when it is sent."""
        first_byte_at, self._first_byte_at = self._first_byte_at, None
        first_byte_s = None if first_byte_at is None else first_byte_at - self._loop.time()

        def sent(fault: UpstreamFault | None) -> None:
            if fault is not None:
                self._fail(fault)
            elif first_byte_s is not None and not self.status and self._fault is None:
                self._first_byte_at = self._loop.time() + first_byte_s
                self._sleep_until(min(self._first_byte_at, self._total_at))

        self._sending = Sending(self._loop, self._protocol, body, self._idle_s, sent)

    def begin(self, message: RawResponseMessage, content: StreamReader) -> None:
        """The answer's headers are here."""
        self.status = message.code
        self._head = message.headers
        self._content = content
        self._first_byte_at = None
        content.on_eof(self._complete)  # at once where the whole body came with the headers
        if self._connection is not None:
            idle_at = self._loop.time() + self._idle_s
            if idle_at < self._alarm_at:
                self._sleep_until(idle_at)

    @property
    def headers(self) -> Mapping[str, str]:
        if self._headers is None:
            self._headers = _by_lower_name(self._head)
        return self._headers

    async def read(self, cap_bytes: int) -> bytes:
        if self._content.is_eof() and self._fault is None:  # most answers come with their headers
            whole = self._content.read_nowait()
            self._bound(len(whole), cap_bytes)
            return whole
        chunks: list[bytes] = []
        size = 0
        while chunk := await self.next_chunk():
            size += len(chunk)
            self._bound(size, cap_bytes)
            chunks.append(chunk)
        return b"".join(chunks)

    def _bound(self, size_bytes: int, cap_bytes: int) -> None:
        if size_bytes > cap_bytes:
            fault = Broken("the provider's answer is larger than the gateway reads", underway=True)
            self._fail(fault)
            raise fault

    async def next_chunk(self) -> bytes:
        if self._fault is not None:
            raise self._fault
        content = self._content
        self._waiting_since = self._loop.time()
        try:
            return await content.readany()
        except WIRE_FAULTS:
            # What had arrived before the break is the provider's answer and may be billed: aiohttp
            # would drop it, so it is taken from behind the exception and the fault comes next.
            arrived = content._read_nowait(-1)  # noqa: SLF001 (the public read_nowait raises first)
            fault = Broken("the provider's answer broke off", underway=True)
            self._fail(fault)
            if arrived:
                return arrived
            raise fault from None
        finally:
            self._waiting_since = None

    def close(self) -> None:
        if self._connection is not None:
            self._fail(Broken("the answer was closed"))

    def _complete(self) -> None:
        self._alarms.drop(self)
        connection, self._connection = self._connection, None
        if connection is None:
            return
        transport = connection.transport
        cut = self._sending is not None and self._sending.stop()
        # answered before it had read us: the rest of our body is in the way
        unread = cut or transport is None or transport.get_write_buffer_size()
        if unread or self._protocol.should_close:
            connection.close()
        else:
            # Without a parser, whatever arrives before the next request is kept aside and seen as
            # `should_close`; this parser would swallow the beginning of an answer without a trace.
            self._protocol._parser = None  # noqa: SLF001
            self._idle.put(connection)

    def _fail(self, fault: UpstreamFault) -> None:
        """Ends the exchange now: whoever waits is told, the socket is aborted and not drained."""
        if self._fault is None:
            self._fault = fault
        self._alarms.drop(self)
        if self._sending is not None:
            self._sending.stop()
        connection, self._connection = self._connection, None
        if connection is not None:
            self._protocol.set_exception(fault)
            self._content.set_exception(fault)
            self._protocol.abort()
            connection.close()

    def look_at_limits(self) -> None:
        if self._connection is None:
            return
        now = self._loop.time()
        if now >= self._total_at:
            self._fail(TimedOut("total"))
            return
        limit = "idle"
        if self._first_byte_at is not None:
            limit, limit_at = "first_byte", self._first_byte_at
        elif self._content is EMPTY_PAYLOAD:
            limit_at = self._total_at
        elif self._waiting_since is not None:
            limit_at = self._waiting_since + self._idle_s
        else:
            limit_at = now + self._idle_s
        if now >= limit_at:
            self._fail(TimedOut(limit))
        else:
            self._sleep_until(min(limit_at, self._total_at))

    def _sleep_until(self, when: float) -> None:
        self._alarm_at = when
        self._alarms.set(self, when)


def _by_lower_name(head: CIMultiDictProxy[str]) -> dict[str, str]:
    """Headers of one name joined by commas."""
    found = {name.lower(): value for name, value in head.items()}
    if len(found) != len(head):
        found = {name: ", ".join(head.getall(name)) for name in found}
    return found
