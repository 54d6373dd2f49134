"""Counters that are asked for before it is known what they begin with: each is looked up once, whoever waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from msgspec import structs

from gateway.ledger.demand import Demand
from gateway.ledger.operations import Adopt, Operation, Prime
from gateway.ledger.protocol import LedgerUnavailable, Recorded

Apply = Callable[[list[Operation]], Awaitable[None]]
LookUp = Callable[[Demand], Awaitable[Recorded]]
"""What a counter begins with. Raises StoreUnavailable."""


class Priming:
    """`apply` does what was found out. Nobody waits for longer than `timeout_s`; the look-up goes on all the same, so
    that whoever asks later finds it done."""

    def __init__(self, look_up: LookUp, apply: Apply, timeout_s: float) -> None:
        self._look_up = look_up
        self._apply = apply
        self._timeout_s = timeout_s
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def wait(self, demands: Iterable[Demand]) -> None:
        """Raises StoreUnavailable and LedgerUnavailable."""
        tasks = [self._task(demand) for demand in demands]
        done, pending = await asyncio.wait(tasks, timeout=self._timeout_s)
        for task in done:
            if task.cancelled():
                raise LedgerUnavailable("the counters began anew in between")
            task.result()
        if pending:
            raise LedgerUnavailable("what was used before is still being looked up")

    def reset(self) -> None:
        """What is being looked up is of no use any more."""
        for task in self._tasks.values():
            task.cancel()

    async def aclose(self) -> None:
        self.reset()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def _task(self, demand: Demand) -> asyncio.Task[None]:
        task = self._tasks.get(demand.key)
        if task is None:
            task = self._tasks[demand.key] = asyncio.get_running_loop().create_task(self._prime(demand))
            task.add_done_callback(lambda ended: self._ended(demand.key, ended))
        return task

    def _ended(self, key: str, task: asyncio.Task[None]) -> None:
        del self._tasks[key]
        if not task.cancelled():
            task.exception()  # heard, even where everybody had stopped waiting

    async def _prime(self, demand: Demand) -> None:
        await self._apply(await primed(self._look_up, [demand]))


async def primed(look_up: LookUp, demands: Iterable[Demand]) -> list[Operation]:
    """What must be done before these demands can be counted. Raises StoreUnavailable."""
    operations: list[Operation] = []
    for demand in demands:
        recorded = await look_up(demand)
        operations.append(Prime(demand, recorded.used))
        operations += [
            Adopt(id_, (structs.replace(demand, amount=amount),), of_record=True)
            for id_, amount in recorded.open
        ]
    return operations
