"""Limits and budgets as a policy declares them, made ready for the request path at load.

A limit on requests, tokens and calls at once becomes three entries. What an entry counts makes its `id`: the
same name with another `match`, `per` or period counts something else and begins anew, another amount does not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Literal
from zoneinfo import ZoneInfo

import msgspec

from gateway.policy.match import EVERY_CALL, Match
from gateway.policy.models.budgets import BudgetEntry, DowngradeEntry
from gateway.policy.models.limits import LimitEntry
from gateway.policy.models.match import OF_TARGET, MatchEntry
from gateway.policy.models.units import Rate
from gateway.policy.periods import Length, Period, period

Kind = Literal["requests", "tokens", "concurrent", "budget"]

Exceeded = Literal["block", "warn", "downgrade"]
"""What follows where an entry has no room: a refusal, a note, or the next choice."""

Failing = Literal["block", "local", "allow"]
"""What holds while the shared store can't be asked: refuse, this process's share, or nothing."""

UNRECORDED: Final = frozenset({"user", "end_user", "tag", "network", "hours"})
"""What the records of calls don't say, or only under pseudonyms."""

LEASE_MS: Final = 60_000
"""How long a slot is held for a call whose process no longer says that it lives."""


class Calendar:
    """The period that a moment is in. The last one is remembered: working it out takes longer than a reservation."""

    __slots__ = ("_fiscal_start", "_length", "_now", "_zone")

    def __init__(self, length: Length, timezone: str, fiscal_start: int) -> None:
        self._length = length
        self._zone = ZoneInfo(timezone)
        self._fiscal_start = fiscal_start
        self._now = Period(0, 0)

    def at(self, at_ms: int) -> Period:
        now = self._now
        if not now.from_ms <= at_ms < now.until_ms:
            now = self._now = period(self._length, self._zone, at_ms, fiscal_start=self._fiscal_start)
        return now


@dataclass(frozen=True, slots=True)
class Entry:
    """What is counted, for which calls, and how much there may be.

    `per` are facts of a call, and `asks` all facts that it depends on, under `not` too; `of_target`: it speaks of where a call goes, so it binds each attempt; `of_model`: of the
    model, so it binds a fallback too. `recorded` is what of `match` the records of calls can tell: where it is less, it
    is about more calls. `calendar` is a budget's alone, as are `alert_at` (shares of the amount) and what is done
    about calls without a bound or a price.
    """

    id: str
    kind: Kind
    match: Match
    per: tuple[str, ...]
    most: int
    span_ms: int
    of_target: bool
    on_failure: Failing
    asks: frozenset[str]
    recorded: Match = EVERY_CALL
    of_model: bool = False
    exceeded: Exceeded = "block"
    downgrade: str | None = None
    calendar: Calendar | None = None
    alert_at: tuple[Decimal, ...] = ()
    on_unbounded: Literal["block", "estimate"] = "estimate"
    on_unknown_price: Literal["block", "flag"] = "flag"
    every_call: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "every_call", self.match.every_call)

    @property
    def name(self) -> str:
        return self.id.rpartition("#")[0]


def entries(limits: Iterable[LimitEntry], budgets: Iterable[BudgetEntry]) -> tuple[Entry, ...]:
    return (*(each for limit in limits for each in _of_limit(limit)), *map(_of_budget, budgets))


def _of_limit(limit: LimitEntry) -> Iterable[Entry]:
    wanted: tuple[tuple[Kind, Rate | None], ...] = (
        ("requests", limit.requests),
        ("tokens", limit.tokens),
        ("concurrent", None if limit.concurrent is None else Rate(limit.concurrent, LEASE_MS // 1000)),
    )
    asks = _asks(limit.match, limit.per)
    for kind, rate in wanted:
        if rate is not None:
            yield Entry(
                id=_id(limit.name, kind, limit.match, limit.per, rate.window_s),
                kind=kind,
                match=Match.of(limit.match),
                per=limit.per,
                most=rate.count,
                span_ms=rate.window_s * 1000,
                of_target=not asks.isdisjoint(OF_TARGET),
                of_model="model" in asks,
                asks=asks,
                recorded=_recorded(limit.match),
                on_failure=limit.on_store_failure,
            )


def _of_budget(budget: BudgetEntry) -> Entry:
    fiscal_start = budget.fiscal_start or 1
    instead = budget.on_exceeded
    asks = _asks(budget.match, budget.per)
    return Entry(
        id=_id(budget.name, "budget", budget.match, budget.per, budget.period, budget.timezone, fiscal_start),
        kind="budget",
        match=Match.of(budget.match),
        per=budget.per,
        most=budget.amount,
        span_ms=0,
        of_target=not asks.isdisjoint(OF_TARGET),
        of_model="model" in asks,
        asks=asks,
        recorded=_recorded(budget.match),
        on_failure=budget.on_store_failure,
        exceeded="downgrade" if isinstance(instead, DowngradeEntry) else instead,
        downgrade=instead.downgrade if isinstance(instead, DowngradeEntry) else None,
        calendar=Calendar(budget.period, budget.timezone, fiscal_start),
        alert_at=budget.alert_at,
        on_unbounded=budget.on_unbounded,
        on_unknown_price=budget.on_unknown_price,
    )


def _recorded(match: MatchEntry | None) -> Match:
    if match is None or not match.used_at_all & UNRECORDED:
        return Match.of(match)
    gone = dict.fromkeys(match.used & UNRECORDED)
    if match.not_ is not None and match.not_.used & UNRECORDED:
        gone["not_"] = None  # without a part of it, it would be about fewer calls
    return Match.of(match.model_copy(update=gone))


def _asks(match: MatchEntry | None, per: tuple[str, ...]) -> frozenset[str]:
    return frozenset(per) if match is None else match.used_at_all | frozenset(per)


def _id(name: str, kind: Kind, match: MatchEntry | None, *counts: object) -> str:
    asked = None if match is None else match.model_dump(mode="json", exclude_none=True)
    text = msgspec.json.encode((kind, asked, counts), order="deterministic")
    return f"{name}#{hashlib.sha256(text).hexdigest()[:12]}"
