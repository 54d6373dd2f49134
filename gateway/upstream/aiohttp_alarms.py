"""One timer for the time limits of many exchanges: most of them end long before theirs."""

from __future__ import annotations

from asyncio import AbstractEventLoop, TimerHandle
from typing import Final, Protocol

_NEVER: Final = float("inf")


class Watched(Protocol):
    def look_at_limits(self) -> None:
        """Its time has come; it may have ended a moment ago."""
        ...


class Alarms:
    """Has those look at their limits whose time has come, each in a turn of the loop of its own.

    A timer for each would be made and cancelled with every call. Here an alarm that is set and dropped is an
    entry of a dict, and all are gone through when the first of them was due.
    """

    __slots__ = ("_at", "_due", "_loop", "_timer")

    def __init__(self, loop: AbstractEventLoop) -> None:
        self._loop = loop
        self._due: dict[Watched, float] = {}
        self._at = _NEVER
        self._timer: TimerHandle | None = None

    def set(self, who: Watched, at: float) -> None:
        """At `at` of the loop's time. Each has one alarm: another one of `who` is forgotten."""
        self._due[who] = at
        if at < self._at:
            self._sleep_until(at)

    def drop(self, who: Watched) -> None:
        """Idempotent."""
        self._due.pop(who, None)

    def close(self) -> None:
        """Nobody is called any more."""
        self._due.clear()
        if self._timer is not None:
            self._timer.cancel()

    def _ring(self) -> None:
        self._at, self._timer = _NEVER, None
        now = self._loop.time()
        for who in [who for who, at in self._due.items() if at <= now]:
            del self._due[who]
            self._loop.call_soon(who.look_at_limits)
        if self._due:
            self._sleep_until(min(self._due.values()))

    def _sleep_until(self, at: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._at = at
        self._timer = self._loop.call_at(at, self._ring)
