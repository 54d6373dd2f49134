"""What the request path needs of a ledger that keeps limits and budgets, and what a ledger needs.

`LocalLedger` keeps them in this process, `SharedLedger` in Redis.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, Literal, Protocol

from msgspec import Struct

from gateway.errors import GatewayError
from gateway.ledger.demand import Charge, Demand, Hold, Refusal
from gateway.ledger.operations import Answers, Operation, Spent

Choices = tuple[tuple[Demand, ...], ...]
Wanted = Callable[[int], Choices]
"""What a call asks for at a time (milliseconds since 1970, by the clock of whoever counts): budgets have periods.
In order of preference; see `operations.Reserve`."""


class Standing(Struct, frozen=True):
    """How a ledger is. `shared`: with other processes. `counts`: now; if not, each entry does what its `on_store_failure`
    says. `trouble`: why it last did not; None: it always did. `open`: holds of whose end it has not heard."""

    shared: bool
    counts: bool
    trouble: str | None
    open: int


class Ledger(Protocol):
    @property
    def started(self) -> bool:
        """It counts, or has done so."""
        ...

    @property
    def standing(self) -> Standing: ...

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


class Ended(Struct, frozen=True):
    """What the record of a call says: the place of its outcome in its writer's chain, and what it used."""

    seq: int
    charge: Charge


Cuts = Mapping[str, int]
"""By writer of the audit log: what it wrote after this place is counted elsewhere."""

NO_CUTS: Final[Cuts] = MappingProxyType({})


class Orphans(Struct, frozen=True):
    """Some holds of a process that is not alive, by their ids; the writer of its records, and which boot of that it was.
    Both are empty where it is not known."""

    writer: str
    boot: int
    ids: Sequence[str]


class Past(Protocol):
    """The records of calls: what a counter begins with that is new, renamed, or was lost."""

    def counted(self) -> frozenset[str]:
        """The entries that are in force, by id."""
        ...

    async def before(self, demand: Demand, cuts: Cuts = NO_CUTS) -> Recorded:
        """Raises StoreUnavailable."""
        ...

    async def ended(self, ids: Sequence[str]) -> Mapping[str, Ended]:
        """Those of these holds whose call is recorded as ended. Raises StoreUnavailable."""
        ...

    async def unsent(self, orphans: Orphans) -> frozenset[str]:
        """Those whose call is not on record and never will be: all that their process wrote is. Raises StoreUnavailable."""
        ...


class Log(Protocol):
    """This process's part of the audit log: the numbers of the last entry it wrote (or is about to), and of the last
    one that the database has."""

    @property
    def writer(self) -> str: ...

    @property
    def boot(self) -> int: ...

    @property
    def appended(self) -> int: ...

    @property
    def shipped(self) -> int: ...

    def hurry(self) -> None:
        """Ship what waits, now."""
        ...


State = Literal["gathering", "telling", "open"]


class Epoch(Struct, frozen=True):
    """Which counters a store has: see epoch.lua. `processes` are those heard of in the last seconds."""

    number: int
    state: State
    processes: int


class Store(Protocol):
    """Where the counters of several processes are. Every method raises LedgerUnavailable within `timeout_s`."""

    async def run(self, epoch: int, operations: Sequence[Operation], timeout_s: float) -> Answers: ...

    async def beat(self, processes: int, void: int, timeout_s: float) -> Epoch:
        """This process is alive, and knew of so many. An epoch is begun where there is none of the server's, or only the
        one that is `void`; it goes on when as many have done their part, or after a while."""
        ...

    async def join(self, epoch: int, log: Log, cut: int, timeout_s: float) -> None:
        """What the writer of this log wrote up to `cut` is on record."""
        ...

    async def cuts(self, epoch: int, timeout_s: float) -> Cuts:
        """Of all that joined."""
        ...

    async def told(self, epoch: int, timeout_s: float) -> None:
        """What this process holds is known in this epoch."""
        ...

    async def orphans(self, epoch: int, timeout_s: float) -> Sequence[Orphans]:
        """Of processes that are not alive, some."""
        ...

    async def aclose(self) -> None: ...


class LedgerUnavailable(GatewayError):
    """The store can't be asked, or has no counters: not reached, not in time, or being rebuilt."""


OnSettled = Callable[[Hold, tuple[Spent, ...]], None]
"""Told of the budgets of each settlement, exactly one of them for each: what alerts and overruns are found by."""
