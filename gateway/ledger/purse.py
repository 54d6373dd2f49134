"""What of a budget is spent and what is reserved, in one period and one scope. Pure; nano-dollars."""

from __future__ import annotations

from typing import Final

from gateway.ledger.demand import Charge, Demand
from gateway.policy.periods import FOREVER_MS

KEPT_MS: Final = 7 * 86_400_000
"""How long a budget's counter outlives its period: for settlements that come late, and clocks that go back."""


class Purse:
    """Spent plus reserved is at most the amount, as long as nobody spends more than was reserved for it."""

    __slots__ = ("reserved", "spent", "until_ms")

    def __init__(self, until_ms: int, spent: int = 0) -> None:
        self.until_ms = until_ms
        self.spent = spent
        self.reserved = 0

    def left(self, most: int, now_ms: int) -> int:
        return most - self.spent - self.reserved

    def hold(self, id_: str, demand: Demand, now_ms: int) -> int:
        self.reserved += demand.amount
        return 0

    def settle(self, id_: str, demand: Demand, place: int, charge: Charge, now_ms: int) -> int:
        """What was reserved is spent, in part or whole. By how much it was overrun."""
        self.reserved -= demand.amount
        self.spent += charge.nano_usd
        return max(charge.nano_usd - demand.amount, 0)

    def cancel(self, id_: str, demand: Demand, place: int, now_ms: int) -> None:
        self.reserved -= demand.amount

    def over(self, wall_ms: int, now_ms: int) -> bool:
        """No settlement is expected any more, and no clock goes back so far."""
        return self.until_ms != FOREVER_MS and self.until_ms + KEPT_MS <= wall_ms
