"""The counters and open holds of a ledger in memory: every operation of `operations`. Pure.

`ledger.lua` does the same in Redis, function for function. Windows and leases go by a clock that never runs
backwards (`steady_ms`), budgets by the wall's (`wall_ms`, milliseconds since 1970).
"""

from __future__ import annotations

from typing import Final, NamedTuple

from gateway.ledger.counters import Counters
from gateway.ledger.demand import Demand, Short
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


class Item(NamedTuple):
    """What a hold took of one counter: `slice_` is where in a window."""

    demand: Demand
    slice_: int


class Book:
    """`blank`: nothing was used before it was made, so nothing needs to be primed."""

    def __init__(self, *, blank: bool = False) -> None:
        self._counters = Counters(blank=blank)
        self._open: dict[str, list[Item]] = {}
        self._ended: dict[str, int] = {}

    @property
    def open(self) -> int:
        """Holds that are neither settled nor cancelled."""
        return len(self._open)

    def apply(self, operation: Operation, wall_ms: int, steady_ms: int) -> Answer:
        match operation:
            case Reserve(id, choices):
                return self.reserve(id, choices, wall_ms, steady_ms)
            case Settle(id, nano_usd, tokens):
                return self.settle(id, nano_usd, tokens, steady_ms)
            case Cancel(id):
                self._cancel(id, steady_ms)
            case Extend(id, lease_ms):
                for demand, _ in self._open.get(id, ()):
                    counter = self._counters.found(demand.key)
                    if isinstance(counter, Slots):
                        counter.take(id, steady_ms + lease_ms)
            case Prime(demand, amount):
                self._counters.prime(demand, amount, steady_ms)
            case Adopt(id, demands):
                return self._adopt(id, demands, wall_ms, steady_ms)
        return _DONE

    def reserve(
        self, id_: str, choices: tuple[tuple[Demand, ...], ...], wall_ms: int, steady_ms: int
    ) -> Taken | Refused | Passed | Unprimed | Gone:
        if id_ in self._open:
            return Taken(0, ())
        if id_ in self._ended:
            return Gone()
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
                self._open[id_] = [self._take(id_, demand, wall_ms, steady_ms) for demand in demands]
                return Taken(choice, tuple(above))
            if not yields or choice + 1 == len(choices):
                return Refused(choice, tuple(self._short(demands, at, wall_ms, steady_ms) for at in short))
        return Taken(0, ())

    def settle(self, id_: str, nano_usd: int, tokens: int, steady_ms: int) -> Settled:
        held = self._open.pop(id_, None)
        if held is None:
            return _NOTHING
        self._end(id_, steady_ms)
        spent = []
        for demand, slice_ in held:
            counter = self._counters.found(demand.key)
            if isinstance(counter, Purse):
                overrun = counter.settle(demand.amount, nano_usd)
                spent.append(Spent(demand.key, counter.spent, overrun))
            elif isinstance(counter, Slots):
                counter.free(id_)
            elif isinstance(counter, Window) and demand.kind == "tokens":
                counter.left(0, steady_ms)
                if tokens > demand.amount:
                    counter.take(tokens - demand.amount)
                else:
                    counter.give_back(slice_, demand.amount - tokens)
        return Settled(tuple(spent))

    def _cancel(self, id_: str, steady_ms: int) -> None:
        held = self._open.pop(id_, ())
        self._end(id_, steady_ms)
        for demand, slice_ in held:
            counter = self._counters.found(demand.key)
            if isinstance(counter, Purse):
                counter.settle(demand.amount, 0)
            elif isinstance(counter, Slots):
                counter.free(id_)
            elif isinstance(counter, Window):
                counter.left(0, steady_ms)
                counter.give_back(slice_, demand.amount)

    def _adopt(
        self, id_: str, demands: tuple[Demand, ...], wall_ms: int, steady_ms: int
    ) -> Done | Gone | Unprimed:
        if id_ in self._ended:
            return Gone()
        held = self._open.get(id_, [])
        known = {item.demand.key for item in held}
        new = {place: each for place, each in enumerate(demands) if each.key not in known}
        lefts = {place: self._counters.left(each, wall_ms, steady_ms) for place, each in new.items()}
        if unprimed := tuple(place for place, left in lefts.items() if left is None):
            return Unprimed(0, unprimed)
        self._open[id_] = held + [self._take(id_, each, wall_ms, steady_ms) for each in new.values()]
        return _DONE

    def _end(self, id_: str, steady_ms: int) -> None:
        ended = self._ended
        ended[id_] = steady_ms + TOMBSTONE_MS
        while ended[first := next(iter(ended))] <= steady_ms:
            del ended[first]

    def _take(self, id_: str, demand: Demand, wall_ms: int, steady_ms: int) -> Item:
        counter = self._counters.at(demand, wall_ms, steady_ms)
        if isinstance(counter, Window):
            return Item(demand, counter.take(demand.amount))
        if isinstance(counter, Purse):
            counter.reserve(demand.amount)
        else:
            counter.take(id_, steady_ms + demand.span_ms)
        return Item(demand, 0)

    def _short(self, demands: tuple[Demand, ...], place: int, wall_ms: int, steady_ms: int) -> Short:
        demand = demands[place]
        left = self._counters.left(demand, wall_ms, steady_ms) or 0
        after_ms = -1
        if demand.amount <= demand.most:
            counter = self._counters.found(demand.key)
            if isinstance(counter, Window):
                after_ms = counter.after_ms(demand.amount, demand.most, steady_ms)
            else:
                after_ms = demand.until_ms - wall_ms if demand.kind == "budget" else 0
        return Short(place, max(left, 0), after_ms)
