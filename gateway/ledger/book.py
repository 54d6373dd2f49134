"""The counters and open holds of a ledger in memory: every operation of `operations`. Pure.

`ledger.lua` does the same in Redis, function for function. Windows and leases go by a clock that never runs
backwards (`steady_ms`), budgets by the wall's (`wall_ms`, milliseconds since 1970).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Final

from gateway.ledger.counters import Counters
from gateway.ledger.demand import Charge, Demand, Short
from gateway.ledger.operations import (
    Adopt,
    Answer,
    Cancel,
    Done,
    Extend,
    Gone,
    Operation,
    Passed,
    Prime,
    Refused,
    Reserve,
    Settle,
    Settled,
    Spent,
    Taken,
    Unprimed,
)
from gateway.ledger.purse import Purse
from gateway.ledger.slots import Slots
from gateway.ledger.window import Window

TOMBSTONE_MS: Final = 60_000
"""How long it is known of a hold that it has ended: what comes late then does nothing."""

_DONE: Final = Done()
_NOTHING: Final = Settled(())
_TAKEN: Final = Taken(0, ())


Items = tuple[tuple[Demand, ...], list[int]]
"""What a hold took, and where the counter of each counted it."""
_NO_ITEMS: Final[Items] = ((), [])


class Book:
    """`blank`: nothing was used before it was made, so nothing needs to be primed."""

    def __init__(self, *, blank: bool = False) -> None:
        self._counters = Counters(blank=blank)
        self._open: dict[str, Items] = {}
        self._ended: dict[str, int] = {}
        self._forgotten: deque[tuple[int, str]] = deque()
        """When each end is forgotten. A dict alone would be searched from its beginning, past all that it forgot."""

    @property
    def open(self) -> int:
        """Holds that are neither settled nor cancelled."""
        return len(self._open)

    def apply(self, operation: Operation, wall_ms: int, steady_ms: int) -> Answer:
        match operation:
            case Reserve(id, choices):
                return self.reserve(id, choices, wall_ms, steady_ms)
            case Settle(id, nano_usd, tokens):
                return self.settle(id, Charge(nano_usd, tokens), steady_ms)
            case Cancel(id):
                self._cancel(id, steady_ms)
            case Extend(id, lease_ms):
                self._renew(id, self._open.get(id, _NO_ITEMS)[0], lease_ms, steady_ms)
            case Prime(demand, amount):
                self._counters.prime(demand, amount, steady_ms)
            case Adopt(id, demands):
                return self._adopt(id, demands, wall_ms, steady_ms)
        return _DONE

    def reserve(
        self, id_: str, choices: tuple[tuple[Demand, ...], ...], wall_ms: int, steady_ms: int
    ) -> Taken | Refused | Passed | Unprimed | Gone:
        if id_ in self._open:
            return _TAKEN
        if id_ in self._ended:
            return Gone()
        with_room = self._counters.with_room(choices[0], wall_ms, steady_ms)
        if with_room is not None:
            demands = choices[0]
            self._open[id_] = (
                demands,
                [with_room[at].hold(id_, demand, steady_ms) for at, demand in enumerate(demands)],
            )
            return _TAKEN
        return self._reserve(id_, choices, wall_ms, steady_ms)

    def _reserve(
        self, id_: str, choices: tuple[tuple[Demand, ...], ...], wall_ms: int, steady_ms: int
    ) -> Taken | Refused | Passed | Unprimed:
        """With a closer look at what is short."""
        for choice, demands in enumerate(choices):
            unprimed: list[int] = []
            short: list[int] = []
            above: list[int] = []
            yields = True
            for place, demand in enumerate(demands):
                if demand.kind == "budget" and not demand.from_ms <= wall_ms < demand.until_ms:
                    return Passed()
                left = self._counters.left(demand, wall_ms, steady_ms)
                if left is None:
                    unprimed.append(place)
                elif left < demand.amount:
                    if demand.exceeded == "warn":
                        above.append(place)
                    else:
                        short.append(place)
                        yields = yields and demand.exceeded == "downgrade"
            if unprimed:
                return Unprimed(choice, tuple(unprimed))
            if not short:
                self._open[id_] = self._taken(id_, demands, wall_ms, steady_ms)
                return Taken(choice, tuple(above))
            if not yields or choice + 1 == len(choices):
                return Refused(choice, tuple(self._short(demands, at, wall_ms, steady_ms) for at in short))
        return _TAKEN

    def settle(self, id_: str, charge: Charge, steady_ms: int) -> Settled:
        held = self._open.pop(id_, None)
        if held is None:
            return _NOTHING
        self._end(id_, steady_ms)
        spent = []
        for demand, place in zip(*held, strict=True):
            counter = self._counters.by_key.get(demand.key)
            if counter is None:
                if demand.kind == "budget":
                    continue  # long after its period
                counter = self._counters.at(demand, 0, steady_ms)
            overrun = counter.settle(id_, demand, place, charge, steady_ms)
            if isinstance(counter, Purse):
                spent.append(Spent(demand.key, counter.spent, overrun))
        return Settled(tuple(spent)) if spent else _NOTHING

    def renew(self, lease_ms: int, steady_ms: int) -> None:
        """Every slot that is held, held for so long from now."""
        for id_, held in self._open.items():
            self._renew(id_, held[0], lease_ms, steady_ms)

    def count(self, id_: str, demands: tuple[Demand, ...], wall_ms: int, steady_ms: int) -> None:
        """Of a hold that was taken elsewhere: all of it, whether or not it fits, and whatever came before."""
        self._open[id_] = self._taken(id_, demands, wall_ms, steady_ms)

    def _cancel(self, id_: str, steady_ms: int) -> None:
        held = self._open.pop(id_, _NO_ITEMS)
        self._end(id_, steady_ms)
        for demand, place in zip(*held, strict=True):
            counter = self._counters.by_key.get(demand.key)
            if counter is not None:
                counter.cancel(id_, demand, place, steady_ms)

    def _renew(self, id_: str, held: Iterable[Demand], lease_ms: int, steady_ms: int) -> None:
        for demand in held:
            if demand.kind == "concurrent":
                slots = self._counters.at(demand, 0, steady_ms)
                assert isinstance(slots, Slots)
                slots.take(id_, steady_ms + lease_ms)

    def _adopt(
        self, id_: str, demands: tuple[Demand, ...], wall_ms: int, steady_ms: int
    ) -> Done | Gone | Unprimed:
        if id_ in self._ended:
            return Gone()
        held, held_at = self._open.get(id_, _NO_ITEMS)
        known = {demand.key for demand in held}
        new = {place: each for place, each in enumerate(demands) if each.key not in known}
        lefts = {place: self._counters.left(each, wall_ms, steady_ms) for place, each in new.items()}
        if unprimed := tuple(place for place, left in lefts.items() if left is None):
            return Unprimed(0, unprimed)
        more, more_at = self._taken(id_, tuple(new.values()), wall_ms, steady_ms)
        self._open[id_] = (held + more, held_at + more_at)
        return _DONE

    def _end(self, id_: str, steady_ms: int) -> None:
        until_ms = self._ended[id_] = steady_ms + TOMBSTONE_MS
        forgotten = self._forgotten
        forgotten.append((until_ms, id_))
        while forgotten[0][0] <= steady_ms:
            until_ms, first = forgotten.popleft()
            if self._ended.get(first) == until_ms:  # it has not ended once more
                del self._ended[first]

    def _taken(self, id_: str, demands: tuple[Demand, ...], wall_ms: int, steady_ms: int) -> Items:
        return demands, [self._take(id_, demand, wall_ms, steady_ms) for demand in demands]

    def _take(self, id_: str, demand: Demand, wall_ms: int, steady_ms: int) -> int:
        counter = self._counters.at(demand, wall_ms, steady_ms)
        counter.left(0, steady_ms)
        return counter.hold(id_, demand, steady_ms)

    def _short(self, demands: tuple[Demand, ...], place: int, wall_ms: int, steady_ms: int) -> Short:
        demand = demands[place]
        left = self._counters.left(demand, wall_ms, steady_ms) or 0
        after_ms = -1
        if demand.amount <= demand.most:
            counter = self._counters.by_key.get(demand.key)
            if isinstance(counter, Window):
                after_ms = counter.after_ms(demand.amount, demand.most, steady_ms)
            else:
                after_ms = demand.until_ms - wall_ms if demand.kind == "budget" else 0
        return Short(place, max(left, 0), after_ms)
