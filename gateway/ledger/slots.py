"""At most N at the same time, each for as long as its lease is renewed. Pure."""

from __future__ import annotations

from gateway.ledger.demand import Charge, Demand


class Slots:
    """Who holds a slot, and until when (milliseconds of the clock that `now_ms` is of)."""

    __slots__ = ("_soonest_ms", "_until_ms")

    def __init__(self) -> None:
        self._until_ms: dict[str, int] = {}
        self._soonest_ms = 0

    @property
    def taken(self) -> int:
        return len(self._until_ms)

    def left(self, most: int, now_ms: int) -> int:
        if self._soonest_ms <= now_ms and self._until_ms:
            self._until_ms = {holder: until for holder, until in self._until_ms.items() if until > now_ms}
            self._soonest_ms = min(self._until_ms.values(), default=0)
        return most - len(self._until_ms)

    def take(self, holder: str, until_ms: int) -> None:
        """Take one, or hold it longer. Of one that has expired in between it is taken anew, even where that is one
        too many: it is in use, and the next one is refused."""
        if not self._until_ms or until_ms < self._soonest_ms:
            self._soonest_ms = until_ms
        self._until_ms[holder] = until_ms

    def free(self, holder: str) -> None:
        self._until_ms.pop(holder, None)

    def hold(self, id_: str, demand: Demand, now_ms: int) -> int:
        self.take(id_, now_ms + demand.span_ms)
        return 0

    def settle(self, id_: str, demand: Demand, place: int, charge: Charge, now_ms: int) -> int:
        self._until_ms.pop(id_, None)
        return 0

    def cancel(self, id_: str, demand: Demand, place: int, now_ms: int) -> None:
        self._until_ms.pop(id_, None)

    def over(self, wall_ms: int, now_ms: int) -> bool:
        """Nobody holds one."""
        return self.left(0, now_ms) == 0
