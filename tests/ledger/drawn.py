"""Drawn demands and operations. Few keys and small amounts, so that entries are soon full."""

from __future__ import annotations

from hypothesis import strategies as st
from msgspec import structs

from gateway.ledger.demand import Demand
from gateway.ledger.operations import Adopt, Cancel, Extend, Operation, Prime, Reserve, Settle
from gateway.policy.entries import Exceeded, Failing, Kind
from tests.ledger.boards import START_MS

MINUTE_MS = 60_000
HOUR_MS = 3_600_000


def demand(
    kind: Kind,
    amount: int,
    *,
    most: int,
    name: str = "entry",
    scope: str = "anna",
    span_ms: int = MINUTE_MS,
    from_ms: int = START_MS,
    until_ms: int = START_MS + HOUR_MS,
    exceeded: Exceeded = "block",
    on_failure: Failing = "block",
) -> Demand:
    entry = f"{name}#{kind}"
    return Demand(
        kind=kind,
        key=f"{entry}|{scope}" if kind != "budget" else f"{entry}|{scope}|{from_ms}",
        amount=1 if kind == "concurrent" else amount,
        most=most,
        span_ms=0 if kind == "budget" else span_ms,
        from_ms=from_ms if kind == "budget" else 0,
        until_ms=until_ms if kind == "budget" else 0,
        exceeded=exceeded,
        entry=entry,
        on_failure=on_failure,
    )


MOST: dict[Kind, int] = {"requests": 5, "tokens": 40, "concurrent": 3, "budget": 100}

_EXCEEDED: st.SearchStrategy[Exceeded] = st.sampled_from(["block", "block", "warn", "downgrade", "downgrade"])
_amounts = {
    kind: st.tuples(
        st.integers(0, most + (1 if kind == "budget" else 0)),
        st.sampled_from(["anna", "anna", "ben"]),
        _EXCEEDED,
    )
    for kind, most in MOST.items()
}


def _demands(drawn: dict[Kind, tuple[int, str, Exceeded]]) -> tuple[Demand, ...]:
    return tuple(
        demand(kind, amount, most=MOST[kind], scope=scope, exceeded=exceeded)
        for kind, (amount, scope, exceeded) in drawn.items()
    )


demands = st.fixed_dictionaries({}, optional=_amounts).map(_demands)
"""None to four, of different entries."""

choices = st.lists(demands, min_size=1, max_size=2).map(tuple)
ids = st.sampled_from([f"call-{number}" for number in range(8)])
reservations = st.builds(Reserve, id=ids, choices=choices)
settlements = st.builds(Settle, id=ids, nano_usd=st.integers(0, 120), tokens=st.integers(0, 45))
operations: st.SearchStrategy[Operation] = st.one_of(
    reservations,
    reservations,
    settlements,
    st.builds(Cancel, id=ids),
    st.builds(Extend, id=ids, lease_ms=st.just(MINUTE_MS)),
    st.builds(Prime, demand=demands.filter(bool).map(lambda some: some[0]), amount=st.integers(0, 30)),
    st.builds(Adopt, id=ids, demands=demands),
)
"""All as of the first hour: see `moved`."""


def moved(operation: Operation, at_ms: int) -> Operation:
    """The same with budgets of the hour that `at_ms` is in."""
    if isinstance(operation, Reserve):
        return Reserve(operation.id, tuple(_moved(some, at_ms) for some in operation.choices))
    if isinstance(operation, Prime):
        return Prime(_moved((operation.demand,), at_ms)[0], operation.amount)
    if isinstance(operation, Adopt):
        return Adopt(operation.id, _moved(operation.demands, at_ms))
    return operation


def _moved(some: tuple[Demand, ...], at_ms: int) -> tuple[Demand, ...]:
    from_ms = START_MS + (at_ms - START_MS) // HOUR_MS * HOUR_MS
    return tuple(
        structs.replace(each, key=f"{each.entry}|{from_ms}", from_ms=from_ms, until_ms=from_ms + HOUR_MS)
        if each.kind == "budget"
        else each
        for each in some
    )


steps = st.sampled_from(
    [0, 0, 1, 700, 1_199, 1_200, 30_000, 59_999, 60_000, 61_200, 61_201, 3_000_000, 7_200_000]
)
"""Milliseconds that pass."""
