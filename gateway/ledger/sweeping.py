"""What the ledger waits for records for: holds that nobody will settle are charged what the records of their calls say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from gateway.ledger.demand import Charge
from gateway.ledger.operations import Settle
from gateway.ledger.protocol import Log, Past
from gateway.usage import MAX_NANO_USD

_MOST_TOKENS: Final = 2**53
_LOOK_S: Final = 0.01


def settlement(id_: str, charge: Charge) -> Settle:
    """Providers may claim anything; a number that a store can't hold would keep all that follows from being told."""
    return Settle(id_, min(charge.nano_usd, MAX_NANO_USD), min(charge.tokens, _MOST_TOKENS))


async def settle_ended(past: Past, ids: Sequence[str], settle: Callable[[Settle], object]) -> None:
    """Those of these holds whose call is on record as ended. Raises StoreUnavailable."""
    if ids:
        for id_, ended in (await past.ended(ids)).items():
            settle(settlement(id_, ended.charge))


class Sleeps(Protocol):
    async def sleep(self, seconds: float) -> None: ...


async def shipped(log: Log, clock: Sleeps) -> None:
    """Waits until the database has what this process wrote by now, however long that takes."""
    end = log.appended
    while log.shipped < end:
        log.hurry()
        await clock.sleep(_LOOK_S)
