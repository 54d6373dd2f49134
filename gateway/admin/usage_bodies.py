"""What calls used and cost, as administrators ask it and are told of it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from gateway.admin.words import Asked, Moment, Told
from gateway.stores.usages import DIMENSIONS

_ONE = "|".join(DIMENSIONS)
By = Annotated[str, StringConstraints(pattern=rf"^(({_ONE})(,({_ONE})){{0,5}})?$")]
Usd = Annotated[
    str, StringConstraints(pattern=r"^-?[0-9]+\.[0-9]{9}$"), Field(description="Exact dollars, as a decimal.")
]
Version = Annotated[str, Field(description="Whose prices, and of which day.")]


class Span(Asked):
    since: Moment | None = Field(None, description="Calls that began at this time, or later.")
    until: Moment | None = Field(None, description="Calls that began before this time.")


class UsageAsked(Span):
    by: By = Field(
        "",
        description="One line for each combination of these, parted by commas; empty: one line for all. `user` needs "
        "`usage:read_people`. Days and months are those of UTC in which calls began; `model` is as it was asked for.",
        examples=["team,model"],
    )


class Figures(Told):
    """Tokens as in records: input includes cache and audio, output includes reasoning and audio."""

    calls: int
    refused: int
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int = Field(description="Those kept for an hour included.")
    cache_write_1h_tokens: int
    reasoning_tokens: int
    audio_input_tokens: int
    audio_output_tokens: int
    images: int
    cost_usd: Usd = Field(description="As it was recorded, by the prices of then.")
    corrected_usd: Usd = Field(description="By the prices of the last recomputation where there was one.")
    recomputed: int = Field(description="Calls whose cost a recomputation corrected.")
    used: int = Field(description="Calls that used something.")
    estimated: int = Field(description="Of them, those whose figures are ours, not the provider's.")
    unpriced: int = Field(description="Of them, those without a known price. Their cost is not in the sums.")
    estimated_share: float = Field(description="`estimated` of `used`.")
    unpriced_share: float = Field(description="`unpriced` of `used`.")
    reserved_usd: Usd = Field(description="What was held in advance.")
    settled_usd: Usd = Field(description="What the calls cost for which something was held.")


class UsageLine(Told):
    of: dict[str, str | None] = Field(
        description="What was asked for by `by`, and its value. Of a user it is the pseudonym; `user_name` is beside it."
    )
    figures: Figures


class UsageReport(Told):
    lines: list[UsageLine] = Field(description="In the order of their values.")
    total: Figures


class Repriced(Told):
    """Calls of one target that were priced alike."""

    provider: str | None
    target: str | None
    price_version: Version | None = Field(description="As recorded; null: no price was known.")
    new_price_version: Version | None = Field(description="null: no price is known.")
    calls: int
    changed: int = Field(description="Those that would cost something else than is recorded.")
    cost_usd: Usd
    new_cost_usd: Usd = Field(description="Where no price is known now, what is recorded.")


class Recomputed(Told):
    """What calls would cost by the prices of the policy in force and of today's list."""

    recomputation: str | None = Field(
        description="The id under which corrections were recorded; null: none were."
    )
    lines: list[Repriced]
    calls: int = Field(description="Those that used something.")
    changed: int
    unpriced: int = Field(description="Those without a known price now. They keep what is recorded.")
    cost_usd: Usd
    new_cost_usd: Usd
