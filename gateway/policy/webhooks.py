"""Who is told when something happens, as a policy in force knows them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.policy.models.alerts import AlertsEntry, Event
from gateway.policy.secrets import Secret, resolve


@dataclass(frozen=True, slots=True)
class Webhook:
    """`id` stays the same while its address is declared the same, whatever stands behind a reference: what could not
    be delivered is by it. `name` is where it stands, for logs; `events` None: it is told of everything."""

    id: str
    name: str
    url: Secret = field(repr=False)
    secret: Secret | None = field(default=None, repr=False)
    events: frozenset[Event] | None = None

    def wants(self, kind: Event) -> bool:
        return self.events is None or kind in self.events


def webhooks_of(alerts: AlertsEntry, environment: Mapping[str, str], *, read: bool) -> tuple[Webhook, ...]:
    """ValueError: a reference leads nowhere. Where references are not `read`, nobody can be told with it."""
    found = list[Webhook]()
    known = dict[str, int]()

    def value(text: str) -> Secret:
        return Secret(resolve(text, environment) if read else text)

    for index, entry in enumerate(alerts.webhooks):
        before = known[entry.url] = known.get(entry.url, -1) + 1
        found.append(
            Webhook(
                id=hashlib.sha256(f"{before} {entry.url}".encode()).hexdigest()[:16],
                name=f"alerts.webhooks.{index}",
                url=value(entry.url),
                secret=None if entry.secret is None else value(entry.secret),
                events=None if entry.events is None else frozenset(entry.events),
            )
        )
    return tuple(found)
