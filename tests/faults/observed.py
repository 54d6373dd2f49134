"""`python -m tests.faults.observed serve`: the gateway as it is, that also says how long the ledger's decisions took.

Twice a second, in one line of its output: the decisions since it began, the slowest of them, and by how much the
worst was later than the store's time and what the loop was late by while it was taken.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any, Final

import msgspec

from gateway.cli import main
from gateway.ledger.shared import TIMEOUT_S, SharedLedger

SIGN: Final = "observed "
_TICK_S: Final = 0.01


class Observed(msgspec.Struct):
    """Milliseconds. `excess_ms` is below zero where every decision was in time."""

    decisions: int = 0
    slowest_ms: float = 0.0
    excess_ms: float = -1000 * TIMEOUT_S
    lag_ms: float = 0.0


class Lateness:
    """Of the loop: in all since it began, in seconds."""

    def __init__(self) -> None:
        self.worst_s = 0.0
        self._total_s = 0.0
        self._due_s = time.monotonic()

    def total_s(self) -> float:
        return self._total_s + max(time.monotonic() - self._due_s, 0.0)

    async def follow(self) -> None:
        while True:
            self._due_s = time.monotonic() + _TICK_S
            await asyncio.sleep(_TICK_S)
            late_s = max(time.monotonic() - self._due_s, 0.0)
            self.worst_s = max(self.worst_s, late_s)
            self._total_s += late_s


def observe() -> None:
    seen, late = Observed(), Lateness()
    reserve, run = SharedLedger.reserve, SharedLedger.run

    async def observed_reserve(self: SharedLedger, *arguments: Any) -> Any:
        began_s, late_s = time.monotonic(), late.total_s()
        try:
            return await reserve(self, *arguments)
        finally:
            took_s = time.monotonic() - began_s
            seen.decisions += 1
            seen.slowest_ms = max(seen.slowest_ms, took_s * 1000)
            seen.excess_ms = max(seen.excess_ms, (took_s - TIMEOUT_S - (late.total_s() - late_s)) * 1000)

    async def say() -> None:
        while True:
            seen.lag_ms = late.worst_s * 1000
            print(SIGN + msgspec.json.encode(seen).decode(), flush=True)
            await asyncio.sleep(0.5)

    async def observed_run(self: SharedLedger) -> None:
        async with asyncio.TaskGroup() as group:
            for each in (run(self), late.follow(), say()):
                group.create_task(each)

    SharedLedger.reserve = observed_reserve  # type: ignore[assignment, method-assign]
    SharedLedger.run = observed_run  # type: ignore[method-assign]


if __name__ == "__main__":
    observe()
    main()
