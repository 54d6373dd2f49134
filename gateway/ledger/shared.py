"""The ledger of several processes, on one store of counters.

Where the store fails, or its counters are lost, each entry's own mode holds (`alone`) until the counters
are whole again: every live process has said what it holds (`rejoining`), and what else was used is read from
the records of calls when a counter is first asked for.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Final

from gateway.ledger.alone import Alone
from gateway.ledger.batches import Batches
from gateway.ledger.demand import Charge, Hold, Refusal
from gateway.ledger.local import TRIES, Clock
from gateway.ledger.operations import (
    Adopt,
    Answer,
    Cancel,
    Extend,
    Gone,
    Operation,
    Passed,
    Refused,
    Reserve,
    Settle,
    Settled,
    Taken,
    Unprimed,
)
from gateway.ledger.priming import Priming
from gateway.ledger.protocol import LedgerUnavailable, OnSettled, Past, Store, Wanted
from gateway.ledger.refusals import refusal
from gateway.ledger.rejoining import rejoin
from gateway.stores.interfaces import StoreUnavailable

TIMEOUT_S: Final = 0.25
BEAT_S: Final = 1.0
PAUSE_S: Final = 0.2
"""Between tries while the store is down."""

UNKNOWN: Final = 1_000_000
"""Processes that a process which has just started must wait for: it can't know how many there were."""


