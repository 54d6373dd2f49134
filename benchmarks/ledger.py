"""`python -m benchmarks.ledger [REDIS-URL]`: the processor time that reserving and settling takes of a gateway.

64 calls at a time, each with four entries: requests, tokens, a slot and a budget. Processor time of this
process alone, in microseconds a call; the driver's own is measured by the same loop without a ledger and taken off.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
import time
from collections.abc import Awaitable, Callable, Sequence

import uvloop

from gateway.clock import SystemClock
from gateway.ledger.demand import Charge, Demand, Hold, Refusal
from gateway.ledger.local import LocalLedger
from gateway.ledger.protocol import NO_CUTS, Choices, Cuts, Ended, Ledger, Orphans, Recorded, Standing
from gateway.ledger.redis_store import RedisStore, connect
from gateway.ledger.shared import SharedLedger
from gateway.policy.entries import Failing, Kind
from gateway.policy.periods import FOREVER_MS

_AT_ONCE = 64
_CALLS = 20_000
_REPEATS = 5
_CHARGE = Charge(900, 80)


class NothingBefore:
    def counted(self) -> frozenset[str]:
        return frozenset()

    async def before(self, demand: Demand, cuts: Cuts = NO_CUTS) -> Recorded:
        return Recorded()

    async def ended(self, ids: Sequence[str]) -> dict[str, Ended]:
        return {}

    async def unsent(self, orphans: Orphans) -> frozenset[str]:
        return frozenset()


class NothingLogged:
    writer = "benchmark"
    boot = appended = shipped = 0

    def hurry(self) -> None:
        """Nothing waits."""


class NoLedger:
    """What the loop itself costs."""

    def __init__(self, demands: tuple[Demand, ...]) -> None:
        self._held = Hold("", 0, demands)

    @property
    def started(self) -> bool:
        return True

    @property
    def standing(self) -> Standing:
        return Standing(False, True, None, 0)

    async def reserve(self, id_: str, wanted: Callable[[int], Choices]) -> Hold | Refusal:
        return self._held

    async def swap(
        self, held: Hold, charge: Charge, id_: str, wanted: Callable[[int], Choices]
    ) -> Hold | Refusal:
        return self._held

    def settle(self, held: Hold, charge: Charge) -> None:
        """Nothing is held."""

    def cancel(self, held: Hold) -> None:
        """Nothing is held."""


def demands(failing: Failing) -> tuple[Demand, ...]:
    def entry(kind: Kind, most: int, amount: int, span_ms: int) -> Demand:
        until_ms = FOREVER_MS if kind == "budget" else 0
        name = f"{kind}#{failing}"
        mode = "block" if kind == "budget" else failing
        return Demand(kind, f"{name}|anna", amount, most, span_ms, 0, until_ms, "block", name, mode)

    return (
        entry("requests", 10**9, 1, 60_000),
        entry("tokens", 10**12, 100, 60_000),
        entry("concurrent", 10**6, 1, 60_000),
        entry("budget", 10**15, 1000, 0),
    )


async def microseconds(ledger: Ledger, some: tuple[Demand, ...], *, settles: bool) -> float:
    """Of processor time a call."""
    numbers = iter(range(_CALLS))
    run = f"{time.monotonic_ns()}"

    async def caller() -> None:
        for number in numbers:
            held = await ledger.reserve(f"{run}-{number}", lambda _: (some,))
            assert isinstance(held, Hold), held
            if settles:
                ledger.settle(held, _CHARGE)

    started_ns = time.process_time_ns()
    await asyncio.gather(*(caller() for _ in range(_AT_ONCE)))
    return (time.process_time_ns() - started_ns) / _CALLS / 1000


async def measure(what: str, make: Callable[[], Awaitable[Ledger]], some: tuple[Demand, ...]) -> None:
    """Prints the best of several runs: other processes can only make one dearer."""
    for settles in (False, True):
        bare, full = [], []
        for _ in range(_REPEATS):
            bare.append(await microseconds(NoLedger(some), some, settles=settles))
            full.append(await microseconds(await make(), some, settles=settles))
        doing = "reserve and settle" if settles else "reserve"
        print(f"{what}, {doing}: {min(full) - min(bare):.1f} us (driver {min(bare):.1f} us, taken off)")


async def main(url: str | None) -> None:
    clock = SystemClock()

    async def local() -> Ledger:
        return LocalLedger(clock, NothingBefore())

    await measure("in process", local, demands("block"))
    if url is None:
        return
    names = itertools.count()
    opened: list[SharedLedger] = []

    async def shared() -> Ledger:
        deployment = f"benchmark-{time.time_ns()}-{next(names)}"
        store = RedisStore(connect(url), deployment, "benchmark", gathering_ms=0)
        opened.append(SharedLedger(store, clock, NothingBefore(), NothingLogged(), timeout_s=10))
        await opened[-1].beat()
        return opened[-1]

    await measure("Redis", shared, demands("block"))
    await measure("Redis, limits with a local share beside it", shared, demands("local"))
    for each in opened:
        await each.aclose()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1] if len(sys.argv) > 1 else None))
