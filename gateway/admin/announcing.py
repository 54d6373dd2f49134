"""What administrators did, told to whoever the policy says is told: also by a command beside the gateways that run."""

from __future__ import annotations

import secrets
from contextlib import suppress

from gateway.admin.actor import Actor
from gateway.admin.desk import Desk
from gateway.alerts.event import Event, alert_of, who_wants
from gateway.audit.entry import time_text
from gateway.policy.faults import PolicyInvalid
from gateway.stores.interfaces import StoreUnavailable
from gateway.stores.outbox import SqlOutbox


def announce(desk: Desk, event: Event) -> None:
    """What was done is done, whether or not others can be told of it."""
    now_ms = desk.now_ms()
    with suppress(PolicyInvalid, StoreUnavailable):
        wanted = who_wants(event, desk.policies().webhooks)
        if wanted:
            alert = alert_of(event, f"evt_{secrets.token_hex(12)}", now_ms, time_text(now_ms))
            SqlOutbox(desk.installation.database.engine).put(alert, wanted)


def author(actor: Actor) -> str:
    """Who it was, for others who administer."""
    return (actor.user or actor.key or actor.proof)[:320]
