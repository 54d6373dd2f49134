"""What the request path needs of a ledger that keeps limits and budgets, and what a ledger needs.

`LocalLedger` keeps them in this process, `SharedLedger` in Redis.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from msgspec import Struct

from gateway.errors import GatewayError
from gateway.ledger.demand import Charge, Demand, Hold, Refusal
from gateway.ledger.operations import Answers, Operation, Spent

Choices = tuple[tuple[Demand, ...], ...]
Wanted = Callable[[int], Choices]
"""What a call asks for at a time (milliseconds since 1970, by the clock of whoever counts): budgets have periods.
In order of preference; see `operations.Reserve`."""


class Ledger(Protocol):
    @property
    def started(self) -> bool:
        """It counts, or has done so."""
        ...

    async def reserve(self, id_: str, wanted: Wanted) -> Hold | Refusal:
        """All demands of one choice, or nothing. At most one round trip, but where something is primed or a period
        has just passed. Cancelled in between, nothing stays taken."""
        ...

    async def swap(self, held: Hold, charge: Charge, id_: str, wanted: Wanted) -> Hold | Refusal:
        """Settle one hold and reserve another, in the same round trip. The settlement stands whatever the answer."""
        ...

    def settle(self, held: Hold, charge: Charge) -> None:
        """Idempotent, and never waits: it must run while cancelled."""
        ...

    def cancel(self, held: Hold) -> None:
        """Give everything back, requests too: nothing was sent."""
        ...


class Recorded(Struct, frozen=True):
    """What was used in a window or period by calls on record: in all by those that have ended; and by those that have
    not, what was reserved, by the id of their hold. A demand of `requests` counts calls, one of `budget` nano-dollars."""

    used: int = 0
    open: tuple[tuple[str, int], ...] = ()


class Past(Protocol):
    """The records of calls: what a counter begins with that is new, renamed, or was lost."""

    async def before(self, demand: Demand) -> Recorded:
        """Raises StoreUnavailable."""
        ...

    async def ended(self, ids: Sequence[str]) -> frozenset[str]:
        """Those of these holds whose call is recorded as ended. Raises StoreUnavailable."""
        ...


class Epoch(Struct, frozen=True):
    """Which counters a store has: see epoch.lua. `processes` are those heard of in the last seconds."""

    number: int
    is_open: bool
    processes: int


class Store(Protocol):
    """Where the counters of several processes are. Every method raises LedgerUnavailable within `timeout_s`."""

    async def run(self, epoch: int, operations: Sequence[Operation], timeout_s: float) -> Answers: ...

    async def beat(self, process: str, processes: int, timeout_s: float) -> Epoch:
        """This process is alive, and knew of so many. An epoch is begun where there is none of the server's; it is
        opened when as many have joined it, or after a while."""
        ...

    async def join(self, process: str, epoch: int, timeout_s: float) -> None:
        """What this process holds is known in this epoch."""
        ...

    async def aclose(self) -> None: ...


class LedgerUnavailable(GatewayError):
    """The store can't be asked, or has no counters: not reached, not in time, or being rebuilt."""


OnSettled = Callable[[Hold, tuple[Spent, ...]], None]
"""Told of the budgets of each settlement, exactly one of them for each: what alerts and overruns are found by."""
