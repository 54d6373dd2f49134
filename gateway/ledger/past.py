"""What was used before a counter was first asked for, from the records of calls.

The records don't know all that a policy may ask of a call (its tags, where it came from, the names of people): an
entry that asks for that begins with what all calls used that may be meant. They know the model that was asked
for, not the fallback that served. A call without an end counts as what its intent says was reserved.

All scopes of an entry are looked up at once and kept: a counter is only looked up for what was before its entry
was counted, and that doesn't change any more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Executor
from typing import Final, Protocol

from msgspec import Struct

from gateway.audit.entry import time_text
from gateway.ledger.balances import counted, facts_of
from gateway.ledger.demand import Charge, Demand
from gateway.ledger.demands import scope_of
from gateway.ledger.protocol import NO_CUTS, Cuts, Ended, Orphans, Recorded
from gateway.policy.entries import Entry
from gateway.policy.periods import FOREVER_MS
from gateway.policy.scopes import values_of
from gateway.stores.spending import EndedCall, Used

_AT_ONCE: Final = 500
_LAST: Final = "9999-12-31T23:59:59.999Z"
_KEPT_S: Final = {"budget": 600.0, "requests": 2.0, "tokens": 2.0}
"""By kind of demand; a window moves on."""

Table = Mapping[tuple[str, ...], Recorded]
"""By scope."""


class Spending(Protocol):
    def used(
        self, since: str, until: str, cuts: Mapping[str, int], facts: Collection[str]
    ) -> Sequence[Used]: ...

    def ended(self, ids: Sequence[str]) -> Sequence[EndedCall]: ...

    def recorded(self, ids: Sequence[str], writer: str, boot: int) -> frozenset[str] | None: ...


class LookUp(Struct):
    """One for all who wait for it."""

    cuts: Cuts
    until_s: float
    table: asyncio.Future[Table]


class RecordedPast:
    """`current` are the entries in force."""

    def __init__(
        self,
        spending: Spending,
        executor: Executor,
        current: Callable[[], Sequence[Entry]],
        now_ms: Callable[[], int],
    ) -> None:
        self._spending = spending
        self._executor = executor
        self._current = current
        self._now_ms = now_ms
        self._kept: dict[tuple[str, int, bool], LookUp] = {}

    def counted(self) -> frozenset[str]:
        return frozenset(each.id for each in self._current())

    async def before(self, demand: Demand, cuts: Cuts = NO_CUTS) -> Recorded:
        entry = next((each for each in self._current() if each.id == demand.entry), None)
        if entry is None or demand.kind == "concurrent":
            return Recorded()
        table = await asyncio.shield(self._table(demand, entry, cuts))
        return table.get(scope_of(demand)) or Recorded()

    async def ended(self, ids: Sequence[str]) -> dict[str, Ended]:
        loop, by_call = asyncio.get_running_loop(), dict[str, list[str]]()
        for id_ in ids:
            by_call.setdefault(call_of(id_), []).append(id_)
        found: dict[str, Ended] = {}
        calls = list(by_call)
        for start in range(0, len(calls), _AT_ONCE):
            some = calls[start : start + _AT_ONCE]
            for call in await loop.run_in_executor(self._executor, self._spending.ended, some):
                ended = Ended(call.seq, Charge(call.nano_usd, call.tokens))
                found.update(dict.fromkeys(by_call[call.id], ended))
        return found

    async def unsent(self, orphans: Orphans) -> frozenset[str]:
        """A chain is recorded in its order: a later boot of the writer comes after all that this one wrote."""
        loop, calls = asyncio.get_running_loop(), [call_of(id_) for id_ in orphans.ids]
        found = await loop.run_in_executor(
            self._executor, self._spending.recorded, calls, orphans.writer, orphans.boot
        )
        return (
            frozenset()
            if found is None
            else frozenset(id_ for id_, call in zip(orphans.ids, calls, strict=True) if call not in found)
        )

    def _table(self, demand: Demand, entry: Entry, cuts: Cuts) -> asyncio.Future[Table]:
        loop, key = asyncio.get_running_loop(), (demand.entry, demand.from_ms, cuts is NO_CUTS)
        kept = self._kept.get(key)
        if kept is None or kept.until_s < loop.time() or kept.cuts is not cuts or _failed(kept.table):
            for old in [old for old, each in self._kept.items() if each.until_s < loop.time()]:
                del self._kept[old]
            table = loop.run_in_executor(self._executor, self._look_up, demand, entry, cuts)
            kept = self._kept[key] = LookUp(cuts, loop.time() + _KEPT_S[demand.kind], table)
        return kept.table

    def _look_up(self, demand: Demand, entry: Entry, cuts: Cuts) -> Table:
        since, until = self._now_ms() - demand.span_ms, _LAST
        if demand.kind == "budget":
            since, until = demand.from_ms, _text(demand.until_ms)
        used: dict[tuple[str, ...], int] = {}
        running: dict[tuple[str, ...], list[tuple[str, int]]] = {}
        asked = {"key", *("roles" if fact == "role" else fact for fact in entry.asks)}
        for row in self._spending.used(time_text(since), until, cuts, asked):
            facts = facts_of(row)
            if not entry.recorded.matches(facts):
                continue
            scope, amount = values_of(facts, entry.per), counted(demand, row)
            if row.open is None:
                used[scope] = used.get(scope, 0) + amount
            elif amount:
                running.setdefault(scope, []).append((row.open, amount))
        return {
            scope: Recorded(used.get(scope, 0), tuple(running.get(scope, ())))
            for scope in used.keys() | running.keys()
        }


def call_of(id_: str) -> str:
    """A hold's id begins with its call's."""
    return id_.partition("/")[0].rstrip("~")


def _failed(table: asyncio.Future[Table]) -> bool:
    return table.done() and (table.cancelled() or table.exception() is not None)


def _text(until_ms: int) -> str:
    """As text, which a year beyond 9999 can't be."""
    return time_text(until_ms) if until_ms < FOREVER_MS else _LAST
