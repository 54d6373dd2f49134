"""`monitors`: how good answers are, measured on a share of them."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from gateway.policy.models.block import Block
from gateway.policy.models.guardrails import number
from gateway.policy.models.match import MatchEntry
from gateway.policy.models.models import ModelName
from gateway.policy.models.texts import Line, RuleName
from gateway.policy.models.units import Share, Span

Score = Annotated[float, BeforeValidator(number), Field(ge=0, le=1, allow_inf_nan=False)]


class MonitorEntry(Block):
    """One figure, watched. It can neither slow nor fail a caller."""

    model_config = ConfigDict(title="Monitor")

    name: RuleName = Field(
        description="Its name, in records, metrics and alerts.", examples=["answers-grounded"]
    )
    kind: Literal[
        "groundedness", "relevance", "toxicity", "refusal", "length", "drift", "json_valid", "judge"
    ] = Field(description="What is measured, as a score from 0 to 1.", examples=["groundedness"])
    match: MatchEntry | None = Field(
        default=None,
        description="Which calls are measured. Absent: every call whose use case allows `monitor`.",
        examples=[{"use_case": "faq"}],
    )
    sample: Share = Field(description="The share of calls that is measured.", examples=["2%"])
    alert_below: Score | None = Field(
        default=None, description="An alert when the mean falls below it. Absent: none.", examples=[0.8]
    )
    alert_above: Score | None = Field(
        default=None, description="An alert when the mean rises above it. Absent: none.", examples=[0.95]
    )
    window: Span = Field(
        default=86_400.0, description="Over which time the mean is taken. Default 1d.", examples=["6h"]
    )
    model: ModelName | None = Field(
        default=None, description="Of judge: the model that judges.", examples=["local"]
    )
    question: Line | None = Field(
        default=None,
        description="Of judge: what it is asked; its answer is a score.",
        examples=["How polite is this answer?"],
    )

    @model_validator(mode="after")
    def _has_what_a_judge_needs(self) -> Self:
        for key, value in (("model", self.model), ("question", self.question)):
            if (self.kind == "judge") != (value is not None):
                if value is None:
                    raise ValueError(f"`{key}` is missing: a monitor of kind judge needs it")
                raise ValueError(f"`{key}` belongs to the kind judge: remove it")
        if (
            self.alert_below is not None
            and self.alert_above is not None
            and self.alert_below >= self.alert_above
        ):
            raise ValueError("every score would alert: `alert_below` has to be less than `alert_above`")
        return self
