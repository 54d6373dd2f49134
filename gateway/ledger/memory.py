"""The ledger of one process. Limits and budgets come with their own issue; the holds are here."""

from __future__ import annotations

from gateway.ledger.interface import Hold


class MemoryLedger:
    """Open holds by call id, and what was spent since the start (nano-dollars)."""

    def __init__(self) -> None:
        self._open: dict[str, Hold] = {}
        self.spent_nano_usd = 0
        self.settled = 0

    @property
    def open_holds(self) -> int:
        return len(self._open)

    async def reserve(self, call: str, bound_nano_usd: int | None) -> Hold:
        hold = Hold(call, bound_nano_usd)
        self._open[call] = hold
        return hold

    def settle(self, hold: Hold, spent_nano_usd: int) -> None:
        if self._open.pop(hold.call, None) is not None:
            self.spent_nano_usd += spent_nano_usd
            self.settled += 1
