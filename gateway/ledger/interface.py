"""What the request path needs of the ledger: hold before, settle after."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct


class Hold(Struct, frozen=True):
    """Something taken for one call. `bound_nano_usd` is an upper bound of its cost, None: unbounded."""

    call: str
    bound_nano_usd: int | None


class Ledger(Protocol):
    """Reserve and settle. Settling is idempotent and never waits: it must run while cancelled."""

    async def reserve(self, call: str, bound_nano_usd: int | None) -> Hold: ...

    def settle(self, hold: Hold, spent_nano_usd: int) -> None: ...
