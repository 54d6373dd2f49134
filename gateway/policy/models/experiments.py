"""`experiments`: which of several ways is better, by assigning each unit to one of them."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from gateway.policy.models.block import Block
from gateway.policy.models.match import MatchEntry
from gateway.policy.models.models import TargetName
from gateway.policy.models.prompts import PromptRef
from gateway.policy.models.texts import Metric, RuleName
from gateway.policy.models.units import MarginText, Share, Span

CONTROL = "control"


class ArmEntry(Block):
    """One way: what is not said stays as the call asks."""

    model_config = ConfigDict(title="Arm")

    to: TargetName | None = Field(
        default=None,
        description="The target: provider/model. Absent: as the model's own.",
        examples=["anthropic/claude-haiku-4-5"],
    )
    prompt: PromptRef | None = Field(
        default=None,
        description="A managed prompt: its name, and a version or label behind @. Absent: the caller's.",
        examples=["support-reply@2"],
    )
    parameters: dict[RuleName, Any] = Field(
        default_factory=dict,
        description="Members that are written into the request. Absent: none.",
        examples=[{"temperature": 0}],
    )


class RampEntry(Block):
    """One stage of a ramp."""

    model_config = ConfigDict(title="Ramp stage")

    share: Share = Field(
        description="The share of units in each arm but control; the rest are control.", examples=["10%"]
    )
    for_: Span | None = Field(
        default=None,
        alias="for",
        description="How long at least. Absent: until it is stopped or promoted.",
        examples=["1d"],
    )
    min_units: int | None = Field(
        default=None,
        ge=1,
        le=1_000_000_000,
        description="How many units at least, in each arm, before the next stage. Absent: no matter.",
        examples=[200],
    )


class MetricsEntry(Block):
    """What is compared."""

    model_config = ConfigDict(title="Choice of metrics")

    primary: Metric = Field(description="The one by which it is decided.", examples=["feedback.score"])
    also: tuple[Metric, ...] = Field(
        default=(),
        description="Others that are reported.",
        examples=[["latency", "cost", "error_rate"]],
    )


class StopEntry(Block):
    """When an arm goes back to control by itself."""

    model_config = ConfigDict(title="Stop rule")

    metric: Metric = Field(description="What is watched.", examples=["error_rate"])
    worse_by: MarginText = Field(
        description="How much worse than control: percentage points (2pp), or relative (10%).",
        examples=["2pp"],
    )


class ExperimentEntry(Block):
    """One experiment. A call is in at most one: two that could both be about a call are an error."""

    model_config = ConfigDict(title="Experiment")

    name: RuleName = Field(
        description="Its name, in records, metrics and `x-gateway-arm`.", examples=["haiku-for-faq"]
    )
    match: MatchEntry | None = Field(
        default=None,
        description="Which calls it is about. Absent: every call.",
        examples=[{"model": "fast", "use_case": "faq"}],
    )
    unit: Literal["user", "end_user", "team", "key"] = Field(
        description="What is assigned to an arm, for good. A call without it is not enrolled.",
        examples=["user"],
    )
    arms: dict[RuleName, ArmEntry] = Field(
        min_length=2, description="The ways by name. One is `control`: what is compared with."
    )
    ramp: tuple[RampEntry, ...] = Field(min_length=1, description="Stages, one after the other.")
    metrics: MetricsEntry = Field(description="By what arms are compared.")
    stop_if: tuple[StopEntry, ...] = Field(
        default=(), description="When an arm goes back to control by itself; one is enough. Absent: never."
    )

    @model_validator(mode="after")
    def _is_a_comparison(self) -> Self:
        if CONTROL not in self.arms:
            raise ValueError("no arm is called `control`: it is what the others are compared with")
        return self
