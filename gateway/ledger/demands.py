"""What a call asks of the ledger: what the entries that are about it count, at most. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal

from msgspec import Struct

from gateway.ledger.demand import Demand
from gateway.policy.entries import Entry
from gateway.policy.match import Facts, Match
from gateway.policy.scopes import Scoped, scope_in
from gateway.usage import MAX_NANO_USD


class Increase(Struct, frozen=True):
    """So many nano-dollars more of a budget, until then, and why. `scope` is as in `scope_of`; None: for each scope."""

    amount: int
    until_ms: int
    reason: str
    scope: tuple[str, ...] | None = None


Increases = Mapping[str, tuple[Increase, ...]]
"""By the name of their budget."""
_NO_INCREASES: Final[Increases] = {}


class Bound(Struct, frozen=True, gc=False):
    """The most a call can cost and use, of input and output together. `nano_usd` None: nothing bounds it, or no price is
    known (`priced`); then `estimate_nano_usd` is what is held where an entry says `estimate`."""

    nano_usd: int | None
    tokens: int
    estimate_nano_usd: int = 0
    priced: bool = True


class Freeze(Struct, frozen=True):
    """The emergency stop: no call that it is about goes anywhere, whatever is left of what."""

    id: str
    match: Match


class Blocked(Struct, frozen=True):
    """Refused by an entry's rule, before anything is counted. `name` is the entry's."""

    name: str
    why: Literal["unbounded", "unpriced"]


def demands(
    scoped: Iterable[Scoped],
    bound: Bound,
    now_ms: int,
    *,
    downgraded: bool = False,
    increases: Increases = _NO_INCREASES,
) -> tuple[Demand, ...] | Blocked:
    """`scoped` are the entries that are about the call. `downgraded`: it goes to the model that an exceeded budget
    names, so that budget counts it and no longer refuses."""
    found = []
    for each in scoped:
        entry = each.entry
        kind = entry.kind
        if kind == "tokens":
            amount = bound.tokens
        elif kind != "budget":
            amount = 1
        elif bound.nano_usd is not None:
            amount = bound.nano_usd
        elif (why := _blocked(entry, bound)) is not None:
            return Blocked(entry.name, why)
        elif bound.priced:
            amount = bound.estimate_nano_usd
        else:
            continue
        most = entry.most
        if increases and kind == "budget" and (raised := increases.get(entry.name)):
            most = min(most + raised_by(raised, each.scope, now_ms), MAX_NANO_USD)
        exceeded = entry.exceeded
        if downgraded and exceeded == "downgrade":
            exceeded = "warn"
        key, period = each.at(now_ms)
        # By place: by name it takes twice as long.
        found.append(
            Demand(
                kind,
                key,
                amount,
                most,
                entry.span_ms,
                period.from_ms,
                period.until_ms,
                exceeded,
                entry.id,
                entry.on_failure,
            )
        )
    return tuple(found)


def frozen(freezes: Iterable[Freeze], facts: Facts) -> Freeze | None:
    """The first that is about the call."""
    for freeze in freezes:
        if freeze.match.matches(facts):
            return freeze
    return None


def scope_of(demand: Demand) -> tuple[str, ...]:
    """The values of `per` that a demand is about, in their order, as they stand in its key."""
    return scope_in(demand.key, demand.entry)


def _blocked(entry: Entry, bound: Bound) -> Literal["unbounded", "unpriced"] | None:
    """Why this budget does not take a call of which nobody can say what it may cost."""
    if not bound.priced:
        return "unpriced" if entry.on_unknown_price == "block" else None
    return "unbounded" if entry.on_unbounded == "block" else None


def raised_by(raised: Iterable[Increase], scope: tuple[str, ...], now_ms: int) -> int:
    """How much more of a budget there may be for a scope."""
    return sum(each.amount for each in raised if now_ms < each.until_ms and each.scope in (None, scope))
