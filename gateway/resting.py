"""How long a connection of a client may be open without a request."""

from __future__ import annotations

from asyncio import AbstractEventLoop, TimerHandle
from collections.abc import Callable


class Resting:
    """Calls `close` once nothing has come for `limit_s` since an answer ended. One timer serves many requests: it
    is not moved by them; when it fires it looks, and sleeps on for what is left."""

    __slots__ = ("_close", "_limit_s", "_loop", "_since", "_timer")

    def __init__(self, loop: AbstractEventLoop, limit_s: float, close: Callable[[], None]) -> None:
        self._loop = loop
        self._limit_s = limit_s
        self._close = close
        self._since: float | None = None
        self._timer: TimerHandle | None = None

    def begin(self) -> None:
        """An answer has ended, and there is no other request."""
        self._since = self._loop.time()
        if self._timer is None:
            self._timer = self._loop.call_later(self._limit_s, self._look)

    def end(self) -> None:
        """Something has come."""
        self._since = None

    def stop(self) -> None:
        """The connection is gone. What would close it is let go: it holds this."""
        self._close = _nothing
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        self._timer = None
        if self._since is None:
            return
        left_s = self._since + self._limit_s - self._loop.time()
        if left_s > 0:
            self._timer = self._loop.call_later(left_s, self._look)
        else:
            self._close()


def _nothing() -> None:
    pass
