"""What guardrails have found, and which could not tell: told once an hour for each, however many calls it was."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from gateway.alerts.event import Event

_HOUR_MS: Final = 3_600_000


def found(name: str, action: str, what: Mapping[str, int], call: str, at_ms: int) -> Event:
    """`call` is the id of the first one in this hour, `what` kinds and counts of it."""
    data = {"guardrail": name, "action": action, "found": dict(sorted(what.items())), "call": call}
    return Event("guardrail", "guardrail.found", data, _once("found", name, at_ms))


def failed(name: str, on_failure: str, call: str, at_ms: int) -> Event:
    data = {"guardrail": name, "on_failure": on_failure, "call": call}
    return Event("guardrail", "guardrail.failed", data, _once("failed", name, at_ms))


def _once(what: str, name: str, at_ms: int) -> str:
    return sha256(f"guardrail {what} {name} {at_ms // _HOUR_MS}".encode()).hexdigest()
