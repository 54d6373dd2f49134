"""The ledger of one process, in memory. What was used before it started, the records of calls say."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Final, Protocol

from gateway.ledger.book import Book
from gateway.ledger.demand import Charge, Demand, Hold, Refusal
from gateway.ledger.operations import (
    Adopt,
    Cancel,
    Operation,
    Passed,
    Prime,
    Refused,
    Settle,
    Taken,
    Unprimed,
)
from gateway.ledger.priming import Priming
from gateway.ledger.protocol import (
    Choices,
    LedgerUnavailable,
    Log,
    OnSettled,
    Past,
    Recorded,
    Standing,
    Wanted,
)
from gateway.ledger.refusals import refusal
from gateway.ledger.sweeping import settle_ended, shipped
from gateway.stores.interfaces import StoreUnavailable

SWEEP_S: Final = 5.0

TRIES: Final = 4
"""Of one reservation, where periods pass and counters are primed in between."""


class Clock(Protocol):
    def now_ms(self) -> int: ...

    def monotonic(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


class LocalLedger:
    """`run` must run beside it, so that slots are held for as long as calls take."""

    def __init__(
        self,
        clock: Clock,
        past: Past,
        *,
        log: Log | None = None,
        timeout_s: float = 0.25,
        lease_ms: int = 60_000,
        on_settled: OnSettled | None = None,
    ) -> None:
        self._clock = clock
        self._lease_ms = lease_ms
        self._on_settled = on_settled
        self._past = past
        self._log = log
        self._book = Book()
        self._priming = Priming(self._before, self._apply, timeout_s)
        self._of_record: set[str] = set()
        """Holds of calls that have no end on record: nobody here will settle them."""

    @property
    def started(self) -> bool:
        return True

    @property
    def standing(self) -> Standing:
        return Standing(False, True, None, self.open)

    @property
    def open(self) -> int:
        """Holds that are not settled."""
        return self._book.open

    async def reserve(self, id_: str, wanted: Wanted) -> Hold | Refusal:
        choices: Choices = ()
        for _ in range(TRIES):
            wall_ms = self._clock.now_ms()
            choices = wanted(wall_ms)
            answer = self._book.reserve(id_, choices, wall_ms, self._steady_ms())
            if isinstance(answer, Taken):
                return Hold(id_, answer.choice, choices[answer.choice], answer.above)
            if isinstance(answer, Refused):
                return refusal(choices, answer)
            if isinstance(answer, Unprimed):
                demands = [choices[answer.choice][place] for place in answer.places]
                if (blocking := await self._prime(demands)) is not None:
                    return Refusal(blocking, 0, 0, unavailable=True)
            elif not isinstance(answer, Passed):
                break
        return Refusal(choices[0][0], 0, 0, unavailable=True)

    async def swap(self, held: Hold, charge: Charge, id_: str, wanted: Wanted) -> Hold | Refusal:
        self.settle(held, charge)
        return await self.reserve(id_, wanted)

    def settle(self, held: Hold, charge: Charge) -> None:
        settled = self._book.settle(held.id, charge, self._steady_ms())
        if settled.budgets and self._on_settled is not None:
            self._on_settled(held, settled.budgets)

    def cancel(self, held: Hold) -> None:
        self._book.apply(Cancel(held.id), self._clock.now_ms(), self._steady_ms())

    def _steady_ms(self) -> int:
        return int(self._clock.monotonic() * 1000)

    async def run(self) -> None:
        """Renews the leases of the calls that this process runs, for ever, and settles what dead processes left."""
        renewed_s = self._clock.monotonic()
        while True:
            await self._clock.sleep(SWEEP_S)
            if self._clock.monotonic() - renewed_s >= self._lease_ms / 3000:
                renewed_s = self._clock.monotonic()
                self._book.renew(self._lease_ms, self._steady_ms())
            await self.sweep()

    async def sweep(self) -> None:
        """Holds of calls that began elsewhere, or before, are settled as their records say, once they do."""

        def settle(operation: Settle) -> None:
            self._of_record.discard(operation.id)
            self._book.apply(operation, self._clock.now_ms(), self._steady_ms())

        with suppress(StoreUnavailable):
            await settle_ended(self._past, sorted(self._of_record), settle)

    async def aclose(self) -> None:
        await self._priming.aclose()

    async def _apply(self, operations: list[Operation]) -> None:
        for operation in operations:
            if isinstance(operation, Adopt):
                self._of_record.add(operation.id)
            self._book.apply(operation, self._clock.now_ms(), self._steady_ms())

    async def _before(self, demand: Demand) -> Recorded:
        """What has ended here by now is on record."""
        if self._log is not None:
            await shipped(self._log, self._clock)
        return await self._past.before(demand)

    async def _prime(self, demands: Sequence[Demand]) -> Demand | None:
        """The demand that blocks, where the records can't be asked; what doesn't counts from now on."""
        try:
            await self._priming.wait(demands)
        except (LedgerUnavailable, StoreUnavailable):
            for demand in demands:
                if demand.on_failure == "block":
                    return demand
            await self._apply([Prime(demand, 0) for demand in demands])
        return None
