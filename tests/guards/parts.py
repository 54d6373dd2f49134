"""Guards for tests, by what a policy says of them."""

from __future__ import annotations

from typing import Any, Literal

from gateway.guards.guard import Guard
from gateway.guards.registry import guard_of
from gateway.policy.guardrails import Guardrail, guardrails_of
from gateway.policy.models.guardrails import GuardrailEntry
from gateway.privacy.profile import Profile
from gateway.privacy.spans import Span

Action = Literal["block", "flag", "redact"]


class NoDetector:
    """For guards that need none."""

    def spans(self, text: str, profile: Profile) -> tuple[Span, ...]:
        raise AssertionError("nobody asks it")

    def bound(self, text: str) -> None:
        raise AssertionError("nobody asks it")

    def prepare(self, profile: Profile) -> None:
        """It is ready."""


def rule(kind: str, action: Action = "flag", apply_to: str = "input", **settings: Any) -> Guardrail:
    entry = GuardrailEntry.model_validate(
        {"name": kind, "kind": kind, "action": action, "apply_to": apply_to, **settings}
    )
    [made] = guardrails_of([entry], {}, "read")
    return made


def guard(kind: str, action: Action = "flag", **settings: Any) -> Guard:
    return guard_of(rule(kind, action, **settings), NoDetector())
