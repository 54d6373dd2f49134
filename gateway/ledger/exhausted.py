"""Refusals that are remembered, so that who comes back too early is refused without asking anyone. Pure.

Only of `requests`: nothing gives those back before their time, while tokens, slots and money come free whenever a
call ends.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec import structs

from gateway.ledger.demand import Demand, Refusal

_MOST: Final = 10_000


class Exhausted:
    """What is exhausted, until when (milliseconds of a clock that never runs backwards)."""

    def __init__(self) -> None:
        self._until_ms: dict[str, tuple[int, Refusal]] = {}

    def remember(self, refusal: Refusal, now_ms: int) -> None:
        if refusal.demand.kind != "requests" or refusal.unavailable or refusal.after_ms <= 0:
            return
        if len(self._until_ms) >= _MOST:
            self._until_ms.clear()
        self._until_ms[refusal.demand.key] = (now_ms + refusal.after_ms, refusal)

    def known(self, demands: Iterable[Demand], now_ms: int) -> Refusal | None:
        """The refusal that would come, with what is left of its time. None: ask. An entry that was raised since is asked
        again."""
        if not self._until_ms:
            return None
        for demand in demands:
            found = self._until_ms.get(demand.key)
            if found is None or demand.exceeded != "block":
                continue
            until_ms, refusal = found
            if until_ms <= now_ms:
                del self._until_ms[demand.key]
            elif demand.most <= refusal.demand.most:
                return structs.replace(refusal, demand=demand, after_ms=until_ms - now_ms)
        return None
