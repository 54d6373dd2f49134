"""`shadows`: copies of calls to another target, never in the way of the caller."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from gateway.policy.models.block import Block
from gateway.policy.models.match import MatchEntry
from gateway.policy.models.models import TargetName
from gateway.policy.models.texts import RuleName
from gateway.policy.models.units import Share, SpendingText

Compared = Literal[
    "latency", "cost", "tokens", "length", "finish_reason", "json_valid", "tool_choice", "similarity"
]


class ShadowEntry(Block):
    """One shadow. Each copy is itself a governed, recorded call."""

    model_config = ConfigDict(title="Shadow")

    name: RuleName = Field(description="Its name, in records, metrics and reports.", examples=["try-local"])
    match: MatchEntry | None = Field(
        default=None,
        description="Which calls are copied. Absent: every call whose use case allows `shadow`.",
        examples=[{"model": "fast", "use_case": "faq"}],
    )
    to: TargetName = Field(
        description="The target that gets the copy: provider/model.", examples=["vllm/llama"]
    )
    sample: Share = Field(description="The share of calls that is copied.", examples=["5%"])
    budget: SpendingText | None = Field(
        default=None,
        description="What copies may cost. Absent: no limit of their own.",
        examples=["20 USD/day"],
    )
    compare: tuple[Compared, ...] = Field(
        default=("latency", "cost", "length"),
        min_length=1,
        description="What is compared with the caller's answer. Default [latency, cost, length].",
        examples=[["latency", "cost", "length", "similarity"]],
    )
