"""What is left of each budget, by the records of calls: for people, who ask seldom. Calls ask the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Protocol

from msgspec import Struct

from gateway.audit.entry import time_text
from gateway.ledger.demand import Demand
from gateway.ledger.demands import Increases, raised_by
from gateway.policy.entries import Entry
from gateway.policy.match import Facts
from gateway.policy.periods import FOREVER_MS, Period
from gateway.policy.scopes import values_of
from gateway.stores.spending import Used

_LAST: Final = "9999-12-31T23:59:59.999Z"
_NOTHING: Final = (0, 0)


class Spending(Protocol):
    """gateway.stores.spending.SqlSpending, as far as it is asked here."""

    def used(self, since: str, until: str, cuts: Mapping[str, int]) -> Sequence[Used]: ...


class Balance(Struct, frozen=True):
    """Of one budget in the period of now, for one scope, in nano-dollars. `reserved` is held for calls that run."""

    entry: Entry
    scope: tuple[str, ...]
    raised: int
    spent: int
    reserved: int
    from_ms: int
    until_ms: int

    @property
    def left(self) -> int:
        return max(self.entry.most + self.raised - self.spent - self.reserved, 0)


def balances(
    budgets: Iterable[Entry], spending: Spending, now_ms: int, increases: Increases
) -> list[Balance]:
    """Of a budget that counts apart, one for each scope that spent something or was raised. Raises StoreUnavailable."""
    found = list[Balance]()
    rows: dict[Period, Sequence[Used]] = {}
    for entry in budgets:
        assert entry.calendar is not None  # every budget has one
        period = entry.calendar.at(now_ms)
        if period not in rows:
            until = time_text(period.until_ms) if period.until_ms < FOREVER_MS else _LAST
            rows[period] = spending.used(time_text(period.from_ms), until, {})
        counted = _counted(entry, rows[period])
        raised = increases.get(entry.name, ())
        scopes = {*counted, *(each.scope for each in raised if each.scope is not None)}
        for scope in sorted(scopes or ([()] if not entry.per else ())):
            spent, reserved = counted.get(scope, _NOTHING)
            more = raised_by(raised, scope, now_ms)
            found.append(Balance(entry, scope, more, spent, reserved, period.from_ms, period.until_ms))
    return found


def left_of(
    demand: Demand, entry: Entry, scope: tuple[str, ...], spending: Spending, now_ms: int
) -> int | None:
    """How much of an entry is left in its window or period; None: the records don't tell how many run at once. Raises
    StoreUnavailable."""
    if demand.kind == "concurrent":
        return None
    since_ms, until = now_ms - demand.span_ms, _LAST
    if demand.kind == "budget":
        since_ms = demand.from_ms
        until = time_text(demand.until_ms) if demand.until_ms < FOREVER_MS else _LAST
    used = 0
    for row in spending.used(time_text(since_ms), until, {}):
        facts = facts_of(row)
        if entry.recorded.matches(facts) and values_of(facts, entry.per) == scope:
            used += counted(demand, row)
    return max(demand.most - used, 0)


def counted(demand: Demand, row: Used) -> int:
    """What of a row an entry of this kind counts."""
    if demand.kind == "budget":
        return row.nano_usd
    return row.tokens if demand.kind == "tokens" else row.calls


def facts_of(row: Used) -> Facts:
    """Under which calls on record were counted."""
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


def _counted(entry: Entry, rows: Sequence[Used]) -> dict[tuple[str, ...], tuple[int, int]]:
    """By scope: what was spent, and what is held."""
    found: dict[tuple[str, ...], tuple[int, int]] = {}
    for row in rows:
        facts = facts_of(row)
        if not entry.recorded.matches(facts):
            continue
        scope = values_of(facts, entry.per)
        spent, held = found.get(scope, _NOTHING)
        if row.open is None:
            found[scope] = spent + row.nano_usd, held
        else:
            found[scope] = spent, held + row.nano_usd
    return found
