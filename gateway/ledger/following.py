"""This process's part in the epochs of a store's counters: see epoch.lua."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, Protocol

from gateway.ledger.demand import Demand, Hold
from gateway.ledger.operations import Cancel, Operation
from gateway.ledger.protocol import NO_CUTS, Cuts, Epoch, LedgerUnavailable, Log, Past, Recorded, Store
from gateway.ledger.rejoining import tell
from gateway.ledger.sweeping import Sleeps, settle_ended, shipped

UNKNOWN: Final = 1_000_000
"""Processes that a process which has just started must wait for: it can't know how many there were."""

_STATES: Final = 4
"""Of an epoch, and one more look."""


class Holder(Protocol):
    """Who holds what the store is to know of."""

    def began_anew(self) -> frozenset[str]:
        """Another epoch began. The holds that have ended, and of whose end the store has not heard."""
        ...

    def holds(self) -> list[Hold]:
        """These, and those that have not ended."""
        ...

    def known(self, holds: Iterable[Hold]) -> None:
        """The store knows all that there is to know of them, but for their ends."""
        ...


class Following:
    """`log` is the one that the records of this process's calls go to. `processes` are those that are alive."""

    def __init__(self, store: Store, past: Past, log: Log, clock: Sleeps, timeout_s: float) -> None:
        self._store = store
        self._past = past
        self._log = log
        self._clock = clock
        self._timeout_s = timeout_s
        self.epoch = 0
        """The one that knows all that this process holds."""
        self.processes = UNKNOWN
        self._void = 0
        self._begun = 0
        self._joined = 0
        self._cut = 0
        self._leaving: frozenset[str] = frozenset()
        self._cuts: Cuts = NO_CUTS
        self._counted: frozenset[str] = frozenset()

    async def follow(self, holder: Holder) -> bool:
        """Whether the counters are whole and know of this process's holds. Raises LedgerUnavailable and StoreUnavailable:
        not now, but what was done is done."""
        for _ in range(_STATES):
            epoch = await self._store.beat(self.processes, self._void, self._timeout_s)
            if epoch.number == self.epoch:
                if epoch.state == "open":
                    self.processes = epoch.processes
                    return True
                continue
            if epoch.number != self._begun:
                self._begin(epoch, holder.began_anew())
            if self._joined != epoch.number:
                await self._join()
            if epoch.state != "gathering":
                await self._tell_all(holder)
        return False

    async def before(self, demand: Demand) -> Recorded:
        """What a counter begins with. Of an entry that was in force when this process joined, all that came after the cuts
        is counted by holds; of another, what has ended here by now is on record."""
        if demand.entry in self._counted:
            return await self._past.before(demand, self._cuts)
        await shipped(self._log, self._clock)
        return await self._past.before(demand)

    async def tell(self, holds: Iterable[Hold]) -> None:
        """The store counts these holds too. Raises LedgerUnavailable and StoreUnavailable."""
        await tell(self._store, self.before, self.epoch, holds, self._timeout_s)

    async def sweep(self, post: Callable[[Operation], object]) -> None:
        """Holds of processes that died are settled as the records of their calls say, once they do, and given back where
        there will be none: nothing was sent. Raises LedgerUnavailable and StoreUnavailable."""
        for orphans in await self._store.orphans(self.epoch, self._timeout_s):
            await settle_ended(self._past, orphans.ids, post)
            for id_ in await self._past.unsent(orphans):
                post(Cancel(id_))

    def void(self) -> None:
        """The counters of now will never know all that was held here: others are to begin, with what is on record."""
        self._void = self.epoch

    def _begin(self, epoch: Epoch, leaving: frozenset[str]) -> None:
        """What ended by now is counted by its records; what is held now and what ends from now on, by its hold. Counters
        that are older than this process's cut don't know those records: then all is said, rather twice than never."""
        self._begun, self._leaving = epoch.number, leaving if epoch.state == "gathering" else frozenset()
        self._cut, self._counted = self._log.appended, self._past.counted()

    async def _join(self) -> None:
        if self._log.shipped < self._cut:
            self._log.hurry()
            raise LedgerUnavailable("records of calls are on their way to the database")
        await self._store.join(self._begun, self._log, self._cut, self._timeout_s)
        self._joined = self._begun

    async def _tell_all(self, holder: Holder) -> None:
        """But those that a record before the cut counts."""
        number, holds = self._begun, holder.holds()
        self._cuts = await self._store.cuts(number, self._timeout_s)
        ended = await self._past.ended(sorted(self._leaving)) if self._leaving else {}
        some = [held for held in holds if held.id not in ended or ended[held.id].seq > self._cut]
        await tell(self._store, self.before, number, some, self._timeout_s)
        await self._store.told(number, self._timeout_s)
        self.epoch = number
        holder.known(holds)
