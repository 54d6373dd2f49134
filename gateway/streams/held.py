"""A streamed answer that waits for somebody's word."""

from __future__ import annotations

from gateway.errors import Broken, Problem
from gateway.streams.guard import GuardedStream
from gateway.usage import Usage


class HeldStream:
    """A StreamReader that hands nothing on before its end: for guards that must ask somebody of all of it. What keeps
    the connection alive meanwhile means nothing to anybody. Broken: it is too large to be held."""

    __slots__ = ("_alive", "_end", "_held", "_inner", "_most_bytes")

    def __init__(self, inner: GuardedStream, *, array: bool, most_bytes: int) -> None:
        self._inner = inner
        self._held = bytearray()
        self._alive = b" " if array else b"\n\n"  # a comment is JSON to Google's SDK, and no good one
        self._most_bytes = most_bytes
        self._end: bytes | None = None

    @property
    def tells_fault(self) -> bool:
        return False  # what told it is held too

    @property
    def usage(self) -> Usage | None:
        return self._inner.usage

    @property
    def output_bytes(self) -> int:
        return self._inner.output_bytes

    @property
    def output_events(self) -> int:
        return self._inner.output_events

    @property
    def complete(self) -> bool:
        return self._inner.complete

    @property
    def fault(self) -> Problem | None:
        return self._inner.fault

    def feed(self, data: bytes) -> bytes:
        return self._hold(self._inner.feed(data))

    def told(self, data: bytes) -> bytes:
        """As GuardedStream's."""
        return self._hold(self._inner.told(data))

    def finish(self) -> bytes:
        return self._hold(self._inner.finish())

    @property
    def terminator(self) -> bytes:
        """All of it. Asked for at the end."""
        if self._end is None:
            self._end = bytes(self._held) + self._inner.terminator
        return self._end

    def _hold(self, data: bytes) -> bytes:
        self._held += data
        if len(self._held) > self._most_bytes:
            raise Broken("the answer is larger than what is held back for a guardrail")
        return self._alive if data else b""
