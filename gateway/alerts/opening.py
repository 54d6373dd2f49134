"""Puts together what tells others what happened."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from dataclasses import dataclass

from sqlalchemy import Engine

from gateway.alerts.sender import Sender
from gateway.alerts.spending import SpendingWatch
from gateway.alerts.telling import Telling
from gateway.clock import SystemChance, SystemClock
from gateway.egress import Fetcher
from gateway.policy.snapshot import Policy
from gateway.stores.outbox import SqlOutbox


@dataclass(frozen=True, slots=True)
class Alerting:
    """`events` take what happened, `watch` is told of settlements."""

    events: Telling
    sender: Sender
    watch: SpendingWatch

    def followers(self) -> tuple[Coroutine[None, None, None], ...]:
        """Loops without an end that must run beside it."""
        return self.events.follow(), self.sender.follow()


def open_alerting(engine: Engine, executor: Executor, policy: Callable[[], Policy]) -> Alerting:
    """Belongs to the running event loop."""
    outbox, clock = SqlOutbox(engine), SystemClock()
    sender = Sender(outbox, executor, Fetcher(), clock, SystemChance(), policy)
    events = Telling(
        outbox,
        executor,
        clock,
        lambda: policy().webhooks,
        lambda: f"evt_{secrets.token_hex(12)}",
        sender.wake,
    )
    return Alerting(events, sender, SpendingWatch(events, policy, clock.now_ms))
