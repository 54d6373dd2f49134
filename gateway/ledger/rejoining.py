"""What a process says to a store whose counters began anew: what it holds, where the records don't tell."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Final

from gateway.ledger.demand import Demand, Hold
from gateway.ledger.operations import Adopt, Unprimed
from gateway.ledger.priming import LookUp, primed
from gateway.ledger.protocol import LedgerUnavailable, Store

_AT_ONCE: Final = 128
_TRIES: Final = 3


_LOOK_UP_S: Final = 1.0
"""How long records are waited for at a time: who doesn't beat is soon taken for dead. The look-up itself goes on."""


async def tell(store: Store, look_up: LookUp, epoch: int, holds: Iterable[Hold], timeout_s: float) -> None:
    """The store counts these holds, whether or not they fit. Raises LedgerUnavailable and StoreUnavailable."""
    todo = [Adopt(held.id, held.demands) for held in holds]
    for start in range(0, len(todo), _AT_ONCE):
        await _adopt(store, look_up, epoch, todo[start : start + _AT_ONCE], timeout_s)


async def _adopt(store: Store, look_up: LookUp, epoch: int, todo: Sequence[Adopt], timeout_s: float) -> None:
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
        try:
            async with asyncio.timeout(_LOOK_UP_S):
                operations = await primed(look_up, missing.values())
        except TimeoutError:
            raise LedgerUnavailable("what was used before is still being looked up") from None
        for at in range(0, len(operations), _AT_ONCE):
            await store.run(epoch, operations[at : at + _AT_ONCE], timeout_s)
        todo = again
    raise LedgerUnavailable("the counters can't be primed")
