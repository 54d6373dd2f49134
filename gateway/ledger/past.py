"""What was used before a counter was first asked for, from the records of calls.

The records don't know all that a policy may ask of a call (its tags, where it came from, the names of people): an
entry that asks for that begins with what all calls used that may be meant. They know the model that was asked
for, not the fallback that served. Calls that are still running, or whose gateway died, are not counted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from typing import Final, Protocol

from gateway.audit.entry import time_text
from gateway.ledger.demand import Demand
from gateway.ledger.demands import scope_of
from gateway.ledger.protocol import Recorded
from gateway.policy.entries import Entry
from gateway.policy.match import Facts
from gateway.policy.periods import FOREVER_MS
from gateway.policy.scopes import values_of
from gateway.stores.spending import Used

_AT_ONCE: Final = 500
_LAST: Final = "9999-12-31T23:59:59.999Z"


class Spending(Protocol):
    def used(self, since: str, until: str, facts: Mapping[str, str]) -> Sequence[Used]: ...

    def ended(self, ids: Sequence[str]) -> frozenset[str]: ...


class RecordedPast:
    """`entry_of` finds an entry in force by its id."""

    def __init__(
        self,
        spending: Spending,
        executor: Executor,
        entry_of: Callable[[str], Entry | None],
        now_ms: Callable[[], int],
    ) -> None:
        self._spending = spending
        self._executor = executor
        self._entry_of = entry_of
        self._now_ms = now_ms

    async def before(self, demand: Demand) -> Recorded:
        entry = self._entry_of(demand.entry)
        if entry is None or demand.kind == "concurrent":
            return Recorded()
        loop = asyncio.get_running_loop()
        return Recorded(await loop.run_in_executor(self._executor, self._used, demand, entry))

    async def ended(self, ids: Sequence[str]) -> frozenset[str]:
        """A hold's id begins with its call's."""
        loop, by_call = asyncio.get_running_loop(), dict[str, list[str]]()
        for id_ in ids:
            by_call.setdefault(id_.partition("/")[0].rstrip("~"), []).append(id_)
        found: set[str] = set()
        calls = list(by_call)
        for start in range(0, len(calls), _AT_ONCE):
            some = calls[start : start + _AT_ONCE]
            found |= await loop.run_in_executor(self._executor, self._spending.ended, some)
        return frozenset(id_ for call in found for id_ in by_call[call])

    def _used(self, demand: Demand, entry: Entry) -> int:
        since, until = self._now_ms() - demand.span_ms, _LAST
        if demand.kind == "budget":
            since, until = demand.from_ms, _text(demand.until_ms)
        scope = scope_of(demand)
        rows = self._spending.used(time_text(since), until, _known(entry.per, scope))
        return sum(
            _counted(demand, row)
            for row in rows
            if values_of(facts := _facts(row), entry.per) == scope and entry.recorded.matches(facts)
        )


def _text(until_ms: int) -> str:
    """As text, which a year beyond 9999 can't be."""
    return time_text(until_ms) if until_ms < FOREVER_MS else _LAST


def _known(per: Sequence[str], scope: Sequence[str]) -> dict[str, str]:
    """Facts of a scope that are columns as they stand; what a call lacks, and what is long, is compared one by one."""
    return {
        fact: value.removeprefix(f"{fact}=")
        for fact, value in zip(per, scope, strict=True)
        if value.startswith(f"{fact}=") and fact != "key"
    }


def _facts(row: Used) -> Facts:
    return Facts(
        team=row.team,
        user=row.user,
        roles=tuple(row.roles.split(",")) if row.roles else (),
        key=row.key,
        use_case=row.use_case,
        model=row.model,
        api=row.api,
        provider=row.provider,
        target=row.target,
        region=row.region,
        end_user=row.end_user,
    )


def _counted(demand: Demand, row: Used) -> int:
    if demand.kind == "budget":
        return row.nano_usd
    return row.tokens if demand.kind == "tokens" else row.calls
