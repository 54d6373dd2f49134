"""Budgets, as administrators are told of them and raise them."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema

from gateway.admin.usage_bodies import Usd
from gateway.admin.words import Asked, Label, Moment, Time, Told
from gateway.policy.models.limits import Per
from gateway.policy.models.texts import NAME_PATTERN
from gateway.policy.models.units import nanos

_AMOUNT: Final = r"^([1-9][0-9]{0,5}|[1-8][0-9]{6})(\.[0-9]{1,9})? USD$"


def _more(text: object) -> object:
    """Judged, and kept as it was written."""
    if not nanos(text):
        raise ValueError("expected an amount above nothing")
    return text


Amount = Annotated[
    str,
    BeforeValidator(_more),
    WithJsonSchema({"type": "string", "pattern": _AMOUNT, "examples": ["50 USD"]}),
]
BudgetName = Annotated[str, StringConstraints(pattern=NAME_PATTERN, max_length=64)]
ScopeFact = Per


class NewIncrease(Asked):
    """More of a budget, for a while."""

    budget: BudgetName = Field(description="The name of a budget of the policy.", examples=["support-month"])
    amount: Amount = Field(description="How much more there may be, in each period until then.")
    until: Moment = Field(description="Until when; at most a year from now.")
    reason: Label = Field(description="Why, for those who look after you.", examples=["product launch"])
    scope: Annotated[dict[ScopeFact, Label], Field(max_length=16)] = Field(
        {},
        description="For whom, where the budget counts apart (`per`): each of its facts, or `key` in place of one that "
        "the calls lack. Empty: for each.",
        examples=[{"team": "support"}],
    )


class Increase(Told):
    id: str
    budget: str
    scope: list[str] | None = Field(description="As fact=value; people under pseudonyms. null: for each.")
    amount_usd: Usd
    until: Time
    reason: str
    who: str = Field(description="Who raised it.")
    since: Time


class Budget(Told):
    """One budget, in the period of now, as far as it is counted for one scope."""

    budget: str
    scope: list[str] = Field(description="As fact=value; people under pseudonyms.")
    amount_usd: Usd = Field(description="As the policy says, without what it was raised by.")
    raised_usd: Usd
    spent_usd: Usd
    reserved_usd: Usd = Field(description="Held for calls that run.")
    left_usd: Usd
    on_exceeded: str
    since: Time = Field(description="When its period began.")
    resets_at: Time | None = Field(description="null: never.")


class Budgets(Told):
    budgets: list[Budget] = Field(
        description="In the policy's order; of a budget that counts apart, those that spent something."
    )
    increases: list[Increase] = Field(description="Those in force, oldest first.")


class Withdrawn(Told):
    increase: str
