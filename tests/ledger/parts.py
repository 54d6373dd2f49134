"""What the ledgers' tests share: demands as a call has them, records of calls that are given, a store that is scripted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from gateway.ledger.demand import Charge, Demand, Hold
from gateway.ledger.operations import Answer, Answers, Done, Operation
from gateway.ledger.protocol import (
    NO_CUTS,
    Choices,
    Cuts,
    Ended,
    Epoch,
    LedgerUnavailable,
    Log,
    Orphans,
    Recorded,
    Wanted,
)
from gateway.policy.entries import Exceeded, Failing
from gateway.stores.interfaces import StoreUnavailable

DAY_MS = 86_400_000
NOTHING = Charge(0, 0)


def budget(
    amount: int, most: int, *, name: str = "month", failing: Failing = "block", exceeded: Exceeded = "block"
) -> Callable[[int], Demand]:
    """A budget of the day, of nano-dollars."""

    def at(now_ms: int) -> Demand:
        from_ms = now_ms // DAY_MS * DAY_MS
        entry = f"{name}#budget"
        return Demand(
            "budget",
            f"{entry}|{from_ms}",
            amount,
            most,
            0,
            from_ms,
            from_ms + DAY_MS,
            exceeded,
            entry,
            failing,
        )

    return at


def requests(most: int, *, name: str = "per-user", failing: Failing = "block") -> Callable[[int], Demand]:
    """So many in any minute."""
    entry = f"{name}#requests"
    return lambda now_ms: Demand("requests", f"{entry}|anna", 1, most, 60_000, 0, 0, "block", entry, failing)


def tokens(amount: int, most: int) -> Callable[[int], Demand]:
    """So many in any minute."""
    entry = "per-user#tokens"
    return lambda now_ms: Demand(
        "tokens", f"{entry}|anna", amount, most, 60_000, 0, 0, "block", entry, "block"
    )


def slot(most: int, *, name: str = "at-once", failing: Failing = "block") -> Callable[[int], Demand]:
    entry = f"{name}#concurrent"
    return lambda now_ms: Demand(
        "concurrent", f"{entry}|anna", 1, most, 60_000, 0, 0, "block", entry, failing
    )


def wanted(*demands: Callable[[int], Demand]) -> Wanted:
    """One choice of these."""

    def at(now_ms: int) -> Choices:
        return (tuple(demand(now_ms) for demand in demands),)

    return at


@dataclass
class GivenPast:
    """What is on record: by entry, and which holds have ended. `asked` are the entries that were asked for."""

    recorded: dict[str, Recorded] = field(default_factory=dict)
    over: dict[str, Ended] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    down: bool = False
    never: frozenset[str] = frozenset()

    in_force: frozenset[str] = frozenset()
    cuts: list[Cuts] = field(default_factory=list)

    def counted(self) -> frozenset[str]:
        return self.in_force

    async def before(self, demand: Demand, cuts: Cuts = NO_CUTS) -> Recorded:
        if self.down:
            raise StoreUnavailable("the database is down")
        self.asked.append(demand.name)
        self.cuts.append(cuts)
        return self.recorded.get(demand.name, Recorded())

    async def ended(self, ids: Sequence[str]) -> dict[str, Ended]:
        return {id_: self.over[id_] for id_ in ids if id_ in self.over}

    async def unsent(self, orphans: Orphans) -> frozenset[str]:
        return frozenset(orphans.ids) & self.never


@dataclass
class GivenLog:
    """All is on record, unless `shipped` says otherwise."""

    writer: str = "w1"
    boot: int = 1
    appended: int = 0
    shipped: int = 0
    hurried: int = 0

    def hurry(self) -> None:
        self.hurried += 1


@dataclass
class ScriptedStore:
    """Answers `Done` to everything, as soon as it is let."""

    batches: list[list[Operation]] = field(default_factory=list)
    timeouts_s: list[float] = field(default_factory=list)
    state: str = "open"
    broken: bool = False
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    async def run(self, epoch: int, operations: Sequence[Operation], timeout_s: float) -> Answers:
        self.batches.append(list(operations))
        self.timeouts_s.append(timeout_s)
        await self.gate.wait()
        if self.broken:
            raise LedgerUnavailable("broken")
        answers: tuple[Answer, ...] = () if self.state == "void" else tuple(Done() for _ in operations)
        return Answers(1_000_000, epoch, self.state, answers)  # type: ignore[arg-type]

    async def beat(self, processes: int, void: int, timeout_s: float) -> Epoch:
        return Epoch(1, "open", 1)

    async def join(self, epoch: int, log: Log, cut: int, timeout_s: float) -> None:
        """Nothing is kept of it."""

    async def cuts(self, epoch: int, timeout_s: float) -> Cuts:
        return {}

    async def told(self, epoch: int, timeout_s: float) -> None:
        """Nothing is kept of it."""

    async def orphans(self, epoch: int, timeout_s: float) -> Sequence[Orphans]:
        return []

    async def aclose(self) -> None:
        """Nothing is open."""


def as_hold(decided: object) -> Hold:
    assert isinstance(decided, Hold), decided
    return decided
