"""What a call asks of the ledger: the entries that are about it, for its own scope. Pure.

A fact in `per` that a call lacks is replaced by its key's id, so that nobody is counted nowhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Final, Literal

from msgspec import Struct

from gateway.ledger.demand import Demand
from gateway.policy.entries import Entry, Exceeded
from gateway.policy.match import Facts, Match
from gateway.usage import MAX_NANO_USD

_LONGEST: Final = 200
_NO_INCREASES: Final[Mapping[str, tuple[Increase, ...]]] = {}


class Increase(Struct, frozen=True):
    """So much more (nano-dollars, or of what a limit counts) of one entry, until then, and why. `scope` is as in
    `scope_of`; None: for each scope."""

    amount: int
    until_ms: int
    reason: str
    scope: tuple[str, ...] | None = None


class Bound(Struct, frozen=True):
    """The most a call can cost and use, of input and output together. `nano_usd` None: nothing bounds it, or no price is
    known (`priced`); then `estimate_nano_usd` is what is held where an entry says `estimate`."""

    nano_usd: int | None
    tokens: int
    estimate_nano_usd: int = 0
    priced: bool = True


class Freeze(Struct, frozen=True):
    """The emergency stop: no call that it is about goes anywhere, whatever is left of what."""

    match: Match
    reason: str


class Blocked(Struct, frozen=True):
    """Refused before anything is counted: by an entry's rule, or by a freeze. `name` is the entry's, or the freeze's
    reason."""

    name: str
    why: Literal["unbounded", "unpriced", "frozen"]


def demands(
    entries: Iterable[Entry],
    facts: Facts,
    bound: Bound,
    now_ms: int,
    *,
    counted: Facts | None = None,
    again: bool = False,
    elsewhere: bool = False,
    downgraded: bool = False,
    increases: Mapping[str, tuple[Increase, ...]] = _NO_INCREASES,
    freezes: Iterable[Freeze] = (),
) -> tuple[Demand, ...] | Blocked:
    """`facts` are those of the call and of the target it is to go to, `counted` those under which it is counted, with
    people under pseudonyms. `again`: another attempt of a call whose request was counted with the first one; only
    what speaks of the target counts it anew, and what speaks of the model if that is another one (`elsewhere`). `downgraded`: the call goes to the
    model that an exceeded budget names, so that budget counts it and no longer refuses. `increases` are by the name
    of their entry.
    """
    for freeze in freezes:
        if freeze.match.matches(facts):
            return Blocked(freeze.reason, "frozen")
    counted = counted or facts
    found = []
    scopes: dict[tuple[str, ...], str] = {}
    for entry in entries:
        if again and entry.kind == "requests" and not (entry.of_target or (elsewhere and entry.of_model)):
            continue
        if not (entry.every_call or entry.match.matches(facts)):
            continue
        amount = _amount(entry, bound)
        if isinstance(amount, Blocked):
            return amount
        if amount is None:
            continue
        scope = scopes.get(entry.per)
        if scope is None:
            scope = scopes[entry.per] = _text(values_of(counted, entry.per))
        most = entry.most
        if increases and (raised := increases.get(entry.name)):
            most = _raised(most, raised, values_of(counted, entry.per), now_ms)
        found.append(_demand(entry, scope, amount, most, now_ms, downgraded))
    return tuple(found)


def scope_of(demand: Demand) -> tuple[str, ...]:
    """The values of `per` that a demand is about, in their order, as they stand in its key."""
    rest = demand.key.removeprefix(demand.entry).split("|", 2)[2]
    found = []
    while rest:
        length, _, tail = rest.partition(":")
        found.append(tail[: int(length)])
        rest = tail[int(length) :]
    return tuple(found)


def _amount(entry: Entry, bound: Bound) -> int | Blocked | None:
    """How much of it; None: it does not count this call."""
    if entry.kind == "tokens":
        return bound.tokens
    if entry.kind != "budget":
        return 1
    if bound.nano_usd is not None:
        return bound.nano_usd
    if not bound.priced:
        return None if entry.on_unknown_price == "flag" else Blocked(entry.name, "unpriced")
    return bound.estimate_nano_usd if entry.on_unbounded == "estimate" else Blocked(entry.name, "unbounded")


def _demand(entry: Entry, scope: str, amount: int, most: int, now_ms: int, downgraded: bool) -> Demand:
    from_ms = until_ms = 0
    if entry.calendar is not None:
        period = entry.calendar.at(now_ms)
        from_ms, until_ms = period.from_ms, period.until_ms
    exceeded: Exceeded = "warn" if downgraded and entry.exceeded == "downgrade" else entry.exceeded
    # By place: by name it takes twice as long.
    return Demand(
        entry.kind,
        f"{entry.id}|{from_ms}|{scope}",
        amount,
        most,
        entry.span_ms,
        from_ms,
        until_ms,
        exceeded,
        entry.id,
        entry.on_failure,
    )


def _raised(most: int, raised: Iterable[Increase], scope: tuple[str, ...], now_ms: int) -> int:
    more = sum(each.amount for each in raised if now_ms < each.until_ms and each.scope in (None, scope))
    return min(most + more, MAX_NANO_USD)


def values_of(facts: Facts, per: tuple[str, ...]) -> tuple[str, ...]:
    """What a call is counted under."""
    return tuple([_value(facts, fact) for fact in per])


def _text(scope: tuple[str, ...]) -> str:
    """With their lengths: no two scopes look alike."""
    return "".join([f"{len(value)}:{value}" for value in scope])


def _value(facts: Facts, fact: str) -> str:
    """What a request says of itself may be long: then its hash stands for it."""
    value = getattr(facts, fact)
    text = f"key={facts.key}" if value is None else f"{fact}={value}"
    return text if len(text) <= _LONGEST else f"{fact}#{hashlib.sha256(text.encode()).hexdigest()}"
