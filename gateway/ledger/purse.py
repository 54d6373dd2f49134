"""What of a budget is spent and what is reserved, in one period and one scope. Pure; nano-dollars."""

from __future__ import annotations


class Purse:
    """Spent plus reserved is at most the amount, as long as nobody spends more than was reserved for it."""

    __slots__ = ("reserved", "spent", "until_ms")

    def __init__(self, until_ms: int, spent: int = 0) -> None:
        self.until_ms = until_ms
        self.spent = spent
        self.reserved = 0

    def left(self, most: int) -> int:
        return most - self.spent - self.reserved

    def reserve(self, amount: int) -> None:
        self.reserved += amount

    def settle(self, amount: int, spent: int) -> int:
        """What was reserved is spent, in part or whole. By how much it was overrun."""
        self.reserved -= amount
        self.spent += spent
        return max(spent - amount, 0)
