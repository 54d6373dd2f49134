"""The counters of a ledger in memory, by key. Pure."""

from __future__ import annotations

from collections import deque
from typing import Final

from gateway.ledger.demand import FOREVER_MS, Demand
from gateway.ledger.purse import Purse
from gateway.ledger.slots import Slots
from gateway.ledger.window import Window

KEPT_MS: Final = 7 * 86_400_000
"""How long a budget's counter outlives its period: for settlements that come late, and clocks that go back."""

Counter = Window | Slots | Purse


class Counters:
    """A counter is made when it is first used; what counts nothing any more is let go, a few at each making.

    `blank`: nothing was used before this began to count, so nothing needs to be primed.
    """

    def __init__(self, *, blank: bool = False) -> None:
        self._blank = blank
        self._counters: dict[str, Counter] = {}
        self._since: dict[str, tuple[int, int]] = {}
        self._order: deque[str] = deque()

    def found(self, key: str) -> Counter | None:
        return self._counters.get(key)

    def left(self, demand: Demand, wall_ms: int, steady_ms: int) -> int | None:
        """How much fits. None: something may have been used before this counter began to count."""
        counter = self._counters.get(demand.key)
        if counter is None:
            return None if self._unprimed(demand, wall_ms, steady_ms) else demand.most
        if isinstance(counter, Purse):
            return counter.left(demand.most)
        return counter.left(demand.most, steady_ms)

    def at(self, demand: Demand, wall_ms: int, steady_ms: int) -> Counter:
        """The counter of a demand, made where there is none."""
        counter = self._counters.get(demand.key)
        if counter is None:
            self._let_go(wall_ms, steady_ms)
            counter = self._make(demand, steady_ms)
        return counter

    def prime(self, demand: Demand, amount: int, steady_ms: int) -> None:
        """What was used before counts as of now: later than it was, so never too little."""
        if demand.key in self._counters:
            return
        counter = self._make(demand, steady_ms)
        if isinstance(counter, Purse):
            counter.spent = amount
        elif isinstance(counter, Window):
            counter.take(amount)

    def _unprimed(self, demand: Demand, wall_ms: int, steady_ms: int) -> bool:
        """Its entry began to be counted here after its window or period began."""
        if self._blank or demand.kind == "concurrent":
            return False
        since_wall_ms, since_steady_ms = self._since.setdefault(demand.entry, (wall_ms, steady_ms))
        if demand.kind == "budget":
            return demand.from_ms < since_wall_ms
        return steady_ms - demand.span_ms < since_steady_ms

    def _make(self, demand: Demand, steady_ms: int) -> Counter:
        counter: Counter
        if demand.kind == "budget":
            counter = Purse(demand.until_ms)
        elif demand.kind == "concurrent":
            counter = Slots()
        else:
            counter = Window(demand.span_ms, steady_ms)
        self._counters[demand.key] = counter
        self._order.append(demand.key)
        return counter

    def _let_go(self, wall_ms: int, steady_ms: int) -> None:
        """Looks at the two that were looked at longest ago, so that as many go as come."""
        for _ in range(min(2, len(self._order))):
            key = self._order.popleft()
            counter = self._counters[key]
            if isinstance(counter, Window):
                over = counter.over(steady_ms)
            elif isinstance(counter, Slots):
                over = counter.left(0, steady_ms) == 0
            else:
                over = counter.until_ms != FOREVER_MS and counter.until_ms + KEPT_MS <= wall_ms
            if over:
                del self._counters[key]
            else:
                self._order.append(key)
