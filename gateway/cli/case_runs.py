"""The cases of a policy folder, tried."""

from __future__ import annotations

import asyncio
from pathlib import Path

from gateway.clock import SystemClock
from gateway.policy.cases import load_cases
from gateway.policy.faults import Fault, PolicyInvalid
from gateway.policy.load import load_policy
from gateway.rehearsal.judge import judge
from gateway.settings import environment
from gateway.upstream.prices import PriceBook


def try_cases(folder: Path) -> int:
    """How many there are. Raises PolicyInvalid with what is otherwise than they expect. No provider is
    off for them, so that they come out the same wherever they are tried."""
    policy = load_policy(folder, environment=environment(), secrets="skip")
    cases = load_cases(folder, policy)
    clock = SystemClock()
    now_ms, prices = clock.now_ms(), PriceBook(clock.today)

    async def all_of_them() -> list[Fault]:
        return [fault for case in cases for fault in await judge(case, policy, now_ms, prices)]

    faults = asyncio.run(all_of_them())
    if faults:
        raise PolicyInvalid(faults)
    return len(cases)
