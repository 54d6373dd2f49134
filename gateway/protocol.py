"""uvicorn's protocol, with bounds it lacks (the size of a request's head, the time to send it and to take
the answer, how many may wait, what comes after an answer), and with a word when a client leaves."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any, Final, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from gateway.presence import PRESENCE, Presence, RawHeaders
from gateway.resting import Resting
from gateway.transport import GatheringTransport

_SPARE_CONNECTIONS: Final = 64
"""Beyond the most there are: for being told so, and for health checks."""
_CROWDED_HEAD_S: Final = 5.0
"""How long such a connection may take to ask."""


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's HTTP/1.1 protocol, closing connections whose head is too large or too slow.

    Counted is what arrives until the parser says that the head is complete, so an endless head is
    dropped before it is held; so are endless trailers. The time runs until the first byte of the body; a
    request that arrives in one piece costs no timer.

    What follows a request is read as the next one only if the request was whole before its answer
    began. Otherwise the answer says `connection: close` and what still comes is thrown away.
    """

    def __init__(
        self,
        *args: Any,
        head_bytes: int,
        head_timeout_s: float,
        stall_s: float,
        most_connections: int,
        turn_away: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._most_connections = most_connections
        self._turn_away = turn_away
        self._crowded = False
        self._limit_bytes = head_bytes
        self._timeout_s = head_timeout_s
        self._waiting = True
        self._whole = self._keep_alive = False
        self._arrived_bytes = self._chunk_bytes = 0
        self._timer: asyncio.TimerHandle | None = None
        self._resting = Resting(self.loop, self.timeout_keep_alive, self.timeout_keep_alive_handler)
        self._gathering = GatheringTransport(self.loop, stall_s)
        self._answering: Any = None
        gathering = self._gathering
        self._presence = Presence(gathering.gather, gathering.flush, self._answer, self._cut, self._take)
        self._extensions: dict[str, Any] = {PRESENCE: self._presence}

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._gathering.wrap(transport)
        super().connection_made(cast("asyncio.Transport", self._gathering))
        if len(self.connections) > self._most_connections:
            self._crowded = True
            self.app = self._turn_away
            self._timeout_s = min(self._timeout_s, _CROWDED_HEAD_S)
            if len(self.connections) > self._most_connections + _SPARE_CONNECTIONS:
                transport.abort()
        self._timer = self.loop.call_later(self._timeout_s, self._too_slow)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        self._resting.stop()
        self._gathering.lost()
        for waiting, _ in self.pipeline:
            waiting.disconnected = True
        if self._answering is not None and not self._answering.response_complete:
            self._answering.disconnected = True
        self.pipeline.clear()
        super().connection_lost(exc)
        self._presence.lost()

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        """uvicorn tells only the newest request that its client has gone: of several that were sent at
        once, the one that is being answered is another."""
        self._answering = cycle
        super()._start_asgi_task(cycle, app)

    def data_received(self, data: bytes) -> None:
        if self._gathering.deaf:
            self._gathering.discard(len(data))
            return
        self._chunk_bytes = len(data)
        super().data_received(data)
        if self._whole:
            if not self.cycle.response_complete or self._gathering.deaf:
                return
            # Between requests: uvicorn forgot its timer over an empty line. This begins a head.
            self._whole, self._waiting = False, True
        if self._waiting and self._timer is None:
            self._timer = self.loop.call_later(self._timeout_s, self._too_slow)
        self._arrived_bytes += len(data)
        if self._arrived_bytes > self._limit_bytes:
            self._gathering.shut()

    def _unset_keepalive_if_required(self) -> None:
        self._resting.end()

    def on_response_complete(self) -> None:
        """uvicorn makes a timer with every answer, and cancels it with every request."""
        if self.pipeline:
            super().on_response_complete()
            return
        self.server_state.total_requests += 1
        if not self.transport.is_closing():
            self.flow.resume_reading()
            self._resting.begin()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._gathering.watch()

    def resume_writing(self) -> None:
        if not self._gathering.is_closing():
            self._gathering.unwatch()
        super().resume_writing()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = self._extensions
        self._waiting, self._whole = True, False
        self._arrived_bytes = max(self._arrived_bytes, 0)

    def on_headers_complete(self) -> None:
        arrived_bytes = self._arrived_bytes + self._chunk_bytes
        small = arrived_bytes <= self._limit_bytes or self._head_size() <= self._limit_bytes
        self._arrived_bytes = -self._chunk_bytes  # the rest of this piece is not counted
        if small and not self.parser.should_upgrade():
            super().on_headers_complete()
        else:
            served, self.app = self.app, _no_upgrade if small else _head_too_large
            try:
                super().on_headers_complete()
            finally:
                self.app = served
        self.headers = []  # what the parser reads from now on are trailers: no part of the request
        cycle = self.cycle
        self._keep_alive = cycle.keep_alive and not self._crowded
        cycle.keep_alive = False  # until the request is whole
        self._gathering.unread = True

    def _unsupported_upgrade_warning(self) -> None:
        """The parser took the body of a request with `Upgrade` for another protocol's: so do we."""
        self._gathering.deaf = self._gathering.unread = True

    def _head_size(self) -> int:
        return len(self.url) + sum(len(name) + len(value) for name, value in self.headers)

    def _take(self, receive: Any) -> bytes | None:
        """A whole body, without the wait and the message of uvicorn's `receive`."""
        cycle = receive.__self__
        if cycle.more_body or cycle.disconnected or cycle.response_complete or cycle.waiting_for_100_continue:
            return None
        self.flow.resume_reading()
        cycle.message_event.clear()
        body, cycle.body = bytes(cycle.body), bytearray()
        return body

    def _answer(self, send: Any, status: int, headers: RawHeaders, body: bytes) -> bool:
        """A whole answer in one write. uvicorn's `send` takes two turns for it and looks into each header
        for what ours never hold: a sixth of all the Python that a call runs. False: it must go that way,
        because there is something to wait for.
        """
        cycle = send.__self__
        if self.flow.write_paused or cycle.response_started or cycle.scope["method"] == "HEAD":
            return False
        if cycle.disconnected or self.transport.is_closing():
            return True
        lines = [*cycle.default_headers, *headers]
        if not cycle.keep_alive:
            lines.append((b"connection", b"close"))
        head = b"\r\n".join(map(b": ".join, lines))
        if head.count(b"\n") != len(lines) - 1 or head.count(b"\r") != len(lines) - 1:
            raise ValueError("a header would break out of its line")
        cycle.waiting_for_100_continue = False
        cycle.response_started = cycle.response_complete = True
        self.transport.write(b"%b%b\r\n\r\n%b" % (STATUS_LINE[status], head, body))
        cycle.message_event.set()
        if not cycle.keep_alive:
            self.transport.close()
        cycle.on_response()
        return True

    def _cut(self) -> None:
        """uvicorn would log an answer without an end as a mistake of ours."""
        self._answering.disconnected = True
        self._gathering.close()

    def on_body(self, body: bytes) -> None:
        self._arrived()
        self._arrived_bytes = -self._chunk_bytes
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._arrived()
        super().on_message_complete()
        self._whole = True
        self._arrived_bytes = 0
        self._gathering.unread = False
        if not self.cycle.response_started:
            self.cycle.keep_alive = self._keep_alive
        if not self.pipeline:  # after a large last piece uvicorn reads no more, and would see no client leave
            self.flow.resume_reading()

    def shutdown(self) -> None:
        self._keep_alive = False
        super().shutdown()

    def send_400_response(self, msg: str) -> None:
        self._gathering.unread = False
        super().send_400_response(msg)

    def _arrived(self) -> None:
        """The head and the first of the body are here: from now on the application keeps the time."""
        self._waiting = False
        self._stop_timer()

    def _too_slow(self) -> None:
        self._timer = None
        if self._waiting:
            self._gathering.shut()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


async def _refuse(status: int, text: bytes, scope: Any, receive: Any, send: Any) -> None:
    head = [
        (b"content-type", b"text/plain"),
        (b"content-length", b"%d" % len(text)),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": text})


_head_too_large: Final = partial(_refuse, 431, b"")
_no_upgrade: Final = partial(_refuse, 400, b"only HTTP/1.1 is spoken here: send it without Upgrade\n")
