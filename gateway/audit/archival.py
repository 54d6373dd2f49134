"""Waiting until entries are in the database: for policies that ask for more than this machine's disk."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final, Protocol

from gateway.errors import SpoolUnavailable

MOST_S: Final = 2.0


class Shipping(Protocol):
    """The part of gateway.audit.shipping.Shipper that is needed here."""

    @property
    def shipped(self) -> int: ...

    def hurry(self) -> None: ...


class Archival:
    """Belongs to one event loop; `told` is called by the thread that ships."""

    def __init__(self, loop: asyncio.AbstractEventLoop, most_s: float = MOST_S) -> None:
        self._loop = loop
        self._most_s = most_s
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []

    def told(self, position: int) -> None:
        """The database holds all entries up to this one."""
        if self._waiting:
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                self._loop.call_soon_threadsafe(self._wake, position)

    async def wait(self, seq: int, shipping: Shipping) -> None:
        """Returns once the database holds the entry. SpoolUnavailable if it doesn't take it in time."""
        if shipping.shipped >= seq:
            return
        arrived = self._loop.create_future()
        self._waiting.append((seq, arrived))
        if shipping.shipped >= seq:  # meanwhile: whoever told of it may not have seen us
            self._wake(shipping.shipped)
        shipping.hurry()
        try:
            async with asyncio.timeout(self._most_s):
                await arrived
        except TimeoutError:
            raise SpoolUnavailable(f"the database did not take it within {self._most_s:g} s") from None

    def _wake(self, position: int) -> None:
        waiting, self._waiting = self._waiting, []
        for seq, arrived in waiting:
            if arrived.done():
                continue
            if seq <= position:
                arrived.set_result(None)
            else:
                self._waiting.append((seq, arrived))
