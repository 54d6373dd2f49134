"""What a process says to a store whose counters began anew: what it holds, and what the records know of the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.ledger.demand import Demand, Hold
from gateway.ledger.operations import Adopt, Unprimed
from gateway.ledger.priming import primed
from gateway.ledger.protocol import LedgerUnavailable, Past, Store

_AT_ONCE: Final = 128
_TRIES: Final = 3


async def rejoin(
    store: Store,
    past: Past,
    epoch: int,
    holds: Mapping[str, Hold],
    leaving: frozenset[str],
    timeout_s: float,
) -> None:
    """The store counts these holds, whether or not they fit. Of those `leaving`, whose settlement it has not heard,
    only those that are not on record as ended: what is on record is counted by that.

    Raises LedgerUnavailable and StoreUnavailable.
    """
    recorded = await past.ended(sorted(leaving)) if leaving else frozenset()
    todo = [Adopt(id_, held.demands) for id_, held in holds.items() if id_ not in recorded]
    for start in range(0, len(todo), _AT_ONCE):
        await _adopt(store, past, epoch, todo[start : start + _AT_ONCE], timeout_s)


async def _adopt(store: Store, past: Past, epoch: int, todo: list[Adopt], timeout_s: float) -> None:
    for _ in range(_TRIES):
        said = await store.run(epoch, todo, timeout_s)
        if said.state == "void":
            raise LedgerUnavailable("the counters began anew in between")
        missing: dict[str, Demand] = {}
        again = []
        for adopt, answer in zip(todo, said.answers, strict=True):
            if isinstance(answer, Unprimed):
                missing.update((adopt.demands[place].key, adopt.demands[place]) for place in answer.places)
                again.append(adopt)
        if not again:
            return
        said = await store.run(epoch, await primed(past, missing.values()), timeout_s)
        todo = again
    raise LedgerUnavailable("the counters can't be primed")
