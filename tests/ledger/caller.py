"""A gateway process that does nothing but reserve and settle, under a budget that it shares with others.

Run as a module: prints one JSON line a decision or settlement, until its standard input closes; it may be killed.
"""

from __future__ import annotations

import asyncio
import sys

import msgspec

from gateway.clock import SystemClock
from gateway.ledger.demand import Charge, Hold
from gateway.ledger.redis_store import RedisStore, connect
from gateway.ledger.shared import SharedLedger
from tests.ledger.parts import GivenLog, GivenPast, budget, slot, wanted

BOUND = 10
COST = 7


class Said(msgspec.Struct, frozen=True):
    """`what` is held, refused, unavailable or charged; `waited_ms` how long the decision took, `lag_ms` the longest that
    the loop was late while it ran."""

    what: str
    id: str
    waited_ms: float = 0.0
    lag_ms: float = 0.0


async def call(ledger: SharedLedger, id_: str, amount: int, lag: list[float]) -> bool:
    loop = asyncio.get_running_loop()
    started_s = loop.time()
    decided = await ledger.reserve(id_, wanted(budget(BOUND, amount), slot(1_000_000)))
    waited_ms = (loop.time() - started_s) * 1000
    if not isinstance(decided, Hold):
        say(Said("unavailable" if decided.unavailable else "refused", id_, waited_ms, lag[0]))
        return False
    say(Said("held", id_, waited_ms, lag[0]))
    await asyncio.sleep(0.02)
    ledger.settle(decided, Charge(COST, 0))
    say(Said("charged", id_))
    return True


def say(said: Said) -> None:
    print(msgspec.json.encode(said).decode(), flush=True)


async def late(lag: list[float]) -> None:
    """Keeps the longest that the loop was late by."""
    loop = asyncio.get_running_loop()
    while True:
        before_s = loop.time()
        await asyncio.sleep(0.01)
        lag[0] = max(lag[0], (loop.time() - before_s - 0.01) * 1000)


async def main(url: str, process: str, amount: int, at_once: int) -> None:
    store = RedisStore(connect(url), "callers", process, gathering_ms=1500)
    ledger = SharedLedger(store, SystemClock(), GivenPast(), GivenLog())
    lag, over = [0.0], asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin, over.set)

    async def caller(number: int) -> None:
        turn = 0
        while not over.is_set():
            turn += 1
            if not await call(ledger, f"{process}-{number}-{turn}", amount, lag):
                await asyncio.sleep(0.05)

    async with asyncio.TaskGroup() as group:
        running = [group.create_task(ledger.run()), group.create_task(late(lag))]
        callers = [group.create_task(caller(number)) for number in range(at_once)]
        await asyncio.wait(callers)
        while ledger.standing.open:
            await asyncio.sleep(0.02)
        for task in running:
            task.cancel()
    await ledger.aclose()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
