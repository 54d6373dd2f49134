"""What happened, for whoever a policy says is to be told of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Protocol

import msgspec
from msgspec import Struct

from gateway.policy.models.alerts import Event as Kind
from gateway.stores.outbox import Alert

_ENCODER: Final = msgspec.json.Encoder(order="sorted")


class Event(Struct, frozen=True):
    """`what` is its kind and what happened to it (budget.threshold). `data` is JSON, leaves the installation, and
    holds no text of callers and no name of a person. `once`: of two events with the same, the first is told."""

    kind: Kind
    what: str
    data: dict[str, Any]
    once: str | None = None


class Events(Protocol):
    """Where all parts of the gateway say what happened."""

    def tell(self, event: Event) -> None:
        """Never waits and never fails: what can't be kept is lost, and the log says so."""
        ...


class Tellers(Protocol):
    """gateway.policy.webhooks.Webhook, as far as it says who wants to know."""

    @property
    def id(self) -> str: ...

    def wants(self, kind: Kind) -> bool: ...


def alert_of(event: Event, id_: str, at_ms: int, at: str) -> Alert:
    """What is sent. `at` is the same time as text."""
    body = _ENCODER.encode({"type": event.what, "timestamp": at, "data": event.data})
    return Alert(id_, event.once, at_ms, body.decode())


def who_wants(event: Event, webhooks: Sequence[Tellers]) -> tuple[str, ...]:
    """The ids of those who are told."""
    return tuple(each.id for each in webhooks if each.wants(event.kind))
