"""Ledgers that a test can look into."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from gateway.ledger.demand import Charge, Demand, Hold, Refusal
from gateway.ledger.local import LocalLedger
from gateway.ledger.operations import Spent
from gateway.ledger.protocol import NO_CUTS, Cuts, Ended, Orphans, Recorded, Standing, Wanted
from gateway.policy.entries import Entry, entries
from gateway.policy.models.budgets import BudgetEntry
from gateway.policy.models.limits import LimitEntry


class CountingLedger:
    """Always has room, unless `refusal` says otherwise; counts what is held, settled and given back."""

    started = True

    def __init__(self, refusal: Refusal | None = None) -> None:
        self.refusal = refusal
        self.open: dict[str, Hold] = {}
        self.asked: list[str] = []
        self.charges: list[Charge] = []
        self.cancelled = 0

    @property
    def standing(self) -> Standing:
        return Standing(False, True, None, len(self.open))

    @property
    def open_holds(self) -> int:
        return len(self.open)

    @property
    def settled(self) -> int:
        return len(self.charges)

    @property
    def spent_nano_usd(self) -> int:
        return sum(each.nano_usd for each in self.charges)

    async def reserve(self, id_: str, wanted: Wanted) -> Hold | Refusal:
        self.asked.append(id_)
        if self.refusal is not None:
            return self.refusal
        held = self.open[id_] = Hold(id_, 0, wanted(1_800_000_000_000)[0])
        return held

    async def swap(self, held: Hold, charge: Charge, id_: str, wanted: Wanted) -> Hold | Refusal:
        self.settle(held, charge)
        return await self.reserve(id_, wanted)

    def settle(self, held: Hold, charge: Charge) -> None:
        if self.open.pop(held.id, None) is not None:
            self.charges.append(charge)

    def cancel(self, held: Hold) -> None:
        if self.open.pop(held.id, None) is not None:
            self.cancelled += 1


class Watched:
    """What a gateway's own ledger holds, and how many calls under a budget were settled in it."""

    def __init__(self, ledger: LocalLedger) -> None:
        self._ledger = ledger
        self._settled = set[str]()
        self.spent_nano_usd = 0
        """By the first budget of the policy."""
        self._then = ledger._on_settled
        ledger._on_settled = self._note

    @property
    def open_holds(self) -> int:
        return self._ledger.open

    @property
    def settled(self) -> int:
        """Calls."""
        return len(self._settled)

    def _note(self, held: Hold, spent: tuple[Spent, ...]) -> None:
        if self._then is not None:
            self._then(held, spent)
        self._settled.add(held.id.partition("/")[0])
        self.spent_nano_usd = spent[0].spent


class NoPast:
    """Nothing was used before."""

    def counted(self) -> frozenset[str]:
        return frozenset()

    async def before(self, demand: Demand, cuts: Cuts = NO_CUTS) -> Recorded:
        return Recorded()

    async def ended(self, ids: Sequence[str]) -> dict[str, Ended]:
        return {}

    async def unsent(self, orphans: Orphans) -> frozenset[str]:
        return frozenset()


_ESTIMATE: Final = {"on_unbounded": "estimate", "on_unknown_price": "flag"}
ROOMY: Final[dict[str, Any]] = {
    "limits": [
        {
            "name": "many",
            "per": ["key"],
            "requests": "100k/minute",
            "tokens": "1000M/minute",
            "concurrent": 1000,
        }
    ],
    "budgets": [
        {"name": "rich", "amount": "1000000 USD", "period": "total", **_ESTIMATE},
        {"name": "rich-by-target", "per": ["target"], "amount": "1000000 USD", "period": "day", **_ESTIMATE},
    ],
}
"""Of a policy: limits and budgets that nothing here exceeds."""


def roomy() -> tuple[Entry, ...]:
    """A budget and a limit that nothing exceeds."""
    limit = LimitEntry.model_validate({"name": "many", "concurrent": 1000})
    budget = BudgetEntry.model_validate(
        {"name": "rich", "amount": "1000 USD", "period": "total", **_ESTIMATE}
    )
    return entries([limit], [budget])
