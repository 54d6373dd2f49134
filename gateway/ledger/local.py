"""The ledger of one process, in memory. What was used before it started, the records of calls say."""

from __future__ import annotations

from typing import Final, Protocol

from gateway.ledger.book import Book
from gateway.ledger.demand import Charge, Hold, Refusal
from gateway.ledger.operations import Cancel, Extend, Passed, Refused, Taken, Unprimed
from gateway.ledger.protocol import Choices, OnSettled, Past, Wanted
from gateway.ledger.refusals import refusal
from gateway.ledger.rejoining import primed

TRIES: Final = 4
"""Of one reservation, where periods pass and counters are primed in between."""


class Clock(Protocol):
    def now_ms(self) -> int: ...

    def monotonic(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


class LocalLedger:
    def __init__(self, clock: Clock, past: Past, on_settled: OnSettled | None = None) -> None:
        self._clock = clock
        self._past = past
        self._on_settled = on_settled
        self._book = Book()

    @property
    def open(self) -> int:
        """Holds that are not settled."""
        return self._book.open

    async def reserve(self, id_: str, wanted: Wanted) -> Hold | Refusal:
        """Raises StoreUnavailable where something must be primed and the records can't be asked."""
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
                await self._prime(choices, answer)
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

    def extend(self, held: Hold, lease_ms: int) -> None:
        self._book.apply(Extend(held.id, lease_ms), self._clock.now_ms(), self._steady_ms())

    def _steady_ms(self) -> int:
        return int(self._clock.monotonic() * 1000)

    async def _prime(self, choices: Choices, unprimed: Unprimed) -> None:
        demands = choices[unprimed.choice]
        for operation in await primed(self._past, [demands[place] for place in unprimed.places]):
            self._book.apply(operation, self._clock.now_ms(), self._steady_ms())
