"""The ledger of a process: of its own, or one that it shares in Redis."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Final

from gateway.ledger.local import Clock, LocalLedger
from gateway.ledger.past import RecordedPast
from gateway.ledger.protocol import LedgerUnavailable, Log, OnSettled
from gateway.ledger.redis_store import RedisStore, connect
from gateway.ledger.shared import SharedLedger
from gateway.policy.snapshot import Policy
from gateway.stores.database import Database
from gateway.stores.spending import SqlSpending

LOOK_UP_S: Final = 2.0
"""How long a call waits for what the database knows of a limit or budget that is asked for the first time."""


def open_ledger(
    url: str | None,
    database: Database,
    executor: Executor,
    clock: Clock,
    log: Log,
    current: Callable[[], Policy],
    on_settled: OnSettled | None = None,
) -> LocalLedger | SharedLedger:
    """`run` must run beside it. Gateways of one installation share what is at `url`. Raises LedgerUnavailable where
    that is no address."""
    past = RecordedPast(SqlSpending(database.engine), executor, lambda: current().entries, clock.now_ms)
    if url is None:
        return LocalLedger(clock, past, log=log, timeout_s=LOOK_UP_S, on_settled=on_settled)
    try:
        store = RedisStore(connect(url), database.installation, secrets.token_hex(8))
    except ValueError as error:
        raise LedgerUnavailable(f"GATEWAY_REDIS_URL: {error}") from None
    return SharedLedger(store, clock, past, log, on_settled=on_settled)
