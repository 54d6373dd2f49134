"""`use_cases`: what calls are for, what counts as success, and what the law asks to be written down."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from gateway.policy.models.block import Block, PersonalName
from gateway.policy.models.texts import Line, Metric, RuleName
from gateway.policy.models.units import ComparisonText, Nanos

Use = Literal["serve", "evaluate", "shadow", "monitor", "fine_tune"]


class KpiEntry(Block):
    """One figure and its goal."""

    model_config = ConfigDict(title="KPI")

    metric: Metric = Field(description="What is measured.", examples=["outcome.resolved.rate"])
    target: ComparisonText = Field(
        description="The goal, quoted: a comparison with a share, an amount, a time or a number.",
        examples=[">= 70%"],
    )


class ProcessingEntry(Block):
    """The record of processing (GDPR, article 30), and the class of the AI Act."""

    model_config = ConfigDict(title="Processing")

    controller: Line = Field(description="Who decides why and how.", examples=["Acme SA"])
    lawful_basis: Literal[
        "consent", "contract", "legal_obligation", "vital_interests", "public_task", "legitimate_interests"
    ] = Field(description="Why it is lawful (article 6).", examples=["contract"])
    data_subjects: tuple[Line, ...] = Field(
        min_length=1, description="Whose data it is.", examples=[["customers"]]
    )
    data_categories: tuple[Line, ...] = Field(
        min_length=1, description="What kinds of data.", examples=[["contact"]]
    )
    dpia: Line = Field(
        default="none",
        description="The impact assessment: where it is filed, or none. Default none.",
        examples=["DPIA-31"],
    )
    ai_act: Literal["minimal", "limited", "high"] | None = Field(
        default=None,
        description="The class of risk under the AI Act. Absent: not judged.",
        examples=["minimal"],
    )


class UseCaseEntry(Block):
    """What calls are for."""

    model_config = ConfigDict(title="Use case")

    owner: PersonalName | None = Field(
        default=None, description="The team that answers for it. Absent: nobody.", examples=["support"]
    )
    objective: Line | None = Field(
        default=None, description="What it is good for.", examples=["deflect tickets"]
    )
    outcomes: tuple[RuleName, ...] = Field(
        default=(),
        description="How a case can end, as /v1/outcomes is told. Absent: outcomes are not taken.",
        examples=[["resolved", "escalated"]],
    )
    success: RuleName | None = Field(
        default=None, description="The outcome that counts as success.", examples=["resolved"]
    )
    value_per_success: Nanos | None = Field(
        default=None, description="What one success is worth.", examples=["4 USD"]
    )
    kpis: tuple[KpiEntry, ...] = Field(default=(), description="Figures and their goals.")
    processing: ProcessingEntry | None = Field(
        default=None, description="What a record of processing says of it. Absent: it is not in the record."
    )
    allowed_uses: tuple[Use, ...] = Field(
        default=("serve",),
        min_length=1,
        description="What may be done with its calls besides serving them. Default [serve], as for calls "
        "without a use case.",
        examples=[["serve", "evaluate", "shadow", "monitor"]],
    )
