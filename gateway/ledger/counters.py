"""The counters of a ledger in memory, by key. Pure."""

from __future__ import annotations

from collections import deque
from typing import Protocol

from gateway.ledger.demand import Charge, Demand
from gateway.ledger.purse import Purse
from gateway.ledger.slots import Slots
from gateway.ledger.window import Window


class Counter(Protocol):
    """What a Window, Slots and a Purse have in common. `now_ms` is of the clock that never runs backwards.

    `hold` says where it counted, `settle` by how much a budget was overrun.
    """

    def left(self, most: int, now_ms: int) -> int: ...

    def hold(self, id_: str, demand: Demand, now_ms: int) -> int: ...

    def settle(self, id_: str, demand: Demand, place: int, charge: Charge, now_ms: int) -> int: ...

    def cancel(self, id_: str, demand: Demand, place: int, now_ms: int) -> None: ...

    def over(self, wall_ms: int, now_ms: int) -> bool: ...


class Counters:
    """A counter is made when it is first used; what counts nothing any more is let go, a few at each making.

    `blank`: nothing was used before this began to count, so nothing needs to be primed.
    """

    def __init__(self, *, blank: bool = False) -> None:
        self._blank = blank
        self.by_key: dict[str, Counter] = {}
        self._since: dict[str, tuple[int, int]] = {}
        self._order: deque[str] = deque()

    def with_room(self, demands: tuple[Demand, ...], wall_ms: int, steady_ms: int) -> list[Counter] | None:
        """The counters of these demands, if there are some and each has room. None: it takes a closer look."""
        found = []
        for demand in demands:
            counter = self.by_key.get(demand.key)
            if counter is None or counter.left(demand.most, steady_ms) < demand.amount:
                return None
            if demand.until_ms and not demand.from_ms <= wall_ms < demand.until_ms:
                return None
            found.append(counter)
        return found

    def left(self, demand: Demand, wall_ms: int, steady_ms: int) -> int | None:
        """How much fits. None: something may have been used before this counter began to count."""
        counter = self.by_key.get(demand.key)
        if counter is None:
            return None if self._unprimed(demand, wall_ms, steady_ms) else demand.most
        return counter.left(demand.most, steady_ms)

    def at(self, demand: Demand, wall_ms: int, steady_ms: int) -> Counter:
        """The counter of a demand, made where there is none."""
        counter = self.by_key.get(demand.key)
        if counter is None:
            self._let_go(wall_ms, steady_ms)
            counter = self._make(demand, steady_ms)
        return counter

    def prime(self, demand: Demand, amount: int, steady_ms: int) -> None:
        """What was used before counts as of now: later than it was, so never too little."""
        if demand.key in self.by_key:
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
        self.by_key[demand.key] = counter
        self._order.append(demand.key)
        return counter

    def _let_go(self, wall_ms: int, steady_ms: int) -> None:
        """Looks at the two that were looked at longest ago, so that as many go as come."""
        for _ in range(min(2, len(self._order))):
            key = self._order.popleft()
            if self.by_key[key].over(wall_ms, steady_ms):
                del self.by_key[key]
            else:
                self._order.append(key)
