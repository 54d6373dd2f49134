"""`alerts`: who is told when something happens."""

from __future__ import annotations

import binascii
from base64 import b64decode
from typing import Literal

from pydantic import ConfigDict, Field, field_validator

from gateway.policy.models.address import checked_endpoint
from gateway.policy.models.block import Block
from gateway.policy.models.providers import SecretText

Event = Literal[
    "budget",
    "freeze",
    "limit",
    "privacy",
    "guardrail",
    "experiment",
    "shadow",
    "monitor",
    "provider",
    "policy",
    "audit",
]


def checked_secret(text: str) -> str:
    """What a reference stands for: of `whsec_…`, base64."""
    if text.startswith("whsec_"):
        try:
            b64decode(text.removeprefix("whsec_"), validate=True)
        except binascii.Error:
            raise ValueError("expected base64 behind whsec_") from None
    return text


class WebhookEntry(Block):
    """One address that is told."""

    model_config = ConfigDict(title="Webhook")

    url: SecretText = Field(
        repr=False,
        description="Where alerts are sent, by https unless `egress` lists its network. References allowed.",
        examples=["${ALERT_WEBHOOK}"],
    )
    secret: SecretText | None = Field(
        default=None,
        repr=False,
        description="What alerts are signed with, as a reference to whsec_ and base64, or to any text. Absent: not signed.",
        examples=["${ALERT_SECRET}"],
    )
    events: tuple[Event, ...] | None = Field(
        default=None,
        min_length=1,
        description="What it is told of. Absent: everything.",
        examples=[["budget", "experiment", "monitor", "provider"]],
    )

    @field_validator("url")
    @classmethod
    def _can_be_called(cls, text: str) -> str:
        """One with references is judged when they are resolved."""
        return text if "${" in text else checked_endpoint(text)

    @field_validator("secret")
    @classmethod
    def _is_a_reference(cls, text: str | None) -> str | None:
        if text is not None and "${" not in text:
            raise ValueError("expected a reference such as ${ALERT_SECRET}: a secret is not written out")
        return text


class AlertsEntry(Block):
    """Who is told when something happens."""

    model_config = ConfigDict(title="Alerts")

    webhooks: tuple[WebhookEntry, ...] = Field(default=(), description="Addresses that are told.")
