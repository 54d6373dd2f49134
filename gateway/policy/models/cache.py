"""`cache` of a model: the same question, answered from memory."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from gateway.policy.models.block import Block
from gateway.policy.models.match import MatchEntry
from gateway.policy.models.units import Span


class CacheEntry(Block):
    """Which answers are kept, for whom and how long."""

    model_config = ConfigDict(title="Cache")

    ttl: Span = Field(description="How long an answer is kept.", examples=["10m"])
    scope: Literal["user", "team"] = Field(
        default="user",
        description="Who may get it: the same user, or everybody of the team. Default user.",
        examples=["team"],
    )
    match: MatchEntry | None = Field(
        default=None,
        description="Which calls may be answered from it. Absent: every call.",
        examples=[{"use_case": "faq"}],
    )
