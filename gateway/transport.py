"""What a connection's answers are written to: several writes become one, and a client that takes nothing
does not hold what was sent for ever."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any, Final

_TAKEN_BYTES: Final = 64 * 1024
"""What a client takes at least, in the time it has."""
_LINGER_S: Final = 5.0
_LINGER_BYTES: Final = 8 * 1024 * 1024
"""What a client may still send of a request that is answered, and how long."""


class GatheringTransport:
    """A transport that can join several writes into one. Closing sends what was gathered.

    While it is watched, and after it was closed, a client has `stall_s` to take all that waits here or
    64 KiB of it, and again as long for the next; else the connection is aborted.

    While something of a request is `unread`, closing ends only what is sent, and what comes is thrown
    away for a while (`deaf`): a socket closed over unread bytes may take the answer away from the client.
    """

    __slots__ = (
        "_gathering",
        "_left_bytes",
        "_linger_timer",
        "_lingered_bytes",
        "_loop",
        "_pieces",
        "_stall_s",
        "_timer",
        "_transport",
        "abort",
        "deaf",
        "is_closing",
        "unread",
    )

    def __init__(self, loop: asyncio.AbstractEventLoop, stall_s: float) -> None:
        self._loop = loop
        self._stall_s = stall_s
        self._gathering = False
        self._pieces: list[bytes] = []
        self._left_bytes = 0
        self._timer: asyncio.TimerHandle | None = None
        self._linger_timer: asyncio.TimerHandle | None = None
        self._lingered_bytes = 0
        self.unread = self.deaf = False

    def wrap(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self.abort = transport.abort
        self.is_closing = transport.is_closing

    def write(self, data: bytes) -> None:
        if self._gathering:
            self._pieces.append(data)
        elif not self._transport.is_closing():  # uvloop would raise
            self._transport.write(data)

    def gather(self) -> None:
        self._gathering = True

    def flush(self) -> None:
        self._gathering = False
        if self._pieces:
            data = b"".join(self._pieces)
            self._pieces.clear()
            self._transport.write(data)

    def close(self) -> None:
        """After the answer. A second time, or with nothing unread, at once."""
        if not self.unread or self._linger_timer is not None:
            self.shut()
            return
        self.flush()
        self.deaf = True
        self.is_closing = _yes
        self._linger_timer = self._loop.call_later(min(_LINGER_S, self._stall_s), self.shut)
        self._transport.resume_reading()
        with suppress(OSError):  # the client is gone already
            self._transport.write_eof()

    def discard(self, size_bytes: int) -> None:
        """So much came and is not read."""
        self._lingered_bytes += size_bytes
        if self._lingered_bytes > _LINGER_BYTES:
            self.shut()

    def shut(self) -> None:
        self._stop_lingering()
        self.flush()
        self._transport.close()
        if self._transport.get_write_buffer_size():
            self.watch()

    def watch(self) -> None:
        """Something waits here for the client."""
        if self._timer is None:
            self._left_bytes = self._transport.get_write_buffer_size()
            self._timer = self._loop.call_later(self._stall_s, self._look)

    def unwatch(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def lost(self) -> None:
        """The connection is gone: no more timers."""
        self.unwatch()
        self._stop_lingering()
        self.unread = False

    def _stop_lingering(self) -> None:
        if self._linger_timer is not None:
            self._linger_timer.cancel()
            self._linger_timer = None
            self.unread = False

    def _look(self) -> None:
        self._timer = None
        left_bytes = self._transport.get_write_buffer_size()
        if left_bytes and self._left_bytes - left_bytes < _TAKEN_BYTES:
            self._transport.abort()
        elif left_bytes:
            self.watch()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


def _yes() -> bool:
    return True
