"""Refusals that are remembered, so that who comes back too early is refused without asking anyone. Pure.

Only of `requests`: nothing gives those back before their time but a call that was never sent, which is forgotten
here too; tokens, slots and money come free whenever a call ends.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec import structs

from gateway.ledger.demand import Demand, Refusal

_MOST: Final = 10_000


class Exhausted:
    """What is exhausted, until when (milliseconds of a clock that never runs backwards); false where nothing is.

    `late_ms` is how late a refusal may arrive here after it was decided, `most_ms` how long it is believed at most:
    what another process gives back is not heard of.
    """

    __slots__ = ("_late_ms", "_latest_ms", "_most_ms", "_until_ms")

    def __init__(self, *, late_ms: int = 1, most_ms: int | None = None) -> None:
        self._late_ms = late_ms
        self._most_ms = most_ms
        self._until_ms: dict[str, tuple[int, Refusal]] = {}
        self._latest_ms = 0

    def __bool__(self) -> bool:
        return bool(self._until_ms)

    def remember(self, refusal: Refusal, now_ms: int) -> None:
        """`now_ms`: when it was heard."""
        after_ms = refusal.after_ms - self._late_ms
        if refusal.demand.kind != "requests" or refusal.unavailable or after_ms <= 0:
            return
        if self._most_ms is not None:
            after_ms = min(after_ms, self._most_ms)
        if len(self._until_ms) >= _MOST:
            self._until_ms.clear()
        heard = structs.replace(refusal, after_ms=refusal.after_ms - self._late_ms + now_ms)
        self._until_ms[refusal.demand.key] = (now_ms + after_ms, heard)
        self._latest_ms = max(self._latest_ms, now_ms + after_ms)

    def forget(self, demands: Iterable[Demand]) -> None:
        """These were given back."""
        for demand in demands:
            self._until_ms.pop(demand.key, None)

    def known(self, demands: Iterable[Demand], now_ms: int) -> Refusal | None:
        """The refusal that would come, with what is left of its time. None: ask. An entry that was raised since is asked
        again."""
        if self._latest_ms <= now_ms:
            self._until_ms.clear()
            return None
        for demand in demands:
            found = self._until_ms.get(demand.key)
            if found is None or demand.exceeded != "block":
                continue
            until_ms, refusal = found
            if until_ms <= now_ms:
                del self._until_ms[demand.key]
            elif demand.most <= refusal.demand.most:
                return structs.replace(refusal, demand=demand, after_ms=refusal.after_ms - now_ms)
        return None


def heard_of_others() -> Exhausted:
    """Where several processes count in one store: it is asked for a quarter of a second at most, and what another
    process gives back is heard of within a second."""
    return Exhausted(late_ms=250, most_ms=1_000)
