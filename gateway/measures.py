"""The freezes and increases that are in force, in memory: each process looks twice a second what others changed.

Where the database can't be asked, what is known stays in force; an increase ends by the clock all the same.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from typing import Final, Protocol

from msgspec import Struct

from gateway.ledger.demands import Freeze, Increase, Increases
from gateway.policy.match import Match
from gateway.policy.models.match import MatchEntry
from gateway.stores.interfaces import StoreUnavailable
from gateway.stores.measures import Frozen, Raised, Taken

_LOG = logging.getLogger(__name__)

FOLLOW_S: Final = 0.5
OF_CALLER: Final = frozenset({"team", "role", "key", "network"})
"""Facts that are known of a call before its body is read."""
_NEVER: Final = -1


class Measures(Protocol):
    """What people have taken beside the policy; all of it is empty most of the time."""

    @property
    def freezes(self) -> tuple[Freeze, ...]: ...

    @property
    def of_caller(self) -> tuple[Freeze, ...]:
        """Of them, those that speak of nothing but who calls."""
        ...

    @property
    def asks(self) -> frozenset[str]:
        """The facts that freezes ask for."""
        ...

    @property
    def increases(self) -> Increases: ...


class MeasuresTaken(Struct, frozen=True):
    """gateway.measures.Measures, of one moment."""

    freezes: tuple[Freeze, ...]
    of_caller: tuple[Freeze, ...]
    asks: frozenset[str]
    increases: Increases


class Time(Protocol):
    def now_ms(self) -> int: ...

    async def sleep(self, seconds: float) -> None: ...


class Looking(Protocol):
    """gateway.stores.measures.Measures, as far as it is read."""

    def change(self) -> int: ...

    def taken(self, now_ms: int) -> Taken: ...


class MeasuresInForce:
    """Belongs to one event loop; its executor has one thread, so that looks end in their order. Both are empty where
    nobody has taken a measure."""

    def __init__(self, store: Looking, executor: Executor, clock: Time) -> None:
        self._store = store
        self._executor = executor
        self._clock = clock
        self._change = _NEVER
        self._raised: Sequence[Raised] = ()
        self.freezes: tuple[Freeze, ...] = ()
        self.of_caller: tuple[Freeze, ...] = ()
        """Of them, those that speak of nothing but who calls."""
        self.asks: frozenset[str] = frozenset()
        """The facts that any of them asks for."""
        self.increases: Increases = {}

    async def refresh(self) -> bool:
        """Take over what has changed. Whether something has. StoreUnavailable: it can't be asked."""
        loop = asyncio.get_running_loop()
        change = await loop.run_in_executor(self._executor, self._store.change)
        now_ms = self._clock.now_ms()
        if change == self._change:
            self._forget(now_ms)
            return False
        taken = await loop.run_in_executor(self._executor, self._store.taken, now_ms)
        self._change, self._raised = taken.change, taken.increases
        found = measures_of(taken)
        self.freezes, self.of_caller, self.asks = found.freezes, found.of_caller, found.asks
        self.increases = found.increases
        return True

    async def follow(self, then: Callable[[], None]) -> None:
        """Refresh twice a second, for ever; `then` is called after each change."""
        while True:
            await self._clock.sleep(FOLLOW_S)
            try:
                with suppress(StoreUnavailable):
                    if await self.refresh():
                        then()
            except Exception:  # whatever it was, without this loop no freeze arrives any more
                _LOG.exception("the measures could not be followed; that is tried again at once")

    def _forget(self, now_ms: int) -> None:
        """Increases whose time is over, so that calls no longer pay for looking at them."""
        if any(each.until <= now_ms for each in self._raised):
            self._raised = [each for each in self._raised if now_ms < each.until]
            self.increases = increases_of(self._raised)


def measures_of(taken: Taken) -> MeasuresTaken:
    """What calls are asked by, of what is in the database."""
    own = [each for each in taken.freezes if each.match.keys() <= OF_CALLER]
    return MeasuresTaken(
        tuple(map(_freeze, taken.freezes)),
        tuple(map(_freeze, own)),
        frozenset[str]().union(*(each.match for each in taken.freezes)),
        increases_of(taken.increases),
    )


def increases_of(raised: Iterable[Raised]) -> Increases:
    """By the name of their budget."""
    found: dict[str, tuple[Increase, ...]] = {}
    for each in raised:
        increase = Increase(each.amount, each.until, each.reason, each.scope)
        found[each.budget] = (*found.get(each.budget, ()), increase)
    return found


def _freeze(frozen: Frozen) -> Freeze:
    return Freeze(frozen.id, Match.of(MatchEntry.model_validate(dict(frozen.match))))


async def open_measures(store: Looking, executor: Executor, clock: Time) -> MeasuresInForce:
    """Those in force now; `follow` must run beside them. Raises StoreUnavailable."""
    measures = MeasuresInForce(store, executor, clock)
    await measures.refresh()
    return measures
