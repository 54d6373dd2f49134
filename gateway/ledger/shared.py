"""The ledger of several processes, on one store of counters.

Where the store fails, or its counters are lost, each entry's own mode holds (`alone`) until they are whole (`following`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Final

from gateway.ledger.alone import Alone
from gateway.ledger.batches import Batches
from gateway.ledger.demand import Charge, Hold, Refusal
from gateway.ledger.following import Following
from gateway.ledger.local import TRIES, Clock
from gateway.ledger.operations import (
    Answer,
    Cancel,
    Extend,
    Operation,
    Passed,
    Refused,
    Reserve,
    Settled,
    Taken,
    Unprimed,
)
from gateway.ledger.priming import Priming
from gateway.ledger.protocol import Choices, LedgerUnavailable, Log, OnSettled, Past, Standing, Store, Wanted
from gateway.ledger.refusals import refusal
from gateway.ledger.sweeping import settlement
from gateway.stores.interfaces import StoreUnavailable

_LOG = logging.getLogger(__name__)

TIMEOUT_S: Final = 0.25
BEAT_S: Final = 1.0
PAUSE_S: Final = 0.2
"""Between tries while the store is down."""
SWEEP_S: Final = 5.0
MOST_LEAVING: Final = 100_000


class SharedLedger:
    """`run` must run beside it. `log` is the one that the records of this process's calls go to."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        past: Past,
        log: Log,
        *,
        timeout_s: float = TIMEOUT_S,
        lease_ms: int = 60_000,
        on_settled: OnSettled | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._timeout_s = timeout_s
        self._lease_ms = lease_ms
        self._on_settled = on_settled
        self._batches = Batches(store, timeout_s)
        self._following = Following(store, past, log, clock, timeout_s)
        self._priming = Priming(self._following.before, self._apply, timeout_s)
        self._alone = Alone()
        self.started = False
        self._extended_s = clock.monotonic()
        self._open: dict[str, Hold] = {}
        self._leaving: dict[str, Hold] = {}
        self._unknown: dict[str, Operation | None] = {}
        """Of those, the ids of which the store has not heard, and how they ended."""

    @property
    def down(self) -> bool:
        return self._batches.down

    @property
    def standing(self) -> Standing:
        return Standing(True, not self.down, self._batches.trouble, len(self.holds()))

    async def reserve(self, id_: str, wanted: Wanted) -> Hold | Refusal:
        began_s = self._clock.monotonic()
        try:
            choices = wanted(self._store_ms())
            if not choices[0]:
                return Hold(id_, 0, ())  # no entry is about it
            answer = await self._batches.ask(Reserve(id_, choices))
            if isinstance(answer, Taken):
                return self._taken(Hold(id_, answer.choice, choices[answer.choice], answer.above))
            if isinstance(answer, Refused):
                return refusal(choices, answer)
            async with asyncio.timeout(self._timeout_s + began_s - self._clock.monotonic()):
                return await self._ask_again(id_, wanted, choices, answer)
        except TimeoutError:
            self._batches.post(Cancel(id_))
        except (LedgerUnavailable, StoreUnavailable):
            pass
        except asyncio.CancelledError:
            self._batches.post(Cancel(id_))
            raise
        return self._without_the_store(id_, wanted)

    async def swap(self, held: Hold, charge: Charge, id_: str, wanted: Wanted) -> Hold | Refusal:
        self.settle(held, charge)  # what was posted goes before what is asked
        return await self.reserve(id_, wanted)

    def settle(self, held: Hold, charge: Charge) -> None:
        if self._let_go(held):
            self._alone.settle(held.id, charge, self._steady_ms())
            self._end(held, settlement(held.id, charge))

    def cancel(self, held: Hold) -> None:
        if self._let_go(held):
            self._alone.cancel(held.id, self._clock.now_ms(), self._steady_ms())
            self._end(held, Cancel(held.id))

    async def run(self) -> None:
        """For ever: says that this process lives, comes back to a store that was down, renews leases, settles what dead
        processes left."""
        async with asyncio.TaskGroup() as following:
            following.create_task(self._repeat(self.beat, lambda: PAUSE_S if self._batches.down else BEAT_S))
            following.create_task(self._repeat(self.sweep, lambda: SWEEP_S))

    async def beat(self) -> None:
        self._renew_leases()
        try:
            if not await self._following.follow(self):
                return
            if unknown := [held for held in self.holds() if held.id in self._unknown]:
                await self._following.tell(unknown)
                self.known(unknown)
        except (LedgerUnavailable, StoreUnavailable) as error:
            self._batches.suspend(str(error))
            return
        if self._batches.down:
            self._batches.resume(self._following.epoch)
            self.started = True

    async def sweep(self) -> None:
        with suppress(LedgerUnavailable, StoreUnavailable):
            await self._following.sweep(self._batches.post)

    def holds(self) -> list[Hold]:
        return [*self._open.values(), *self._leaving.values()]

    def began_anew(self) -> frozenset[str]:
        self._batches.suspend("the counters are being rebuilt")
        self._priming.reset()
        return frozenset(self._leaving)

    def known(self, holds: Iterable[Hold]) -> None:
        for held in holds:
            if (operation := self._unknown.pop(held.id, None)) is not None:
                self._batches.post(operation, partial(self._heard, held))

    async def aclose(self) -> None:
        await self._priming.aclose()
        await self._batches.aclose()
        await self._store.aclose()

    async def _repeat(self, do: Callable[[], Awaitable[None]], pause_s: Callable[[], float]) -> None:
        while True:
            try:
                await do()
            except Exception:
                _LOG.exception("the ledger's store could not be followed; that is tried again")
            await self._clock.sleep(pause_s())

    async def _ask_again(self, id_: str, wanted: Wanted, choices: Choices, answer: Answer) -> Hold | Refusal:
        """Where something is primed, or a period has passed."""
        for _ in range(TRIES):
            if isinstance(answer, Taken):
                return self._taken(Hold(id_, answer.choice, choices[answer.choice], answer.above))
            if isinstance(answer, Refused):
                return refusal(choices, answer)
            if isinstance(answer, Passed):
                choices = wanted(self._store_ms())
            elif isinstance(answer, Unprimed):
                await self._priming.wait(choices[answer.choice][place] for place in answer.places)
            else:
                break
            answer = await self._batches.ask(Reserve(id_, choices))
        raise LedgerUnavailable("the ledger's store gave no decision")

    def _taken(self, held: Hold) -> Hold:
        self._open[held.id] = held
        self._alone.remember(held, self._clock.now_ms(), self._steady_ms())
        return held

    def _without_the_store(self, id_: str, wanted: Wanted) -> Hold | Refusal:
        """Under an id of its own: the store may have been told to cancel the other one."""
        id_ = f"{id_}~"
        wall_ms = self._clock.now_ms()
        processes = self._following.processes
        decided = self._alone.reserve(id_, wanted(wall_ms), processes, wall_ms, self._steady_ms())
        if isinstance(decided, Hold):
            self._open[id_] = decided
            self._unknown[id_] = None
        return decided

    def _let_go(self, held: Hold) -> bool:
        """False: it was let go before."""
        if self._open.pop(held.id, None) is None:
            return False
        self._leaving[held.id] = held
        return True

    def _end(self, held: Hold, operation: Operation) -> None:
        """The store hears of it after the hold itself. If it hears of nothing for too long, its counters are to begin
        anew, with what is on record: of what has ended nothing need be kept then."""
        if len(self._leaving) > MOST_LEAVING:
            self._following.void()
            self._batches.drop()
            self._unknown = {id_: None for id_ in self._unknown if id_ in self._open}
            self._leaving.clear()
            return
        if held.id in self._unknown:
            self._unknown[held.id] = operation
        else:
            self._batches.post(operation, partial(self._heard, held))

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
                if not self._batches.down:
                    self._batches.post(Extend(held.id, self._lease_ms))
                self._alone.extend(held.id, self._lease_ms, self._clock.now_ms(), self._steady_ms())

    def _steady_ms(self) -> int:
        return int(self._clock.monotonic() * 1000)

    def _store_ms(self) -> int:
        return self._batches.store_ms() or self._clock.now_ms()
