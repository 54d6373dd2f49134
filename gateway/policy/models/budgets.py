"""`budgets`: how much money in which period."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Discriminator, Field, Tag, model_validator

from gateway.policy.models.block import Block
from gateway.policy.models.hours import TimeZone
from gateway.policy.models.limits import Per
from gateway.policy.models.match import MatchEntry
from gateway.policy.models.models import ModelName
from gateway.policy.models.texts import RuleName
from gateway.policy.models.units import Nanos, Share

Period = Literal["hour", "day", "week", "month", "quarter", "total"]


class DowngradeEntry(Block):
    """Another model instead of a refusal."""

    model_config = ConfigDict(title="Downgrade")

    downgrade: ModelName = Field(
        description="The model that is called instead; the caller's role must allow it.", examples=["local"]
    )


def word_or_map(value: object) -> str:
    return "map" if isinstance(value, dict) else "word"


class BudgetEntry(Block):
    """One budget. Every one that matches a call applies."""

    model_config = ConfigDict(title="Budget")

    name: RuleName = Field(
        description="Its name, in records, metrics and refusals.", examples=["support-month"]
    )
    match: MatchEntry | None = Field(
        default=None,
        description="Which calls it is about. Absent: every call.",
        examples=[{"team": "support"}],
    )
    per: tuple[Per, ...] = Field(
        default=(),
        description="What is counted apart, as in `limits`. Absent: all calls together.",
        examples=[["team"]],
    )
    amount: Nanos = Field(
        description="What may be spent in one period, at most 9,000,000 USD.", examples=["500 USD"]
    )
    period: Period = Field(
        description="A calendar period in `timezone`: hour, day, week (from Monday), month, quarter; or total.",
        examples=["month"],
    )
    timezone: TimeZone = Field(
        default="UTC",
        description="Where a period begins at midnight. Default UTC.",
        examples=["Europe/Paris"],
    )
    fiscal_start: int | None = Field(
        default=None,
        ge=1,
        le=12,
        description="Of quarters: the month in which the fiscal year begins. Absent: January.",
        examples=[4],
    )
    alert_at: tuple[Share, ...] = Field(
        default=(),
        description="Shares of the amount at which an alert is sent. Absent: none.",
        examples=[["50%", "80%", "100%"]],
    )
    on_exceeded: Annotated[
        Annotated[Literal["block", "warn"], Tag("word")] | Annotated[DowngradeEntry, Tag("map")],
        Discriminator(word_or_map),
    ] = Field(
        default="block",
        description="A call that can't be afforded: block (429), warn (only record and alert), or call another "
        "model. Default block.",
        examples=["block", {"downgrade": "local"}],
    )
    on_unbounded: Literal["block", "estimate"] = Field(
        default="block",
        description="A call whose cost has no bound: block it, or estimate. Default block.",
        examples=["estimate"],
    )
    on_unknown_price: Literal["block", "flag"] = Field(
        default="block",
        description="A target without a price: block the call, or flag it and count nothing. Default block.",
        examples=["flag"],
    )
    on_store_failure: Literal["block", "local", "allow"] = Field(
        default="block",
        description="When the store of amounts can't be asked: block, local (each process holds its part) or "
        "allow. Default block.",
        examples=["block"],
    )

    @model_validator(mode="after")
    def _is_about_one_calendar(self) -> Self:
        if self.fiscal_start is not None and self.period != "quarter":
            raise ValueError("`fiscal_start` belongs to the period quarter: remove it")
        if len(set(self.per)) < len(self.per):
            raise ValueError("`per` names a fact twice: keep one of them")
        return self
