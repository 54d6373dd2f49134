"""What a process knows of the policy in force, and what becomes of an attempt to put another in its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gateway.policy.faults import Fault
from gateway.policy.snapshot import Policy
from gateway.stores.revisions import Cause, Origin

Difference = Literal["policy", "secrets", "nothing"]
"""What a reload has changed: the policy, only what its references to secrets stand for, nothing."""


class InForce:
    """The policy that calls take at the door."""

    __slots__ = ("current",)

    def __init__(self, current: Policy) -> None:
        self.current = current


@dataclass(frozen=True, slots=True)
class Reloaded:
    """The folder is in force. `what` has changed since the last time: the policy, only what its references
    to secrets stand for, or nothing of its meaning. `needs_restart`: keys that hold from the next start on."""

    revision: str
    previous: str
    what: Difference
    needs_restart: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotReloaded:
    """The folder is no policy: `revision` stays in force."""

    revision: str
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Status:
    """Times in milliseconds since 1970. `faults` are the last attempt's, none if it succeeded. The counts
    are of this process: attempts that put a policy in force, that failed, that found nothing new."""

    revision: str
    since_ms: int
    cause: Cause
    author: str | None
    origin: Origin
    attempted_ms: int
    faults: tuple[Fault, ...] = ()
    needs_restart: tuple[str, ...] = ()
    loaded: int = 0
    failed: int = 0
    unchanged: int = 0
