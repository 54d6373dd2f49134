"""What a connection's answers are written to: several writes become one, and a client that takes nothing
does not hold what was sent for ever."""

from __future__ import annotations

import asyncio
from typing import Any, Final

_TAKEN_BYTES: Final = 64 * 1024
"""What a client takes at least, in the time it has."""


class GatheringTransport:
    """A transport that can join several writes into one. Closing sends what was gathered.

    While it is watched, and after it was closed, a client has `stall_s` to take all that waits here or
    64 KiB of it, and again as long for the next; else the connection is aborted.
    """

    __slots__ = (
        "_gathering",
        "_left_bytes",
        "_loop",
        "_pieces",
        "_stall_s",
        "_timer",
        "_transport",
        "abort",
        "is_closing",
    )

    def __init__(self, loop: asyncio.AbstractEventLoop, stall_s: float) -> None:
        self._loop = loop
        self._stall_s = stall_s
        self._gathering = False
        self._pieces: list[bytes] = []
        self._left_bytes = 0
        self._timer: asyncio.TimerHandle | None = None

    def wrap(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self.abort = transport.abort
        self.is_closing = transport.is_closing

    def write(self, data: bytes) -> None:
        if self._gathering:
            self._pieces.append(data)
        else:
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

    def _look(self) -> None:
        self._timer = None
        left_bytes = self._transport.get_write_buffer_size()
        if left_bytes and self._left_bytes - left_bytes < _TAKEN_BYTES:
            self._transport.abort()
        elif left_bytes:
            self.watch()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