class SharedLedger:
    """`run` must run beside it. `process` is a name that no other process has."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        past: Past,
        process: str,
        *,
        timeout_s: float = TIMEOUT_S,
        lease_ms: int = 60_000,
        on_settled: OnSettled | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._past = past
        self._process = process
        self._timeout_s = timeout_s
        self._lease_ms = lease_ms
        self._on_settled = on_settled
        self._batches = Batches(store, timeout_s)
        self._priming = Priming(past, self._apply, timeout_s)
        self._alone = Alone()
        self._epoch = 0
        self.started = False
        self._processes = UNKNOWN
        self._extended_s = clock.monotonic()
        self._open: dict[str, Hold] = {}
        self._leaving: dict[str, Hold] = {}
        self._unknown: set[str] = set()
        """Of those, the ids of which the store has not heard."""

    @property
    def down(self) -> bool:
        return self._batches.down

    @property
    def trouble(self) -> str | None:
        """Why the store was last down; None: it never was."""
        return self._batches.trouble

    @property
    def unsettled(self) -> int:
        """Holds whose end the store has not heard of."""
        return len(self._open) + len(self._leaving)

    async def reserve(self, id_: str, wanted: Wanted) -> Hold | Refusal:
        try:
            return await self._ask(id_, wanted)
        except (LedgerUnavailable, StoreUnavailable):
            return self._without_the_store(id_, wanted)
        except asyncio.CancelledError:
            self._batches.post(Cancel(id_))
            raise

    async def swap(self, held: Hold, charge: Charge, id_: str, wanted: Wanted) -> Hold | Refusal:
        self.settle(held, charge)  # what was posted goes before what is asked
        return await self.reserve(id_, wanted)

    def settle(self, held: Hold, charge: Charge) -> None:
        if self._let_go(held):
            self._alone.settle(held.id, charge, self._steady_ms())
            self._batches.post(Settle(held.id, charge.nano_usd, charge.tokens), partial(self._heard, held))

    def cancel(self, held: Hold) -> None:
        if self._let_go(held):
            self._alone.cancel(held.id, self._clock.now_ms(), self._steady_ms())
            self._batches.post(Cancel(held.id), partial(self._heard, held))

    def settle_id(self, id_: str, charge: Charge) -> None:
        """Of a hold that a process left open when it died: what the record of its call says."""
        self._batches.post(Settle(id_, charge.nano_usd, charge.tokens))

    async def run(self) -> None:
        """Beats for ever: says that this process lives, comes back to a store that was down, renews leases."""
        while True:
            await self.beat()
            await self._clock.sleep(PAUSE_S if self._batches.down else BEAT_S)

    async def beat(self) -> None:
        try:
            epoch = await self._store.beat(self._process, self._processes, self._timeout_s)
            if epoch.number != self._epoch:
                self._batches.down = True
                holds, self._unknown = {**self._open, **self._leaving}, set()
                await rejoin(
                    self._store, self._past, epoch.number, holds, frozenset(self._leaving), self._timeout_s
                )
                await self._store.join(self._process, epoch.number, TIMEOUT_S)
                self._epoch = epoch.number
        except (LedgerUnavailable, StoreUnavailable):
            return
        if not epoch.is_open:
            return
        self._processes = epoch.processes
        if self._batches.down:
            self._batches.resume(epoch.number)
            self.started = True
        self._renew_leases()

    async def _join(self, epoch: int) -> None:
        holds = {**self._open, **self._leaving}
        await rejoin(self._store, self._past, epoch, holds, frozenset(self._leaving), self._timeout_s)
        await self._store.join(self._process, epoch, self._timeout_s)
        self._unknown -= holds.keys()
        self._epoch = epoch

    async def aclose(self) -> None:
        await self._priming.aclose()
        await self._batches.aclose()
        await self._store.aclose()

    async def _ask(self, id_: str, wanted: Wanted) -> Hold | Refusal:
        choices = wanted(self._store_ms())
        if not choices[0]:
            return Hold(id_, 0, ())  # no entry is about it
        for _ in range(TRIES):
            answer = await self._batches.ask(Reserve(id_, choices))
            if isinstance(answer, Taken):
                return self._taken(Hold(id_, answer.choice, choices[answer.choice], answer.above))
            if isinstance(answer, Refused):
                return refusal(choices, answer)
            if isinstance(answer, Passed):
                choices = wanted(self._store_ms())
            elif isinstance(answer, Unprimed):
                await self._priming.wait(choices[answer.choice][place] for place in answer.places)
            elif isinstance(answer, Gone):
                break
        raise LedgerUnavailable("the ledger's store gave no decision")

    def _taken(self, held: Hold) -> Hold:
        self._open[held.id] = held
        self._alone.remember(held, self._clock.now_ms(), self._steady_ms())
        return held

    def _without_the_store(self, id_: str, wanted: Wanted) -> Hold | Refusal:
        """Under an id of its own: the store may have been told to cancel the other one."""
        id_ = f"{id_}~"
        wall_ms = self._clock.now_ms()
        decided = self._alone.reserve(id_, wanted(wall_ms), self._processes, wall_ms, self._steady_ms())
        if isinstance(decided, Hold):
            self._open[id_] = decided
            self._unknown.add(id_)
        return decided

    def _let_go(self, held: Hold) -> bool:
        """False: it was let go before. What the store has not heard of it hears of first, so that it is charged."""
        if self._open.pop(held.id, None) is None:
            return False
        self._leaving[held.id] = held
        if held.id in self._unknown:
            self._unknown.discard(held.id)
            self._batches.post(Adopt(held.id, held.demands))
        return True

    def _heard(self, held: Hold, answer: Answer) -> None:
        self._leaving.pop(held.id, None)
        if isinstance(answer, Settled) and answer.budgets and self._on_settled is not None:
            self._on_settled(held, answer.budgets)

    async def _apply(self, operations: list[Operation]) -> None:
        await asyncio.gather(*map(self._batches.ask, operations))

    def _renew_leases(self) -> None:
        now_s = self._clock.monotonic()
        if (now_s - self._extended_s) * 3000 < self._lease_ms:
            return
        self._extended_s = now_s
        for held in self._open.values():
            if any(demand.kind == "concurrent" for demand in held.demands):
                self._batches.post(Extend(held.id, self._lease_ms))
                self._alone.extend(held.id, self._lease_ms, self._clock.now_ms(), self._steady_ms())

    def _steady_ms(self) -> int:
        return int(self._clock.monotonic() * 1000)

    def _store_ms(self) -> int:
        """The time that the store has, as far as is known here."""
        return self._batches.store_ms() or self._clock.now_ms()
