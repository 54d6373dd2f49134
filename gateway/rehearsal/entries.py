"""Which limits and budgets would be asked about a request, what is left of them, and whether it is frozen."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from msgspec import Struct

from gateway.audit.entry import time_text
from gateway.call import Call, Candidate
from gateway.errors import Refused
from gateway.exhaustion import amount_text, span_text
from gateway.freezing import freeze_of_caller, refused_by, unfrozen
from gateway.holding import facts_of
from gateway.ledger.balances import Spending, left_of
from gateway.ledger.demand import Demand
from gateway.ledger.demands import Bound, demands
from gateway.measures import Measures
from gateway.policy.periods import FOREVER_MS
from gateway.policy.scopes import Scoped
from gateway.runtime import Runtime

_FREE = Bound(0, 0)
"""What the call itself would take is not asked here."""
_PEOPLE = ("user=", "end_user=")


class Standing(Struct, frozen=True):
    """What an installation has beside its policy: what people have taken, and what calls on record used."""

    measures: Measures
    spending: Spending


class EntryWord(Struct, frozen=True):
    """One limit or budget that would be asked. `scope` is whom it counts the call for; `amount` what there may be, in
    words, with what it was raised by; `left` of that, in words, None: not known here. `resets_at` is of a budget with a
    period. `target`: it is asked only if the call goes there."""

    entry: str
    kind: str
    scope: tuple[str, ...]
    amount: str
    on_exceeded: str
    left: str | None = None
    resets_at: str | None = None
    target: str | None = None


def entry_words(call: Call, standing: Standing | None) -> tuple[EntryWord, ...]:
    """Of a call with a plan: for where it goes first, then what else a fallback would be asked. Raises StoreUnavailable."""
    known = set[str]()
    words = list[EntryWord]()
    for place, candidate in enumerate(call.plan.candidates if call.plan is not None else ()):
        for scoped, demand in _asked(call, candidate, standing):
            if demand.key not in known:
                known.add(demand.key)
                words.append(_word(scoped, demand, standing, call.at_ms, candidate if place else None))
    return tuple(words)


def frozen_by(call: Call, standing: Standing, runtime: Runtime) -> Refused | None:
    """What an administrator has stopped is refused, whatever the policy says."""
    with_measures = dataclasses.replace(runtime, measures=standing.measures)
    freeze = freeze_of_caller(call, with_measures)
    if freeze is not None:
        return refused_by(freeze, "throttle")
    try:
        if call.plan is not None:
            call.plan = unfrozen(call, call.plan, with_measures)
    except Refused as refused:
        return refused
    return None


def _asked(call: Call, candidate: Candidate, standing: Standing | None) -> Iterator[tuple[Scoped, Demand]]:
    scopes = call.policy.scopes
    found = scopes.about(*facts_of(call, candidate, scopes.asks))
    increases = {} if standing is None else standing.measures.increases
    asked = demands(found, _FREE, call.at_ms, increases=increases)
    assert isinstance(asked, tuple)  # what is free has a bound
    yield from zip(found, asked, strict=True)


def _word(
    scoped: Scoped, demand: Demand, standing: Standing | None, now_ms: int, fallback: Candidate | None
) -> EntryWord:
    left = None
    if standing is not None and not any(each.startswith(_PEOPLE) for each in scoped.scope):
        left = left_of(demand, scoped.entry, scoped.scope, standing.spending, now_ms)
    return EntryWord(
        entry=demand.name,
        kind=demand.kind,
        scope=scoped.scope,
        amount=amount_text(demand, demand.most) + span_text(demand),
        on_exceeded=scoped.entry.downgrade or scoped.entry.exceeded,
        left=None if left is None else amount_text(demand, left),
        resets_at=time_text(demand.until_ms) if 0 < demand.until_ms < FOREVER_MS else None,
        target=None if fallback is None else fallback.target.name,
    )
