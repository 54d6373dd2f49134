"""A loop whose time is moved by hand, for what only sets timers."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from collections.abc import Callable
from typing import Any, cast


class Clockwork:
    """A loop whose time is moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0
        self.timers: list[Timer] = []

    def time(self) -> float:
        return self.now

    def call_at(self, at: float, ring: Callable[[], None]) -> Timer:
        self.timers.append(Timer(at, ring))
        return self.timers[-1]

    def call_later(self, delay_s: float, ring: Callable[[], None]) -> Timer:
        return self.call_at(self.now + delay_s, ring)

    def call_soon(self, look: Callable[[], None]) -> None:
        look()

    @property
    def as_loop(self) -> AbstractEventLoop:
        return cast("Any", self)

    @property
    def pending(self) -> list[Timer]:
        return [timer for timer in self.timers if timer.pending]

    def run_until(self, now: float) -> None:
        self.now = now
        while due := [timer for timer in self.pending if timer.at <= now]:
            due[0].pending = False
            due[0].ring()


class Timer:
    def __init__(self, at: float, ring: Callable[[], None]) -> None:
        self.at, self.ring, self.pending = at, ring, True

    def cancel(self) -> None:
        self.pending = False
