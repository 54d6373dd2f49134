"""What a process decides by itself while the shared store can't be asked, entry by entry as it declares.

`block`: a refusal. `allow`: the entry is left out. `local`: this process's share, the amount divided by the
processes last heard of and rounded down, with its own past counted in; a share of nothing refuses.
"""

from __future__ import annotations

from msgspec import structs

from gateway.ledger.book import Book
from gateway.ledger.demand import Charge, Demand, Hold, Refusal
from gateway.ledger.operations import Cancel, Extend, Refused, Taken
from gateway.ledger.protocol import Choices
from gateway.ledger.refusals import refusal


class Alone:
    """`remember` what the store took, as far as it may be needed here; `reserve` without the store."""

    def __init__(self) -> None:
        self._book = Book(blank=True)

    def remember(self, held: Hold, wall_ms: int, steady_ms: int) -> None:
        own = tuple(each for each in held.demands if each.on_failure == "local")
        if own:
            self._book.count(held.id, own, wall_ms, steady_ms)

    def reserve(
        self, id_: str, choices: Choices, processes: int, wall_ms: int, steady_ms: int
    ) -> Hold | Refusal:
        """The first choice none of whose entries blocks, and that this process has room for."""
        refused: Refusal | None = None
        for number, demands in enumerate(choices):
            blocking = next((each for each in demands if each.on_failure == "block"), None)
            if blocking is not None:
                refused = refused or Refusal(blocking, 0, 0, unavailable=True)
                continue
            places = [place for place, each in enumerate(demands) if each.on_failure == "local"]
            own = tuple(_share(demands[place], processes) for place in places)
            answer = self._book.reserve(id_, (own,), wall_ms, steady_ms)
            if isinstance(answer, Taken):
                return Hold(id_, number, demands, tuple(places[at] for at in answer.above))
            if isinstance(answer, Refused):
                refused = refused or refusal((own,), answer)
        assert refused is not None  # a call has at least one choice
        return refused

    def settle(self, id_: str, charge: Charge, steady_ms: int) -> None:
        self._book.settle(id_, charge, steady_ms)

    def cancel(self, id_: str, wall_ms: int, steady_ms: int) -> None:
        self._book.apply(Cancel(id_), wall_ms, steady_ms)

    def extend(self, id_: str, lease_ms: int, wall_ms: int, steady_ms: int) -> None:
        self._book.apply(Extend(id_, lease_ms), wall_ms, steady_ms)


def _share(demand: Demand, processes: int) -> Demand:
    return structs.replace(demand, most=demand.most // processes)
