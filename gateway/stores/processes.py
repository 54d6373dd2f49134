"""The processes that share a database: which are alive, and which revision of the policy each of them runs.

Written every few seconds by nobody's call; a process that ends well takes its row away, one that was killed
is seen no more.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Final, NamedTuple, Protocol

from sqlalchemy import Engine, delete, insert, select, update

from gateway.stores.database import reading, writing
from gateway.stores.interfaces import StoreUnavailable
from gateway.stores.tables import processes

_LOG = logging.getLogger(__name__)

EVERY_S: Final = 5.0
ALIVE_MS: Final = 15_000
FORGOTTEN_MS: Final = 24 * 3_600_000


class Process(NamedTuple):
    """Times in milliseconds since 1970, by the process's own clock. `writer` is its audit chain, `faults` how
    many keep its folder from being in force."""

    id: str
    writer: str
    host: str
    pid: int
    started_at: int
    seen_at: int
    revision: str
    since: int
    faults: int


class Processes(Protocol):
    """As in gateway.stores.interfaces every method blocks and raises StoreUnavailable."""

    def report(self, process: Process) -> None:
        """It is alive, and this is what it runs."""
        ...

    def leave(self, process_id: str) -> None:
        """It ends now."""
        ...

    def alive(self, now_ms: int) -> Sequence[Process]:
        """Those that were seen in the last 15 seconds, oldest first."""
        ...


class SqlProcesses:
    """`Processes` in SQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def report(self, process: Process) -> None:
        row = process._asdict()
        mine = processes.c.id == process.id
        with writing(self._engine) as connection:
            if connection.execute(update(processes).where(mine).values(row)).rowcount:
                return
            long_gone = processes.c.seen_at < process.seen_at - FORGOTTEN_MS
            connection.execute(delete(processes).where(long_gone))
            connection.execute(insert(processes), row)

    def leave(self, process_id: str) -> None:
        with writing(self._engine) as connection:
            connection.execute(delete(processes).where(processes.c.id == process_id))

    def alive(self, now_ms: int) -> Sequence[Process]:
        seen = select(processes).where(processes.c.seen_at >= now_ms - ALIVE_MS)
        with reading(self._engine) as connection:
            rows = connection.execute(seen.order_by(processes.c.started_at, processes.c.id))
            return [Process(*row) for row in rows]


class Time(Protocol):
    async def sleep(self, seconds: float) -> None: ...


class Reports:
    """Belongs to one event loop. `now` says what the process is like now."""

    def __init__(self, store: Processes, executor: Executor, clock: Time, now: Callable[[], Process]) -> None:
        self._store = store
        self._executor = executor
        self._clock = clock
        self._now = now

    async def report(self) -> None:
        """Nothing happens where the database can't be used: others see that by the time."""
        await self._asked(lambda: self._store.report(self._now()))

    async def leave(self) -> None:
        process_id = self._now().id
        await self._asked(lambda: self._store.leave(process_id))

    async def follow(self) -> None:
        """Report every few seconds, for ever."""
        while True:
            try:
                await self.report()
            except Exception:  # whatever it was, the next report may succeed
                _LOG.exception("this process could not be reported; that is tried again")
            await self._clock.sleep(EVERY_S)

    async def _asked(self, work: Callable[[], None]) -> None:
        try:
            await asyncio.get_running_loop().run_in_executor(self._executor, work)
        except StoreUnavailable:
            return
