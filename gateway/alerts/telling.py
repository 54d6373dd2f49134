"""Events of a running gateway: noted in memory by whoever sees them, kept in the database by nobody's call."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Final, Protocol

from gateway.alerts.event import Event, alert_of, who_wants
from gateway.audit.entry import time_text
from gateway.policy.webhooks import Webhook
from gateway.stores.interfaces import StoreUnavailable
from gateway.stores.outbox import Alert, Outbox

_LOG = logging.getLogger(__name__)

MOST: Final = 1_000
AGAIN_S: Final = 1.0


class Time(Protocol):
    def now_ms(self) -> int: ...

    async def sleep(self, seconds: float) -> None: ...


class Telling:
    """gateway.alerts.event.Events. Belongs to one event loop. `wake` is called when something is to be sent."""

    def __init__(
        self,
        outbox: Outbox,
        executor: Executor,
        clock: Time,
        webhooks: Callable[[], Sequence[Webhook]],
        new_id: Callable[[], str],
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self._outbox = outbox
        self._executor = executor
        self._clock = clock
        self._webhooks = webhooks
        self._new_id = new_id
        self._wake = wake
        self._noted: deque[tuple[Alert, tuple[str, ...]]] = deque()
        self._told: set[str] = set()
        """What is told once and was told here: others ask the database."""
        self._some = asyncio.Event()
        self._lost = 0

    def tell(self, event: Event) -> None:
        wanted = who_wants(event, self._webhooks())
        if not wanted or event.once in self._told:
            return
        if len(self._noted) >= MOST:
            self._lost += 1
            return
        if event.once is not None:
            if len(self._told) >= MOST:
                self._told.clear()
            self._told.add(event.once)
        now_ms = self._clock.now_ms()
        self._noted.append((alert_of(event, self._new_id(), now_ms, time_text(now_ms)), wanted))
        self._some.set()

    async def follow(self) -> None:
        """Keep what is noted, for ever, until it is kept."""
        while True:
            await self._some.wait()
            try:
                await self.keep()
            except StoreUnavailable:
                await self._clock.sleep(AGAIN_S)
            except Exception:  # whatever it was, without this loop nobody is told of anything any more
                _LOG.exception("an alert could not be kept; that is tried again")
                await self._clock.sleep(AGAIN_S)

    async def keep(self) -> None:
        """All that is noted. StoreUnavailable: some of it is noted still."""
        loop = asyncio.get_running_loop()
        while self._noted:
            alert, wanted = self._noted[0]
            put = await loop.run_in_executor(self._executor, self._outbox.put, alert, wanted)
            self._noted.popleft()
            if put == "kept":
                self._wake()
            elif put == "full":
                self._lost += 1
        self._some.clear()
        if self._lost:
            _LOG.warning("%d alerts were lost: more came than could be kept", self._lost)
            self._lost = 0
