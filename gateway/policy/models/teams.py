"""`teams`: who shares a bill, a ceiling on roles and a residency."""

from __future__ import annotations

from pydantic import ConfigDict, Field, field_validator

from gateway.policy.models.block import Block, PersonalName, PlainName
from gateway.policy.models.models import ModelName


class TeamEntry(Block):
    """One team. A key or token that names a team which is not declared is not accepted."""

    model_config = ConfigDict(title="Team")

    roles: tuple[PersonalName, ...] | None = Field(
        default=None,
        description="A ceiling on the roles that the team's keys may use, with those that they extend. Absent: no ceiling but the parent's; []: none.",
        examples=[["analyst"]],
    )
    parent: PersonalName | None = Field(
        default=None,
        description="The team it belongs to: the parent's ceiling and regions bind it too, and so on upward. Absent: none.",
        examples=["support"],
    )
    cost_centre: str | None = Field(
        default=None,
        min_length=1,
        max_length=100,
        description='Where the team\'s usage is booked. Text: quote a number ("4711").',
        examples=["4711"],
    )
    regions: tuple[PlainName, ...] | None = Field(
        default=None,
        min_length=1,
        description="Residency: the team's calls go only to providers of these regions. "
        "Absent: to any. A provider without a region is outside every region.",
        examples=[["eu"]],
    )
    default_model: ModelName | None = Field(
        default=None,
        description="The model of the team's requests that name none. Absent: such a request is refused.",
        examples=["fast"],
    )

    @field_validator("default_model")
    @classmethod
    def _names_no_glob(cls, name: str | None) -> str | None:
        if name is not None and "*" in name:
            raise ValueError(
                "expected the name of a model: a default can't be a glob, say which model is meant"
            )
        return name
