"""Who is told in tests, and of what."""

from __future__ import annotations

from typing import Any

from gateway.alerts.event import Event
from gateway.policy.models.alerts import Event as Kind
from gateway.policy.secrets import Secret
from gateway.policy.webhooks import Webhook

CROSSED = Event("budget", "budget.threshold", {"budget": "month", "threshold": "50%"})
SECRET = "whsec_" + "c2VjcmV0LW9mLXRoZS10ZXN0cw=="


def webhook(
    id_: str = "w1", url: str = "https://alerts.test/", *kinds: Kind, secret: str | None = SECRET
) -> Webhook:
    """Told of everything, where no kinds are said."""
    held = None if secret is None else Secret(secret)
    return Webhook(id_, f"alerts.webhooks.{id_}", Secret(url), held, frozenset(kinds) or None)


def event(**changes: Any) -> Event:
    return Event("budget", "budget.threshold", dict(CROSSED.data), **changes)
