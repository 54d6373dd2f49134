"""What happens to budgets: shares of an amount are spent, one has no room for a call, one cost more than was held.

Each share is told once in its period over all processes: the outbox knows what was told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Any, Final

from gateway.alerts.event import Event, Events
from gateway.audit.entry import time_text
from gateway.ledger.alerts import crossed
from gateway.ledger.demand import Demand, Hold
from gateway.ledger.demands import scope_of
from gateway.ledger.operations import Spent
from gateway.policy.periods import FOREVER_MS
from gateway.policy.snapshot import Policy
from gateway.usage import dollars

_MOST: Final = 10_000
_DAY_MS: Final = 86_400_000


class SpendingWatch:
    """gateway.ledger.protocol.OnSettled. Belongs to one event loop."""

    def __init__(self, events: Events, policy: Callable[[], Policy], now_ms: Callable[[], int]) -> None:
        self._events = events
        self._policy = policy
        self._now_ms = now_ms
        self._known: Policy | None = None
        self._alert_at: Mapping[str, tuple[Decimal, ...]] = {}
        self._seen: dict[str, int] = {}

    def settled(self, held: Hold, budgets: tuple[Spent, ...]) -> None:
        policy = self._policy()
        if policy is not self._known:
            self._known = policy
            self._alert_at = {each.id: each.alert_at for each in policy.entries if each.alert_at}
        for spent in budgets:
            demand = next((each for each in held.demands if each.key == spent.key), None)
            if demand is None:
                continue  # of an entry that came into force while the call ran: whoever asks for it next tells of it
            if spent.overrun:
                self._overrun(demand, spent)
            if self._alert_at:
                self._look(demand, spent)

    def _look(self, demand: Demand, spent: Spent) -> None:
        alert_at = self._alert_at.get(demand.entry)
        if alert_at is None:
            return
        before = self._seen.get(spent.key, 0)
        if spent.spent <= before:
            return
        if len(self._seen) >= _MOST:
            self._seen.clear()
        self._seen[spent.key] = spent.spent
        for share in crossed(before, spent.spent, demand.most, alert_at):
            percent = f"{(share * 100).normalize():f}%"
            data = {**_facts(demand, spent), "threshold": percent}
            once = _hash(f"threshold {spent.key} {percent}")
            self._events.tell(Event("budget", "budget.threshold", data, once))

    def _overrun(self, demand: Demand, spent: Spent) -> None:
        """Once a day for each budget and scope: a wrong price would tell of every call."""
        data = {**_facts(demand, spent), "overrun_usd": dollars(spent.overrun)}
        once = _hash(f"overrun {spent.key} {self._now_ms() // _DAY_MS}")
        self._events.tell(Event("budget", "budget.overrun", data, once))


def exceeded(demand: Demand) -> Event:
    """A budget has no room for a call, whatever follows from that. Told once in its period for each scope."""
    return Event("budget", "budget.exceeded", _budget(demand), _hash(f"exceeded {demand.key}"))


def _facts(demand: Demand, spent: Spent) -> dict[str, Any]:
    return {**_budget(demand), "spent_usd": dollars(spent.spent)}


def _budget(demand: Demand) -> dict[str, Any]:
    return {
        "budget": demand.name,
        "scope": list(scope_of(demand)),
        "amount_usd": dollars(demand.most),
        "since": time_text(demand.from_ms),
        "resets_at": time_text(demand.until_ms) if demand.until_ms < FOREVER_MS else None,
    }


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()
